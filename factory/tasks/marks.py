"""Whether marks on one image can be told apart."""

from itertools import combinations

import numpy as np

from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords

Array = np.ndarray


def dots_touch(records: SceneRecords, views: Array, objects: Array, parameters: Parameters) -> Array:
    """(n,) whether the points of any two of the objects (n, K) lie too close on one image; views (n, K) show them."""
    points = records.points.take(records.sighting_of[views, objects], axis=0).astype(np.float64)
    pixels_per_thousandth = np.stack([records.widths, records.heights], axis=1)[views] / 1000.0
    touch = np.zeros(len(views), dtype=bool)
    for a, b in combinations(range(objects.shape[1]), 2):
        gap = points[:, a] - points[:, b]
        gap_px = gap * pixels_per_thousandth[:, a]
        close = np.hypot(gap[:, 0], gap[:, 1]) < parameters.min_dot_gap_thousandths
        close |= np.hypot(gap_px[:, 0], gap_px[:, 1]) < parameters.min_dot_gap_px
        touch |= close & (views[:, a] == views[:, b])
    return touch


def boxes_coincide(records: SceneRecords, views: Array, objects: Array, parameters: Parameters) -> Array:
    """(n,) whether the boxes of any two of the objects (n, K) nearly cover each other on one image; views (n, K)."""
    boxes = records.boxes.take(records.sighting_of[views, objects], axis=0)
    first, second = np.triu_indices(objects.shape[1], k=1)
    over = box_iou(boxes[:, first], boxes[:, second]) > parameters.max_marked_box_iou
    same: Array = (over & (views[:, first] == views[:, second])).any(axis=1)
    return same


def box_share(boxes: Array) -> Array:
    """(...) the share of the image that boxes (..., 4) in 0..1000 take."""
    sides = (boxes[..., 2:] - boxes[..., :2]).astype(np.float64)
    share: Array = sides[..., 0] * sides[..., 1] / 1e6
    return share


def box_iou(first: Array, second: Array) -> Array:
    """Intersection over union (...) of boxes (..., 4) `x1 y1 x2 y2`."""
    first, second = first.astype(np.float64), second.astype(np.float64)
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    shared = _area(np.maximum(high - low, 0.0))
    iou: Array = shared / (_area(first[..., 2:] - first[..., :2]) + _area(second[..., 2:] - second[..., :2]) - shared)
    return iou


def _area(sides: Array) -> Array:
    """(...) area of rectangles with sides (..., 2)."""
    area: Array = sides[..., 0] * sides[..., 1]
    return area
