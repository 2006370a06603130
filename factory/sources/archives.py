"""Zip archives read where they lie: listings from the central directory, members by byte range, nothing on disk.

A file in an archive has the URI `folder/a.zip!/inner/x.png`. The `zipfile` of the standard library keeps half a
kilobyte per member and asks a bucket for tens of megabytes around every little file, hence a reader of our own.
"""

import struct
import threading
import zlib
from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from factory.errors import DataError
from factory.store.storage import Storage

_MARK = "!/"
_END, _END_64, _LOCATOR_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_LISTED, _LOCAL = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_MAX_COMMENT = 0xFFFF
_IN_EXTRA_FIELD = 0xFFFFFFFF  # where 32 bits are too few, the number is in the extra field with this id:
_EXTRA_64 = 1
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 1, 1 << 11
_EXTRA_SLACK = 512  # the local header's extra field may be longer than the listed one
_ROW = np.dtype([("offset", "<u8"), ("stored", "<u8"), ("size", "<u8"), ("crc", "<u4"), ("method", "<u2")])
_UNREADABLE_METHOD = 0xFFFF


class Member(NamedTuple):
    """A file in an archive; `digest` is made of its checksum and size."""

    name: str
    size: int
    digest: str


class _Directory(NamedTuple):
    """names : sorted; rows : what the archive says of each; stamp : of the archive when it was read."""

    stamp: tuple[int, str]
    names: list[str]
    rows: np.ndarray

    def place(self, name: str) -> int | None:
        at = bisect_left(self.names, name)
        return at if at < len(self.names) and self.names[at] == name else None


class Archive:
    """One zip archive, local or in a bucket. Pickles, and many threads may use it.

    The listing is read once and again when the archive changes. A missing archive or member raises FileNotFoundError,
    a damaged one DataError, which names `a.zip` or `a.zip!/member`.
    """

    def __init__(self, storage: Storage, path: str) -> None:
        self.path = path
        self._storage = storage
        self._known: _Directory | None = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type["Archive"], tuple[Storage, str]]:
        return type(self), (self._storage, self.path)

    def names(self, below: str = "") -> list[str]:
        """The names of all files, or of those that begin with `below`, sorted."""
        directory = self._directory()
        return directory.names[slice(*_range(directory.names, below))]

    def members(self, below: str = "") -> list[Member]:
        """As `names`, with size and digest; asks for the archive's state once, where `digest` does for every file."""
        directory = self._directory()
        start, end = _range(directory.names, below)
        rows = directory.rows[start:end]
        sizes, checksums = rows["size"].tolist(), rows["crc"].tolist()
        return [
            Member(name, size, _digest(checksum, size))
            for name, size, checksum in zip(directory.names[start:end], sizes, checksums, strict=True)
        ]

    def size(self, name: str) -> int:
        """Length [bytes] of a file."""
        return int(self._row(self._directory(), name)["size"])

    def digest(self, name: str) -> str:
        """Checksum (CRC-32) and size of a file, as the archive lists them; reads no file."""
        row = self._row(self._directory(), name)
        return _digest(int(row["crc"]), int(row["size"]))

    def read(self, name: str) -> bytes:
        """The bytes of a file, checked against the archive's checksum."""
        return self._read(name, None)

    def read_start(self, name: str, length: int) -> bytes:
        """The first `length` bytes of a file, fewer where it is shorter; not checked."""
        return self._read(name, length)

    # inside

    def _read(self, name: str, length: int | None) -> bytes:
        directory = self._known or self._directory()
        try:
            return self._read_listed(directory, name, length)
        except (DataError, FileNotFoundError):
            renewed = self._directory()  # the archive may have been replaced since it was listed
            if renewed is directory:
                raise
            return self._read_listed(renewed, name, length)

    def _directory(self) -> _Directory:
        stamp = self._storage.stat(self.path)
        with self._lock:
            if self._known is None or self._known.stamp != stamp:
                self._known = _Directory(stamp, *_read_listing(self._storage, self.path, stamp[0]))
            return self._known

    def _row(self, directory: _Directory, name: str) -> np.void:
        place = directory.place(name)
        if place is None:
            raise FileNotFoundError(2, "no such file in the archive", archive_uri(self.path, name))
        row: np.void = directory.rows[place]
        return row

    def _read_listed(self, directory: _Directory, name: str, length: int | None) -> bytes:
        row = self._row(directory, name)
        offset, stored, size, method = (int(row[key]) for key in ("offset", "stored", "size", "method"))
        if method not in (_STORED, _DEFLATED):
            raise self._damaged(name, "an encryption or a compression other than deflate")
        wanted = stored if length is None else min(stored, length + _EXTRA_SLACK)
        guess = _LOCAL.size + len(name.encode()) + _EXTRA_SLACK + wanted
        data = self._storage.read_range(self.path, offset, offset + guess)
        if len(data) < _LOCAL.size or not data.startswith(b"PK\x03\x04"):
            raise self._damaged(name, "no file at its place")
        *_, name_length, extra_length = _LOCAL.unpack_from(data)
        start = _LOCAL.size + name_length + extra_length
        if start + wanted > len(data):
            data += self._storage.read_range(self.path, offset + len(data), offset + start + wanted)
        content = data[start : start + wanted]
        if method == _DEFLATED:
            limit = size + 1 if length is None else max(length, 1)  # a byte too many is found out below
            try:
                content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, limit)
            except zlib.error as error:
                raise self._damaged(name, f"data that cannot be decompressed ({error})") from None
        if length is not None:
            return content[:length]
        if len(content) != size or zlib.crc32(content) != row["crc"]:
            raise self._damaged(name, "data of another checksum or length")
        return content

    def _damaged(self, name: str, found: str) -> DataError:
        return DataError(
            f"{archive_uri(self.path, name)}: expected an undamaged file, found {found}; download the archive again"
        )


