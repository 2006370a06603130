"""`iphone/depth.bin`: the depth of every frame of the video, in either of its encodings.

* one raw deflate stream of float32 [m], frame after frame; or
* a record per frame: its length (4 bytes, little-endian) and an LZ4 block of uint16 [mm], or else a raw deflate stream
  of float32 [m].

Frames are 256x192. They are read one at a time: records by their offsets, the one stream from the nearest of the marks
that were left in it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.store.storage import Storage

WIDTH, HEIGHT = 256, 192

_FLOAT_BYTES, _STEP_BYTES = 4 * WIDTH * HEIGHT, 2 * WIDTH * HEIGHT
_MAX_DEPTH_M = 1000.0  # what no sensor reports
_MAX_RECORD = 1 << 20
_SATURATED = np.iinfo(np.uint16).max  # no reading
_CHUNK = 1 << 16
_FRAMES_BETWEEN_MARKS = 64


@dataclass(frozen=True)
class _Mark:
    """A place in a deflate stream: `read` bytes of the file have gone into `inflater`, `made` have come out."""

    read: int
    made: int
    inflater: Any


@dataclass(frozen=True)
class DepthBin:
    """Where the frames are. `records` are (start, end) of each payload; `marks` those of a single stream."""

    path: str
    frame_count: int
    records: list[tuple[int, int]]
    marks: list[_Mark]

    def frame(self, storage: Storage, number: int) -> np.ndarray:
        """Z-depth (192, 256) uint16 [mm, 0 = no reading]. Raises DataError for a damaged or missing frame."""
        if not 0 <= number < self.frame_count:
            raise _damaged(self.path, f"no frame {number} among {self.frame_count}")
        if not self.records:
            return _from_metres(_stretch(storage, self.path, self.marks, number))
        data = storage.read_range(self.path, *self.records[number])
        steps = _inflate_lz4(data)
        if steps is not None:
            values = np.frombuffer(steps, "<u2").reshape(HEIGHT, WIDTH)
            return np.where(values == _SATURATED, 0, values).astype(np.uint16)
        try:
            metres = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _FLOAT_BYTES + 1)
        except zlib.error as error:
            raise _damaged(self.path, f"frame {number} neither in LZ4 nor in deflate ({error})") from None
        if len(metres) != _FLOAT_BYTES:
            raise _damaged(self.path, f"frame {number} with {len(metres)} bytes for {WIDTH}x{HEIGHT} pixels")
        return _from_metres(metres)


def read_depth_bin(storage: Storage, path: str) -> DepthBin:
    """The index of a file: all of it is read, none of it kept. A file that is cut off has the frames before the cut.

    Raises DataError where there is no whole frame in either encoding.
    """
    if _is_one_stream(storage.read_range(path, 0, 1 << 20)):
        made = 0
        marks: list[_Mark] = []
        for mark in _inflated(storage, path, _Mark(0, 0, zlib.decompressobj(-zlib.MAX_WBITS))):
            if not marks or mark.made - marks[-1].made >= _FRAMES_BETWEEN_MARKS * _FLOAT_BYTES:
                marks.append(_Mark(mark.read, mark.made, mark.inflater.copy()))
            made = mark.made
        return DepthBin(path, made // _FLOAT_BYTES, [], marks)
    records = _records(storage, path)
    if not records:
        raise _damaged(path, "no whole frame, neither in one deflate stream nor in records")
    return DepthBin(path, len(records), records, [])


def _damaged(path: str, found: str) -> DataError:
    return DataError(
        f"{path}: expected depth frames, found {found}; download the file again, or remove it to do without"
    )


def _is_one_stream(head: bytes) -> bool:
    try:
        first = zlib.decompressobj(-zlib.MAX_WBITS).decompress(head, _FLOAT_BYTES)
    except zlib.error:
        return False
    if len(first) < _FLOAT_BYTES:
        return False
    metres = np.frombuffer(first, "<f4")
    return bool((~np.isfinite(metres) | ((metres >= 0) & (metres < _MAX_DEPTH_M))).all())


def _inflated(storage: Storage, path: str, start: _Mark) -> Iterator[_Mark]:
    """The state of the stream after each chunk of the file, beginning with `start`; ends where the stream does."""
    inflater, read, made = start.inflater.copy(), start.read, start.made
    yield _Mark(read, made, inflater)
    with storage.open(path) as file:
        file.seek(read)
        while (chunk := file.read(_CHUNK)) and not inflater.eof:
            try:
                made += len(inflater.decompress(chunk))
            except zlib.error:
                return
            read += len(chunk)
            yield _Mark(read, made, inflater)


def _stretch(storage: Storage, path: str, marks: list[_Mark], number: int) -> bytes:
    """The bytes of one frame of a single stream."""
    begin, end = number * _FLOAT_BYTES, (number + 1) * _FLOAT_BYTES
    mark = next(mark for mark in reversed(marks) if mark.made <= begin)
    inflater, made, parts = mark.inflater.copy(), mark.made, []
    with storage.open(path) as file:
        file.seek(mark.read)
        while made < end:
            data = file.read(_CHUNK)
            try:
                chunk = inflater.decompress(data)
            except zlib.error as error:
                raise _damaged(path, f"frame {number} that does not inflate ({error})") from None
            if not data:
                raise _damaged(path, f"an end before frame {number}")
            parts.append(chunk[max(begin - made, 0) : max(end - made, 0)])
            made += len(chunk)
    return b"".join(parts)


def _records(storage: Storage, path: str) -> list[tuple[int, int]]:
    """Start and end of each payload that is whole."""
    size, at = storage.size(path), 0
    found = []
    with storage.open(path) as file:
        while at + 4 <= size:
            file.seek(at)
            length = int.from_bytes(file.read(4), "little")
            if not 0 < length <= _MAX_RECORD or at + 4 + length > size:
                break
            found.append((at + 4, at + 4 + length))
            at += 4 + length
    return found


def _inflate_lz4(data: bytes) -> bytes | None:
    """The bytes of an LZ4 block, None where it is no block of a whole frame."""
    import pyarrow as pa

    codec = pa.Codec("lz4_raw")
    try:
        steps: bytes = codec.decompress(data, decompressed_size=_STEP_BYTES, asbytes=True)
    except OSError:
        return None
    try:
        # the codec does not tell a block that gives less; a whole one does not fit into less
        codec.decompress(data, decompressed_size=_STEP_BYTES - 1)
    except OSError:
        return steps
    return None


def _from_metres(metres: bytes) -> np.ndarray:
    values = np.frombuffer(metres, "<f4").astype(np.float64)
    steps = np.rint(np.where(np.isfinite(values) & (values > 0), values, 0) * 1000.0)
    return np.where(steps >= _SATURATED, 0, steps).astype(np.uint16).reshape(HEIGHT, WIDTH)
