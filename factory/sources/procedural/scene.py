"""A furnished home or office with its ground truth, in the world frame and in no data set's format."""

from dataclasses import dataclass

import numpy as np

from factory.sources.procedural.floorplan import Room, floor_plan
from factory.sources.procedural.meshing import SceneMesh, mesh_scene
from factory.sources.procedural.model import Light
from factory.sources.procedural.placement import Placed
from factory.sources.procedural.rooms import annotated_first, furnish
from factory.sources.procedural.walk import Camera, film
from factory.tasks.rng import rng_for
from schemas.scene import Box

FACES = 300_000
FRAMES = 120


@dataclass(frozen=True)
class ProceduralObject:
    """A thing in the scene.

    `vertex_ids` index the scene's vertices; `box` is tight around them; `front` (3,) is the facing direction where the
    thing has one; `supporter` is the `object_id` it stands on or in, -1 for floor and walls; `annotated` is False for
    what an annotator would have left unlabelled.
    """

    object_id: int
    label: str
    vertex_ids: np.ndarray
    box: Box
    front: np.ndarray | None
    room: int
    supporter: int
    annotated: bool


@dataclass(frozen=True)
class ProceduralScene:
    """Rooms, objects, mesh and cameras of one scene [m, world: right-handed, z up, floor at 0].

    intrinsics : (3, 3) [px] of the `width` x `height` images.
    """

    seed: int
    rooms: list[Room]
    objects: list[ProceduralObject]
    mesh: SceneMesh
    lights: list[Light]
    cameras: list[Camera]
    intrinsics: np.ndarray
    width: int
    height: int


def camera_intrinsics(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A depth sensor's wide camera (about 58 x 45 degrees), calibrated a little differently each time."""
    focal = 577.6 / 640 * max(width, height * 4 / 3) * (1 + rng.normal(0, 0.004))
    center = np.array([(width - 1) / 2, (height - 1) / 2]) + rng.normal(0, 0.004 * width, 2)
    return np.array([[focal, 0, center[0]], [0, focal * 1.0005, center[1]], [0, 0, 1.0]])


def world_lights(things: list[Placed]) -> list[Light]:
    """All lights, in the world."""
    lights = []
    for thing in things:
        for light in thing.model.lights:
            position = thing.rotation @ np.asarray(light.position) + thing.position
            facing = None if light.facing is None else tuple(thing.rotation @ np.asarray(light.facing))
            lights.append(Light(tuple(position), light.power, facing))
    return lights


def build_scene(
    seed: int,
    faces: int = FACES,
    frame_count: int = FRAMES,
    step: float = 0.15,
    width: int = 640,
    height: int = 480,
    rooms: int | None = None,
) -> ProceduralScene:
    """A scene that depends on the arguments alone.

    Parameters
    ----------
    faces : about how many triangles the mesh has
    frame_count, step : frames of the walk and the mean way between two of them [m]; 0.015 is a scan at 30 Hz
    rooms : their number, by default three to five
    """
    rng = rng_for(seed, "procedural", "plan")
    is_home = bool(rng.random() < 0.65)
    count = int(rng.integers(3, 6)) if rooms is None else rooms
    plan = floor_plan(rng, count, is_home)
    things = annotated_first(furnish(seed, plan))
    mesh = mesh_scene(things, faces, rng_for(seed, "procedural", "mesh"))
    objects = []
    for index, thing in enumerate(things):
        ids = np.flatnonzero(mesh.vertex_object == index).astype(np.int32)
        local = (mesh.vertices[ids].astype(np.float64) - thing.position) @ thing.rotation
        low, high = local.min(axis=0), local.max(axis=0)
        center = thing.rotation @ ((low + high) / 2) + thing.position
        front = thing.rotation[:, 1] if thing.model.has_front else None
        box = Box(center=center, extents=high - low, rotation=thing.rotation)
        model = thing.model
        objects.append(
            ProceduralObject(index, model.label, ids, box, front, thing.room, thing.supporter, model.annotated)
        )
    cameras = film(rng_for(seed, "procedural", "walk"), plan, things, frame_count, step)
    intrinsics = camera_intrinsics(rng_for(seed, "procedural", "camera"), width, height)
    return ProceduralScene(seed, plan, objects, mesh, world_lights(things), cameras, intrinsics, width, height)
