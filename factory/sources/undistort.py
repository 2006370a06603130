"""Images of distorted lenses, made into those of a pinhole camera of the same size and place."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.images import encode_colour_png

Array = np.ndarray

_JPEG_QUALITY = 95


@dataclass(frozen=True)
class Lens:
    """A calibrated camera with distortion, as OpenCV models it.

    model : `OPENCV` (radial and tangential, coefficients k1 k2 p1 p2 [k3 ...]) or `OPENCV_FISHEYE` (Kannala-Brandt,
    k1 k2 k3 k4); intrinsics : (3, 3) [px, centre of the top-left pixel at (0, 0)] of images of `size` (width, height).
    """

    model: Literal["OPENCV", "OPENCV_FISHEYE"]
    intrinsics: Array
    coefficients: tuple[float, ...]
    size: tuple[int, int]

    def pinhole(self) -> Array:
        """Intrinsics (3, 3) [px] of the undistorted images, of the same size: as much as shows no empty border."""
        import cv2

        coefficients = np.array(self.coefficients, dtype=np.float64)
        if self.model == "OPENCV_FISHEYE":
            found = cv2.fisheye.estimateNewCameraMatrixForUndistortRectify(
                self.intrinsics, coefficients, self.size, np.eye(3), balance=0.0
            )
        else:
            found, _ = cv2.getOptimalNewCameraMatrix(self.intrinsics, coefficients, self.size, 0)
        return np.asarray(found, dtype=np.float64)

    def source_pixels(self, size: tuple[int, int]) -> tuple[Array, Array]:
        """Where (x, y) each pixel of the undistorted image lies in the distorted one, two of (H, W) float32 [px].

        size : (width, height) of both images, maybe not that of the calibration.
        """
        import cv2

        scale = (size[0] / self.size[0], size[1] / self.size[1])
        coefficients = np.array(self.coefficients, dtype=np.float64)
        rectify = cv2.fisheye if self.model == "OPENCV_FISHEYE" else cv2
        x, y = rectify.initUndistortRectifyMap(
            scale_intrinsics(self.intrinsics, *scale),
            coefficients,
            np.eye(3),
            scale_intrinsics(self.pinhole(), *scale),
            size,
            cv2.CV_32FC1,
        )
        return x, y


def undistort_colour(data: bytes, lens: Lens, name: str) -> tuple[bytes, str]:
    """An encoded colour image through `lens.pinhole()`, encoded as it was, and its suffix (`.jpg`, `.png`)."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            is_jpeg, pixels = image.format == "JPEG", np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{name}: expected a colour image ({error}); export the frame again") from None
    straight = undistort_pixels(pixels, lens)
    return (encode_jpeg(straight), ".jpg") if is_jpeg else (encode_colour_png(straight), ".png")


def undistort_pixels(pixels: Array, lens: Lens) -> Array:
    """(H, W, 3) uint8 through `lens.pinhole()`."""
    import cv2

    x, y = lens.source_pixels((pixels.shape[1], pixels.shape[0]))
    straight: Array = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return straight


def encode_jpeg(pixels: Array) -> bytes:
    """(H, W, 3) uint8 as a JPEG whose losses nobody sees."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def undistort_depth(depth: Array, lens: Lens) -> Array:
    """Z-depth (H, W) through `lens.pinhole()`: the nearest reading, 0 where the lens saw nothing."""
    import cv2

    x, y = lens.source_pixels((depth.shape[1], depth.shape[0]))
    straight: Array = cv2.remap(depth, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return straight
