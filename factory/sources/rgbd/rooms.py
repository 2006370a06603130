"""Which scenes show the same room, and lists of scenes by split, as tables beside the scenes tell."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from factory.sources.inputs import find_table
from factory.sources.splits import SPLITS, listed_ids
from factory.store.storage import Storage
from schemas.scene import Split

ROOMS_FILE, RESCANS_FILE = "rooms.txt", "3RScan.json"

_SPLIT_OF_TYPE: dict[str, Split] = {"train": "train", "validation": "val", "test": "test"}


@dataclass(frozen=True)
class Tables:
    """Scene ids by split, and rooms by scene id where they are not the scene's own."""

    lists: dict[Split, list[str]]
    rooms: dict[str, str]


def read_tables(root: Storage) -> Tables:
    """`{train,val,test}.txt` in the root or in `splits/`, `rooms.txt`, and `3RScan.json`, whose rooms are called by
    their reference scans. Lines and entries that are damaged do not count."""
    lists = {split: listed_ids(find_table(root, f"splits/{split}.txt", f"{split}.txt")) for split in SPLITS}
    rooms = {}
    for line in listed_ids(find_table(root, ROOMS_FILE)):
        match line.split():
            case [scene_id, room]:
                rooms[scene_id] = room
    for reference, split, scans in _rescans(find_table(root, RESCANS_FILE)):
        rooms.update((scan, reference) for scan in scans)
        if split:
            lists[split].append(reference)
    return Tables(lists, rooms)


def _rescans(data: bytes | None) -> Iterator[tuple[str, Split | None, list[str]]]:
    """Reference scan, split and all scans of each room in `3RScan.json`."""
    try:
        parsed = json.loads(data or b"[]")
    except ValueError:
        return
    for room in parsed if isinstance(parsed, list) else []:
        reference = room.get("reference") if isinstance(room, dict) else None
        if isinstance(reference, str):
            rescans = room.get("scans")
            rescans = rescans if isinstance(rescans, list) else []
            listed = [scan.get("reference") for scan in rescans if isinstance(scan, dict)]
            scans = [reference, *(scan for scan in listed if isinstance(scan, str))]
            yield reference, _SPLIT_OF_TYPE.get(str(room.get("type"))), scans
