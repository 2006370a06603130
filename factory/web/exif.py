"""Intrinsics of a picture: from the focal length that its camera wrote into EXIF, or assumed."""

import math
from typing import Any

import numpy as np
from PIL import Image

Array = np.ndarray

_FILM_DIAGONAL_MM = math.hypot(36.0, 24.0)
# Diagonal fields of view [deg] beyond which a tag is a mistake or the lens no pinhole.
_FIELD_OF_VIEW_DEG = (5.0, 125.0)
# A picture whose sides relate otherwise than the camera's was cropped.
_ASPECT_TOLERANCE = 0.02
_UNIT_MM = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}

_ORIENTATION = 0x0112
_EXIF_IFD = 0x8769
_FOCAL_LENGTH = 0x920A
_FOCAL_LENGTH_35MM = 0xA405
_FOCAL_PLANE_X, _FOCAL_PLANE_Y, _FOCAL_PLANE_UNIT = 0xA20E, 0xA20F, 0xA210
_EXIF_WIDTH, _EXIF_HEIGHT = 0xA002, 0xA003


def orientation_of(exif: Image.Exif) -> int:
    """How the stored rows relate to the upright picture: 1 (as they are) to 8; 1 for anything else."""
    try:
        value = int(exif.get(_ORIENTATION, 1))
    except (TypeError, ValueError, ZeroDivisionError):
        return 1
    return value if 1 <= value <= 8 else 1


def intrinsics_from_exif(exif: Image.Exif, width: int, height: int) -> Array | None:
    """(3, 3) [px of the upright picture, width x height], None where EXIF does not tell or cannot be right.

    With the focal length for 35 mm film the diagonal of the picture stands for film's 43.27 mm (CIPA DCG-001), which
    holds whatever the picture was scaled to. Else the focal length [mm] times the pixels per mm of the focal plane,
    which count pixels of the camera's file. A picture whose aspect is not the camera's was cropped: None.
    The principal point is the middle; pixel centres are integers.
    """
    tags = exif.get_ifd(_EXIF_IFD)
    turned = orientation_of(exif) >= 5
    # the camera's file, its sides as they are upright
    camera = _number(tags, _EXIF_WIDTH), _number(tags, _EXIF_HEIGHT)
    if turned:
        camera = camera[::-1]
    if all(camera) and abs(math.log(camera[0] / camera[1] * height / width)) > _ASPECT_TOLERANCE:
        return None
    focal = _from_film(tags, width, height) or _from_focal_plane(tags, turned, width / camera[0] if camera[0] else 1.0)
    if focal is None:
        return None
    view = math.degrees(2 * math.atan(math.hypot(width / focal[0], height / focal[1]) / 2))
    return pinhole(*focal, width, height) if _FIELD_OF_VIEW_DEG[0] <= view <= _FIELD_OF_VIEW_DEG[1] else None


def default_intrinsics(width: int, height: int, fov_deg: float) -> Array:
    """(3, 3) [px] of a camera that sees `fov_deg` along the longer side."""
    focal = max(width, height) / 2 / math.tan(math.radians(fov_deg) / 2)
    return pinhole(focal, focal, width, height)


def pinhole(fx: float, fy: float, width: int, height: int) -> Array:
    """(3, 3) [px] with the principal point in the middle of a picture whose pixel centres are integers."""
    return np.array([[fx, 0.0, (width - 1) / 2], [0.0, fy, (height - 1) / 2], [0.0, 0.0, 1.0]])


def _from_film(tags: dict[int, Any], width: int, height: int) -> tuple[float, float] | None:
    film = _number(tags, _FOCAL_LENGTH_35MM)
    return (film * math.hypot(width, height) / _FILM_DIAGONAL_MM,) * 2 if film else None


def _from_focal_plane(tags: dict[int, Any], turned: bool, scale: float) -> tuple[float, float] | None:
    focal_mm = _number(tags, _FOCAL_LENGTH)
    x, y = _number(tags, _FOCAL_PLANE_X), _number(tags, _FOCAL_PLANE_Y)
    unit_mm = _UNIT_MM.get(int(_number(tags, _FOCAL_PLANE_UNIT) or 2))
    if not (focal_mm and x and y and unit_mm):
        return None
    if turned:
        x, y = y, x
    return focal_mm * x / unit_mm * scale, focal_mm * y / unit_mm * scale


def _number(tags: dict[int, Any], tag: int) -> float:
    """A tag as a positive number, 0 where there is none."""
    try:
        value = float(tags.get(tag, 0))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0
