"""Training-sized shards: the rows of a group, mixed from all scenes, spread evenly over files of bounded size."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from factory.exports.release.spill import Group, Spill
from factory.store.lake import TABLES

ROW_GROUP = 8192  # of a few megabytes: what a streaming reader decodes at once
_FILL = 0.9  # of the limit, aimed at: sizes are estimated from the first rows


def shard_path(group: Group, index: int, count: int) -> str:
    """The place of a shard in a release."""
    return f"data/{group.task}/{group.split}-{index:05d}-of-{count:05d}.parquet"


def write_shards(spill: Spill, group: Group, limit: int, folder: Path) -> list[Path]:
    """Writes the rows of a group, in the order of their ids, to files of at most `limit` bytes; a single row may be
    larger. The files, in order; the same rows give the same bytes."""
    rows = spill.count(group)
    count = min(rows, ceil(rows * _bytes_per_row(spill, group) / (_FILL * limit)))
    while True:
        sizes = _even(rows, count)
        paths = [folder / f"{i:05d}.parquet" for i in range(count)]
        _write(spill.read(group), TABLES[group.table], sizes, paths)
        largest = max(path.stat().st_size for path in paths)
        if largest <= limit or count == rows:
            return paths
        for path in paths:
            path.unlink()
        count = min(rows, max(count + 1, ceil(count * largest / (_FILL * limit))))


def _write(tables: Iterable[pa.Table], schema: pa.Schema, sizes: Sequence[int], paths: Sequence[Path]) -> None:
    pieces = [_row_groups(size) for size in sizes]
    cut = _cut(tables, [size for shard in pieces for size in shard])
    for shard, path in zip(pieces, paths, strict=True):
        with _writer(path, schema) as writer:
            for _ in shard:
                writer.write_table(next(cut), row_group_size=ROW_GROUP)


def _writer(place: Path | io.BytesIO, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(place, schema, compression="zstd", write_statistics=True, write_page_index=True)


def _bytes_per_row(spill: Spill, group: Group) -> float:
    """Compressed size of a row, from the first ones: ids are digests, so that they are a fair sample."""
    head = next(spill.read(group)).slice(0, ROW_GROUP).combine_chunks()
    place = io.BytesIO()
    with _writer(place, TABLES[group.table]) as writer:
        writer.write_table(head)
    return place.tell() / len(head)


def _even(rows: int, count: int) -> list[int]:
    edges = [rows * i // count for i in range(count + 1)]
    return [high - low for low, high in pairwise(edges)]


def _row_groups(rows: int) -> list[int]:
    return _even(rows, ceil(rows / ROW_GROUP))


def _cut(tables: Iterable[pa.Table], sizes: Sequence[int]) -> Iterator[pa.Table]:
    """The same rows in tables of those sizes."""
    source, rest, taken = iter(tables), None, 0
    for end in accumulate(sizes):
        while rest is None or taken + len(rest) < end:
            more = next(source)
            rest = more if rest is None else pa.concat_tables([rest, more])
        yield rest.slice(0, end - taken).combine_chunks()
        rest, taken = rest.slice(end - taken), end
