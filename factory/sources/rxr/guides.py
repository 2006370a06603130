"""Guides' instructions of RxR: `rxr_<list>_guide.jsonl.gz`, a row per instruction.

Files of followers tell who walked behind an instruction, and those of the test lists hide the path: neither is read.
"""

import gzip
import io
import json
import math
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from factory.errors import DataError
from factory.sources.inputs import find_table
from factory.store.hashing import digest_of
from factory.store.storage import Storage

LISTS = ("train", "val_seen", "val_unseen")
FOLDERS = ("", "rxr-data/", "rxr/")

MALFORMED = "path: guide row malformed"
HIDDEN = "path: only its start is told"


@dataclass(frozen=True)
class Guide:
    """An instruction for a walk from viewpoint to viewpoint.

    list_name : the list that it is in (`train`, `val_seen`, `val_unseen`); path : viewpoints in order;
    heading : where the walk begins to look [rad, 0 is +y, clockwise], which is not the bearing of its first hop.
    """

    list_name: str
    instruction_id: int
    language: str
    house: str
    path: tuple[str, ...]
    heading: float
    text: str


@dataclass(frozen=True)
class HouseGuides:
    """What the lists have of one house: a digest of its rows, whether one is held out, instruction ids by list."""

    digest: str
    held_out: bool
    ids: tuple[tuple[str, int], ...]


def index_guides(root: Storage) -> dict[str, HouseGuides]:
    """By house, of all lists that lie in the root or beside it; rows that cannot be read count by their bytes.

    Raises DataError when there is no list or one is damaged.
    """
    rows: dict[str, list[tuple[str, int, str]]] = {}
    for list_name, file, line in _lines(root):
        house, instruction_id = _key(line, file)
        rows.setdefault(house, []).append((list_name, instruction_id, digest_of([line])))
    if not rows:
        raise DataError(
            f"{root.url}: expected rxr_train_guide.jsonl.gz (or val_seen, val_unseen) in it, in rxr-data/ or rxr/, or "
            "beside it, found none; put the guides of RxR there"
        )
    return {
        house: HouseGuides(
            digest=digest_of(part for list_name, _, digest in found for part in (list_name, digest)),
            held_out=any(list_name == "val_unseen" for list_name, _, _ in found),
            ids=tuple(sorted({(list_name, instruction_id) for list_name, instruction_id, _ in found})),
        )
        for house, found in sorted(rows.items())
    }


def read_guides(root: Storage, house: str) -> tuple[list[Guide], dict[str, int]]:
    """The instructions in one house, sorted by id, and by reason how many rows were left out."""
    guides: dict[int, Guide] = {}
    counts: dict[str, int] = {}
    named = house.encode()
    for list_name, file, line in _lines(root):
        if named not in line or _key(line, file)[0] != house:
            continue
        guide = _guide(json.loads(line), list_name)
        if isinstance(guide, Guide) and guide.instruction_id in guides:
            guide = "path: instruction id comes twice"
        if isinstance(guide, Guide):
            guides[guide.instruction_id] = guide
        else:
            counts[guide] = counts.get(guide, 0) + 1
    return [guides[number] for number in sorted(guides)], counts


def canonical_text(text: str) -> str:
    """An instruction in composed Unicode (NFC) with single spaces, and with single quotation marks in place of
    straight double ones, between which questions quote it."""
    return " ".join(unicodedata.normalize("NFC", text).replace('"', "'").split())


def _lines(root: Storage) -> Iterator[tuple[str, str, bytes]]:
    """List, file and line of every row."""
    for list_name in LISTS:
        for ending in (".jsonl.gz", ".jsonl"):
            file = f"rxr_{list_name}_guide{ending}"
            data = find_table(root, *(folder + file for folder in FOLDERS))
            if data is None:
                continue
            stream = gzip.GzipFile(fileobj=io.BytesIO(data)) if ending == ".jsonl.gz" else io.BytesIO(data)
            try:
                for line in stream:
                    if line.strip():
                        yield list_name, file, line
            except (OSError, EOFError, zlib.error) as error:
                raise DataError(f"{file}: damaged ({error}); download it again") from error
            break


def _key(line: bytes, file: str) -> tuple[str, int]:
    """House and instruction of a row, -1 for one without a number."""
    try:
        row = json.loads(line)
        house, number = row["scan"], row.get("instruction_id")
    except (ValueError, TypeError, KeyError, AttributeError):
        house = number = None
    if not isinstance(house, str):
        raise DataError(f"{file}: expected a JSON object with a scan per line, found {line[:60]!r}; download it again")
    return house, number if isinstance(number, int) else -1


def _guide(row: dict[str, Any], list_name: str) -> Guide | str:
    """The instruction of a row, or why it is none. The times of words are not looked at: some are missing."""
    text, language = row.get("instruction"), row.get("language")
    number, heading, path = row.get("instruction_id"), row.get("heading"), row.get("path")
    if not (isinstance(text, str) and isinstance(language, str) and isinstance(number, int)):
        return MALFORMED
    if not (isinstance(heading, int | float) and math.isfinite(heading)):
        return MALFORMED
    if not (isinstance(path, list) and all(isinstance(viewpoint, str) for viewpoint in path)):
        return MALFORMED
    if len(path) < 2:
        return HIDDEN
    return Guide(list_name, number, language, row["scan"], tuple(path), float(heading), canonical_text(text))
