"""Pinhole cameras: x right, y down, z forward; the centre of the top-left pixel is (0, 0)."""

import numpy as np

Array = np.ndarray


def project(intrinsics: Array, points_camera: Array) -> Array:
    """Pixel coordinates (..., 2) of points (..., 3) [m, camera]. Points with z <= 0 give NaN.

    intrinsics : (3, 3), or (n, 3, 3) for points (n, k, 3) of n cameras.
    """
    z = points_camera[..., 2:3]
    with np.errstate(divide="ignore", invalid="ignore"):
        uv = points_camera @ np.swapaxes(intrinsics[..., :2, :], -1, -2) / np.where(z > 0, z, np.nan)
    result: Array = uv
    return result


def unproject(intrinsics: Array, pixels: Array, depth_m: Array) -> Array:
    """Points (..., 3) [m, camera] of pixels (..., 2) at z-depth (...) [m]."""
    u, v = pixels[..., 0], pixels[..., 1]
    y = (v - intrinsics[1, 2]) / intrinsics[1, 1]
    x = (u - intrinsics[0, 2] - intrinsics[0, 1] * y) / intrinsics[0, 0]
    return np.stack([x * depth_m, y * depth_m, depth_m * np.ones_like(x)], axis=-1)


def scale_intrinsics(intrinsics: Array, scale_x: float, scale_y: float) -> Array:
    """Intrinsics of the image resized by `scale_x`, `scale_y`: a coordinate c becomes (c + 0.5) s - 0.5."""
    scaled = np.array(intrinsics, dtype=np.float64)
    scaled[0] *= scale_x
    scaled[1] *= scale_y
    scaled[0, 2] += 0.5 * scale_x - 0.5
    scaled[1, 2] += 0.5 * scale_y - 0.5
    return scaled


def point_to_thousand(pixels: Array, width: int, height: int) -> Array:
    """Pixels (..., 2) on the 0-1000 scale per axis: round((u + 0.5) / W * 1000), clipped to 0..1000, int."""
    scaled = (np.asarray(pixels, dtype=np.float64) + 0.5) / (width, height) * 1000.0
    return np.clip(np.rint(scaled), 0, 1000).astype(np.int32)


def box_to_thousand(box_px: Array, width: int, height: int) -> Array:
    """Outer edges of pixel boxes (..., 4) `x1 y1 x2 y2` (first and last pixel, inclusive) on the 0-1000 scale, int."""
    box = np.asarray(box_px, dtype=np.float64)
    edges = np.stack([box[..., 0], box[..., 1], box[..., 2] + 1.0, box[..., 3] + 1.0], axis=-1)
    scaled = edges / (width, height, width, height) * 1000.0
    return np.clip(np.rint(scaled), 0, 1000).astype(np.int32)
