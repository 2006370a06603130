"""ScanNet's annotated objects: segments per vertex (`segs.json`) grouped into instances (`aggregation.json`)."""

from collections import Counter

import numpy as np

from factory.errors import DataError
from factory.sources import segments as by_segment
from factory.sources.labels import LabelMap
from schemas.scene import SceneObject

# The lower resolution mesh and its segments belong together; mixed with the other one nothing fits.
SEGMENTS_SUFFIX = "_vh_clean_2.0.010000.segs.json"


def read_segments(data: bytes, name: str, vertex_count: int) -> np.ndarray:
    """The segment of every vertex, (V,) int64."""
    return by_segment.read_segments(data, name, vertex_count, f"use _vh_clean_2.ply with *{SEGMENTS_SUFFIX}")


def read_objects(
    data: bytes, name: str, segments: np.ndarray, labels: LabelMap
) -> tuple[list[SceneObject], np.ndarray, Counter[str]]:
    """The annotated objects, the object id of every vertex (V,) int32 (-1: none), and what was left out by reason."""
    counts: Counter[str] = Counter()
    parsed = by_segment.parse_json(data, name)
    listed = by_segment.listed_groups(parsed, name)
    segments_file = parsed.get("segmentsFile")
    if isinstance(segments_file, str) and segments_file and not segments_file.endswith(SEGMENTS_SUFFIX):
        raise DataError(
            f"{name}: its segmentsFile is {segments_file}, so that it belongs to another mesh; use the aggregation of "
            f"the lower resolution (<scene>.aggregation.json, with *{SEGMENTS_SUFFIX})"
        )
    advice = f"use <scene>.aggregation.json with *{SEGMENTS_SUFFIX} of the same scene"
    groups = by_segment.usable_groups(listed, counts)
    objects, vertex_object = by_segment.grouped_objects(groups, segments, labels, name, advice, counts)
    return objects, vertex_object, counts
