"""The annotated boxes of a capture: `<video>_3dod_annotation.json`."""

import json
import re
from collections import Counter
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.box_objects import LabelledBox, box_from_axes
from factory.sources.frames import told
from factory.sources.labels import LabelMap

NO_BOX, DUPLICATE = "object: no usable box", "object: duplicate of another"

_DELIMITERS = re.compile(r"[-/_\s]+")  # annotators' words are joined by any of these
_SPOKEN = {"tv monitor": "tv", "dish washer": "dishwasher"}


def read_annotation(data: bytes, name: str, counts: Counter[str]) -> list[LabelledBox]:
    """The boxes in the frame of the capture's own mesh; why some were left out goes to `counts`.

    An object's id is its place in the file: `uid` is a text, and `objectId` the same for many.
    """
    listed = _listed(data, name)
    boxes: list[LabelledBox] = []
    taken: set[str] = set()
    labels = LabelMap()
    for place, entry in enumerate(listed):
        try:
            # `obb`, beside it, is in another frame and unit
            aligned = entry["segments"]["obbAligned"]
            axes = np.asarray(aligned["normalizedAxes"]).reshape(3, 3)  # one axis per row
            box = box_from_axes(aligned["centroid"], aligned["axesLengths"], axes)  # full lengths
        except (KeyError, TypeError, ValueError, IndexError):
            counts[NO_BOX] += 1
            continue
        uid = entry.get("uid")
        if not box.extents.all():
            counts[NO_BOX] += 1
        elif isinstance(uid, str) and uid in taken:
            counts[DUPLICATE] += 1
        else:
            if isinstance(uid, str):
                taken.add(uid)
            raw = entry.get("label") if isinstance(entry.get("label"), str) else ""
            words = _DELIMITERS.sub(" ", raw).strip().lower()
            boxes.append(LabelledBox(place, raw, labels.normalise(_SPOKEN.get(words, words)), box))
    if not boxes:
        raise DataError(
            f"{name}: no object with a box ({told(counts)}); there is nothing to ask about, leave the capture out"
        )
    return boxes


def _listed(data: bytes, name: str) -> list[Any]:
    if not data.strip():
        raise DataError(f"{name}: the file is empty; the download was interrupted, download it again")
    try:
        parsed = json.loads(data)
    except ValueError as error:
        raise DataError(f"{name}: expected JSON, found damaged text ({error}); download it again") from None
    listed = parsed.get("data") if isinstance(parsed, dict) else None
    if not isinstance(listed, list):
        raise DataError(f"{name}: expected annotated objects under data; download it again")
    if parsed.get("skipped"):
        raise DataError(f"{name}: the annotators skipped this capture; leave it out")
    return listed
