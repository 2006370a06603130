"""Parquet files with pictures as bytes (also as Hugging Face writes them) or as URLs.

A shard is a run of rows of one file. Where the file holds bytes, runs are whole row groups, so that no group is read
for its neighbour's rows; URLs weigh nothing, and files of a million are cut by rows. A file that comes new, or
changes, restales no shard of another file.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.store.storage import Storage
from factory.web.inputs.ahead import map_ahead
from factory.web.inputs.base import (
    FILE_TOO_LARGE,
    MAX_FILE_BYTES,
    NO_PICTURE,
    RawPicture,
    clean_caption,
    ends_digest,
)
from factory.web.inputs.download import Downloader
from factory.web.inputs.listing import list_files
from factory.web.inputs.names import safe_name

DAMAGED_PARQUET = "damaged Parquet file"
ROWS = 1000
_BYTES_NAMES = ("jpg", "image", "image_bytes", "jpeg", "png", "webp")
_URL_NAMES = ("url", "image_url", "image")
_CAPTION_NAMES = ("caption", "text")
_BYTES_BATCH, _URL_BATCH = 8, 1024


@dataclass(frozen=True)
class _Columns:
    """Where pictures are in a file: the column's name, and whether it holds bytes, bytes in a struct, or URLs."""

    picture: str
    kind: str
    caption: str | None


@dataclass(frozen=True)
class _Row:
    image_id: str
    uri: str
    value: bytes | str | None
    caption: str | None


class ParquetInput:
    """A folder of Parquet files; see `WebInput`. Row URIs are `part-0.parquet#row=12`.

    rows : of a shard, about; reads of bytes stop at row groups.
    """

    kind = "parquet"
    version = 1

    def __init__(self, storage: Storage, rows: int = ROWS, downloader: Downloader | None = None) -> None:
        self.storage = storage
        self.rows = rows
        self.downloader = downloader or Downloader()

    def __reduce__(self) -> tuple[type["ParquetInput"], tuple[Storage, int, Downloader]]:
        return ParquetInput, (self.storage, self.rows, self.downloader)

    @cached_property
    def _shards(self) -> dict[str, tuple[str, int, int]]:
        """Path, first row and the row after the last, by shard."""
        shards = {}
        for file in list_files(self.storage):
            if file.path.endswith(".parquet"):
                for start, end in self._runs(file.path):
                    shards[f"{safe_name(file.path, '.parquet')}--{start:08d}"] = (file.path, start, end)
        return shards

    def _runs(self, path: str) -> list[tuple[int, int]]:
        with self.storage.open(path) as file:
            try:
                parquet = pq.ParquetFile(file)
                columns = _find_columns(parquet.schema_arrow, path)
            except (pa.ArrowException, OSError, DataError):
                return [(0, 0)]  # one shard to say so when it is read
            sizes = [parquet.metadata.row_group(i).num_rows for i in range(parquet.num_row_groups)]
        return row_runs(sizes, self.rows, cut=columns.kind == "url")

    def list_shards(self) -> list[str]:
        return sorted(self._shards)

    def input_digest(self, shard_id: str, hasher: FileHasher) -> dict[str, str]:
        path, start, end = self._shards[shard_id]
        return {"Parquet file": ends_digest(self.storage, hasher, path), "rows": f"{start}-{end}"}

    def read(self, shard_id: str, only: Collection[str] | None = None) -> Iterator[RawPicture]:
        """A row group that cannot be decoded ends the shard with one picture that names the file, without data."""
        path, start, end = self._shards[shard_id]
        with self.storage.open(path) as file:
            parquet, columns = _open(file, path)
            damaged: list[RawPicture] = []

            def rows() -> Iterator[_Row]:
                try:
                    for row in _rows(parquet, columns, path, start, end):
                        if only is None or row.image_id in only:
                            yield row
                except (pa.ArrowException, OSError) as error:
                    if isinstance(error, FileNotFoundError | PermissionError):
                        raise
                    damaged.append(RawPicture(safe_name(f"{path}#{start}"), path, None, reason=DAMAGED_PARQUET))

            yield from map_ahead(self._load, rows(), self.downloader.threads if columns.kind == "url" else 1)
        yield from (picture for picture in damaged if only is None or picture.image_id in only)

    def read_one(self, uri: str) -> bytes:
        path, mark, number = uri.partition("#row=")
        if not mark or not number.isdigit():
            raise FileNotFoundError(f"{uri}: not a row of a Parquet file")
        with self.storage.open(path) as file:
            parquet, columns = _open(file, path)
            for row in _rows(parquet, columns, path, int(number), int(number) + 1):
                picture = self._load(row)
                if picture.data is None:
                    raise DataError(f"{uri}: {picture.reason}")
                return picture.data
        raise FileNotFoundError(f"{uri}: the file has no such row")

    def _load(self, row: _Row) -> RawPicture:
        data, reason = row.value, ""
        if isinstance(data, str):
            data, reason = self.downloader.fetch(data)
        elif data is None:
            reason = NO_PICTURE
        elif len(data) > MAX_FILE_BYTES:
            data, reason = None, FILE_TOO_LARGE
        return RawPicture(row.image_id, row.uri, data, row.caption, reason)


