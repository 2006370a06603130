"""Points that are not on the object: strays, and patches of what lies behind it."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from factory.web.lifting.parameters import LiftParameters
from factory.web.lifting.percentiles import bulk

Array = np.ndarray

# Half of the 26 neighbours of a voxel: each pair of voxels is met once.
_NEIGHBOURS = np.array(
    [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) > (0, 0, 0)]
)


def clean(points: Array, parameters: LiftParameters) -> Array:
    """(n,) bool: which points (n, 3) [m, camera] are on the object: no strays, and one body.

    A stray's mean distance to its nearest neighbours, per metre of its depth, is far above that of all: beyond the
    mean by some standard deviations, and beyond a multiple of the median, so that an evenly sampled surface keeps its
    rim. What is left falls apart where there are gaps (see `clusters`); the largest piece is the object, with others
    of some size that do not lie much nearer or farther than it does, as the shade of a lamp and its foot, or what a
    chair leaves of a table: what shows of the background lies farther off.
    """
    nearest = min(parameters.neighbours, len(points) - 1)
    distances = cKDTree(points, balanced_tree=False).query(points, nearest + 1)[0][:, 1:].mean(axis=1)
    spread = distances / points[:, 2]
    limit = max(
        spread.mean() + parameters.outlier_sigma * spread.std(), parameters.outlier_ratio * float(np.median(spread))
    )
    kept = spread <= limit
    gap = max(parameters.cluster_gap_m, parameters.cluster_gap_ratio * float(np.median(distances)))
    piece = clusters(points[kept], gap)
    sizes = np.bincount(piece)
    main = int(np.argmax(sizes))
    low, high = bulk(points[kept][piece == main], parameters.percentiles)
    reach = parameters.piece_reach * float((high - low).max())
    z = points[kept, 2]
    own = np.zeros(len(sizes), dtype=bool)
    own[main] = True
    for other in np.flatnonzero(sizes >= max(parameters.min_points_after, parameters.piece_share * sizes[main])):
        own[other] |= low[2] - reach <= np.median(z[piece == other]) <= high[2] + reach
    kept[kept] = own[piece]
    return kept


def clusters(points: Array, gap: float) -> Array:
    """(n,) the cluster of each point (n, 3), numbered by its first point: those whose cubes of side `gap` touch, or
    are linked by a chain of touching cubes, belong together."""
    cells = np.floor((points - points.min(axis=0)) / gap).astype(np.int64) + 1
    sides = cells.max(axis=0) + 2  # a free cell on each side, so that neighbours have distinct keys
    steps = np.array([sides[1] * sides[2], sides[2], 1])
    keys, cube = np.unique(cells @ steps, return_inverse=True)
    wanted = keys[:, None] + _NEIGHBOURS @ steps
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    first, neighbour = np.nonzero(keys[place] == wanted)
    starts = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=len(keys)))])
    links = csr_matrix((np.ones(len(first), dtype=np.int8), place[first, neighbour], starts), shape=(len(keys),) * 2)
    piece = connected_components(links, directed=False)[1][cube]
    _, first_point, number = np.unique(piece, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first_point))
    numbered: Array = rank[number]
    return numbered
