"""Boxes of things, from `bbox_3d.json`: solids with ids, and no word of what they are."""

import json
from collections import Counter
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.box_objects import box_from_axes
from schemas.scene import Box

NO_INSTANCE = 65535  # in images of ids: walls, floors and whatever is no thing
NO_ID, UNUSABLE = "object: no id of its own", "object: box malformed"


def read_boxes(data: bytes, name: str) -> tuple[dict[int, Box], Counter[str]]:
    """Boxes by id [m], and what was left out by reason. `name` is for messages."""
    try:
        listed = json.loads(data)
    except ValueError as error:
        raise DataError(f"{name}: expected JSON, found damaged text ({error}); download it again") from None
    if not isinstance(listed, list) or not listed:
        raise DataError(f"{name}: expected a list of boxes, found none; download it again")
    boxes: dict[int, Box] = {}
    counts: Counter[str] = Counter()
    for entry in listed:
        object_id = entry.get("ID") if isinstance(entry, dict) else None
        if type(object_id) is not int or not 0 <= object_id < NO_INSTANCE or object_id in boxes:
            counts[NO_ID] += 1
            continue
        box = _box(entry)
        if box is None:
            counts[UNUSABLE] += 1
        else:
            boxes[object_id] = box
    if not boxes:
        raise DataError(f"{name}: none of its {len(listed)} boxes can be used; download it again")
    return dict(sorted(boxes.items())), counts


def _box(entry: dict[str, Any]) -> Box | None:
    """None for numbers that make no box with an inside."""
    try:
        # the rows of `basis` are the axes; `coeffs` are half lengths [mm], some of them negative
        axes, half, center = (np.asarray(entry[key], dtype=np.float64) for key in ("basis", "coeffs", "centroid"))
        lengths = 2 * np.abs(half) / 1000.0
        return box_from_axes(center / 1000.0, lengths, axes) if np.count_nonzero(lengths) >= 2 else None
    except (KeyError, TypeError, ValueError):
        return None
