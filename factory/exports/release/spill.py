"""Rows of many groups on disk, each group read back in the order of its ids: an external sort in bounded memory.

What comes in is kept until it fills the memory, then written as one sorted run per group. Ids are digests, so that
equal ranges of them hold nearly equally many rows: a group is read range by range, each from the row groups of the
runs whose statistics it meets.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from factory.errors import DataError
from factory.exports.release.manifest import Rows
from schemas.scene import Split

MEMORY = 128 << 20
_ID_DIGITS = 32
_ROW_GROUP = 2048


class Group(NamedTuple):
    """Rows that share their files."""

    table: Rows
    task: str
    split: Split


class Spill:
    """memory [bytes] : of rows held at once; about three times as much is used while they are sorted."""

    def __init__(self, folder: Path, memory: int = MEMORY) -> None:
        self._folder, self._memory = folder, memory
        self._waiting: dict[Group, list[pa.Table]] = defaultdict(list)
        self._waiting_bytes = 0
        self._runs: dict[Group, list[Path]] = defaultdict(list)
        self._bytes: dict[Group, int] = defaultdict(int)
        self._counts: dict[Group, int] = defaultdict(int)
        self._kept: dict[Group, pa.Array] = {}

    def add(self, group: Group, rows: pa.Table) -> None:
        """Takes rows with a column `qa_id` of 32 hexadecimal digits."""
        size = rows.nbytes
        self._waiting[group].append(rows)
        self._waiting_bytes += size
        self._bytes[group] += size
        self._counts[group] += len(rows)
        if self._waiting_bytes > self._memory:
            self._flush()

    def groups(self) -> list[Group]:
        """Those with rows, sorted."""
        return sorted(group for group in self._counts if self.count(group))

    def count(self, group: Group) -> int:
        """Rows of a group."""
        return len(self._kept[group]) if group in self._kept else self._counts[group]

    def keep(self, group: Group, ids: Sequence[str]) -> None:
        """From now on only these rows of a group are there."""
        self._kept[group] = pa.array(ids, pa.string())

    def read(self, group: Group, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows of a group in the order of `qa_id`, some at a time; with all columns, or those (and `qa_id`).

        Raises DataError when an id is there twice.
        """
        self._flush()
        names = None if columns is None else list(dict.fromkeys(["qa_id", *columns]))
        runs = ds.dataset([str(path) for path in self._runs[group]], format="parquet")
        ranges = max(1, ceil(self._bytes[group] / self._memory))
        edges = [f"{16**_ID_DIGITS * i // ranges:0{_ID_DIGITS}x}" for i in range(ranges)]
        for low, high in zip(edges, [*edges[1:], "g"], strict=True):
            inside = (pc.field("qa_id") >= low) & (pc.field("qa_id") < high)
            rows = _sorted(runs.to_table(columns=names, filter=inside))
            if group in self._kept:
                rows = rows.filter(pc.is_in(rows["qa_id"], self._kept[group]))
            if len(rows):
                yield rows

    def _flush(self) -> None:
        for group, parts in sorted(self._waiting.items()):
            path = self._folder / "-".join(group) / f"{len(self._runs[group]):06d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(_sorted(pa.concat_tables(parts)), path, row_group_size=_ROW_GROUP, compression="lz4")
            self._runs[group].append(path)
        self._waiting.clear()
        self._waiting_bytes = 0


def _sorted(rows: pa.Table) -> pa.Table:
    rows = rows.take(pc.sort_indices(rows, [("qa_id", "ascending")])).combine_chunks()
    ids = rows["qa_id"]
    same = pc.equal(ids.slice(1), ids.slice(0, max(len(ids) - 1, 0)))
    if pc.any(same).as_py():
        twice = ids[pc.index(same, True).as_py()].as_py()
        raise DataError(f"two questions of the lake have the id {twice}; build their scenes again")
    return rows
