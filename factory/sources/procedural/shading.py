"""What a renderer draws: vertices split where shading has creases, and one texture that holds all images."""

from dataclasses import dataclass

import numpy as np

from factory.sources.procedural.meshing import Decal, SceneMesh

Array = np.ndarray

ATLAS_WIDTH = 2048
MARGIN = 4  # pixels repeated around every image, so that coarser mip levels do not mix neighbours


@dataclass(frozen=True)
class Shading:
    """A mesh whose vertices are split where its shading or its texture has seams.

    vertex : (S,) index of the mesh vertex; normal : (S, 3); faces : (F, 3) indices into these;
    uv : (S, 2) in the atlas, 0..1 from the lower left; textured : (S,) whether the colour comes from an image;
    atlas : (h, w, 3) uint8, its upper left pixels are white for what has no image.
    """

    vertex: Array
    normal: Array
    faces: Array
    uv: Array
    textured: Array
    atlas: Array

    def texture_colors(self) -> Array:
        """Colour of the atlas at every shading vertex, (S, 3), 0..1."""
        height, width = self.atlas.shape[:2]
        column = np.clip((self.uv[:, 0] * width).astype(int), 0, width - 1)
        row = np.clip(((1 - self.uv[:, 1]) * height).astype(int), 0, height - 1)
        colors: Array = self.atlas[row, column] / 255.0
        return colors


def _pack(decals: list[Decal]) -> tuple[Array, list[tuple[int, int]]]:
    """The atlas, and the upper left corner (column, row) of every image in it: shelves of falling height."""
    order = sorted(range(len(decals)), key=lambda i: (-decals[i].image.shape[0], i))
    corners = [(0, 0)] * len(decals)
    x, y, shelf = 16 + MARGIN, MARGIN, 16
    for i in order:
        height, width = decals[i].image.shape[:2]
        if x + width + MARGIN > ATLAS_WIDTH:
            x, y, shelf = MARGIN, y + shelf + 2 * MARGIN, 0
        corners[i] = (x, y)
        x, shelf = x + width + 2 * MARGIN, max(shelf, height)
    atlas = np.full((y + shelf + MARGIN, ATLAS_WIDTH, 3), 255, dtype=np.uint8)
    for decal, (column, row) in zip(decals, corners, strict=True):
        padded: Array = np.pad(decal.image, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="edge")
        atlas[row - MARGIN : row - MARGIN + len(padded), column - MARGIN : column - MARGIN + padded.shape[1]] = padded
    return atlas, corners


def shading_of(mesh: SceneMesh) -> Shading:
    """One shading vertex per mesh vertex and side, with the area-weighted normal of its faces."""
    corners = mesh.vertices.astype(np.float64)[mesh.faces]
    face_normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    side_count = int(mesh.face_side.max()) + 1
    keys = mesh.faces.astype(np.int64) * side_count + mesh.face_side[:, None]
    unique, inverse = np.unique(keys, return_inverse=True)
    inverse = inverse.reshape(-1)
    sums = [np.bincount(inverse, np.repeat(face_normal[:, k], 3), minlength=len(unique)) for k in range(3)]
    normal: Array = np.stack(sums, axis=1)
    normal = normal / (np.linalg.norm(normal, axis=1, keepdims=True) + 1e-30)
    faces = inverse.reshape(-1, 3)
    atlas, places = _pack(mesh.decals)
    height, width = atlas.shape[:2]
    uv = np.tile((6.0 / width, 1 - 6.0 / height), (len(unique), 1))
    textured = np.zeros(len(unique), dtype=bool)
    for decal, (column, row) in zip(mesh.decals, places, strict=True):
        h, w = decal.image.shape[:2]
        u = (column + 0.5 + decal.uv[..., 0] * (w - 1)) / width
        v = 1 - (row + 0.5 + (1 - decal.uv[..., 1]) * (h - 1)) / height
        at = faces[decal.faces]
        uv[at] = np.stack([u, v], axis=-1)
        textured[at] = True
    return Shading((unique // side_count).astype(np.int64), normal, faces.astype(np.uint32), uv, textured, atlas)


def vertex_means(shading: Shading, values: Array) -> Array:
    """Means (V, k) of shading vertices' values (S, k) over the mesh's vertices."""
    count = np.bincount(shading.vertex)
    sums = [np.bincount(shading.vertex, values[:, k]) for k in range(values.shape[1])]
    means: Array = np.stack(sums, axis=1) / count[:, None]
    return means