def row_runs(sizes: list[int], rows: int, cut: bool) -> list[tuple[int, int]]:
    """First row and the row after the last of each shard of a file whose row groups have these sizes: `rows` rows
    each where groups may be cut, else whole groups until there are as many."""
    if cut:
        total = sum(sizes)
        return [(start, min(start + rows, total)) for start in range(0, total, rows)]
    runs, start, end = [], 0, 0
    for size in sizes:
        end += size
        if end - start >= rows:
            runs.append((start, end))
            start = end
    return [*runs, (start, end)] if end > start else runs


def _open(file: Any, path: str) -> tuple[pq.ParquetFile, _Columns]:
    try:
        parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
    except pa.ArrowException as error:
        raise DataError(f"{path}: not readable as Parquet ({error}); write the file again") from error
    return parquet, _find_columns(parquet.schema_arrow, path)


def _find_columns(schema: pa.Schema, path: str) -> _Columns:
    """By the names that are usual, whatever their case, and the types that go with them."""
    lower = {name.lower(): name for name in reversed(schema.names)}

    def named(names: tuple[str, ...], kind: str) -> str | None:
        return next((lower[n] for n in names if n in lower and _kind(schema.field(lower[n]).type) == kind), None)

    caption = named(_CAPTION_NAMES, "url")
    for kind, names in (("bytes", _BYTES_NAMES), ("struct", _BYTES_NAMES), ("url", _URL_NAMES)):
        picture = named(names, kind)
        if picture is not None:
            return _Columns(picture, kind, caption)
    raise DataError(
        f"{path}: no column with pictures among {', '.join(schema.names)}; expected bytes in one of "
        f"{', '.join(_BYTES_NAMES)}, or text in one of {', '.join(_URL_NAMES)}"
    )


def _kind(kind: pa.DataType) -> str:
    """What a column of this type can hold; texts are `url`."""
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return "bytes"
    if types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        return "struct"
    return "url" if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) else ""


def _rows(parquet: pq.ParquetFile, columns: _Columns, path: str, start: int, end: int) -> Iterator[_Row]:
    names = [columns.picture, *([columns.caption] if columns.caption else [])]
    stem, first = path.removesuffix(".parquet"), 0
    for group in range(parquet.num_row_groups):
        size = parquet.metadata.row_group(group).num_rows
        if first < end and start < first + size:
            batches = parquet.iter_batches(
                batch_size=_URL_BATCH if columns.kind == "url" else _BYTES_BATCH,
                row_groups=[group],
                columns=names,
                use_threads=False,
            )
            number = first
            for batch in batches:
                for at in range(max(start - number, 0), min(end - number, batch.num_rows)):
                    value = batch.column(columns.picture)[at].as_py()
                    yield _Row(
                        image_id=safe_name(f"{stem}!/{number + at}"),
                        uri=f"{path}#row={number + at}",
                        value=value.get("bytes") if isinstance(value, dict) else value,
                        caption=clean_caption(batch.column(columns.caption)[at].as_py()) if columns.caption else None,
                    )
                number += batch.num_rows
                if number >= end:
                    break
        first += size
