"""The area of the floor that a mesh stands over (SPAR, section 7.5)."""

import numpy as np
from scipy.spatial import Delaunay, QhullError

Array = np.ndarray

FEWEST_VOXELS = 100


def floor_area(vertices: Array, faces: Array, voxel_m: float, alpha_m: float) -> float:
    """Area [m2] of the alpha shape of a mesh's points on the floor plane.

    vertices : (V, 3) [m, world], z up; faces : (F, 3) indices. The surfaces are sampled, then downsampled to one point
    per voxel, those of a column to their mean: along a wall it lies on the wall, whatever the floor adds. Of less than
    100 voxels all points are taken. Gaps narrower than `2 alpha_m` are closed.
    """
    points = surface_points(vertices, faces, voxel_m)
    voxels = _means(points, voxel_m)
    plane = points[:, :2] if len(voxels) < FEWEST_VOXELS else _means(voxels[:, :2], voxel_m)
    return alpha_shape_area(plane, alpha_m)


def polygon_area(corners: Array) -> float:
    """Area [m2] of a simple polygon with corners (n, 2) [m] in order."""
    x, y = np.asarray(corners, dtype=np.float64).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def alpha_shape_area(points: Array, alpha_m: float) -> float:
    """Area [m2] of the triangles of the Delaunay triangulation of points (n, 2) whose circles have radii up to alpha.

    0 for points on a line.
    """
    try:
        # about the middle, where coordinates are small and the arithmetic exact
        triangulation = Delaunay(points - points.mean(axis=0))
    except (QhullError, ValueError):
        return 0.0
    corners = triangulation.points[triangulation.simplices]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2
    sides = [np.linalg.norm(side, axis=1) for side in (first, second, second - first)]
    # the circle through the corners has the radius a b c / 4 area
    return float(area[sides[0] * sides[1] * sides[2] <= 4 * area * alpha_m].sum())


def surface_points(vertices: Array, faces: Array, spacing_m: float) -> Array:
    """(n, 3) float64 points on a mesh [m], none farther than about `spacing_m` from its neighbours on the surface.

    The corners of all faces, and more in faces with longer sides: rows of points along the longest side, and parallel
    to it up to the third corner.
    """
    used = np.zeros(len(vertices), dtype=bool)
    used[faces] = True
    corners = [vertices[column] for column in faces.T]
    # the side opposite to each corner
    sides = [corners[(k + 2) % 3] - corners[(k + 1) % 3] for k in range(3)]
    lengths = np.sqrt(np.stack([np.einsum("ij,ij->i", side, side) for side in sides], axis=1))
    long = np.flatnonzero(lengths.max(axis=1) > spacing_m)
    lengths = lengths[long].astype(np.float64)
    order = (lengths.argmax(axis=1)[:, None] + np.arange(3)) % 3
    apex, left, right = np.moveaxis(vertices[np.take_along_axis(faces[long], order, axis=1)].astype(np.float64), 1, 0)
    base = lengths.max(axis=1)
    height = np.linalg.norm(np.cross(left - apex, right - apex), axis=1) / base
    columns = np.ceil(base / spacing_m).astype(np.int64) + 1
    rows = np.ceil(height / spacing_m).astype(np.int64) + 1  # one for a face without area
    count = columns * rows
    face = np.repeat(np.arange(len(long)), count)
    rank = np.arange(len(face)) - np.repeat(np.cumsum(count) - count, count)
    up = (rank // columns[face] / np.maximum(rows - 1, 1)[face])[:, None]
    along = (rank % columns[face] / (columns - 1)[face])[:, None]
    inside = (1 - up) * ((1 - along) * left[face] + along * right[face]) + up * apex[face]
    return np.concatenate([vertices[used].astype(np.float64), inside])


def _means(points: Array, size_m: float) -> Array:
    """(m, d) the mean of the points (n, d) in each cell of a grid that holds any."""
    cells = np.floor((points - points.min(axis=0)) / size_m).astype(np.int64)
    widths = cells.max(axis=0) + 1
    keys = np.ravel_multi_index(tuple(cells.T), tuple(widths))
    _, cell, counts = np.unique(keys, return_inverse=True, return_counts=True)
    sums = [np.bincount(cell, weights=column) for column in points.T]
    means: Array = np.stack(sums, axis=1) / counts[:, None]
    return means
