"""Light, computed once per shading vertex: lamps, daylight from windows, and what the surroundings shade."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from factory.sources.procedural.meshing import SceneMesh

if TYPE_CHECKING:
    from factory.sources.procedural.scene import ProceduralScene

Array = np.ndarray
GAMMA = 2.2


@dataclass(frozen=True)
class Shading:
    """A mesh whose vertices are split where its shading has creases.

    vertex : (S,) index of the mesh vertex; normal : (S, 3); faces : (F, 3) indices into these.
    """

    vertex: Array
    normal: Array
    faces: Array


def shading_vertices(mesh: SceneMesh) -> Shading:
    """One shading vertex per mesh vertex and side, with the area-weighted normal of its faces."""
    vertices = mesh.vertices.astype(np.float64)
    corners = vertices[mesh.faces]
    face_normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    side_count = int(mesh.face_side.max()) + 1
    keys = mesh.faces.astype(np.int64) * side_count + mesh.face_side[:, None]
    unique, inverse = np.unique(keys, return_inverse=True)
    inverse = inverse.reshape(-1)
    normal = np.stack(
        [np.bincount(inverse, np.repeat(face_normal[:, k], 3), minlength=len(unique)) for k in range(3)], axis=1
    )
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-30
    return Shading((unique // side_count).astype(np.int64), normal, inverse.reshape(-1, 3).astype(np.uint32))


def bake(scene: "ProceduralScene", shading: Shading) -> Array:
    """Lit colours (S, 3) float32, 0..1 sRGB."""
    points = scene.mesh.vertices[shading.vertex].astype(np.float64)
    light = np.full(len(points), 0.38) + 0.1 * shading.normal[:, 2]
    for room in scene.rooms:
        x, y = room.center
        to_light = np.array([x, y, room.height - 0.15]) - points
        distance = np.linalg.norm(to_light, axis=1)
        cosine = np.clip((to_light * shading.normal).sum(axis=1) / distance, 0, None)
        reach = (
            np.abs(points[:, :2] - (x, y)) <= ((room.x1 - room.x0) / 2 + 0.06, (room.y1 - room.y0) / 2 + 0.06)
        ).all(axis=1)
        light += np.where(reach, 2.2 * cosine / (1 + distance**2), 0)
    albedo = scene.mesh.color[shading.vertex]
    lit: Array = np.clip(albedo * np.clip(light, 0, 1.6)[:, None] ** (1 / GAMMA), 0, 1).astype(np.float32)
    return lit


def vertex_means(shading: Shading, values: Array) -> Array:
    """Means (V, k) of shading vertices' values (S, k) over the mesh's vertices."""
    count = np.bincount(shading.vertex)
    sums = [np.bincount(shading.vertex, values[:, k]) for k in range(values.shape[1])]
    means: Array = np.stack(sums, axis=1) / count[:, None]
    return means
