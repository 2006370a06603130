"""A lake becomes a release: read once and checked, sorted on disk, cut into shards, described, published."""

import hashlib
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from factory.bench.sample import EvenSample
from factory.errors import DataError
from factory.exports.release.card import CARD, CHECKSUMS, LICENCES, render_card, render_checksums, render_licences
from factory.exports.release.lake_rows import LakeRows, split_conflicts
from factory.exports.release.licences import Licences
from factory.exports.release.manifest import MANIFEST, Manifest, ReleaseFile, Selection
from factory.exports.release.publish import Draft, open_draft
from factory.exports.release.rooms import Rooms
from factory.exports.release.shards import shard_path, write_shards
from factory.exports.release.spill import Group, Spill
from factory.exports.release.tally import Tally, tally_columns
from factory.store.lake import Lake, Track
from factory.store.storage import Storage

# The formats of questions about pictures whose answers are kept even as those of the formats about scenes.
_AS_FORMAT = {"mcq": "select", "true_false": "judge"}


@dataclass(frozen=True)
class ReleaseOptions:
    """inputs : of sources, to know which scans are of one room; shard_bytes : no shard of several rows is larger."""

    name: str
    notes: str
    selection: Selection
    licences: Licences
    inputs: Mapping[str, Storage]
    shard_bytes: int
    allow_incomplete: bool


def make_release(lake: Lake, out: Storage, options: ReleaseOptions, track: Track) -> tuple[str, Manifest]:
    """Writes the next numbered release of a lake; where it is, and its manifest. Needs room for the rows in the
    folder of temporary files, and 1.5 GB of memory for 16 M rows.

    Raises DataError, and leaves no release, when a partition is damaged, a room is in two splits, nothing is selected,
    or scenes are missing and that was not allowed.
    """
    source = LakeRows(lake, options.selection, Rooms(options.licences, options.inputs))
    missing = source.missing
    if missing and not options.allow_incomplete:
        raise DataError(
            f"{lake.storage.url}: {len(missing)} scenes are not in order, such as {missing[0].source}/"
            f"{missing[0].scene} ({missing[0].reason}); build them, or release without with --allow-incomplete"
        )
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        scratch = Path(name)
        spill = Spill(scratch / "rows")
        for group, rows in source.read(track):
            spill.add(group, rows)
        if options.selection.limit is not None:
            source.left_out["rows over the limit of each task, format and split"] = _limit(
                spill, options.selection.limit
            )
        _refuse_absent_tasks(options.selection, spill, lake)
        tally = Tally()
        for group in spill.groups():
            for rows in spill.read(group, tally_columns(group.table)):
                tally.add(group, rows)
        places = tally.places(source.rooms)
        if conflicts := split_conflicts([(one.source, one.scene, one.rooms, list(one.rows)) for one in places]):
            raise DataError(f"{lake.storage.url}: {conflicts[0]}; a room belongs to one split")
        with open_draft(out, options.name) as draft:
            names = sorted({one.source for one in places})
            sets = {name: options.licences.data_sets_of(name) for name in names}
            manifest = Manifest(
                name=options.name,
                notes=options.notes,
                selection=options.selection,
                shard_bytes=options.shard_bytes,
                lake_digest=source.lake_digest(),
                versions=source.versions(),
                files=_put_shards(spill, options.shard_bytes, scratch / "shards", draft),
                counts=tally.counts(),
                places=places,
                answers=tally.answers(),
                missing=missing,
                left_out={reason: rows for reason, rows in sorted(source.left_out.items()) if rows},
                sources=sets,
                data_sets={key: options.licences.data_sets[key] for key in sorted(set().union(*sets.values()))},
                models=source.models(),
            )
            return _finish(draft, manifest), manifest


def _limit(spill: Spill, limit: int) -> int:
    """Keeps that many rows of each format of each group, answers as even as they allow; how many go."""
    gone = 0
    for group in spill.groups():
        samples: dict[str, EvenSample] = {}
        for rows in spill.read(group, ["format", "answer", "values", "unit"]):
            for row in rows.to_pylist():
                sample = samples.setdefault(row["format"], EvenSample(limit))
                sample.add(row | {"format": _AS_FORMAT.get(row["format"], row["format"])})
        before = spill.count(group)
        spill.keep(group, [row["qa_id"] for sample in samples.values() for row in sample.rows()])
        gone += before - spill.count(group)
    return gone


def _refuse_absent_tasks(selection: Selection, spill: Spill, lake: Lake) -> None:
    groups = spill.groups()
    if absent := sorted(set(selection.tasks or ()) - {group.task for group in groups}):
        raise DataError(
            f"{lake.storage.url}: no questions of the task {absent[0]} among what is selected; check --tasks"
        )
    if absent := sorted(set(selection.splits or ()) - {group.split for group in groups}):
        raise DataError(f"{lake.storage.url}: no questions of the split {absent[0]} among what is selected")
    if not groups:
        raise DataError(f"{lake.storage.url}: no questions that may be released; build it with real weights")


def _put_shards(spill: Spill, limit: int, folder: Path, draft: Draft) -> list[ReleaseFile]:
    folder.mkdir()
    found = []
    for group in spill.groups():
        paths = write_shards(spill, group, limit, folder)
        for index, path in enumerate(paths):
            place = shard_path(group, index, len(paths))
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                draft.put(place, file)
            found.append(_described(group, place, path, digest))
            path.unlink()
    return found


def _described(group: Group, place: str, path: Path, digest: str) -> ReleaseFile:
    rows = pq.read_metadata(path).num_rows
    return ReleaseFile(
        path=place,
        table=group.table,
        task=group.task,
        split=group.split,
        rows=rows,
        size=path.stat().st_size,
        sha256=digest,
    )


def _finish(draft: Draft, manifest: Manifest) -> str:
    data = manifest.to_bytes()
    made = {CARD: render_card(manifest), LICENCES: render_licences(manifest)}
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in (made | {MANIFEST: data}).items()}
    made[CHECKSUMS] = render_checksums(digests | {one.path: one.sha256 for one in manifest.files})
    for path, content in made.items():
        draft.put(path, io.BytesIO(content))
    return draft.publish(data)
