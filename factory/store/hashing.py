"""Digests of input files, remembered between runs so that an unchanged file is not read again."""

import json
import logging
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from factory.store.storage import Storage

_CHUNK = 1 << 22
_FORMAT = 1


def digest_of(parts: Iterable[bytes | str]) -> str:
    """blake2b-128 in hex of several parts; where one ends and the next begins counts."""
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


class CachedHasher:
    """The `FileHasher` of an input root.

    cache_file : where digests are remembered by file, size and stamp, or None; belongs outside the lake.
    Use by many threads is fine; runs that save at the same time lose digests at worst, never mix them.
    Missing files raise FileNotFoundError.
    """

    def __init__(self, storage: Storage, cache_file: Path | None = None) -> None:
        self._storage = storage
        self._cache_file = cache_file
        self._known = _load(cache_file)
        self._new: dict[str, list[str]] = {}

    def content(self, path: str) -> str:
        """Digest of a file's bytes, read in chunks."""
        return self._remembered(path, "content", lambda: self._hash_bytes(path))

    def size(self, path: str) -> str:
        """Digest of a file's relative path and size."""
        return digest_of((path, str(self._storage.size(path))))

    def derived(self, path: str, kind: str, compute: Callable[[], str]) -> str:
        """What `compute` makes of a file, or of a folder's files; computed again when it (or any of them) changed."""
        return self._remembered(path, f"derived {kind}", compute)

    def save(self) -> None:
        """Writes what was learnt to the cache file, beside what other runs have put there. A cache must not fail a
        build: when it cannot be written, that is logged."""
        if self._cache_file is None or not self._new:
            return
        entries = {**_load(self._cache_file), **dict(self._new)}
        text = json.dumps({"format": _FORMAT, "digests": dict(sorted(entries.items()))})
        try:
            Storage(self._cache_file.parent).write_atomic(self._cache_file.name, text.encode())
        except OSError as error:
            logging.getLogger(__name__).warning("digests of input files are not remembered: %s", error)

    def _remembered(self, path: str, kind: str, compute: Callable[[], str]) -> str:
        stamp = self._stamp(path)
        key = "\n".join((self._storage.url, path, kind))
        for memory in (self._new, self._known):
            if memory.get(key, [""])[0] == stamp:
                return memory[key][1]
        digest = compute()
        self._new[key] = [stamp, digest]
        return digest

    def _stamp(self, path: str) -> str:
        try:
            size, stamp = self._storage.stat(path)
        except FileNotFoundError:
            entries = self._storage.scan(path)
            return "folder " + digest_of(f"{e.name}\n{e.size}\n{e.stamp}" for e in entries)
        return f"{size} {stamp}"

    def _hash_bytes(self, path: str) -> str:
        digest = blake2b(digest_size=16)
        with self._storage.open(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


def _load(cache_file: Path | None) -> dict[str, list[str]]:
    if cache_file is None:
        return {}
    try:
        stored = json.loads(cache_file.read_bytes())
        entries = stored["digests"] if stored["format"] == _FORMAT else {}
        return {key: [str(stamp), str(digest)] for key, (stamp, digest) in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # absent, of another version, or damaged: everything is hashed again
