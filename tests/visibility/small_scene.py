"""A tiny annotated room of finely cut boxes, seen by an orbiting camera."""

from dataclasses import dataclass

import numpy as np
import trimesh

from schemas.scene import Frame, Mesh, Scene, SceneObject
from tests.visibility.cameras import look_at, pinhole


@dataclass(frozen=True)
class Thing:
    """A cuboid. `yaw` in degrees."""

    object_id: int
    label: str
    center: tuple[float, float, float]
    extents: tuple[float, float, float]
    yaw: float = 0.0
    edge: float = 0.05  # of its triangles


FLOOR = Thing(7, "floor", (0, 0, -0.05), (6, 5, 0.1), edge=0.1)
CRATE = Thing(3, "crate", (0, 0, 0.3), (0.8, 0.5, 0.6), 30)
SCREEN = Thing(12, "screen", (0.0, -0.8, 0.4), (0.9, 0.04, 0.8))
LAMP = Thing(5, "lamp", (1.2, 0.6, 0.8), (0.3, 0.2, 0.25), 75)
BURIED = Thing(20, "pipe", (0.5, 0.5, -0.06), (0.3, 0.02, 0.02), edge=0.02)


def eyes(count: int, radius: float = 2.4, height: float = 1.2) -> list[tuple[float, float, float]]:
    """Positions on a circle about the room's middle, the first at y = -radius."""
    angles = -np.pi / 2 + 2 * np.pi * np.arange(count) / count
    return [(radius * np.cos(a), radius * np.sin(a), height) for a in angles]


def make_scene(
    things: list[Thing],
    cameras: list[tuple[float, float, float]],
    target: tuple[float, float, float] = (0.1, 0, 0.35),
    size: tuple[int, int] = (120, 90),
    turn: np.ndarray | None = None,
    scale: float = 1.0,
) -> Scene:
    """The scene; `turn` (4, 4) moves it as a whole, `scale` changes the size of the images."""
    turn = np.eye(4) if turn is None else turn
    vertices, faces, face_object, objects = [], [], [], []
    start = 0
    for thing in things:
        box = trimesh.creation.box(thing.extents).subdivide_to_size(thing.edge)
        box.apply_transform(trimesh.transformations.rotation_matrix(np.radians(thing.yaw), (0, 0, 1)))
        box.apply_translation(thing.center)
        box.apply_transform(turn)
        vertices.append(np.asarray(box.vertices))
        faces.append(np.asarray(box.faces) + start)
        face_object.append(np.full(len(box.faces), thing.object_id))
        objects.append(
            SceneObject(
                object_id=thing.object_id,
                label=thing.label,
                raw_label=thing.label.upper(),
                is_structural=thing.label == "floor",
                vertex_ids=np.arange(start, start + len(box.vertices)),
            )
        )
        start += len(box.vertices)
    width, height = (round(side * scale) for side in size)
    intrinsics = pinhole(width, height, 0.8 * width)
    frames = [
        Frame(
            frame_id=f"{10 * i}",
            index=10 * i,
            image=f"scene/color/{10 * i}.jpg",
            depth=f"scene/depth/{10 * i}.png",
            width=width,
            height=height,
            intrinsics=intrinsics,
            world_from_camera=turn @ look_at(eye, target),
        )
        for i, eye in enumerate(cameras)
    ]
    return Scene(
        source="small",
        scene_id="room_0",
        split="train",
        mesh=Mesh(
            vertices=np.concatenate(vertices), faces=np.concatenate(faces), face_object=np.concatenate(face_object)
        ),
        objects=objects,
        frames=frames,
        axis_aligned=True,
    )
