"""Object labels: from the annotators' words to normalised ones.

A normalised label is lower case with single spaces. Things that annotators could not name (`object`, `unknown`,
`remove`, ...) have the empty label: they are kept, since they occlude and take up room, and no question names them.
Walls, floors and ceilings are structural.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from factory.errors import DataError
from factory.store.hashing import digest_of

LABEL_MAP_FILE = "scannetv2-labels.combined.tsv"

# NYU-40 classes, number 1 first.
NYU40 = (
    "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf",
    "picture", "counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror", "floor mat",
    "clothes", "ceiling", "books", "refridgerator", "television", "paper", "towel", "shower curtain", "box",
    "whiteboard", "person", "night stand", "toilet", "sink", "lamp", "bathtub", "bag", "otherstructure",
    "otherfurniture", "otherprop",
)  # fmt: skip

_STRUCTURAL = frozenset({"wall", "floor", "ceiling"})
_STRUCTURAL_NYU40 = frozenset({1, 2, 22})
_UNNAMED = frozenset(
    {
        "object",
        "objects",
        "unknown",
        "remove",
        "otherprop",
        "otherstructure",
        "otherfurniture",
        "unannotated",
        "unlabeled",
        "unlabelled",
        "void",
        "misc",
        "none",
    }
)
_SPELLING = {"refridgerator": "refrigerator"}  # the label map's own


class Label(NamedTuple):
    text: str
    is_structural: bool


@dataclass(frozen=True)
class LabelMap:
    """Category and nyu40 id by `raw_category`; empty where no label map was found."""

    categories: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def normalise(self, raw: str) -> Label:
        """The label of an annotated object. Words that the map does not have are their own category."""
        words = _clean(raw)
        category, nyu40 = self.categories.get(words, (words, 0))
        if _UNNAMED & {words, category} or not category:
            return Label("", False)
        return Label(category, nyu40 in _STRUCTURAL_NYU40 or category in _STRUCTURAL)

    @cached_property
    def digest(self) -> str:
        """Changes when a label would."""
        return digest_of(f"{raw}\t{category}\t{nyu40}" for raw, (category, nyu40) in sorted(self.categories.items()))


def read_label_map(data: bytes, name: str) -> LabelMap:
    """The map in `scannetv2-labels.combined.tsv`."""
    rows = csv.DictReader(data.decode("utf-8-sig", "replace").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"raw_category", "category", "nyu40id"} <= set(rows.fieldnames or ()):
        raise DataError(
            f"{name}: expected tab-separated columns raw_category, category and nyu40id; "
            "take the file from the data set's release, or remove it to use the labels as annotated"
        )
    categories = {}
    for row in rows:
        raw, category, nyu40 = (_clean(row[column] or "") for column in ("raw_category", "category", "nyu40id"))
        if raw and category:
            categories[raw] = (category, int(nyu40) if nyu40.isdecimal() else 0)
    return LabelMap(categories)


def _clean(text: str) -> str:
    words = " ".join(text.replace("_", " ").lower().split())
    return _SPELLING.get(words, words)
