"""Depth as a 16-bit PNG of logarithms, the format that MoGe writes (reference: `write_depth` in moge/utils/io.py)."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from factory.errors import DataError

Array = np.ndarray

_STEPS = 65533
_UNKNOWN, _INFINITE = 0, 65535
_FAST = 1  # zlib level: maps of noise hardly shrink at higher ones


def encode_depth(depth_m: Array) -> bytes:
    """A PNG of z-depth (h, w) [m]: NaN and 0 are unknown, inf is sky.

    Codes 1..65534 are even steps of the logarithm between `near` and `far`, which stand in the PNG's text. Raises
    DataError when no pixel is finite: loaders cannot read such a file.
    """
    finite = np.isfinite(depth_m) & (depth_m > 0)
    if not finite.any():
        raise DataError("a depth map without any finite depth; the picture cannot be lifted")
    values = depth_m[finite].astype(np.float64)
    near = max(float(values.min()), 1e-5)
    far = max(1.1 * near, min(float(values.max()), 1e5 * near))
    code = np.where(np.isposinf(depth_m), _INFINITE, _UNKNOWN).astype(np.uint16)
    place = np.clip(np.log(values / near) / np.log(far / near), 0.0, 1.0)
    code[finite] = 1 + np.rint(place * _STEPS).astype(np.uint16)
    info = PngInfo()
    info.add_text("near", str(near))
    info.add_text("far", str(far))
    file = io.BytesIO()
    Image.fromarray(code).save(file, format="PNG", pnginfo=info, compress_level=_FAST)
    return file.getvalue()


@lru_cache(maxsize=1)  # a picture's map is read by several steps, one after the other
def decode_depth(png: bytes) -> Array:
    """z-depth (h, w) float32 [m] as HiSpatial's loader decodes it, read-only: NaN unknown, inf sky. Raises
    DataError."""
    image = Image.open(io.BytesIO(png))
    if "near" not in image.info or "far" not in image.info:
        raise DataError("a depth PNG without the text chunks near and far; expected the format that MoGe writes")
    depth: Array = _depths(float(image.info["near"]), float(image.info["far"]))[np.asarray(image)]
    depth.flags.writeable = False
    return depth


def _depths(near: float, far: float) -> Array:
    """(65536,) float32 the z-depth of each code [m]: far fewer than pixels."""
    place = (np.arange(_INFINITE + 1, dtype=np.float32) - 1) / _STEPS
    depths: Array = (near ** (1 - place) * far**place).astype(np.float32)
    depths[_UNKNOWN], depths[_INFINITE] = np.nan, np.inf
    return depths
