"""A strict reader of releases: every file, every count and every row is what the release says of itself."""

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from factory.errors import DataError
from factory.exports.release.card import CARD, CHECKSUMS, LICENCES, render_card, render_checksums, render_licences
from factory.exports.release.lake_rows import split_conflicts
from factory.exports.release.manifest import MANIFEST, Manifest, ReleaseFile, Rows
from factory.exports.release.publish import CLAIM
from factory.exports.release.shards import shard_path
from factory.exports.release.spill import Group
from factory.exports.release.tally import Tally
from factory.store.lake import TABLES
from factory.store.storage import Storage
from schemas.base import Record
from schemas.qa import QARow
from schemas.web import WebQARow

_ROWS: dict[Rows, TypeAdapter[Any]] = {"qa": TypeAdapter(list[QARow]), "web_qa": TypeAdapter(list[WebQARow])}
_LETTERS = "ABCDEFGHIJ"
_BATCH = 4096
_CHUNK = 1 << 22


class Finding(Record):
    """Something that is not as it has to be: in which file, and what."""

    path: str
    message: str


def verify_release(
    release: Storage, *, rows: bool = True, track: Callable[[Sequence[ReleaseFile]], Iterable[ReleaseFile]] = iter
) -> tuple[Manifest, list[Finding]]:
    """Reads a release, and says all that is wrong with it.

    rows : also validate every row by itself, which takes the most time. Raises DataError when there is no release, or
    its manifest cannot be read.
    """
    manifest, data = _manifest(release)
    check = _Check(release, manifest, data)
    check.listing()
    for file in track(manifest.files):
        check.shard(file, rows)
    check.shard_names()
    check.written_files()
    check.totals()
    return manifest, check.findings


def _manifest(release: Storage) -> tuple[Manifest, bytes]:
    try:
        data = release.read_bytes(MANIFEST)
    except FileNotFoundError as error:
        raise DataError(
            f"{release.url}: no release here, {MANIFEST} is missing; give the folder v000001, ... of a release. One "
            "that was interrupted has no manifest"
        ) from error
    try:
        return Manifest.model_validate_json(data), data
    except ValidationError as error:
        raise DataError(f"{release.url}/{MANIFEST}: not readable ({error}); fetch the release again") from error


