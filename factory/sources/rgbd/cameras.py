"""Cameras as recordings describe them, and the pinhole cameras that the factory sees through."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import Calibration, Size, check_intrinsics, intrinsics_for
from factory.sources.undistort import Lens

Array = np.ndarray
LensModel = Literal["PINHOLE", "OPENCV", "OPENCV_FISHEYE"]

_COEFFICIENTS: dict[LensModel, tuple[int, ...]] = {"PINHOLE": (0,), "OPENCV": (0, 4, 5, 8), "OPENCV_FISHEYE": (0, 4)}


@dataclass(frozen=True)
class RecordedCamera:
    """Intrinsics [px, centre of the top-left pixel at (0, 0)] of images of `size`, None where no file says of which;
    `model` and `coefficients` as `factory.sources.undistort.Lens` has them, none for all zero."""

    fx: float
    fy: float
    cx: float
    cy: float
    size: Size | None = None
    model: LensModel = "PINHOLE"
    coefficients: tuple[float, ...] = ()

    @property
    def matrix(self) -> Array:
        """(3, 3)"""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class SeenThrough:
    """The camera of a frame. intrinsics : (3, 3) of the image that is handed on; lens : None where the image file is
    that already."""

    intrinsics: Array
    lens: Lens | None


def camera_of(matrix: Array, size: Size | None = None) -> RecordedCamera:
    """The pinhole camera of a (3, 3) matrix."""
    fx, fy, cx, cy = (float(matrix[k]) for k in ((0, 0), (1, 1), (0, 2), (1, 2)))
    return RecordedCamera(fx, fy, cx, cy, size)


def seen_through(camera: RecordedCamera, depth: RecordedCamera | None, size: Size, name: str) -> SeenThrough:
    """What images of `size` look like, which may be smaller than those that were calibrated; `depth` is the camera of
    the depth images, whose intrinsics describe colour images that were brought to their size. `name` is for messages.
    """
    if len(camera.coefficients) not in _COEFFICIENTS[camera.model]:
        raise DataError(
            f"{name}: {len(camera.coefficients)} distortion coefficients, which {camera.model} does not have; "
            "give k1 k2 p1 p2 [k3] with OPENCV, k1 k2 k3 k4 with OPENCV_FISHEYE"
        )
    beside = None if depth is None else Calibration(depth.matrix, depth.size)
    own = Calibration(check_intrinsics(camera.matrix, name), camera.size)
    is_bent = camera.model == "OPENCV_FISHEYE" or any(camera.coefficients)
    matrix = intrinsics_for(size, own, None if is_bent else beside, name)
    if camera.model == "PINHOLE" or not is_bent:
        return SeenThrough(matrix, None)
    coefficients = camera.coefficients or (0.0, 0.0, 0.0, 0.0)
    lens = Lens(camera.model, matrix, coefficients, size)
    pinhole = lens.pinhole()
    if not np.isfinite(pinhole).all() or pinhole[[0, 1], [0, 1]].min() <= 0.1 * max(size):
        raise DataError(
            f"{name}: no pinhole camera shows what this lens does ({camera.model}, {coefficients}); "
            "check its coefficients, or leave the scene out"
        )
    return SeenThrough(pinhole, lens)
