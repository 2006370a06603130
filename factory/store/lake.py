"""The lake: Hive-partitioned Parquet, one partition one object, written in one atomic put.

The footer of each partition carries its fingerprint, the versions behind it, its counts by reason and the digest
of its own data pages. `views` names the digests of the `scenes` and `objects` that it belongs to, `qa` those of
all three, so a reader can refuse a mixture of two builds. The tables of web images do the same, by shard.

What goes wrong with the lake itself (disk full, no permission, bucket gone) raises EnvironmentFailure, everywhere.
"""

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any
from urllib.parse import quote, unquote

import pyarrow as pa
import pyarrow.parquet as pq

from factory.errors import DataError, failure_of
from factory.store.storage import Entry, Storage
from schemas.arrow import arrow_schema
from schemas.base import Record
from schemas.qa import QARow
from schemas.records import ObjectRecord, QuarantineRecord, SceneRecord, ViewRecord
from schemas.web import (
    WebImageRecord,
    WebIndexRecord,
    WebObjectRecord,
    WebProblemRecord,
    WebQARow,
    WebQuarantineRecord,
)

SCENE_TABLES: dict[str, pa.Schema] = {
    "scenes": arrow_schema(SceneRecord),
    "objects": arrow_schema(ObjectRecord),
    "views": arrow_schema(ViewRecord),
    "qa": arrow_schema(QARow),
    "quarantine": arrow_schema(QuarantineRecord),
}
WEB_TABLES: dict[str, pa.Schema] = {
    "web_index": arrow_schema(WebIndexRecord),
    "web_images": arrow_schema(WebImageRecord),
    "web_objects": arrow_schema(WebObjectRecord),
    "web_problems": arrow_schema(WebProblemRecord),
    "web_qa": arrow_schema(WebQARow),
    "web_quarantine": arrow_schema(WebQuarantineRecord),
}
TABLES: dict[str, pa.Schema] = SCENE_TABLES | WEB_TABLES
UPSTREAM: dict[str, tuple[str, ...]] = {
    "views": ("scenes", "objects"),
    "qa": ("scenes", "objects", "views"),
    "web_objects": ("web_images",),
    "web_qa": ("web_images", "web_objects"),
}
FILE_NAME = "data.parquet"
# Wraps a list of partitions (dataset, scene), to show progress.
Track = Callable[[Sequence[tuple[str, str]]], Iterable[tuple[str, str]]]
_META_KEY = b"factory"
_TAIL_BYTES = 1 << 16


class PartitionMeta(Record):
    """What the footer says of a partition.

    fingerprint : digest of everything the stage read; versions : its parts by name, so that a plan can say what
    changed; counts : kept and rejected, by reason; content_digest : of the data pages; upstream : content digests
    of the tables that this one belongs to.
    """

    fingerprint: str
    versions: dict[str, str]
    counts: dict[str, int]
    content_digest: str
    upstream: dict[str, str]


