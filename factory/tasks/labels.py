"""Kinds of things: objects by their label."""

import numpy as np

from factory.tasks.records import SceneRecords

Array = np.ndarray


def kinds_of(records: SceneRecords) -> Array:
    """(N,) the number of each object's label, from 0 in the order of the labels' first objects.

    -1 for objects without a label and for labels of which some thing is part of the building.
    """
    _, first, kind = np.unique(records.labels.astype(np.str_), return_index=True, return_inverse=True)
    built = np.zeros(len(first), dtype=bool)
    built[kind[records.structural | (records.labels == "")]] = True
    order = np.argsort(np.where(built, len(kind), first), kind="stable")
    numbers = np.zeros(len(first), dtype=np.int64)
    numbers[order] = np.arange(len(first))
    numbers[built] = -1
    kinds: Array = numbers[kind]
    return kinds


def per_kind(kinds: Array, of_object: Array) -> Array:
    """(F, L) whether anything of each kind has it, where (F, N) says which objects have it."""
    members = kinds[:, None] == np.arange(kinds.max(initial=-1) + 1)
    has: Array = of_object.astype(np.int64) @ members.astype(np.int64) > 0
    return has
