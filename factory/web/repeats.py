"""Boxes of one class that are the same thing."""

from collections.abc import Sequence

import numpy as np
from pycocotools import mask as coco

Array = np.ndarray


def not_repeated(labels: Sequence[str], scores: Array, boxes: Array, same_iou: float) -> Array:
    """Places of the boxes (k, 4) that stay, by falling score: one goes when it overlaps one of its label that stays by
    `same_iou` (intersection over union) or more."""
    if not len(labels):
        return np.zeros(0, dtype=np.int64)
    corner_and_size = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    same = np.asarray(coco.iou(corner_and_size, corner_and_size, [0] * len(boxes))) >= same_iou
    stay: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not any(same[i, j] and labels[i] == labels[j] for j in stay):
            stay.append(int(i))
    return np.array(stay, dtype=np.int64)
