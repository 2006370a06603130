"""The surfaces of objects as points, fused from the depth of many frames."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from factory.geometry.boxes import Boxes
from factory.visibility.image_observer import box_coordinates, world_points
from factory.visibility.observer import Observation

Array = np.ndarray

# A cell is a hundredth of its object, within these sides [m] ...
_CELL_SHARE, _LEAST_CELL_M, _LARGEST_CELL_M = 0.01, 0.005, 0.03
# ... and at last twice as large as the distance of most pixels on the surface, so that what many or near frames show
# counts no more than what few or far ones do.
_CELL_SPACINGS, _MOST = 2.0, 90
_EDGE_SHARE = 0.03  # of its depth, that a pixel's neighbours are off where the surface breaks
_BITS = 15  # of a cell's number along an axis


class FusedPoints(NamedTuple):
    """points : (n, 3) [m, world]; of_object : per object the rows of its points."""

    points: Array
    of_object: list[Array]


class _Samples(NamedTuple):
    """place : (n,) of the object; local : (n, 3) [m] along its box's axes, from its centre;
    spacing : (n,) distance [m] of the image's pixels on a surface there that faces the camera."""

    place: Array
    local: Array
    spacing: Array


class PointFusion:
    """Collects what frames show of objects, and keeps one measured point per cell of a grid along each object's box.

    The order of the frames does not matter. Memory is that of the result, not of the number of frames.
    """

    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes
        diagonal = np.linalg.norm(boxes.extents, axis=1)
        self._cell_m = np.clip(_CELL_SHARE * diagonal, _LEAST_CELL_M, _LARGEST_CELL_M)
        self._kept = _Samples(np.zeros(0, dtype=np.int64), np.zeros((0, 3)), np.zeros(0))
        self._new: list[_Samples] = []

    def add(self, world_from_camera: Array, seen: Observation) -> None:
        """Takes the labelled pixels of a frame that have a depth and lie on one surface."""
        pixels = np.flatnonzero((seen.labels > 0) & (seen.depth_m > 0) & ~_between_surfaces(seen.depth_m))
        place = seen.labels.ravel()[pixels].astype(np.int64) - 1
        points = world_points(world_from_camera, seen.intrinsics, seen.depth_m, pixels)
        focal = np.sqrt(seen.intrinsics[0, 0] * seen.intrinsics[1, 1])
        spacing = seen.depth_m.ravel()[pixels].astype(np.float64) / focal
        samples = _Samples(place, box_coordinates(points, place, self._boxes), spacing)
        self._new.append(self._thinned(samples, self._cell_m))
        if sum(len(one.place) for one in self._new) > len(self._kept.place):
            self._merge()

    def points(self) -> FusedPoints:
        """What was collected so far."""
        self._merge()
        place, local, spacing = self._kept
        count = len(self._boxes.extents)
        ends = np.searchsorted(place, np.arange(count + 1))
        usual = np.array([np.percentile(spacing[a:b], _MOST) if b > a else 0.0 for a, b in pairwise(ends)])
        samples = self._thinned(self._kept, np.maximum(self._cell_m, _CELL_SPACINGS * usual))
        place, local, _ = samples
        world = np.einsum("nij,nj->ni", self._boxes.rotation[place], local) + self._boxes.center[place]
        ends = np.searchsorted(place, np.arange(count + 1))
        return FusedPoints(world, [np.arange(a, b) for a, b in pairwise(ends)])

    def _merge(self) -> None:
        parts = [self._kept, *self._new]
        self._kept = self._thinned(_Samples(*map(np.concatenate, zip(*parts, strict=True))), self._cell_m)
        self._new = []

    def _thinned(self, samples: _Samples, cell_m: Array) -> _Samples:
        """Of each object and cell the sample nearest to the cell's centre, by object and cell; cell_m : (objects,)."""
        place, local, _ = samples
        extents = self._boxes.extents
        # The faces of the box lie a quarter of a cell within the outermost cells, or in the middle of the only one:
        # noise does not split them, and points are not taken right at edges, where pixels tell little.
        count = np.maximum(1, np.rint(extents / cell_m[:, None] + 0.5))
        side = np.where(count > 1, extents / np.maximum(count - 0.5, 1), 2 * cell_m[:, None])[place]
        half = count[place] / 2
        cell = np.floor(local / side + half)
        off_x, off_y, off_z = (local - (cell + 0.5 - half) * side).T
        off = off_x * off_x + off_y * off_y + off_z * off_z
        key = place
        for axis in range(3):
            key = (key << _BITS) + cell[:, axis].astype(np.int64) + (1 << (_BITS - 1))
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=-1) > 0)
        if not len(starts):
            return samples
        least = np.minimum.reduceat(off[order], starts)
        nearest = order[off[order] == np.repeat(least, np.diff(starts, append=len(order)))]
        x, y, z = local[nearest].T  # of samples equally near the first by coordinates, whatever order they came in
        nearest = nearest[np.lexsort((z, y, x, key[nearest]))]
        first = nearest[np.diff(key[nearest], prepend=-1) > 0]
        return _Samples(*(column[first] for column in samples))


def _between_surfaces(depth_m: Array) -> Array:
    """Pixels (H, W) bool with something much nearer on one side and much farther on the other: depth images smear
    edges, and what they show there is neither surface."""
    found = np.zeros(depth_m.shape, dtype=bool)
    for image, result in ((depth_m, found), (depth_m.T, found.T)):
        before, here, after = image[:-2], image[1:-1], image[2:]
        limit = _EDGE_SHARE * here
        first, second = here - before, after - here
        rising = (first > limit) & (second > limit)
        falling = (first < -limit) & (second < -limit)
        result[1:-1] |= (rising | falling) & (before > 0) & (after > 0)
    return found
