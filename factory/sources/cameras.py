"""Poses and intrinsics as text files hold them, and which intrinsics belong to images of a given size."""

from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics

_RIGID_TOLERANCE = 1e-2
# How far from the middle of its own image, in image sizes, a principal point may lie, ...
_DESCRIBES = 0.1
# ... and what no lens has: beyond these the intrinsics are those of something else.
_FAR_OFF = 0.25
_FOCAL_PER_SIDE = (0.2, 5.0)

NOT_FINITE = "frame: pose not finite"
NOT_RIGID = "frame: pose not rigid"
MALFORMED = "frame: pose file malformed"

Size = tuple[int, int]


@dataclass(frozen=True)
class Calibration:
    """Intrinsics (3, 3) [px] of images of `size`; None where no file says of which size."""

    intrinsics: np.ndarray
    size: Size | None


def parse_numbers(data: bytes) -> np.ndarray | None:
    """All the numbers in a text file, float64; None when something in it is no number."""
    try:
        return np.array(data.split(), dtype=np.float64)
    except ValueError:
        return None


def parse_intrinsics(data: bytes, name: str) -> np.ndarray:
    """The (3, 3) intrinsics in a 4x4 or 3x3 text file."""
    numbers = parse_numbers(data)
    if numbers is None or numbers.size not in (9, 16):
        raise DataError(f"{name}: expected the 16 numbers of a 4x4 matrix; export the intrinsics again")
    side = 4 if numbers.size == 16 else 3
    return check_intrinsics(numbers.reshape(side, side)[:3, :3], name)


def check_intrinsics(intrinsics: np.ndarray, name: str) -> np.ndarray:
    """The matrix, if it can be intrinsics at all."""
    positive = intrinsics[[0, 1, 0, 1], [0, 1, 2, 2]]
    if not np.isfinite(intrinsics).all() or positive.min() <= 0:
        raise DataError(
            f"{name}: expected a pinhole matrix, found fx, fy, cx, cy = {', '.join(f'{n:g}' for n in positive)}, "
            "which must be positive; export the intrinsics again"
        )
    return intrinsics


def parse_poses(files: list[bytes]) -> tuple[np.ndarray, list[str]]:
    """Camera-to-world matrices (n, 4, 4) of pose files and, per file, why it cannot be used (empty: it can)."""
    matrices = np.tile(np.eye(4), (len(files), 1, 1))
    malformed = np.zeros(len(files), dtype=bool)
    for i, data in enumerate(files):
        numbers = parse_numbers(data)
        if numbers is None or numbers.size != 16:
            malformed[i] = True
        else:
            matrices[i] = numbers.reshape(4, 4)
    faults = pose_faults(matrices)
    return matrices, [MALFORMED if bad else fault for bad, fault in zip(malformed, faults, strict=True)]


def pose_faults(matrices: np.ndarray) -> list[str]:
    """Per matrix of (n, 4, 4), why it is no rigid transform; empty where it is one, up to rounding."""
    finite = np.isfinite(matrices).all(axis=(1, 2))
    checked = np.where(finite[:, None, None], matrices, np.eye(4))
    rotations = checked[:, :3, :3]
    skew = np.abs(rotations @ np.swapaxes(rotations, 1, 2) - np.eye(3)).max(axis=(1, 2))
    determinants = np.abs(np.linalg.det(rotations) - 1.0)
    last_rows = np.abs(checked[:, 3] - (0.0, 0.0, 0.0, 1.0)).max(axis=1)
    rigid = np.maximum(np.maximum(skew, determinants), last_rows) <= _RIGID_TOLERANCE
    return [NOT_FINITE if not f else "" if r else NOT_RIGID for f, r in zip(finite, rigid, strict=True)]


def nearest_rigid(matrices: np.ndarray) -> np.ndarray:
    """(n, 4, 4) with the nearest rotation in place of each upper left block: text files round to six decimals.

    The nearest one in the Frobenius norm is `U V^T` of the singular value decomposition.
    """
    u, _, vt = np.linalg.svd(matrices[:, :3, :3])
    rigid = np.tile(np.eye(4), (len(matrices), 1, 1))
    rigid[:, :3, :3] = u @ vt
    rigid[:, :3, 3] = matrices[:, :3, 3]
    return rigid


def intrinsics_for(size: Size, color: Calibration, depth: Calibration | None, name: str) -> np.ndarray:
    """Intrinsics (3, 3) [px] of colour images of `size`, which may be smaller than those that were calibrated.

    In this order: the colour intrinsics, where they describe images of that size; the depth intrinsics, where the
    images were brought to the size of the registered depth; the colour intrinsics scaled from their size, which is
    taken from the principal point where no file tells it.
    """
    as_they_are = _eccentricity(color.intrinsics, size)
    calibrated = _eccentricity(color.intrinsics, color.size) if color.size else np.inf
    if color.size == size or (as_they_are <= _DESCRIBES and as_they_are < calibrated):
        chosen = color.intrinsics
    elif depth and depth.size == size and _eccentricity(depth.intrinsics, size) <= _DESCRIBES:
        chosen = depth.intrinsics
    else:
        width, height = color.size if calibrated <= _DESCRIBES and color.size else _size_around(color.intrinsics)
        chosen = scale_intrinsics(color.intrinsics, size[0] / width, size[1] / height)
    focal = np.array([chosen[0, 0], chosen[1, 1]]) / size
    too_wide, too_narrow = focal.min() < _FOCAL_PER_SIDE[0], focal.max() > _FOCAL_PER_SIDE[1]
    if too_wide or too_narrow or _eccentricity(chosen, size) > _FAR_OFF:
        raise DataError(
            f"{name}: these intrinsics (fx {color.intrinsics[0, 0]:g}, cx {color.intrinsics[0, 2]:g}, "
            f"cy {color.intrinsics[1, 2]:g}) cannot be those of {size[0]}x{size[1]} colour images; "
            "put the intrinsics of these images there, or export the images again"
        )
    return chosen


def _eccentricity(intrinsics: np.ndarray, size: Size) -> float:
    """Distance of the principal point from the middle of the image, per axis, in image sizes; the larger one."""
    return float(np.abs((intrinsics[:2, 2] + 0.5) / size - 0.5).max())


def _size_around(intrinsics: np.ndarray) -> tuple[float, float]:
    """The size of an image whose middle is the principal point."""
    return 2.0 * intrinsics[0, 2] + 1.0, 2.0 * intrinsics[1, 2] + 1.0
