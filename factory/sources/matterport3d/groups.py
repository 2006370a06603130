"""Objects as groups of segments: `<scan>.fsegs.json` (the segment of every face) and `<scan>.semseg.json`."""

import json
from collections import Counter
from typing import Any

import numpy as np

from factory.errors import DataError

_MAX_ID = np.iinfo(np.int32).max


def read_face_segments(data: bytes, name: str, face_count: int) -> np.ndarray:
    """The segment of every face (F,) int64."""
    parsed = _parse(data, name)
    try:
        segments = np.asarray(parsed["segIndices"])
    except (KeyError, TypeError, ValueError):
        segments = np.zeros(0, dtype=object)
    if segments.ndim != 1 or segments.dtype.kind not in "iu":
        raise DataError(f"{name}: expected a list segIndices with one whole number per face; download it again")
    if len(segments) != face_count:
        raise DataError(
            f"{name}: expected a segment for each of the {face_count} faces of the mesh, found {len(segments)}; use "
            "the mesh and the segments of one download"
        )
    return segments.astype(np.int64)


def read_groups(
    data: bytes, name: str, face_segments: np.ndarray, counts: Counter[str]
) -> tuple[dict[int, str], np.ndarray]:
    """Raw labels by object id, and the object of every face (F,) int32, -1 for none.

    A segment that several groups claim is the smallest one's, by faces. What is left out is added to `counts`.
    """
    parsed = _parse(data, name)
    listed = parsed.get("segGroups") if isinstance(parsed, dict) else None
    if not isinstance(listed, list) or not listed:
        raise DataError(f"{name}: expected annotated objects under segGroups, found none; download it again")
    present, place_of_face, sizes = np.unique(face_segments, return_inverse=True, return_counts=True)
    labels: dict[int, str] = {}
    claims: list[tuple[int, int, np.ndarray]] = []
    for group in listed:
        object_id, segments = _group(group)
        if object_id is None or object_id in labels:
            counts["object: no id of its own"] += 1
            continue
        places = np.minimum(np.searchsorted(present, segments), len(present) - 1)
        places = places[present[places] == segments]
        counts["segment: not in the mesh"] += len(segments) - len(places)
        labels[object_id] = group["label"] if isinstance(group.get("label"), str) else ""
        claims.append((int(sizes[places].sum()), object_id, places))
    owner = np.full(len(present), -1, dtype=np.int32)
    claimed = np.concatenate([places for *_, places in claims]) if claims else np.zeros(0, dtype=np.int64)
    for _, object_id, places in sorted(claims, key=lambda claim: claim[:2], reverse=True):  # small ones last: they win
        owner[places] = object_id
    counts["segment: claimed by several objects"] += int((np.bincount(claimed, minlength=1) > 1).sum())
    face_object: np.ndarray = owner[place_of_face]
    return labels, face_object


def _parse(data: bytes, name: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise DataError(f"{name}: expected JSON, found damaged text ({error}); download it again") from None


def _group(group: Any) -> tuple[int | None, np.ndarray]:
    """Object id and segments (sorted, unique); no id for what is no group."""
    try:
        object_id = int(group["objectId"] if group.get("objectId") is not None else group["id"])
        segments = np.unique(np.asarray(group["segments"], dtype=np.int64))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return None, np.zeros(0, dtype=np.int64)
    return (object_id if 0 <= object_id <= _MAX_ID else None), segments