class Archives:
    """Files under an input root, by URI, in archives and outside; each archive is opened once. Pickles."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._opened: dict[str, Archive] = {}

    def __reduce__(self) -> tuple[type["Archives"], tuple[Storage]]:
        return type(self), (self._storage,)

    def open(self, path: str) -> Archive:
        """The archive of that path, whether or not there is one."""
        return self._opened.setdefault(path, Archive(self._storage, path))

    def read(self, uri: str) -> bytes:
        """The bytes of `folder/x.png` or `folder/a.zip!/inner/x.png`."""
        inside = split_archive_uri(uri)
        return self._storage.read_bytes(uri) if inside is None else self.open(inside[0]).read(inside[1])

    def read_start(self, uri: str, length: int) -> bytes:
        """The first bytes of a file, fewer where it is shorter."""
        inside = split_archive_uri(uri)
        if inside is None:
            return self._storage.read_range(uri, 0, length)
        return self.open(inside[0]).read_start(inside[1], length)


def archive_uri(path: str, name: str) -> str:
    """The URI of a file in an archive: `a/b.zip!/inner/x.png`."""
    return f"{path}{_MARK}{name}"


def split_archive_uri(uri: str) -> tuple[str, str] | None:
    """Archive and name of a URI as `archive_uri` makes them; None for what is in no archive."""
    path, marked, name = uri.partition(_MARK)
    return (path, name) if marked and path.lower().endswith(".zip") else None


def _range(names: list[str], below: str) -> tuple[int, int]:
    """Where in a sorted list the names are that begin with `below`."""
    return bisect_left(names, below), bisect_left(names, below + "\U0010ffff") if below else len(names)


def _digest(checksum: int, size: int) -> str:
    return f"{checksum:08x}-{size}"


def _read_listing(storage: Storage, path: str, size: int) -> tuple[list[str], np.ndarray]:
    start, end, shift = _find_listing(storage, path, size)
    data = storage.read_range(path, start, end)
    rows: list[tuple[str, tuple[int, int, int, int, int]]] = []
    at = 0
    while at < len(data):
        if len(data) - at < _LISTED.size or data[at : at + 4] != b"PK\x01\x02":
            raise _no_archive(path, "a listing that is cut off")
        _, _, _, flags, method, _, _, crc, stored, length, n_name, n_extra, n_comment, _, _, _, offset = (
            _LISTED.unpack_from(data, at)
        )
        name_end = at + _LISTED.size + n_name
        raw, extra = data[at + _LISTED.size : name_end], data[name_end : name_end + n_extra]
        at = name_end + n_extra + n_comment
        if raw.endswith(b"/"):
            continue
        if _IN_EXTRA_FIELD in (length, stored, offset):
            length, stored, offset = _wide(extra, (length, stored, offset), path)
        method = _UNREADABLE_METHOD if flags & _ENCRYPTED else method
        name = raw.decode("utf-8" if flags & _UTF8 or raw.isascii() else "cp437", "replace")
        rows.append((name, (offset + shift, stored, length, crc, method)))
    if at > len(data):
        raise _no_archive(path, "a listing that is cut off")
    listed = dict(rows)  # of a name that is there twice, the last
    names = sorted(listed)
    return names, np.array([listed[name] for name in names], dtype=_ROW)


def _find_listing(storage: Storage, path: str, size: int) -> tuple[int, int, int]:
    """Start and end of the central directory, and by how much the offsets in it are to be shifted, which is where the
    archive begins in its file."""
    tail_length = min(size, _MAX_COMMENT + _END.size + _LOCATOR_64.size + _END_64.size)
    tail = storage.read_range(path, -tail_length) if tail_length else b""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise _no_archive(path, "no end of a zip archive")
    *_, length, offset, _ = _END.unpack_from(tail, at)
    end = size - len(tail) + at
    locator = at - _LOCATOR_64.size
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        place = locator - _END_64.size
        if place < 0 or tail[place : place + 4] != b"PK\x06\x06":
            raise _no_archive(path, "no end of a large zip archive")
        *_, length, offset = _END_64.unpack_from(tail, place)
        end = size - len(tail) + place
    start = end - length
    if start < offset:
        raise _no_archive(path, "a listing that begins before the file does")
    return start, end, start - offset


def _wide(extra: bytes, numbers: tuple[int, ...], path: str) -> list[int]:
    """The numbers, those that did not fit 32 bits from the extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _EXTRA_64:
            wide = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            try:
                return [next(wide) if number == _IN_EXTRA_FIELD else number for number in numbers]
            except StopIteration:
                break
        at += 4 + length
    raise _no_archive(path, "a listing without the sizes of large files")


def _no_archive(path: str, found: str) -> DataError:
    return DataError(
        f"{path}: expected an undamaged zip archive, found {found}; the download was interrupted or goes on: "
        "download it again, or move it away"
    )
