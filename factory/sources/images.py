"""Image files without decoding them: sizes from headers, and 16-bit depth as PNG."""

import io

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.store.storage import Storage

_PNG = b"\x89PNG\r\n\x1a\n"
_FIRST_READ, _SECOND_READ = 4096, 1 << 18
# Markers that hold the size: every start of frame; C4, C8 and CC are other segments.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


def size_from_header(head: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG, PNG or PGM file from its first bytes; None where they do not tell."""
    if head.startswith(_PNG):
        size = (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) if len(head) >= 24 else None
    elif head.startswith(b"\xff\xd8"):
        size = _jpeg_size(head)
    elif head.startswith(b"P5"):
        fields = _pgm_fields(head)
        size = fields[:2] if fields else None
    else:
        size = None
    return size if size and min(size) > 0 else None


def read_image_size(storage: Storage, path: str) -> tuple[int, int] | None:
    """Width and height of an image file, reading its beginning only; None for a file that is no image."""
    for length in (_FIRST_READ, _SECOND_READ):  # thumbnails and colour profiles may come before the size
        head = storage.read_range(path, 0, length)
        size = size_from_header(head)
        if size or len(head) < length:
            return size
    return None


def encode_depth_png(depth_mm: np.ndarray) -> bytes:
    """A PNG of (H, W) uint16 [mm, 0 = no reading]."""
    return _encode(np.ascontiguousarray(depth_mm, dtype=np.uint16))


def encode_colour_png(rgb: np.ndarray) -> bytes:
    """A PNG of (H, W, 3) uint8."""
    return _encode(np.ascontiguousarray(rgb, dtype=np.uint8))


def decode_pgm(data: bytes, name: str) -> np.ndarray:
    """The (H, W) uint16 values of a binary PGM file (big-endian when two bytes wide)."""
    fields = _pgm_fields(data)
    if fields is None:
        raise DataError(f"{name}: not a binary PGM file; export the frame again")
    width, height, maximum, start = fields
    dtype = np.dtype(">u2" if maximum > 255 else "u1")
    if len(data) - start < width * height * dtype.itemsize:
        raise DataError(f"{name}: the file ends before its {width}x{height} pixels do; export the frame again")
    return np.frombuffer(data, dtype, width * height, start).reshape(height, width).astype(np.uint16)


def _encode(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _JPEG_WITHOUT_LENGTH:
            at += 2
        elif marker in _JPEG_FRAMES:
            return int.from_bytes(head[at + 7 : at + 9], "big"), int.from_bytes(head[at + 5 : at + 7], "big")
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _pgm_fields(data: bytes) -> tuple[int, int, int, int] | None:
    """Width, height, largest value, and where the pixels begin; comment lines may stand between the numbers."""
    if not data.startswith(b"P5"):
        return None
    numbers: list[int] = []
    at = 2
    while len(numbers) < 3:
        while at < len(data) and data[at : at + 1].isspace():
            at += 1
        if data[at : at + 1] == b"#":
            at = data.find(b"\n", at)
            if at < 0:
                return None
            continue
        end = at
        while data[end : end + 1].isdigit():
            end += 1
        if end == at:
            return None
        numbers.append(int(data[at:end]))
        at = end
    width, height, maximum = numbers
    return width, height, maximum, at + 1  # exactly one white-space byte ends the header