class _Check:
    def __init__(self, release: Storage, manifest: Manifest, data: bytes) -> None:
        self._release, self._manifest = release, manifest
        self._digests = {MANIFEST: hashlib.sha256(data).hexdigest()}
        self._tally = Tally()
        self._ids: list[np.ndarray] = []
        self._last: dict[Group, str] = {}
        self.findings: list[Finding] = []

    def say(self, path: str, message: str) -> None:
        self.findings.append(Finding(path=path, message=message))

    def listing(self) -> None:
        """Nothing is missing and nothing is there that does not belong."""
        there = set(self._release.find())
        expected = {MANIFEST, CARD, LICENCES, CHECKSUMS} | {file.path for file in self._manifest.files}
        for path in sorted(expected - there):
            self.say(path, "is missing")
        for path in sorted(there - expected - {CLAIM}):
            self.say(path, "does not belong to the release")
        if len({file.path for file in self._manifest.files}) < len(self._manifest.files):
            self.say(MANIFEST, "names a shard twice")

    def shard(self, file: ReleaseFile, validate: bool) -> None:
        """A file is the one that the manifest names, and its rows belong where they are."""
        with tempfile.TemporaryDirectory(prefix="verify-") as folder:
            try:
                local = self._local(file.path, Path(folder))
            except FileNotFoundError:
                return  # said by `listing`
            size = local.stat().st_size
            with local.open("rb") as content:
                self._digests[file.path] = hashlib.file_digest(content, "sha256").hexdigest()
            if size != file.size:
                self.say(file.path, f"{file.size:,} bytes were expected, {size:,} are there")
            if self._digests[file.path] != file.sha256:
                self.say(file.path, "the sha256 is not that of the manifest")
            if size > self._manifest.shard_bytes and file.rows > 1:
                self.say(file.path, f"{size:,} bytes are more than the limit of {self._manifest.shard_bytes:,}")
            try:
                self._read(file, pq.ParquetFile(local), validate)
            except (pa.ArrowException, OSError) as error:
                self.say(file.path, f"not readable as Parquet ({error})")

    def shard_names(self) -> None:
        """The shards of a task and split are numbered from 0 and know how many they are."""
        groups: dict[Group, list[str]] = defaultdict(list)
        for file in self._manifest.files:
            groups[Group(file.table, file.task, file.split)].append(file.path)
        for group, paths in groups.items():
            expected = [shard_path(group, i, len(paths)) for i in range(len(paths))]
            for path in sorted(set(paths) ^ set(expected)):
                self.say(path, f"the {len(paths)} shards of {group.task} {group.split} are not numbered in order")

    def written_files(self) -> None:
        """Card, licences and checksums are those that the manifest gives."""
        made = {CARD: render_card(self._manifest), LICENCES: render_licences(self._manifest)}
        for path, content in made.items():
            self._same(path, content, "does not say what the manifest says")
            self._digests[path] = hashlib.sha256(content).hexdigest()
        expected = self._digests | {file.path: file.sha256 for file in self._manifest.files}
        self._same(CHECKSUMS, render_checksums(expected), "does not hold the checksums of the files and the manifest")

    def totals(self) -> None:
        """The numbers of the manifest are those of the rows; ids are unique; splits share no scene and no room."""
        manifest, tally = self._manifest, self._tally
        rooms = {(place.table, place.source, place.scene): place.rooms for place in manifest.places}
        places = tally.places(rooms)
        for name, told, found in (
            ("counts", manifest.counts, tally.counts()),
            ("places", manifest.places, places),
            ("answers", manifest.answers, tally.answers()),
        ):
            said, given = ({one.model_dump_json() for one in side} for side in (told, found))
            for one in sorted(given - said)[:1]:
                self.say(MANIFEST, f"{name}: the rows give {one}, which it does not say")
            for one in sorted(said - given)[:1]:
                self.say(MANIFEST, f"{name}: {one} is not what the rows give")
        for conflict in split_conflicts([(one.source, one.scene, one.rooms, list(one.rows)) for one in places]):
            self.say("data", conflict)
        for place in places:
            if place.table == "qa" and not place.rooms:
                self.say(MANIFEST, f"no word about the room of {place.source}/{place.scene}")
        if unknown := sorted({one.source for one in places} - manifest.sources.keys()):
            self.say(MANIFEST, f"no word about the licence of {unknown[0]}")
        ids = np.sort(np.concatenate(self._ids)) if self._ids else np.zeros(0, "S32")
        for twice in np.unique(ids[1:][ids[1:] == ids[:-1]])[:3]:
            self.say("data", f"the id {twice.decode()} is there twice")

    def _read(self, file: ReleaseFile, parquet: pq.ParquetFile, validate: bool) -> None:
        if parquet.schema_arrow != TABLES[file.table]:
            self.say(file.path, f"the columns are not those of {file.table}")
            return
        if parquet.metadata.num_rows != file.rows:
            self.say(file.path, f"{file.rows:,} rows were expected, {parquet.metadata.num_rows:,} are there")
        group = Group(file.table, file.task, file.split)
        for batch in parquet.iter_batches(_BATCH):
            rows = pa.Table.from_batches([batch])
            if not len(rows):
                continue
            for column, value in (("task", file.task), ("split", file.split)):
                if others := [one for one in pc.unique(rows[column]).to_pylist() if one != value]:
                    self.say(file.path, f"holds rows of the {column} {others[0]}")
            self._in_order(file, group, rows["qa_id"].to_pylist())
            self._tally.add(group, rows)
            if validate:
                self._valid(file, rows.to_pylist())

    def _in_order(self, file: ReleaseFile, group: Group, ids: list[str]) -> None:
        self._ids.append(np.array(ids, "S32"))
        whole = [self._last.get(group, ""), *ids]
        if any(one >= other for one, other in zip(whole, ids, strict=False)):
            self.say(file.path, "the rows are not in the order of their ids")
        self._last[group] = ids[-1]

    def _valid(self, file: ReleaseFile, rows: list[dict[str, Any]]) -> None:
        try:
            _ROWS[file.table].validate_python(rows)
        except ValidationError as error:
            first = error.errors()[0]
            where = rows[int(first["loc"][0])]["qa_id"]
            self.say(file.path, f"row {where}: {'.'.join(map(str, first['loc'][1:]))}: {first['msg']}")
        for row in rows:
            if row["options"] is not None and row["answer"] not in [*_LETTERS[: len(row["options"])]]:
                self.say(file.path, f"row {row['qa_id']}: the answer {row['answer']!r} is no letter of its options")
            if any(mark["image_index"] >= len(row["images"]) for mark in row["marks"]):
                self.say(file.path, f"row {row['qa_id']}: a mark is on an image that is not there")

    def _same(self, path: str, expected: bytes, message: str) -> None:
        try:
            if self._release.read_bytes(path) != expected:
                self.say(path, message)
        except FileNotFoundError:
            return  # said by `listing`

    def _local(self, path: str, folder: Path) -> Path:
        if self._release.is_local:
            found = Path(self._release.url) / path
            if not found.is_file():
                raise FileNotFoundError(found)
            return found
        target = folder / "shard.parquet"
        with self._release.open(path) as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
        return target
