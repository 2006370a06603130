"""Annotated objects: `segments.json` and `segments_anno.json`, of all releases.

Until 2023 `segIndices` names the segments of an over-segmentation, since then every vertex is its own segment; groups
list segment ids, so that both are read alike. Groups overlap: a vertex belongs to the smallest of its objects. Ids are
arbitrary; 0 means unlabelled. The labels are the annotators' free text. The map of the semantic benchmark
(`metadata/semantic_benchmark`) is not applied: it drops what is rare and merges names, both of which a benchmark of a
hundred classes needs, while a question names things as people do.
"""

from collections import Counter
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.labels import LabelMap
from factory.sources.segments import grouped_objects, listed_groups, parse_json, read_segments, usable_groups
from schemas.scene import SceneObject

# Notes of the annotators' tool, and what is seen in mirrors: no names of things (`unlabeled` has no label).
LABELS = LabelMap(dict.fromkeys(("split", "reflection", "undefined", "unidentified"), ("unlabeled", 0)))

NO_OBJECT, STORED_BOX_ELSEWHERE = "object: id 0, which means unlabelled", "object: most of it outside its stored box"

_LEAST_SEGMENT = 20  # vertices of a segment of the over-segmentation
_BOX_SLACK = 0.05  # [m]


def read_annotation(
    segments: bytes, segments_name: str, groups: bytes, groups_name: str, vertices: np.ndarray, counts: Counter[str]
) -> tuple[list[SceneObject], np.ndarray]:
    """The annotated objects, and the object id of every vertex (V,) int32 (-1: none).

    vertices : (V, 3) [m] of the mesh; `counts` takes what is left out or odd, by reason. Raises DataError for files
    that are damaged, or do not belong together.
    """
    advice = f"download the mesh, {segments_name} and {groups_name} again, from one release"
    segment_of_vertex = read_segments(segments, segments_name, len(vertices), advice)
    listed = listed_groups(parse_json(groups, groups_name), groups_name)
    objects_only = [entry for entry in listed if not (isinstance(entry, dict) and entry.get("objectId") in (0, "0"))]
    counts[NO_OBJECT] += len(listed) - len(objects_only)
    usable = usable_groups(objects_only, counts)
    # In the newer encoding every vertex is listed. Ids of segments, fewer than one in twenty, are valid numbers there.
    is_by_vertex = np.array_equal(segment_of_vertex, np.arange(len(vertices)))
    listed_count = sum(len(group.segments) for group in usable)
    if is_by_vertex and 0 < listed_count * _LEAST_SEGMENT < len(vertices):
        raise DataError(
            f"{groups_name}: expected objects listed by vertex, as {segments_name} has them, found a few ids only: "
            f"those of segments, of a release before December 2023; {advice}"
        )
    objects, vertex_object = grouped_objects(usable, segment_of_vertex, LABELS, groups_name, advice, counts)
    boxes = {str(entry.get("objectId")): entry.get("obb") for entry in objects_only if isinstance(entry, dict)}
    for found in objects:
        inside = _share_inside(vertices[found.vertex_ids].astype(np.float64), boxes.get(str(found.object_id)))
        counts[STORED_BOX_ELSEWHERE] += inside is not None and inside < 0.5
    return objects, vertex_object


def _share_inside(points: np.ndarray, stored: Any) -> float | None:
    """The share of points (n, 3) in a stored box; None where there is none. `min` and `max` beside it are not those of
    the object, so that boxes are made from the vertices anew."""
    try:
        center = np.array(stored["centroid"], dtype=np.float64).reshape(3)
        half = np.array(stored["axesLengths"], dtype=np.float64).reshape(3) / 2  # full lengths are stored
        axes = np.array(stored["normalizedAxes"], dtype=np.float64).reshape(3, 3)  # axis i is numbers 3i to 3i + 3
    except (KeyError, TypeError, ValueError):
        return None
    return float((np.abs((points - center) @ axes.T) <= half + _BOX_SLACK).all(axis=1).mean())
