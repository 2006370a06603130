"""What a frame shows at every pixel: which object, and how far away. From a mesh here, from images elsewhere."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from factory.geometry.cameras import scale_intrinsics
from factory.visibility.rasterizer import Rasterizer
from schemas.scene import Frame, Mesh

Array = np.ndarray


@dataclass(frozen=True)
class Observation:
    """A frame at raster size.

    labels : (H, W) int32, 1 + place of the object among the instances, 0 for none;
    depth_m : (H, W) float32 z-depth [m], 0 where there is none; intrinsics : (3, 3) [px] at that size;
    contradicted : how many pixels an image of ids gives to an object that cannot be there.
    """

    labels: Array
    depth_m: Array
    intrinsics: Array
    contradicted: int = 0


class Observer(Protocol):
    """Looks at one scene."""

    def observe(self, frame: Frame) -> Observation:
        """What the frame shows. Raises DataError or FileNotFoundError where it cannot be told."""


class MeshObserver:
    """Rasterizes a mesh.

    label_of_face : (F + 1,) see `face_labels`; long_side : frames are rasterized at their own size, at most this long.
    """

    def __init__(self, rasterizer: Rasterizer, mesh: Mesh, label_of_face: Array, long_side: int) -> None:
        self._rasterizer, self._label_of_face, self._long_side = rasterizer, label_of_face, long_side
        rasterizer.load(mesh.vertices, mesh.faces)

    def observe(self, frame: Frame) -> Observation:
        """The frame's labels and depth, rendered."""
        scale = min(1.0, self._long_side / max(frame.width, frame.height))
        width, height, intrinsics = raster_camera(frame, scale)
        raster = self._rasterizer.render(frame.world_from_camera, intrinsics, width, height)
        return Observation(self._label_of_face[raster.face_id], raster.depth_m, intrinsics)


def raster_camera(frame: Frame, scale: float) -> tuple[int, int, Array]:
    """Width, height and intrinsics (3, 3) of a frame whose sides are scaled, to whole pixels."""
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    return width, height, scale_intrinsics(frame.intrinsics, width / frame.width, height / frame.height)
