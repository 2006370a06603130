"""Detections of the same thing, and masks that take in what lies on a thing."""

from collections.abc import Sequence

import numpy as np
from pycocotools import mask as coco

from factory.web.lifting.parameters import LiftParameters
from schemas.web import Detection

Array = np.ndarray


def duplicates(detections: Sequence[Detection], parameters: LiftParameters) -> Array:
    """(n,) bool: detections that another one of a higher score (of equal scores the earlier) already stands for.

    So it is where the masks nearly agree, whatever the labels, and where one of the same label lies within the other:
    a part of it, or several of a kind taken for one.
    """
    iou, inside = _overlaps(detections)
    labels = np.array([one.label for one in detections], dtype=np.str_)
    same = (iou >= parameters.same_iou) | (
        (labels[:, None] == labels) & (np.maximum(inside, inside.T) >= parameters.contained_share)
    )
    order = sorted(range(len(detections)), key=lambda i: -detections[i].score)
    dropped = np.zeros(len(detections), dtype=bool)
    for place, i in enumerate(order):
        dropped[i] = any(same[i, j] and not dropped[j] for j in order[:place])
    return dropped


def own_masks(detections: Sequence[Detection], masks: Sequence[Array], parameters: LiftParameters) -> list[Array]:
    """The masks (h, w) without those of smaller objects that lie within them, as a cushion does within a sofa.

    A mask that would lose more than half keeps its pixels: there the larger one is no thing that others lie on.
    """
    _, inside = _overlaps(detections)
    areas = np.array([np.count_nonzero(mask) for mask in masks])
    own = []
    for i, mask in enumerate(masks):
        smaller = np.flatnonzero((inside[:, i] >= parameters.contained_share) & (areas < areas[i]))
        left = mask
        for j in smaller:
            left = left & ~masks[j]
        own.append(left if np.count_nonzero(left) >= np.count_nonzero(mask) / 2 else mask)
    return own


def _overlaps(detections: Sequence[Detection]) -> tuple[Array, Array]:
    """Intersection over union (n, n), and the share of mask i that lies in mask j (n, n); 0 of one with itself."""
    runs = [{"size": one.mask.size, "counts": one.mask.counts.encode("ascii")} for one in detections]
    count = len(runs)
    if not count:
        return np.zeros((0, 0)), np.zeros((0, 0))
    iou = np.asarray(coco.iou(runs, runs, [0] * count))
    inside = np.asarray(coco.iou(runs, runs, [1] * count))  # a crowd's union is the other mask alone
    np.fill_diagonal(iou, 0.0)
    np.fill_diagonal(inside, 0.0)
    return iou, inside
