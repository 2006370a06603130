"""Numbered releases that are never changed: `<name>/v000001`, `v000002`, ...; each appears in one step.

A folder is written under a hidden name and renamed. In a bucket, `INCOMPLETE` claims a number before anything else is
written there, and `manifest.json` makes it a release: both are put only where nothing is. A run that was killed leaves
`.partial-*`, or a number that has no manifest and is not used again.
"""

import errno
import re
import secrets
import shutil
from pathlib import Path
from typing import IO, Protocol

from factory.errors import DataError
from factory.exports.release.manifest import MANIFEST
from factory.store.storage import Storage

CLAIM = "INCOMPLETE"
_VERSION = re.compile(r"v(\d{6})")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class Draft(Protocol):
    """A release in the making; a context that leaves nothing behind unless `publish` was reached."""

    def __enter__(self) -> "Draft": ...

    def __exit__(self, *_: object) -> None: ...

    def put(self, path: str, content: IO[bytes]) -> None:
        """Adds a file."""

    def publish(self, manifest: bytes) -> str:
        """Makes it a release; its folder or URL."""


def open_draft(out: Storage, name: str) -> Draft:
    """Begins the next release of a name. Raises DataError for a name that is no folder name."""
    if not _NAME.fullmatch(name):
        raise DataError(f"--name {name}: letters, digits, '.', '_' and '-' were expected")
    return LocalDraft(Path(out.url) / name) if out.is_local else BucketDraft(out.sub(name))


def numbers(folder: Storage) -> list[int]:
    """All version numbers that are taken, by releases and by runs that were killed."""
    try:
        names = [entry.name for entry in folder.scan() if entry.is_dir]
    except FileNotFoundError:
        return []
    return [int(match[1]) for match in map(_VERSION.fullmatch, names) if match]


class LocalDraft:
    """A folder that is renamed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._partial = folder / f".partial-{secrets.token_hex(6)}"
        self._storage = Storage(self._partial)

    def __enter__(self) -> "LocalDraft":
        self._partial.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)

    def put(self, path: str, content: IO[bytes]) -> None:
        self._storage.put_atomic(path, content)

    def publish(self, manifest: bytes) -> str:
        self._storage.write_atomic(MANIFEST, manifest)
        number = max(numbers(Storage(self._folder)), default=0) + 1
        while True:
            target = self._folder / f"v{number:06d}"
            try:
                self._partial.rename(target)  # replaces an empty folder at most
                return str(target)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            number += 1


class BucketDraft:
    """Objects below a number that this run has claimed."""

    def __init__(self, folder: Storage) -> None:
        self._folder = folder
        self._written: list[str] = []
        self._published = False

    def __enter__(self) -> "BucketDraft":
        number = max(numbers(self._folder), default=0) + 1
        claim = f"A release is being written here, by {secrets.token_hex(8)}. Without {MANIFEST} it is none.\n"
        while True:
            self._storage = self._folder.sub(f"v{number:06d}")
            try:
                self._storage.write_new(CLAIM, claim.encode())
                return self
            except FileExistsError:
                number += 1

    def __exit__(self, *_: object) -> None:
        for path in [] if self._published else self._written:
            self._storage.delete(path)
        self._storage.delete(CLAIM)

    def put(self, path: str, content: IO[bytes]) -> None:
        self._written.append(path)
        self._storage.put_atomic(path, content)

    def publish(self, manifest: bytes) -> str:
        self._storage.write_new(MANIFEST, manifest)
        self._published = True
        return self._storage.url
