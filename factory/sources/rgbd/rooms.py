"""Which scenes show the same room, and lists of scenes by split, as tables beside the scenes tell."""

import json
from dataclasses import dataclass, field

from factory.sources.inputs import find_table
from factory.sources.splits import SPLITS, listed_ids
from factory.store.storage import Storage
from schemas.scene import Split

RESCANS_FILE = "3RScan.json"
_SPLIT_OF_TYPE: dict[str, Split] = {"train": "train", "validation": "val", "test": "test"}


@dataclass(frozen=True)
class Tables:
    """Scene ids by split, and the reference scan of every rescan."""

    lists: dict[Split, list[str]] = field(default_factory=dict)
    reference_of: dict[str, str] = field(default_factory=dict)


def read_tables(root: Storage) -> Tables:
    """`{train,val,test}.txt` in the root or in `splits/`, and `3RScan.json`; entries that are damaged do not count."""
    lists = {split: listed_ids(find_table(root, f"splits/{split}.txt", f"{split}.txt")) for split in SPLITS}
    reference_of: dict[str, str] = {}
    data = find_table(root, RESCANS_FILE)
    try:
        rooms = json.loads(data) if data else []
    except ValueError:
        rooms = []
    for room in rooms if isinstance(rooms, list) else []:
        reference = room.get("reference") if isinstance(room, dict) else None
        if not isinstance(reference, str):
            continue
        rescans = room.get("scans")
        scans = (
            [scan.get("reference") for scan in rescans if isinstance(scan, dict)] if isinstance(rescans, list) else []
        )
        for scan in (reference, *scans):
            if isinstance(scan, str):
                reference_of[scan] = reference
        split = _SPLIT_OF_TYPE.get(str(room.get("type")))
        if split:
            lists[split].append(reference)
    return Tables(lists, reference_of)
