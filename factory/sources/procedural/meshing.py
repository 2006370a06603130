"""From placed models to one mesh of about a given number of triangles."""

from dataclasses import dataclass

import numpy as np

from factory.sources.procedural.model import Part
from factory.sources.procedural.placement import Placed
from factory.sources.procedural.solids import Tessellation

Array = np.ndarray

GRAIN = 0.007  # relative spread of a material's brightness from vertex to vertex


@dataclass(frozen=True)
class Decal:
    """An image on some faces.

    image : (h, w, 3) uint8; faces : (n,) indices; uv : (n, 3, 2) float64 per corner, 0..1 from the lower left.
    """

    image: Array
    faces: Array
    uv: Array


@dataclass(frozen=True)
class SceneMesh:
    """Welded triangles of all things.

    vertices : (V, 3) float32 [m, world]; faces : (F, 3) int32;
    color : (V, 3) float32, the material's, 0..1 sRGB; white below images;
    glow : (V,) float32, brightness of what shines by itself;
    vertex_object : (V,) int32, index of the thing; vertex_part : (V,) int32, index of the solid, unique in the scene;
    face_side : (F,) int32, flat or smooth side of the solid, unique in the scene; shading normals are shared by the
    faces of a vertex that lie on one side; edge : mean length of long edges [m].
    """

    vertices: Array
    faces: Array
    color: Array
    glow: Array
    vertex_object: Array
    vertex_part: Array
    face_side: Array
    decals: list[Decal]
    edge: float


def _tessellate(things: list[Placed], faces: int) -> tuple[list[Tessellation], float]:
    """All parts in about `faces` triangles, and the edge length for that."""
    low, high, edge = 0.02, 0.6, 0.08
    for attempt in range(6):
        pieces = [part.solid.tessellate(edge) for thing in things for part in thing.model.parts]
        count = sum(len(piece.faces) for piece in pieces)
        if abs(count / faces - 1) < 0.05 or attempt == 5:
            break
        low, high = (edge, high) if count > faces else (low, edge)
        edge = float(np.clip(edge * (count / faces) ** 0.6, low * 1.02, high * 0.98))
    return pieces, edge


def _decal(part: Part, piece: Tessellation, first_face: int) -> Decal | None:
    if part.image is None:
        return None
    on_side = np.flatnonzero(piece.sides == part.image_side)
    corners = piece.vertices[piece.faces[on_side]]
    low, high = piece.vertices.min(axis=0), piece.vertices.max(axis=0)
    x, y, z = np.moveaxis((corners - low) / np.where(high > low, high - low, 1.0), -1, 0)
    lying = np.ptp(corners[..., 2]) < 1e-9
    # who looks at the side from the front has the model's x on the left
    return Decal(part.image, first_face + on_side, np.stack([1 - x, 1 - y if lying else z], axis=-1))


def mesh_scene(things: list[Placed], faces: int, rng: np.random.Generator) -> SceneMesh:
    """Tessellates every part in the world."""
    pieces, edge = _tessellate(things, faces)
    remaining = iter(pieces)
    vertices, triangles, colors, glows, owners, parts, sides = (list[Array]() for _ in range(7))
    decals: list[Decal] = []
    vertex_count = face_count = side_count = 0
    for index, thing in enumerate(things):
        rotation = thing.rotation
        for part in thing.model.parts:
            piece = next(remaining)
            world = part.place(piece.vertices) @ rotation.T + thing.position
            decal = _decal(part, piece, face_count)
            if decal is not None:
                decals.append(decal)
            vertices.append(world)
            triangles.append(piece.faces + vertex_count)
            grain = 1 + rng.normal(0, GRAIN, (len(world), 1))
            colors.append(np.clip(np.asarray(part.color) * grain, 0, 1))
            glows.append(np.full(len(world), part.glow))
            owners.append(np.full(len(world), index))
            parts.append(np.full(len(world), len(parts)))
            sides.append(side_count + (np.zeros_like(piece.sides) if piece.smooth else piece.sides))
            vertex_count += len(world)
            face_count += len(piece.faces)
            side_count += int(piece.sides.max()) + 1
    return SceneMesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate(colors).astype(np.float32),
        np.concatenate(glows).astype(np.float32),
        np.concatenate(owners).astype(np.int32),
        np.concatenate(parts).astype(np.int32),
        np.concatenate(sides).astype(np.int32),
        decals,
        edge,
    )