class Lake:
    """Reads and writes the partitions under one root."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def path(self, table: str, dataset: str, scene: str) -> str:
        """The object that holds a partition, relative to the root; for the tables of web images `scene` is a shard."""
        if table not in TABLES:
            raise KeyError(f"no table {table!r} in the lake, there are {', '.join(TABLES)}")
        return f"{table}/{partition_key(table, dataset, scene)}/{FILE_NAME}"

    def partitions(self, table: str) -> list[tuple[str, str]]:
        """All (dataset, scene) of a table, sorted."""
        return sorted(self.partition_files(table))

    def partition_files(self, table: str) -> dict[tuple[str, str], Entry]:
        """The files behind all (dataset, scene) of a table, with sizes and stamps: one listing."""
        found = {}
        with self._errors(table):
            entries = self.storage.find_entries(table)
        for entry in entries:
            parts = entry.name.split("/")
            if len(parts) >= 3 and parts[-1] == FILE_NAME:
                dataset, scene = (unquote(part.partition("=")[2]) for part in parts[-3:-1])
                found[dataset, scene] = entry
        return found

    def write(
        self,
        table: str,
        dataset: str,
        scene: str,
        data: pa.Table,
        *,
        versions: dict[str, str],
        counts: dict[str, int],
        upstream: dict[str, str] | None = None,
    ) -> PartitionMeta:
        """Puts a partition in one atomic step; the same arguments give the same bytes.

        Raises ValueError when `data` has not the table's schema.
        """
        with self.writer(table, dataset, scene) as writer:
            writer.add(data)
            return writer.commit(versions=versions, counts=counts, upstream=upstream)

    def writer(self, table: str, dataset: str, scene: str) -> "PartitionWriter":
        """Writes a partition that is too large for memory, row group by row group; still one atomic put."""
        return PartitionWriter(self.storage, self.path(table, dataset, scene), table)

    def read(self, table: str, dataset: str, scene: str) -> pa.Table:
        """The rows of a partition. Raises FileNotFoundError when there is none, DataError when it cannot be read."""
        path = self.path(table, dataset, scene)
        with self._errors(path):
            data = self.storage.read_bytes(path)
        return _parse(path, data)

    def read_records(self, dataset: str, scene: str) -> tuple[pa.Table, pa.Table, pa.Table]:
        """The `scenes`, `objects` and `views` of a scene.

        Raises DataError when they do not belong to one another (a build was interrupted).
        """
        meta = self.meta("views", dataset, scene)
        if meta is None:
            raise FileNotFoundError(self.path("views", dataset, scene))
        self._check_upstream("views", dataset, scene, meta)
        scenes, objects, views = (self.read(table, dataset, scene) for table in ("scenes", "objects", "views"))
        return scenes, objects, views

    def read_groups(
        self, table: str, dataset: str, scene: str, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """The row groups of a partition, one after the other, as they were added; all columns or some.

        Raises FileNotFoundError when there is no partition, DataError when it cannot be read.
        """
        path = self.path(table, dataset, scene)
        with self._errors(path), self.storage.open(path) as file:
            try:
                parquet = pq.ParquetFile(file)
                for group in range(parquet.num_row_groups):
                    yield parquet.read_row_group(group, columns=columns)
            except (pa.ArrowException, OSError) as error:
                if isinstance(error, OSError) and error.errno:  # the disk's or the bucket's, not the file's
                    raise
                raise DataError(_unreadable(path, error)) from error

    def meta(self, table: str, dataset: str, scene: str) -> PartitionMeta | None:
        """The footer's account of a partition, or None where there is no partition. Reads the file's tail only."""
        path = self.path(table, dataset, scene)
        try:
            with self._errors(path):
                tail = self.storage.read_range(path, -_TAIL_BYTES)
                footer_size = int.from_bytes(tail[-8:-4], "little") + 8
                if footer_size > len(tail):
                    tail = self.storage.read_range(path, -footer_size)
        except FileNotFoundError:
            return None
        return _meta_of(path, tail)

    def read_verified(self, table: str, dataset: str, scene: str) -> pa.Table:
        """The rows of a partition whose bytes and upstream are what its footer says.

        Raises DataError when they are not, FileNotFoundError when there is no partition.
        """
        path = self.path(table, dataset, scene)
        with self._errors(path):
            data = self.storage.read_bytes(path)
        meta = _meta_of(path, data)
        body = memoryview(data)[: len(data) - 8 - int.from_bytes(data[-8:-4], "little")]
        if _digest(body) != meta.content_digest:
            raise DataError(f"{path}: the data do not match the digest in the footer; build the scene again")
        self._check_upstream(table, dataset, scene, meta)
        return _parse(path, data)

    def delete(self, table: str, dataset: str, scene: str) -> None:
        """Removes a partition; none there is fine."""
        self.delete_object(self.path(table, dataset, scene))

    def find_objects(self, folder: str) -> list[str]:
        """The paths of all objects below a folder of the lake, partitions or not, sorted."""
        with self._errors(folder):
            return self.storage.find(folder)

    def write_object(self, path: str, data: bytes) -> None:
        """Puts a small object that is no partition in one atomic step."""
        with _errors(f"{self.storage.url}/{path}", missing=True):
            self.storage.write_atomic(path, data)

    def delete_object(self, path: str) -> None:
        """Removes an object; none there is fine."""
        with self._errors(path):
            self.storage.delete(path)

    def _errors(self, path: str) -> AbstractContextManager[None]:
        return _errors(f"{self.storage.url}/{path}")

    def _check_upstream(self, table: str, dataset: str, scene: str, meta: PartitionMeta) -> None:
        for name in UPSTREAM.get(table, ()):
            upstream = self.meta(name, dataset, scene)
            if upstream is None or upstream.content_digest != meta.upstream.get(name):
                raise DataError(
                    f"{self.path(table, dataset, scene)}: belongs to another build of {name!r}; "
                    "run the build again, it finishes what was interrupted"
                )


class PartitionWriter:
    """A partition in the making; a context, in which `commit` puts it into the lake in one step.

    Rows wait in a temporary file on this machine's disk. What is left without a commit leaves no trace.
    """

    def __init__(self, storage: Storage, path: str, table: str) -> None:
        self._storage, self._path, self._table = storage, path, table
        with _errors(tempfile.gettempdir(), missing=True):
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving the context
        self._sink = _HashingSink(self._file)
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._sink, "w"),
            TABLES[table],
            compression="zstd",
            use_dictionary=True,
            write_statistics=True,
        )

    def __enter__(self) -> "PartitionWriter":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            with _errors(tempfile.gettempdir()):
                self._writer.close()
        finally:
            self._file.close()

    def add(self, data: pa.Table) -> None:
        """Appends rows as one row group. Raises ValueError when they have not the table's schema."""
        if data.schema != TABLES[self._table]:
            raise ValueError(f"{self._path}: the data do not have the schema of {self._table!r}")
        with _errors(tempfile.gettempdir()):
            self._writer.write_table(data.combine_chunks(), row_group_size=max(1, data.num_rows))

    def commit(
        self, *, versions: dict[str, str], counts: dict[str, int], upstream: dict[str, str] | None = None
    ) -> PartitionMeta:
        """Puts the partition in one atomic step; the same rows in the same groups give the same bytes."""
        meta = PartitionMeta(
            fingerprint=fingerprint(versions),
            versions=dict(sorted(versions.items())),
            counts=dict(sorted(counts.items())),
            content_digest=self._sink.digest.hexdigest(),
            upstream=dict(sorted((upstream or {}).items())),
        )
        self._writer.add_key_value_metadata({_META_KEY.decode(): meta.model_dump_json()})
        with _errors(tempfile.gettempdir()):
            self._writer.close()
            self._file.seek(0)
        with _errors(f"{self._storage.url}/{self._path}", missing=True):
            self._storage.put_atomic(self._path, self._file)
        return meta


