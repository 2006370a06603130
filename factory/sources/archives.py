"""Zip archives read where they lie: listings from the central directory, members by byte range, nothing on disk.

A file in an archive has the URI `folder/a.zip!/inner/x.png`. The `zipfile` of the standard library keeps half a
kilobyte per member and asks a bucket for tens of megabytes around every little file, hence a reader of our own.
"""

import struct
import threading
import zlib
from typing import NamedTuple

import numpy as np

from factory.errors import DataError
from factory.sources.zip_listing import DEFLATED, STORED, Listing, read_listing
from factory.store.storage import Storage

_MARK = "!/"
_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA_SLACK = 512  # the local header's extra field may be longer than the listed one


class Member(NamedTuple):
    """A file in an archive; `digest` is made of its checksum and size."""

    name: str
    size: int
    digest: str


class Archive:
    """One zip archive, local or in a bucket. Pickles, and many threads may use it.

    The listing is read once and again when the archive changes. A missing archive or member raises FileNotFoundError,
    a damaged one DataError, which names `a.zip` or `a.zip!/member`.
    """

    def __init__(self, storage: Storage, path: str) -> None:
        self.path = path
        self._storage = storage
        self._known: tuple[tuple[int, str], Listing] | None = None  # with the archive's stamp
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type["Archive"], tuple[Storage, str]]:
        return type(self), (self._storage, self.path)

    def names(self, below: str = "") -> list[str]:
        """The names of all files, or of those that begin with `below`, sorted."""
        listing = self._listing()
        return listing.names[listing.below(below)]

    def members(self, below: str = "") -> list[Member]:
        """As `names`, with size and digest; asks for the archive's state once, where `digest` does for every file."""
        listing = self._listing()
        chosen = listing.below(below)
        rows = listing.rows[chosen]
        sizes, checksums = rows["size"].tolist(), rows["crc"].tolist()
        return [
            Member(name, size, _digest(checksum, size))
            for name, size, checksum in zip(listing.names[chosen], sizes, checksums, strict=True)
        ]

    def size(self, name: str) -> int:
        """Length [bytes] of a file."""
        return int(self._row(self._listing(), name)["size"])

    def digest(self, name: str) -> str:
        """Checksum (CRC-32) and size of a file, as the archive lists them; reads no file."""
        row = self._row(self._listing(), name)
        return _digest(int(row["crc"]), int(row["size"]))

    def read(self, name: str) -> bytes:
        """The bytes of a file, checked against the archive's checksum."""
        return self._read(name, None)

    def read_start(self, name: str, length: int) -> bytes:
        """The first `length` bytes of a file, fewer where it is shorter; not checked."""
        return self._read(name, length)

    # inside

    def _read(self, name: str, length: int | None) -> bytes:
        listing = self._known[1] if self._known else self._listing()
        try:
            return self._read_listed(listing, name, length)
        except (DataError, FileNotFoundError):
            renewed = self._listing()  # the archive may have been replaced since it was listed
            if renewed is listing:
                raise
            return self._read_listed(renewed, name, length)

    def _listing(self) -> Listing:
        stamp = self._storage.stat(self.path)
        with self._lock:
            if self._known is None or self._known[0] != stamp:
                self._known = (stamp, read_listing(self._storage, self.path, stamp[0]))
            return self._known[1]

    def _row(self, listing: Listing, name: str) -> np.void:
        place = listing.place(name)
        if place is None:
            raise FileNotFoundError(2, "no such file in the archive", archive_uri(self.path, name))
        row: np.void = listing.rows[place]
        return row

    def _read_listed(self, listing: Listing, name: str, length: int | None) -> bytes:
        row = self._row(listing, name)
        offset, stored, size, method = (int(row[key]) for key in ("offset", "stored", "size", "method"))
        if method not in (STORED, DEFLATED):
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
        if method == DEFLATED:
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


def _digest(checksum: int, size: int) -> str:
    return f"{checksum:08x}-{size}"
