"""Kinds of things: objects by their label."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from factory.tasks.records import SceneRecords

Array = np.ndarray

# Words written as one, here with a hyphen, that name a kind of their last part.
_JOINED = (
    "arm-chair wheel-chair bath-tub bean-bag hand-bag black-board white-board book-case suit-case book-shelf "
    "cook-book note-book text-book door-mat dust-bin waste-basket flower-pot tea-pot foot-stool love-seat "
    "hair-brush tooth-brush night-stand shoe-box spot-light wash-basin wash-cloth"
)


def kinds_of(records: SceneRecords) -> Array:
    """(N,) the number of each object's label, from 0 in the order of the labels' first objects.

    -1 for objects without a label, for labels of which some thing is part of the building, and for labels that a
    reader would not keep apart from another one (see `mistakable`).
    """
    _, first, kind = np.unique(records.labels.astype(np.str_), return_index=True, return_inverse=True)
    unnamed = np.zeros(len(first), dtype=bool)
    unnamed[kind[records.structural | (records.labels == "") | mistakable(records)]] = True
    order = np.argsort(np.where(unnamed, len(kind), first), kind="stable")
    numbers = np.zeros(len(first), dtype=np.int64)
    numbers[order] = np.arange(len(first))
    numbers[unnamed] = -1
    kinds: Array = numbers[kind]
    return kinds


@lru_cache(maxsize=4)  # all tasks of a scene ask for the same
def mistakable(records: SceneRecords) -> Array:
    """(N,) whether an object's label, alone, may also be read as that of other things in the scene.

    So it is with a general word (`table` where there is a `coffee table`, `cabinet` where there are `kitchen
    cabinets`, `chair` where there is an `armchair`) and with a plural beside its singular.
    """
    names = np.array(sorted(mistakable_labels(records.labels.tolist())), dtype=np.str_)
    found: Array = np.isin(records.labels.astype(np.str_), names)
    return found


def mistakable_labels(labels: Iterable[str]) -> frozenset[str]:
    """Those of some labels that may also be read as another of them (see `mistakable`)."""
    labels = sorted(set(labels) - {""})
    ends = {" ".join(words[start:]) for words in map(str.split, labels) for start in range(1, len(words))}
    last = {label.split()[-1] for label in labels}
    joined = [word.split("-") for word in _JOINED.split()]
    ends |= {end + s for start, end in joined for s in ("", "s", "es") if start + end + s in last}
    general = {short for short in labels if ends & {short, f"{short}s", f"{short}es"}}
    paired = {one for one in labels for ending in ("s", "es") if one + ending in labels}
    plurals = {one + ending for one in paired for ending in ("s", "es")}
    return frozenset(general | paired | plurals)


def per_kind(kinds: Array, of_object: Array) -> Array:
    """(F, L) whether anything of each kind has it, where (F, N) says which objects have it."""
    members = kinds[:, None] == np.arange(kinds.max(initial=-1) + 1)
    has: Array = of_object.astype(np.int64) @ members.astype(np.int64) > 0
    return has
