"""Objects as groups of segments: `<scan>.fsegs.json` (the segment of every face) and `<scan>.semseg.json`."""

from collections import Counter

import numpy as np

from factory.errors import DataError
from factory.sources.labels import LabelMap
from factory.sources.segments import grouped_objects, listed_groups, parse_json, usable_groups

_ADVICE = "use the mesh, the segments and the groups of one download"


def read_face_segments(data: bytes, name: str, face_count: int) -> np.ndarray:
    """The segment of every face, (F,) int64."""
    parsed = parse_json(data, name)
    try:
        segments = np.asarray(parsed["segIndices"])
    except (KeyError, TypeError, ValueError):
        segments = np.zeros(0, dtype=object)
    if segments.ndim != 1 or segments.dtype.kind not in "iu":
        raise DataError(f"{name}: expected a list segIndices with one whole number per face; download it again")
    if len(segments) != face_count:
        raise DataError(
            f"{name}: expected a segment for each of the {face_count} faces of the mesh, found {len(segments)}; "
            f"{_ADVICE}"
        )
    return segments.astype(np.int64)


def read_groups(
    data: bytes, name: str, face_segments: np.ndarray, counts: Counter[str]
) -> tuple[dict[int, str], np.ndarray]:
    """Raw labels by object id, and the object of every face (F,) int32, -1 for none.

    A segment that several groups claim is the smallest one's, by faces. What is left out is added to `counts`.
    """
    groups = usable_groups(listed_groups(parse_json(data, name), name), counts)
    # here the segments are those of faces, and so are the ids of each object
    objects, face_object = grouped_objects(groups, face_segments, LabelMap(), name, _ADVICE, counts)
    return {one.object_id: one.raw_label for one in objects}, face_object
