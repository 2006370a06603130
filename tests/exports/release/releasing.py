"""Small lakes and their releases, for tests."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from factory.exports.release.build import ReleaseOptions, make_release
from factory.exports.release.card import CARD, CHECKSUMS, LICENCES, render_card, render_checksums, render_licences
from factory.exports.release.licences import load_licences
from factory.exports.release.manifest import MANIFEST, Manifest, Selection
from factory.store.lake import Lake
from factory.store.storage import Storage
from schemas.qa import QARow
from tests.exports.sample_rows import sample_rows, write_lake


def many_rows(scene: str, split: str, facts: int, source: str = "scannet") -> list[QARow]:
    """The sample rows of a scene so many times, each with an id and words of its own."""
    found = []
    for row in sample_rows(scene, split, source):
        for n in range(facts):
            identity = hashlib.blake2b(f"{row.qa_id}|{n}".encode(), digest_size=16).hexdigest()
            found.append(row.model_copy(update={"qa_id": identity, "template_id": f"{row.template_id}.{n}"}))
    return found


def write_scenes(root: Path | str, splits: dict[str, str], facts: int = 3, source: str = "scannet") -> Lake:
    """A lake of scenes, by their splits."""
    return write_lake(root, {scene: many_rows(scene, split, facts, source) for scene, split in splits.items()})


def options_for(**changes: Any) -> ReleaseOptions:
    selection = {key: changes.pop(key) for key in ("tasks", "sources", "splits", "limit") if key in changes}
    values = {
        "name": "homes",
        "notes": "",
        "selection": Selection(**selection),
        "licences": load_licences(),
        "inputs": {},
        "shard_bytes": 192 << 20,
        "allow_incomplete": False,
    }
    return ReleaseOptions(**(values | changes))


def release(lake: Lake, out: Path | str, **changes: Any) -> tuple[Storage, Manifest]:
    """Releases a lake; where it is."""
    where, manifest = make_release(lake, Storage(out), options_for(**changes), iter)
    return Storage(where), manifest


def read_manifest(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / MANIFEST).read_bytes())


def sign_again(folder: Path, manifest: Manifest | None = None) -> None:
    """What a careful forger would do: all files that are made from the manifest, and its digests, fit the shards."""
    manifest = manifest or read_manifest(folder)
    files = []
    for file in manifest.files:
        data = (folder / file.path).read_bytes()
        files.append(file.model_copy(update={"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}))
    manifest = manifest.model_copy(update={"files": files})
    written = {
        MANIFEST: manifest.to_bytes(),
        CARD: render_card(manifest),
        LICENCES: render_licences(manifest),
    }
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in written.items()}
    written[CHECKSUMS] = render_checksums(digests | {file.path: file.sha256 for file in files})
    for path, data in written.items():
        (folder / path).write_bytes(data)


def ids_of(rows: Iterable[QARow]) -> list[str]:
    return sorted(row.qa_id for row in rows)
