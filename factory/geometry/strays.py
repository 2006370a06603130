"""Stray clusters of an annotated instance: a few vertices far from the rest, left by a wrong segment."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Array = np.ndarray

GAP_M = 0.3  # a part nearer than this belongs to the instance, however small: legs come off in scans
CLUSTER_SHARE = 0.02  # a cluster with this share of the points is a part, wherever it lies
TOTAL_SHARE = 0.05  # more than this in small clusters is a sparse instance, not one with strays
_CELL_M = GAP_M / np.sqrt(12.0)  # points of touching cells are at most GAP_M apart

_HALF_NEIGHBOURS = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) > (0, 0, 0)]


def bulk_mask(points: Array, faces: Array | None = None) -> Array:
    """True (N,) for the points of an instance, False for strays.

    points : (N, 3) [m]; faces : (F, 3) indices into `points`, whose corners always stay together.

    A stray cluster holds less than 2 % of the points and no chain of gaps of at most 0.3 m leads from it to a
    larger cluster. When such clusters hold more than 5 % together, nothing is called a stray.
    """
    keep = np.ones(len(points), dtype=bool)
    cluster = _clusters(points, faces)
    sizes = np.bincount(cluster)
    if len(sizes) == 1:
        return keep
    large = sizes >= CLUSTER_SHARE * len(points)
    frontier = large
    while frontier.any() and not large.all():
        outside = np.flatnonzero(~large[cluster])
        distance, _ = cKDTree(points[frontier[cluster]]).query(
            points[outside], distance_upper_bound=GAP_M * (1 + 1e-9)
        )
        frontier = np.zeros_like(large)
        frontier[cluster[outside[np.isfinite(distance)]]] = True
        large = large | frontier
    stray = ~large[cluster]
    return keep if stray.sum() > TOTAL_SHARE * len(points) else ~stray


def _clusters(points: Array, faces: Array | None) -> Array:
    """Cluster number (N,) of each point: joined by touching voxels and by triangles."""
    index = np.floor((points - points.min(axis=0)) / _CELL_M).astype(np.int64)
    shape = index.max(axis=0) + 3
    stride = np.array([shape[1] * shape[2], shape[2], 1])
    codes, cell = np.unique((index + 1) @ stride, return_inverse=True)
    starts, ends = [], []
    for offset in _HALF_NEIGHBOURS:
        wanted = codes + np.dot(offset, stride)
        place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        found = np.flatnonzero(codes[place] == wanted)
        starts.append(found)
        ends.append(place[found])
    if faces is not None and len(faces):
        corners = cell[faces]
        starts += [corners[:, 0], corners[:, 1]]
        ends += [corners[:, 1], corners[:, 2]]
    start, end = np.concatenate(starts), np.concatenate(ends)
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(len(codes), len(codes)))
    _, of_cell = connected_components(graph, directed=False)
    cluster: Array = of_cell[cell]
    return cluster