class _HashingSink(io.RawIOBase):
    """A writable file that knows the digest of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.blake2b(digest_size=16)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self._file.write(data)


def partition_key(table: str, dataset: str, scene: str) -> str:
    """The folders that name a partition of a table, `dataset=scannet/scene=scene0000_00`."""
    key = "shard" if table in WEB_TABLES else "scene"
    return f"dataset={quote(dataset, safe='')}/{key}={quote(scene, safe='')}"


@contextmanager
def _errors(place: str, missing: bool = False) -> Iterator[None]:
    """Turns errors of the operating system into failures of the environment; a missing file only where it should
    have been made."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not missing:
            raise
        raise failure_of(error, place) from error


def fingerprint(versions: dict[str, str]) -> str:
    """One digest of named versions, independent of their order."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(versions.items()))
    return _digest(text.encode())


def _digest(data: bytes | memoryview) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _parse(path: str, data: bytes) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise DataError(_unreadable(path, error)) from error


def _unreadable(path: str, error: Exception) -> str:
    return f"{path}: not readable as Parquet ({error}); delete the file and build again"


def _meta_of(path: str, tail: bytes) -> PartitionMeta:
    """The account in a file's last bytes, which hold the footer."""
    try:
        footer = pq.read_metadata(pa.BufferReader(tail)).metadata
        return PartitionMeta.model_validate_json(footer[_META_KEY])
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: not a partition of this lake ({error}); delete the file and build the scene again"
        ) from error
