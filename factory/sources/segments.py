"""Annotations by segment: a segment of every vertex (`segIndices`), objects as groups of segments (`segGroups`)."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.labels import LabelMap
from schemas.scene import SceneObject

_MIN_KNOWN = 0.5
_MAX_ID = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Group:
    """An annotated object; `segments` are sorted segment ids, each of them once."""

    object_id: int
    raw_label: str
    segments: np.ndarray


def parse_json(data: bytes, name: str) -> Any:
    """What a JSON file holds. Raises DataError for one that is empty or damaged."""
    if not data.strip():
        raise DataError(f"{name}: the file is empty; the download was interrupted, download it again")
    try:
        return json.loads(data)
    except ValueError as error:
        raise DataError(f"{name}: expected JSON, found damaged text ({error}); download it again") from None


def read_segments(data: bytes, name: str, vertex_count: int, advice: str) -> np.ndarray:
    """The segment of every vertex, (V,) int64; `advice` says which files belong together."""
    try:
        segments = np.asarray(parse_json(data, name)["segIndices"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{name}: expected a list segIndices with one number per vertex; download it again") from error
    if segments.ndim != 1 or segments.dtype.kind not in "iu":
        raise DataError(f"{name}: expected a list segIndices with one whole number per vertex; download it again")
    if len(segments) != vertex_count:
        raise DataError(
            f"{name}: expected a segment for each of the {vertex_count} vertices of the mesh, found {len(segments)}; "
            f"mesh and segments are of different resolutions or cut off: {advice}"
        )
    return segments.astype(np.int64)


def listed_groups(parsed: Any, name: str) -> list[Any]:
    """The entries of an annotation's `segGroups`. Raises DataError where there are none."""
    listed = parsed.get("segGroups") if isinstance(parsed, dict) else None
    if not isinstance(listed, list) or not listed:
        raise DataError(f"{name}: expected annotated objects under segGroups, found none; download it again")
    return listed


def usable_groups(listed: list[Any], counts: Counter[str]) -> list[Group]:
    """The usable groups in the order of the file. Ids count as unusable when they are no number, or taken."""
    groups: list[Group] = []
    taken: set[int] = set()
    contents: set[bytes] = set()
    for entry in listed:
        object_id = _object_id(entry)
        try:
            found = np.unique(np.asarray(entry["segments"], dtype=np.int64))
        except (KeyError, TypeError, ValueError, OverflowError):
            found = np.zeros(0, np.int64)
        if object_id is None or object_id in taken:
            counts["object: no id of its own"] += 1
        elif not len(found):
            counts["object: no segments"] += 1
        elif found.tobytes() in contents:
            counts["object: duplicate of another"] += 1
        else:
            taken.add(object_id)
            contents.add(found.tobytes())
            label = entry.get("label")
            groups.append(Group(object_id, label if isinstance(label, str) else "", found))
    return groups


def grouped_objects(
    groups: list[Group], segments: np.ndarray, labels: LabelMap, name: str, advice: str, counts: Counter[str]
) -> tuple[list[SceneObject], np.ndarray]:
    """The annotated objects by id, and the object id of every vertex (V,) int32 (-1: none).

    segments : (V,) segment of every vertex; `counts` takes what is left out by reason; `advice` says which files
    belong together. A segment that several objects claim belongs to the smallest of them, so that no vertex has two
    objects. Raises DataError where most segments are not in the mesh, or no object has vertices.
    """
    present, segment_of_vertex = np.unique(segments, return_inverse=True)
    groups = _known_segments(groups, present, name, advice, counts)
    owners = _owners(groups, np.bincount(segment_of_vertex, minlength=len(present)), counts)
    group_of_vertex = owners[segment_of_vertex]

    objects = []
    by_group = np.argsort(group_of_vertex, kind="stable").astype(np.int32)
    bounds = np.searchsorted(group_of_vertex[by_group], np.arange(len(groups) + 1))
    for group, start, end in zip(groups, bounds[:-1], bounds[1:], strict=True):
        if start == end:
            counts["object: no vertices of its own"] += 1
            continue
        label = labels.normalise(group.raw_label)
        objects.append(
            SceneObject(
                object_id=group.object_id,
                label=label.text,
                raw_label=group.raw_label,
                is_structural=label.is_structural,
                vertex_ids=by_group[start:end],
            )
        )
    if not objects:
        told = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items())) or "none usable"
        raise DataError(f"{name}: no object with vertices in it ({told}); there is nothing to ask about")
    ids = np.array([group.object_id for group in groups] + [-1], dtype=np.int32)
    return sorted(objects, key=lambda o: o.object_id), ids[group_of_vertex]


def _object_id(entry: Any) -> int | None:
    value = entry.get("objectId") if isinstance(entry, dict) else None
    try:
        number = int(value) if isinstance(value, int | str) else -1
    except ValueError:
        return None
    return number if 0 <= number <= _MAX_ID else None


def _known_segments(
    groups: list[Group], present: np.ndarray, name: str, advice: str, counts: Counter[str]
) -> list[Group]:
    """The groups with their segments as places in the sorted list of segments that are `present`; ids are sparse."""
    known = []
    listed = found = 0
    for group in groups:
        places = np.minimum(np.searchsorted(present, group.segments), len(present) - 1)
        places = places[present[places] == group.segments]
        listed, found = listed + len(group.segments), found + len(places)
        known.append(Group(group.object_id, group.raw_label, places))
    if listed and found < _MIN_KNOWN * listed:
        raise DataError(
            f"{name}: {listed - found} of the {listed} segments that it lists are not in the mesh; it was made for "
            f"another mesh: {advice}"
        )
    if found < listed:
        counts["segment: not in the mesh"] += listed - found
    return known


def _owners(groups: list[Group], vertices_per_segment: np.ndarray, counts: Counter[str]) -> np.ndarray:
    """The group that each segment belongs to, -1 for none; of several the one with the fewest vertices."""
    owners = np.full(len(vertices_per_segment), -1, dtype=np.int64)
    if not groups:
        return owners
    sizes = [int(vertices_per_segment[group.segments].sum()) for group in groups]
    claimed = np.concatenate([group.segments for group in groups])
    # Large objects first, so that smaller ones take segments away from them; at equal size the lower id wins.
    for g in sorted(range(len(groups)), key=lambda g: (-sizes[g], -groups[g].object_id)):
        owners[groups[g].segments] = g
    shared = int((np.bincount(claimed, minlength=len(owners)) > 1).sum())
    if shared:
        counts["segment: claimed by several objects"] += shared
    return owners
