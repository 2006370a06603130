"""Depth images on disk: whatever their unit, they are handed on as 16-bit PNG in millimetres.

A depth URI without a fragment is a 16-bit image in millimetres. Other units are told by the fragment
`#depth_scale=N`, N steps to the metre (`frame.png#depth_scale=5000`), so that nobody takes them for millimetres.
"""

import io

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.sources.images import decode_pgm, encode_depth_png

_SCALE = "#depth_scale="
_MILLIMETRES = 1000.0
_MAX = np.iinfo(np.uint16).max


def scaled_depth_uri(path: str, steps_per_metre: float) -> str:
    """The URI of a depth image with that many steps to the metre."""
    return path if steps_per_metre == _MILLIMETRES else f"{path}{_SCALE}{steps_per_metre:g}"


def split_depth_uri(uri: str) -> tuple[str, float]:
    """Path and steps per metre of a depth URI."""
    path, marked, scale = uri.partition(_SCALE)
    return path, float(scale) if marked else _MILLIMETRES


def decode_depth(data: bytes, name: str) -> np.ndarray:
    """The (H, W) uint16 values of a 16-bit PNG or PGM file."""
    if data.startswith(b"P5"):
        return decode_pgm(data, name)
    try:
        with Image.open(io.BytesIO(data)) as image:
            values = np.asarray(image)
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{name}: expected a 16-bit depth image ({error}); export the frame again") from None
    if values.ndim != 2 or values.dtype.kind not in "iu" or values.dtype.itemsize < 2:
        raise DataError(
            f"{name}: expected one channel of 16 bits, found {values.dtype} of shape {values.shape}; export it again"
        )
    if values.size and (values.min() < 0 or values.max() > _MAX):
        raise DataError(f"{name}: expected values of 16 bits, found {values.min()} to {values.max()}; export it again")
    return values.astype(np.uint16)


def millimetre_png(data: bytes, steps_per_metre: float, name: str) -> bytes:
    """A depth file as a 16-bit PNG [mm, 0 = no reading]: as it is, where it is one already.

    What is too far for 16 bits of millimetres counts as no reading, and so does the largest value of 16 bits, which is
    how some recorders write that there is none (7-Scenes), or that there is something beyond.
    """
    values = decode_depth(data, name)
    is_saturated = values == _MAX
    if steps_per_metre == _MILLIMETRES and not data.startswith(b"P5") and not is_saturated.any():
        return data
    millimetres = np.rint(np.where(is_saturated, 0, values) * (_MILLIMETRES / steps_per_metre))
    return encode_depth_png(np.where(millimetres > _MAX, 0, millimetres).astype(np.uint16))


def depth_in_metres(png: bytes, name: str) -> np.ndarray:
    """(H, W) float32 z-depth [m], 0 = no reading, of what a source hands on for a depth URI."""
    return (decode_depth(png, name) / np.float32(_MILLIMETRES)).astype(np.float32)
