"""The question files of a SPAR tree and their index."""

import hashlib
import json
import mmap
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from schemas.qa import QARow

FileKey = tuple[str, str, str, str]  # source, split, task, format


@dataclass
class _Spool:
    """Lines of one future file in the order in which they came: pending text, and key and length of every line."""

    pending: list[bytes] = field(default_factory=list)
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    lengths: "array[int]" = field(default_factory=lambda: array("Q"))


class QuestionFiles:
    """Collects lines in any number of files and writes each in an order that depends on its rows' ids alone.

    Loaders take the head of a file when they want a part of it; ordered by a digest of the row's id, the head is a
    sample of all scenes. Lines wait on disk, memory holds 16 bytes for each.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._waiting = root / ".waiting"
        self._spools: dict[FileKey, _Spool] = defaultdict(_Spool)

    def add(self, dataset: str, row: QARow, line: str) -> None:
        """Takes the line (without its end) of a row."""
        spool = self._spools[dataset, row.split, row.task, row.format]
        data = line.encode() + b"\n"
        spool.pending.append(data)
        spool.keys.append(int.from_bytes(hashlib.blake2b(row.qa_id.encode(), digest_size=8).digest(), "big"))
        spool.lengths.append(len(data))

    def flush(self) -> None:
        """Moves the lines that were added to disk."""
        self._waiting.mkdir(exist_ok=True)
        for key, spool in self._spools.items():
            if spool.pending:
                with self._spool_path(key).open("ab") as file:
                    file.writelines(spool.pending)
                spool.pending.clear()

    def finish(self) -> Counter[FileKey]:
        """Writes all files and the index; returns the number of lines of each file."""
        self.flush()
        counts: Counter[FileKey] = Counter()
        for key in sorted(self._spools):
            counts[key] = len(self._spools[key].keys)
            self._write_ordered(key, counts[key])
            self._spool_path(key).unlink()
        self._waiting.rmdir()
        self._write_index(counts)
        return counts

    def _spool_path(self, key: FileKey) -> Path:
        return self._waiting / "-".join(key)

    def _write_ordered(self, key: FileKey, count: int) -> None:
        spool = self._spools[key]
        order = np.argsort(np.frombuffer(spool.keys, dtype=np.uint64), kind="stable")
        lengths = np.frombuffer(spool.lengths, dtype=np.uint64).astype(np.int64)
        starts = np.cumsum(lengths) - lengths
        target = self._root / annotation_path(key, count)
        target.parent.mkdir(parents=True)
        with (
            self._spool_path(key).open("rb") as waiting,
            mmap.mmap(waiting.fileno(), 0, access=mmap.ACCESS_READ) as lines,
            target.open("wb") as file,
        ):
            for i in order:
                file.write(lines[starts[i] : starts[i] + lengths[i]])

    def _write_index(self, counts: Counter[FileKey]) -> None:
        folder = self._root / "data_jsons"
        folder.mkdir()
        by_split: dict[tuple[str, str], dict[str, dict[str, str | int]]] = defaultdict(dict)
        for (source, split, task, form), count in counts.items():
            by_split[source, split][f"{source}_{task}_{form}"] = {
                "root": f"spar/{source}/images",
                "annotation": annotation_path((source, split, task, form), count),
                "repeat_time": 1,
                "length": count,
            }
        for (source, split), index in by_split.items():
            path = folder / index_name(source, split, sum(int(entry["length"]) for entry in index.values()))
            path.write_text(json.dumps(index, indent=4) + "\n")


def annotation_path(key: FileKey, count: int) -> str:
    """The question file of a source, split, task and format, relative to the export's folder."""
    source, split, task, form = key
    return f"spar/{source}/qa_jsonl/{split}/{task}/{form}/{form}_{count}.jsonl"


def index_name(source: str, split: str, count: int) -> str:
    """The index of a split; SPAR's own scripts know the name for `train`."""
    return f"{source}_{count // 1000}k.json" if split == "train" else f"{source}_{split}_{count // 1000}k.json"
