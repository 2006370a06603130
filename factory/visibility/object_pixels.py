"""What a label image says about each object: pixels, tight box, and a point on it."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

Array = np.ndarray


@dataclass(frozen=True)
class ObjectPixels:
    """The k objects with at least one pixel, by rising label.

    label : (k,) labels from 1; count : (k,) pixels; box : (k, 4) first and last column and row `x1 y1 x2 y2`,
    inclusive; point : (k, 2) a pixel `x y` of the object.
    """

    label: Array
    count: Array
    box: Array
    point: Array


def summarise(labels: Array, centers_px: Array) -> ObjectPixels:
    """Pixels, boxes and points of a label image.

    labels : (H, W) int32, 0 for none, i + 1 for object i;
    centers_px : (n, 2) projected box centres, NaN behind the camera.

    The point is the pixel nearest to the projected centre if it shows the object. Else it is the pixel farthest from
    the border of what shows, by chessboard distance (the middle of the largest square that fits; the image's edge is
    a border too); of several the one closest to the mean of the object's pixels, then the first in reading order.
    """
    height, width = labels.shape
    counts = np.bincount(labels.ravel(), minlength=len(centers_px) + 1)
    counts[0] = 0
    shown = np.flatnonzero(counts)
    slices = ndimage.find_objects(labels)
    box = np.array(
        [(c.start, r.start, c.stop - 1, r.stop - 1) for r, c in (slices[label - 1] for label in shown)], dtype=np.int64
    ).reshape(-1, 4)
    point = np.floor(centers_px[shown - 1] + 0.5)
    inside = ((point >= 0) & (point < (width, height))).all(axis=1)
    point = np.where(inside[:, None], point, 0).astype(np.int64)
    missed = ~inside
    missed |= labels[point[:, 1], point[:, 0]] != shown
    if missed.any():
        point[missed] = _inner_points(labels, shown[missed])
    return ObjectPixels(shown, counts[shown], box, point)


def _inner_points(labels: Array, wanted: Array) -> Array:
    """The pixel (k, 2) `x y` farthest from the border of each wanted label, rising."""
    width = labels.shape[1]
    # A pixel's nearest border pixel is one of its own label, so one transform of all labels' borders serves each.
    distance = ndimage.distance_transform_cdt(~_borders(labels), metric="chessboard")
    number = np.zeros(labels.max() + 1, dtype=np.int64)
    number[wanted] = np.arange(1, len(wanted) + 1)
    place = number[labels].ravel()
    pixels = np.flatnonzero(place)
    owner, far = place[pixels] - 1, distance.ravel()[pixels]
    x, y = pixels % width, pixels // width
    farthest = np.zeros(len(wanted), dtype=far.dtype)
    np.maximum.at(farthest, owner, far)
    total = np.bincount(owner)
    sum_x, sum_y = (np.bincount(owner, weights=values).astype(np.int64) for values in (x, y))
    best = np.flatnonzero(far == farthest[owner])
    owner, x, y = owner[best], x[best], y[best]
    # in whole numbers, so that ties are exact
    off_mean = (total[owner] * x - sum_x[owner]) ** 2 + (total[owner] * y - sum_y[owner]) ** 2
    order = np.lexsort((x, y, off_mean, owner))
    first = order[np.searchsorted(owner[order], np.arange(len(wanted)))]
    return np.stack([x[first], y[first]], axis=1)


def _borders(labels: Array) -> Array:
    """Pixels (H, W) bool with one of eight neighbours of another label, or at the image's edge."""
    height, width = labels.shape
    padded = np.pad(labels, 1, constant_values=-1)
    border = np.zeros(labels.shape, dtype=bool)
    for y in range(3):
        for x in range(3):
            if (y, x) != (1, 1):
                border |= padded[y : y + height, x : x + width] != labels
    return border
