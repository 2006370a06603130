"""Digests of input files, remembered between runs so that an unchanged file is not read again."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

from factory.store.storage import Entry, Storage

_CHUNK = 1 << 22
_WAIT_S = 30  # for another run that is saving
_TABLE = """CREATE TABLE IF NOT EXISTS digests
    (root TEXT, path TEXT, kind TEXT, stamp TEXT, digest TEXT, PRIMARY KEY (root, path, kind)) WITHOUT ROWID"""


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

    cache_file : where digests are remembered by root, file, size and stamp (an SQLite file), or None; belongs outside
    the lake. Digests are looked up one by one, so that a cache of millions costs no memory.
    Use by many threads is fine, and runs that save at the same time keep each other's digests.
    Missing files raise FileNotFoundError.
    """

    def __init__(self, storage: Storage, cache_file: Path | None = None) -> None:
        self._storage = storage
        self._cache_file = cache_file
        self._new: dict[tuple[str, str], tuple[str, str]] = {}
        self._lock = threading.Lock()
        self._known = _open_to_read(cache_file)

    def content(self, path: str) -> str:
        """Digest of a file's bytes, read in chunks."""
        return self._remembered(path, "content", lambda: self._hash_bytes(path))

    def size(self, path: str) -> str:
        """Digest of a file's relative path and size."""
        return digest_of((path, str(self._storage.size(path))))

    def derived(self, path: str, kind: str, compute: Callable[[], str], entries: Iterable[Entry] | None = None) -> str:
        """What `compute` makes of a file, or of a folder's files; computed again when it (or any of them) changed.

        entries : the folder's children, where they have just been listed.
        """
        return self._remembered(path, f"derived {kind}", compute, None if entries is None else _folder_stamp(entries))

    def save(self) -> None:
        """Writes what was learnt to the cache file, beside what other runs have put there. A cache must not fail a
        build: when it cannot be written, that is logged."""
        if self._cache_file is None or not self._new:
            return
        rows = sorted((self._storage.url, *key, *value) for key, value in dict(self._new).items())
        try:
            self._cache_file.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write(self._cache_file, rows)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # no SQLite file, or a damaged one: it is only a cache
                self._cache_file.unlink()
                _write(self._cache_file, rows)
        except (OSError, sqlite3.Error) as error:
            logging.getLogger(__name__).warning("digests of input files are not remembered: %s", error)
            return
        self._new, self._known = {}, _open_to_read(self._cache_file)

    def _remembered(self, path: str, kind: str, compute: Callable[[], str], stamp: str | None = None) -> str:
        stamp = stamp or self._stamp(path)
        for look_up in (self._new.get, self._look_up):
            found = look_up((path, kind))
            if found is not None and found[0] == stamp:
                return found[1]
        digest = compute()
        self._new[path, kind] = (stamp, digest)
        return digest

    def _look_up(self, key: tuple[str, str]) -> tuple[str, str] | None:
        if self._known is None:
            return None
        query = "SELECT stamp, digest FROM digests WHERE root = ? AND path = ? AND kind = ?"
        try:
            with self._lock:
                found = self._known.execute(query, (self._storage.url, *key)).fetchone()
        except sqlite3.Error:  # damaged, of another version, or kept busy: the file is hashed again
            return None
        return None if found is None else (str(found[0]), str(found[1]))

    def _stamp(self, path: str) -> str:
        try:
            size, stamp = self._storage.stat(path)
        except FileNotFoundError:
            return _folder_stamp(self._storage.scan(path))
        return f"{size} {stamp}"

    def _hash_bytes(self, path: str) -> str:
        digest = blake2b(digest_size=16)
        with self._storage.open(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


def _folder_stamp(entries: Iterable[Entry]) -> str:
    # One text, since folders are many and a stamp per file takes long; no name holds a zero.
    return "folder " + digest_of(["\0".join(f"{e.name}\0{e.size}\0{e.stamp}" for e in entries)])


def _open_to_read(cache_file: Path | None) -> sqlite3.Connection | None:
    if cache_file is None or not cache_file.is_file():
        return None
    address = f"{cache_file.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=_WAIT_S, check_same_thread=False)


def _write(cache_file: Path, rows: Sequence[tuple[str, ...]]) -> None:
    with contextlib.closing(sqlite3.connect(cache_file, timeout=_WAIT_S)) as connection, connection:
        connection.execute(_TABLE)
        connection.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?)", rows)
