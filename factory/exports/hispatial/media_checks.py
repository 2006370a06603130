"""Rules for the picture, the depth map and the camera of a sample."""

import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from factory.errors import DataError
from factory.exports.hispatial.faults import Fault
from factory.exports.hispatial.jpeg import is_upright_rgb_jpeg
from factory.exports.hispatial.qa_types import LATTICE
from factory.exports.hispatial.usable import FAR_M, FOCAL
from factory.web.depth_png import decode_depth

Array = np.ndarray
Size = tuple[int, int]

_UNREADABLE = (OSError, UnidentifiedImageError, SyntaxError, ValueError, TypeError, DataError)


def picture_size(data: bytes, faults: list[Fault]) -> Size | None:
    """Width and height of the JPEG, None when it cannot be decoded."""
    if not is_upright_rgb_jpeg(data):
        faults.append(Fault("jpg", "not an upright RGB JPEG: loaders do not turn pictures"))
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return image.size
    except Exception as error:  # Pillow's readers raise whatever damaged bytes lead them to
        faults.append(Fault("jpg", f"cannot be decoded ({error})"))
        return None


def depth_png_faults(data: bytes, picture: Size | None) -> Iterator[Fault]:
    """Of the depth map of a wild sample, whose picture has that width and height."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format != "PNG" or image.mode != "I;16":
                yield Fault("depth", f"expected a PNG of 16-bit gray, found {image.mode} {image.format}")
                return
            near, far = (float(image.info.get(name, "nan")) for name in ("near", "far"))
        depth_m = decode_depth(data)
    except _UNREADABLE as error:
        yield Fault("depth", f"cannot be decoded ({error})")
        return
    if not 0 < near < far < math.inf:
        yield Fault("depth", f"near {near} and far {far} are no range")
    yield from _finite_faults(np.isfinite(depth_m))
    height, width = depth_m.shape
    if (
        picture
        and abs(width - picture[0] * height / picture[1]) > 1
        and abs(height - picture[1] * width / picture[0]) > 1
    ):
        yield Fault("depth", f"{width} x {height}, another shape than the picture's {picture[0]} x {picture[1]}")


def depth_npy_faults(data: bytes) -> tuple[Size | None, list[Fault]]:
    """Width and height of the depth map of a CA-1M sample, and what is wrong with it."""
    try:
        depth_m = np.load(io.BytesIO(data), allow_pickle=False)
    except (*_UNREADABLE, EOFError) as error:
        return None, [Fault("depth", f"cannot be read ({error})")]
    if depth_m.dtype != np.float32 or depth_m.ndim != 2:
        return None, [Fault("depth", f"expected float32 of two axes, found {depth_m.dtype} of {depth_m.ndim}")]
    faults = [] if np.isfinite(depth_m).all() and (depth_m >= 0).all() else [Fault("depth", "negative or not finite")]
    faults += _finite_faults((depth_m > 0) & (depth_m < FAR_M))
    return (depth_m.shape[1], depth_m.shape[0]), faults


def _finite_faults(known: Array) -> Iterator[Fault]:
    if not known.any():
        yield Fault("depth", "not known anywhere")
        return
    # what is left of it in the loader's map
    rows, columns = (np.arange(LATTICE) * length // LATTICE for length in known.shape)
    if not known[np.ix_(rows, columns)].any():
        yield Fault("depth", f"not known anywhere at {LATTICE} x {LATTICE}")


def intrinsics_faults(matrix: Any, size: Size | None) -> Iterator[Fault]:
    """Of a camera matrix whose pixels are counted along a picture of that size; (1, 1) for a normalised one."""
    if not isinstance(matrix, np.ndarray) or matrix.dtype != np.float32 or matrix.shape != (3, 3):
        yield Fault("intrinsics", "expected a float32 tensor of 3 x 3")
        return
    if size is None:
        return
    (fx, _, cx), (below, fy, cy), last = (matrix / np.array([[size[0]], [size[1]], [1]])).tolist()
    if below != 0 or last != [0.0, 0.0, 1.0]:
        yield Fault("intrinsics", f"no camera matrix: {matrix.tolist()}")
    if not (FOCAL[0] < fx < FOCAL[1] and FOCAL[0] < fy < FOCAL[1]):
        yield Fault("intrinsics", f"focal lengths are {fx:.3g} and {fy:.3g} of the picture's sides")
    if not (0 < cx < 1 and 0 < cy < 1):
        yield Fault("intrinsics", f"the principal point lies at {cx:.3g}, {cy:.3g} of the picture's sides")
