"""`.sens` streams, version 4 and 3: the calibration and the head of every frame; images on demand, by seeking.

A stream is a header, then per frame 96 bytes (`world_from_camera`, time stamps, two lengths), colour, depth.
Everything is little-endian without padding.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from factory.errors import DataError
from factory.sources.images import encode_colour_png, encode_depth_png
from factory.store.storage import Storage

_VERSIONS = (3, 4)
_RAW, _PNG, _JPEG = 0, 1, 2
_DEPTH_RAW, _DEPTH_ZLIB = 0, 1
_HEAD = struct.Struct("<64s4Q")
_AFTER_NAME = struct.Struct("<64s64s64s64s2i4IfQ")
_MAX_NAME, _MAX_FRAMES, _MAX_SIDE = 1 << 12, 1 << 24, 1 << 15


@dataclass(frozen=True)
class SensHeader:
    """What holds for all frames. Sizes are (width, height) [px]; `depth_shift` is depth units per metre."""

    intrinsic_color: np.ndarray
    intrinsic_depth: np.ndarray
    color_compression: int
    depth_compression: int
    color_size: tuple[int, int]
    depth_size: tuple[int, int]
    depth_shift: float
    frame_count: int


@dataclass(frozen=True)
class SensIndex:
    """Where the frames are. Shorter than `header.frame_count` when the stream ends early.

    heads : (n,) bytes objects, the 96 bytes of each frame; world_from_camera : (n, 4, 4) float64;
    color_at, color_bytes, depth_bytes : (n,) int64; the depth of a frame follows its colour.
    """

    header: SensHeader
    header_bytes: bytes
    heads: list[bytes]
    world_from_camera: np.ndarray
    color_at: np.ndarray
    color_bytes: np.ndarray
    depth_bytes: np.ndarray

    @property
    def has_depth(self) -> bool:
        """Whether the depth of this stream can be decoded (the `occi` codec cannot)."""
        return self.header.depth_compression in (_DEPTH_RAW, _DEPTH_ZLIB)


def read_index(storage: Storage, path: str) -> SensIndex:
    """The header and all frame heads, read by seeking. Raises DataError for a header that is damaged or unknown."""
    size = storage.size(path)
    with storage.open(path) as file:
        header, header_bytes = _read_header(file, path)
        if header.frame_count * _HEAD.size > size:
            raise _damaged(path, f"a header that announces {header.frame_count} frames in {size} bytes")
        layout = np.zeros((header.frame_count, 3), np.int64)
        heads: list[bytes] = []
        at = len(header_bytes)
        for row in layout:
            file.seek(at)
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                break
            *_, color_bytes, depth_bytes = _HEAD.unpack(head)
            at += _HEAD.size
            if at + color_bytes + depth_bytes > size:
                break
            row[:] = at, color_bytes, depth_bytes
            heads.append(head)
            at += color_bytes + depth_bytes
    count = len(heads)
    matrices = np.frombuffer(b"".join(head[:64] for head in heads), "<f4").reshape(count, 4, 4)
    return SensIndex(header, header_bytes, heads, matrices.astype(np.float64), *layout[:count].T)


def read_color(storage: Storage, path: str, index: SensIndex, frame: int) -> tuple[bytes, str]:
    """The encoded colour image of a frame and its suffix."""
    at = int(index.color_at[frame])
    data = storage.read_range(path, at, at + int(index.color_bytes[frame]))
    compression = index.header.color_compression
    if compression == _JPEG:
        return data, ".jpg"
    if compression == _PNG:
        return data, ".png"
    if compression != _RAW:
        raise DataError(f"{path}: colour compression {compression} is unknown; export the frames of this stream")
    width, height = index.header.color_size
    if len(data) != width * height * 3:
        raise _damaged(path, f"frame {frame} with {len(data)} bytes for {width}x{height} colour pixels")
    return encode_colour_png(np.frombuffer(data, np.uint8).reshape(height, width, 3)), ".png"


def read_depth(storage: Storage, path: str, index: SensIndex, frame: int) -> bytes:
    """The depth of a frame as a 16-bit PNG [mm, z-depth, 0 = no reading]."""
    at = int(index.color_at[frame] + index.color_bytes[frame])
    data = storage.read_range(path, at, at + int(index.depth_bytes[frame]))
    width, height = index.header.depth_size
    expected = width * height * 2
    if index.header.depth_compression == _DEPTH_ZLIB:
        try:
            data = zlib.decompressobj().decompress(data, expected + 1)  # never more than an image
        except zlib.error as error:
            raise _damaged(path, f"depth of frame {frame} that does not inflate ({error})") from None
    elif index.header.depth_compression != _DEPTH_RAW:
        raise DataError(f"{path}: depth compression {index.header.depth_compression} is unknown; export the frames")
    if len(data) != expected:
        raise _damaged(path, f"frame {frame} with {len(data)} bytes for {width}x{height} depth pixels")
    depth = np.frombuffer(data, "<u2").reshape(height, width)
    if index.header.depth_shift != 1000.0:
        depth = np.minimum(np.rint(depth * (1000.0 / index.header.depth_shift)), 65535).astype(np.uint16)
    return encode_depth_png(depth)


def _damaged(path: str, found: str) -> DataError:
    return DataError(f"{path}: expected a complete .sens stream, found {found}; download the file again")


def _read_header(file: BinaryIO, path: str) -> tuple[SensHeader, bytes]:
    start = file.read(12)
    if len(start) < 12:
        raise _damaged(path, f"a file of {len(start)} bytes")
    version, name_length = struct.unpack("<IQ", start)
    if version not in _VERSIONS:
        raise DataError(
            f"{path}: expected a .sens stream of version 3 or 4, found version {version}; "
            "download the file again, or export its frames to color/, depth/, pose/ and intrinsic/"
        )
    rest = file.read(min(name_length, _MAX_NAME) + _AFTER_NAME.size)
    if name_length > _MAX_NAME or len(rest) < name_length + _AFTER_NAME.size:
        raise _damaged(path, "a header that is cut off or garbled")
    fields = _AFTER_NAME.unpack(rest[name_length:])
    color, _, depth, _ = (np.frombuffer(m, "<f4").astype(np.float64).reshape(4, 4) for m in fields[:4])
    color_compression, depth_compression, *sides, shift, frame_count = fields[4:]
    if not (0 < max(sides) <= _MAX_SIDE and frame_count <= _MAX_FRAMES and np.isfinite(shift) and shift > 0):
        raise _damaged(path, f"sizes {sides}, {frame_count} frames and {shift} depth units per metre in the header")
    header = SensHeader(
        intrinsic_color=color,
        intrinsic_depth=depth,
        color_compression=color_compression,
        depth_compression=depth_compression,
        color_size=(sides[0], sides[1]),
        depth_size=(sides[2], sides[3]),
        depth_shift=shift,
        frame_count=frame_count,
    )
    return header, start + rest
