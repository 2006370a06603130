"""From annotated faces to objects and their vertices."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from factory.sources.labels import Label
from schemas.scene import SceneObject


def vertex_owners(faces: np.ndarray, face_owner: np.ndarray, vertex_count: int) -> np.ndarray:
    """The owner of every vertex (V,) int32: that of most of its faces, -1 where most have none, or it has no face.

    faces : (F, 3); face_owner : (F,) int32, -1 for none. Of owners with as many faces the lowest from 0 up wins.
    """
    low = np.full(vertex_count, np.iinfo(np.int32).max, dtype=np.int32)
    high = np.full(vertex_count, -1, dtype=np.int32)
    for corner in faces.T:
        np.minimum.at(low, corner, face_owner)
        np.maximum.at(high, corner, face_owner)
    owners: np.ndarray = high  # right where all faces agree, and where there are none
    disputed = low < high
    voting = np.flatnonzero(disputed[faces].ravel())
    base = int(face_owner.max(initial=0)) + 2
    keys = faces.ravel()[voting].astype(np.int64) * base + face_owner[voting // 3] + 1
    pairs, votes = np.unique(keys, return_counts=True)
    vertex, owner = pairs // base, pairs % base - 1
    order = np.lexsort((owner, owner < 0, -votes, vertex))  # of each vertex the winner comes first
    winners = order[np.diff(vertex[order], prepend=-1) > 0]
    owners[vertex[winners]] = owner[winners]
    return owners


def scene_objects(
    named: Mapping[int, tuple[str, Label]],
    faces: np.ndarray,
    face_object: np.ndarray,
    vertex_count: int,
    counts: Counter[str],
) -> tuple[list[SceneObject], np.ndarray]:
    """Objects with vertices, by id, and the object of every face (F,) int32 without those that were left out.

    named : raw label and label by object id; face_object : (F,) as annotated, -1 for none.
    """
    annotated = np.unique(face_object[face_object >= 0])
    unknown = annotated[~np.isin(annotated, list(named))]
    counts["object: on the mesh and not in the list of objects"] += len(unknown)
    face_object = np.where(np.isin(face_object, unknown), -1, face_object).astype(np.int32)
    owners = vertex_owners(faces, face_object, vertex_count)
    by_owner = np.argsort(owners, kind="stable").astype(np.int32)
    ids = sorted(named)
    starts, ends = (np.searchsorted(owners[by_owner], ids, side=side) for side in ("left", "right"))
    objects, empty = [], []
    for object_id, start, end in zip(ids, starts, ends, strict=True):
        raw_label, label = named[object_id]
        if start == end:
            empty.append(object_id)
            continue
        objects.append(
            SceneObject(
                object_id=object_id,
                label=label.text,
                raw_label=raw_label,
                is_structural=label.is_structural,
                vertex_ids=by_owner[start:end],
            )
        )
    counts["object: no vertices of its own"] += len(empty)
    return objects, np.where(np.isin(face_object, empty), -1, face_object).astype(np.int32)
