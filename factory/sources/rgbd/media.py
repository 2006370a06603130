"""Image and depth URIs of posed recordings, and reading them.

Everything that decoding needs stands in the URI's fragments, in this order, each only where it is needed:

    room/depth/7.png#depth_scale=5000                                     5000 steps to the metre
    room/7.jpg#undistort=OPENCV:640x480:517.3,516.5,318.6,255.3:0.26,-0.95,-0.005,0.002,1.16
    room/7.depth.pgm#view=224x126:0.23,0.5,0.23,22.4                      the part of it that its image shows
    room/7.jpg#rotate=90                                                  turned upright, see `factory.sources.upright`

`undistort` holds model, image size, fx, fy, cx, cy and coefficients of a `factory.sources.undistort.Lens`.
`view` holds width, height, a, b, c, d: pixel (u, v) of what is read lies at (a u + b, c v + d) in the file.
"""

import re
from dataclasses import dataclass
from typing import cast

import numpy as np

from factory.errors import DataError
from factory.sources.depth_files import decode_depth, millimetre_png, scaled_depth_uri, split_depth_uri
from factory.sources.images import encode_depth_png
from factory.sources.rgbd.cameras import LensModel
from factory.sources.undistort import Lens, undistort_colour, undistort_depth
from factory.sources.upright import split_rotated_uri, turned_png
from factory.store.storage import Storage

Array = np.ndarray

_UNDISTORT = re.compile(r"(.+)#undistort=(OPENCV|OPENCV_FISHEYE):(\d+)x(\d+):([^:]+):(.+)")
_VIEW = re.compile(r"(.+)#view=(\d+)x(\d+):(.+)")
_DEPTH_SUFFIXES = (".png", ".pgm")
_IMAGE_SUFFIXES = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}


@dataclass(frozen=True)
class DepthView:
    """The part of a depth image that shows what the colour image shows: `size` (width, height) pixels, of which (u, v)
    lies at (ax u + bx, ay v + by) in the file."""

    size: tuple[int, int]
    ax: float
    bx: float
    ay: float
    by: float

    def of(self, depth: Array) -> Array:
        """The nearest readings, 0 beyond the file's borders."""
        columns = np.rint(self.ax * np.arange(self.size[0]) + self.bx).astype(np.int64)
        rows = np.rint(self.ay * np.arange(self.size[1]) + self.by).astype(np.int64)
        height, width = depth.shape
        inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
        picked = depth[np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)]
        seen: Array = np.where(inside, picked, 0).astype(depth.dtype)
        return seen


def colour_uri(path: str, lens: Lens | None) -> str:
    """The URI of a colour image that a lens took, None for a pinhole."""
    return path + _lens_fragment(lens)


def depth_uri(path: str, steps_per_metre: float, lens: Lens | None, view: DepthView | None) -> str:
    """The URI of a depth image in that unit, taken through the colour image's lens, or of another field of view."""
    uri = scaled_depth_uri(path, steps_per_metre) + _lens_fragment(lens)
    if view is None:
        return uri
    return f"{uri}#view={view.size[0]}x{view.size[1]}:" + _numbers((view.ax, view.bx, view.ay, view.by))


def read_uri(root: Storage, uri: str) -> tuple[bytes, str]:
    """Bytes and suffix of what a URI names: a colour image, or depth as a 16-bit PNG [mm], maybe turned upright."""
    held, turns = split_rotated_uri(uri)
    data, suffix = _read_held(root, held)
    return (turned_png(data, turns, uri), ".png") if turns else (data, suffix)


def is_depth_file(path: str) -> bool:
    """Whether depth images of this kind can be read."""
    return path.lower().endswith(_DEPTH_SUFFIXES)


def _read_held(root: Storage, uri: str) -> tuple[bytes, str]:
    """The image as the device was held.

    A PNG whose pixels have 16 bits is a depth image; `.pgm` and URIs that tell a unit or a view are depth too.
    """
    lens, view, plain = _taken_apart(uri)
    path, steps_per_metre = split_depth_uri(plain)
    suffix = path[path.rfind(".") :].lower()
    try:
        data = root.read_bytes(path)
    except (FileNotFoundError, IsADirectoryError):
        raise DataError(f"{path}: no such file under {root.url}; give the --input that was built from") from None
    if suffix == ".pgm" or path != plain or view or (suffix == ".png" and _has_16_bits(data)):
        png = millimetre_png(data, steps_per_metre, path)
        if lens is None and view is None:
            return png, ".png"
        depth = decode_depth(png, path)
        depth = depth if lens is None else undistort_depth(depth, lens)
        return encode_depth_png(depth if view is None else view.of(depth)), ".png"
    if suffix not in _IMAGE_SUFFIXES:
        raise DataError(f"{path}: expected an image (.jpg, .png) or a depth image (.png, .pgm)")
    return (data, _IMAGE_SUFFIXES[suffix]) if lens is None else undistort_colour(data, lens, path)


def _has_16_bits(png: bytes) -> bool:
    return len(png) > 25 and png[24] == 16


def _numbers(values: tuple[float, ...]) -> str:
    return ",".join(f"{value:.12g}" for value in values)


def _lens_fragment(lens: Lens | None) -> str:
    if lens is None:
        return ""
    k = lens.intrinsics
    numbers = _numbers((float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2])))
    return f"#undistort={lens.model}:{lens.size[0]}x{lens.size[1]}:{numbers}:{_numbers(lens.coefficients)}"


def _taken_apart(uri: str) -> tuple[Lens | None, DepthView | None, str]:
    lens = view = None
    try:
        if found := _VIEW.fullmatch(uri):
            uri = found[1]
            view = DepthView((int(found[2]), int(found[3])), *(float(text) for text in found[4].split(",")))
        if found := _UNDISTORT.fullmatch(uri):
            uri = found[1]
            fx, fy, cx, cy = (float(text) for text in found[5].split(","))
            intrinsics = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])
            coefficients = tuple(float(text) for text in found[6].split(","))
            model = cast(LensModel, found[2])
            assert model != "PINHOLE"
            lens = Lens(model, intrinsics, coefficients, (int(found[3]), int(found[4])))
    except (ValueError, TypeError):
        raise DataError(f"{uri}: the numbers in this URI are damaged; build the scene again") from None
    return lens, view, uri
