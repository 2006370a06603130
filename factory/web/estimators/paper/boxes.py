"""Boxes as detectors tell them, and as records hold them."""

import numpy as np

Array = np.ndarray


def pixel_boxes(relative: Array, width: float, height: float, size: tuple[int, int]) -> Array:
    """x1 y1 x2 y2 [px] (n, 4), clipped to the picture `size` (height, width).

    relative : (n, 4) center x, center y, width, height as shares of a frame `width` x `height` [px] that begins at the
    picture's corner.
    """
    cx, cy, w, h = (relative.astype(np.float64) * (width, height, width, height)).T
    boxes = np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], axis=1)
    clipped: Array = np.clip(boxes, 0.0, (size[1], size[0], size[1], size[0]))
    return clipped


def kept(boxes: Array, scores: Array, overlap: float) -> Array:
    """Places of the boxes that stay, by falling score: greedily, one stays unless its intersection over union with
    one that stayed is above `overlap`. Boxes without area never stay."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = np.argsort(-scores, kind="stable")
    order = order[area[order] > 0]
    stay: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        stay.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        order = rest[shared <= overlap * (area[best] + area[rest] - shared)]
    return np.array(stay, dtype=np.int64)
