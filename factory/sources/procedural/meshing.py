"""From placed models to one mesh of about a given number of triangles."""

from dataclasses import dataclass

import numpy as np

from factory.sources.procedural.placement import Placed

Array = np.ndarray


@dataclass(frozen=True)
class SceneMesh:
    """Welded triangles of all things.

    vertices : (V, 3) float32 [m, world]; faces : (F, 3) int32; color : (V, 3) float32, the material's, 0..1 sRGB;
    vertex_object : (V,) int32, index of the thing; vertex_part : (V,) int32, index of the solid, unique in the scene;
    face_side : (F,) int32, flat or smooth side of the solid, unique in the scene; shading normals are shared by the
    faces of a vertex that lie on one side.
    """

    vertices: Array
    faces: Array
    color: Array
    vertex_object: Array
    vertex_part: Array
    face_side: Array
    edge: float


def _face_count(things: list[Placed], edge: float) -> int:
    return sum(len(p.solid.tessellate(edge).faces) for t in things for p in t.model.parts)


def _edge_for(things: list[Placed], faces: int) -> float:
    """The edge length that gives about `faces` triangles, by the secant rule on logarithms."""
    low, high = 0.02, 0.6
    edge = 0.1
    for _ in range(5):
        count = _face_count(things, edge)
        if count > faces:
            low = edge
        else:
            high = edge
        if abs(count / faces - 1) < 0.05:
            break
        edge = float(np.clip(edge * (count / faces) ** 0.6, low * 1.02, high * 0.98))
    return edge


def mesh_scene(things: list[Placed], faces: int, rng: np.random.Generator) -> SceneMesh:
    """Tessellates every part in the world."""
    edge = _edge_for(things, faces)
    vertices, triangles, colors, owners, parts, sides = [], [], [], [], [], []
    vertex_count = part_count = side_count = 0
    for index, thing in enumerate(things):
        rotation = thing.rotation
        for part in thing.model.parts:
            piece = part.solid.tessellate(edge)
            world = part.place(piece.vertices) @ rotation.T + thing.position
            vertices.append(world)
            triangles.append(piece.faces + vertex_count)
            grain = 1 + rng.normal(0, 0.012, (len(world), 1))
            colors.append(np.clip(np.asarray(part.color) * grain, 0, 1))
            owners.append(np.full(len(world), index))
            parts.append(np.full(len(world), part_count))
            sides.append(
                (0 if piece.smooth else piece.sides) + side_count + np.zeros(len(piece.faces), dtype=np.int64)
            )
            vertex_count += len(world)
            part_count += 1
            side_count += int(piece.sides.max()) + 1
    return SceneMesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(colors).astype(np.float32),
        np.concatenate(owners).astype(np.int32),
        np.concatenate(parts).astype(np.int32),
        np.concatenate(sides).astype(np.int32),
        edge,
    )
