"""The tables of the whole data set: which captures are of one visit, their fold, where the sky is in their images."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from factory.errors import DataError
from factory.sources.inputs import find_table
from factory.store.storage import Storage
from schemas.scene import Split

FOLDS: dict[str, Split] = {"Training": "train", "Validation": "val"}
DATASETS = ("3dod", "raw")

_TABLES = ("metadata.csv", "3dod_train_val_splits.csv", "raw_train_val_splits.csv")
_SKIES = ("up", "left", "down", "right")  # by the clockwise right angles that bring the sky to the top
_NUMBER = re.compile(r"(\d+)(?:\.0*)?")  # some tables were written through floating point


@dataclass(frozen=True)
class Tables:
    """All by video: visits, splits, and right angles clockwise that bring the sky to the top."""

    visits: Mapping[str, str] = field(default_factory=dict)
    splits: Mapping[str, Split] = field(default_factory=dict)
    sky_turns: Mapping[str, int] = field(default_factory=dict)


def read_tables(root: Storage) -> Tables:
    """The csv files in the root, in its `3dod` and `raw` folders, or beside the root. What no file says is absent."""
    visits: dict[str, str] = {}
    splits: dict[str, Split] = {}
    skies: dict[str, int] = {}
    for name in _TABLES:
        data = find_table(root, name, *(f"{folder}/{name}" for folder in DATASETS))
        if data is None:
            continue
        rows = csv.DictReader(data.decode("utf-8-sig", "replace").splitlines(), restval="")
        if "video_id" not in (rows.fieldnames or ()):
            raise DataError(f"{name}: expected a csv file with a column video_id; take it from the data set's release")
        for row in rows:
            video, visit = _number(row["video_id"]), _number(row.get("visit_id") or "")
            fold, sky = row.get("fold") or "", (row.get("sky_direction") or "").strip().lower()
            if video and visit:  # some visits are not known ("NA"): such captures are no rescans of one another
                visits[video] = visit
            if video and fold in FOLDS:
                splits[video] = FOLDS[fold]
            if video and sky in _SKIES:
                skies[video] = _SKIES.index(sky)
    return Tables(visits, splits, skies)


def _number(text: str) -> str:
    match = _NUMBER.fullmatch(text.strip())
    return match[1] if match else ""
