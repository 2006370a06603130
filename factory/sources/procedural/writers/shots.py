"""The images of a procedural scene, one camera after the other, for every writer the same."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.walk import Camera

Array = np.ndarray


class Shot(NamedTuple):
    """color : (H, W, 3) uint8; depth_m : (H, W) float32 z-depth, 0 where nothing is hit."""

    camera: Camera
    color: Array
    depth_m: Array


def shots(scene: ProceduralScene, renderer: SceneRenderer) -> Iterator[Shot]:
    """Every camera's colour and depth, blurred where the camera moved."""
    for camera in scene.cameras:
        if camera.exposure_end is None:
            color, depth = renderer.render(camera.world_from_camera)
        else:
            color, depth = renderer.render_blurred(camera.world_from_camera, camera.exposure_end)
        yield Shot(camera, color, depth)


def steps_of(depth_m: Array, steps_per_metre: float = 1000.0) -> Array:
    """Depth as (H, W) uint16 steps; what 16 bits cannot hold is no reading."""
    steps = np.rint(depth_m.astype(np.float64) * steps_per_metre)
    return np.where(steps > np.iinfo(np.uint16).max, 0, steps).astype(np.uint16)
