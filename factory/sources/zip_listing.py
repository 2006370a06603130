"""The listing at the end of a zip archive, its central directory, kept small: a name and 30 bytes per file."""

import struct
from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from factory.errors import DataError
from factory.store.storage import Storage

STORED, DEFLATED, UNREADABLE = 0, 8, 0xFFFF  # methods; the last one of what is encrypted

_END, _END_64, _LOCATOR_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_LISTED = struct.Struct("<4s6H3L5H2L")
_MAX_COMMENT = 0xFFFF
_IN_EXTRA_FIELD = 0xFFFFFFFF  # where 32 bits are too few, the number is in the extra field with this id:
_EXTRA_64 = 1
_ENCRYPTED, _UTF8 = 1, 1 << 11
_ROW = np.dtype([("offset", "<u8"), ("stored", "<u8"), ("size", "<u8"), ("crc", "<u4"), ("method", "<u2")])


class Listing(NamedTuple):
    """The files of an archive by name.

    names : sorted; rows : of each the place of its header, the length as it is stored, the length, the CRC-32 and the
    method (`offset`, `stored`, `size`, `crc`, `method`).
    """

    names: list[str]
    rows: np.ndarray

    def place(self, name: str) -> int | None:
        """Where a name is among the names; None where it is not."""
        at = bisect_left(self.names, name)
        return at if at < len(self.names) and self.names[at] == name else None

    def below(self, prefix: str) -> slice:
        """Where the names are that begin with `prefix`."""
        end = bisect_left(self.names, prefix + "\U0010ffff") if prefix else len(self.names)
        return slice(bisect_left(self.names, prefix), end)


def read_listing(storage: Storage, path: str, size: int) -> Listing:
    """The listing of an archive of `size` bytes, with two requests. Raises DataError for what is damaged or none."""
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
        method = UNREADABLE if flags & _ENCRYPTED else method
        name = raw.decode("utf-8" if flags & _UTF8 or raw.isascii() else "cp437", "replace")
        rows.append((name, (offset + shift, stored, length, crc, method)))
    if at > len(data):
        raise _no_archive(path, "a listing that is cut off")
    listed = dict(rows)  # of a name that is there twice, the last
    names = sorted(listed)
    return Listing(names, np.array([listed[name] for name in names], dtype=_ROW))


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
