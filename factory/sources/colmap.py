"""COLMAP's text models: `cameras.txt` (lenses) and `images.txt` (where images were taken).

COLMAP's pixels have their centre at .5, its quaternions begin with w, and its poses lead from the world to the camera;
what is read here has the centre of the top-left pixel at (0, 0) and cameras in the world.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from factory.errors import DataError
from factory.geometry.transforms import inverse
from factory.sources.cameras import MALFORMED, NOT_FINITE, NOT_RIGID, check_intrinsics
from factory.sources.undistort import Lens

SECOND_POSE = "frame: a second pose of the same image"

_UNIT_TOLERANCE = 1e-2
_HEADER_FIELDS = 10
# Per model: whether it has one focal length for both axes, whether it is a fisheye's, how many coefficients it has.
_MODELS = {
    "SIMPLE_PINHOLE": (True, False, 0),
    "PINHOLE": (False, False, 0),
    "SIMPLE_RADIAL": (True, False, 1),
    "RADIAL": (True, False, 2),
    "OPENCV": (False, False, 4),
    "OPENCV_FISHEYE": (False, True, 4),
}


@dataclass(frozen=True)
class PosedImage:
    """world_from_camera : (4, 4), OpenCV axes."""

    name: str
    camera_id: int
    world_from_camera: np.ndarray


def read_cameras(data: bytes, name: str) -> dict[int, Lens]:
    """The lens of every camera by its id; a pinhole is a lens whose coefficients are zero.

    Raises DataError for a damaged file and for models that are not known here.
    """
    lenses: dict[int, Lens] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        fields = line.split()
        if fields and not fields[0].startswith("#"):
            lenses.update([_lens(fields, line, name)])
    if not lenses:
        raise DataError(f"{name}: expected a camera per line, found none; download the file again")
    return lenses


def read_images(data: bytes, name: str, counts: Counter[str]) -> list[PosedImage]:
    """The images in the order of the file; `counts` takes those that are left out, by reason.

    An image has a line of ten fields and one of observations (x, y, point), which may be empty or missing. Raises
    DataError where no image can be used.
    """
    heads = _image_lines(data.decode("utf-8", "replace").splitlines(), counts)
    numbers = np.array([head[1:8] for head in heads], dtype=np.float64).reshape(-1, 7)
    norms = np.linalg.norm(numbers[:, :4], axis=1)
    images: dict[str, PosedImage] = {}
    for head, row, norm in zip(heads, numbers, norms, strict=True):
        image_name = head[9]
        if not np.isfinite(row).all():
            counts[NOT_FINITE] += 1
        elif abs(norm - 1.0) > _UNIT_TOLERANCE:
            counts[NOT_RIGID] += 1
        elif image_name in images:
            counts[SECOND_POSE] += 1
        else:
            images[image_name] = PosedImage(image_name, int(head[8]), _world_from_camera(row))
    if not images:
        told = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items()) if n) or "no lines of ten fields"
        raise DataError(f"{name}: no usable image ({told}); download the file again")
    return list(images.values())


def _lens(fields: list[str], line: str, name: str) -> tuple[int, Lens]:
    model = fields[1] if len(fields) > 1 else ""
    if model not in _MODELS and len(fields) > 1:
        raise DataError(
            f"{name}: the camera model {model} is not known, only {', '.join(_MODELS)}; undistort the images with "
            "COLMAP and take its cameras.txt"
        )
    one_focal, is_fisheye, count = _MODELS.get(model, (False, False, 0))
    try:
        camera_id, width, height = int(fields[0]), int(fields[2]), int(fields[3])
        values = [float(field) for field in fields[4:]]
    except (IndexError, ValueError):
        values, camera_id, width, height = [], 0, 0, 0
    if len(values) != (3 if one_focal else 4) + count or min(width, height) <= 0 or not np.isfinite(values).all():
        raise DataError(
            f"{name}: expected id, model, width, height and the parameters of {model or 'a camera'}, "
            f"found {line[:80]!r}; download the file again"
        )
    focal_x, focal_y, *rest = (values[0], *values) if one_focal else values
    # COLMAP's (0, 0) is the corner of the top-left pixel, ours its centre
    intrinsics = np.array([[focal_x, 0, rest[0] - 0.5], [0, focal_y, rest[1] - 0.5], [0, 0, 1.0]])
    coefficients = tuple(rest[2:]) + (0.0,) * (4 - count)
    check_intrinsics(intrinsics, name)
    return camera_id, Lens("OPENCV_FISHEYE" if is_fisheye else "OPENCV", intrinsics, coefficients, (width, height))


def _image_lines(lines: list[str], counts: Counter[str]) -> list[list[str]]:
    """The ten fields of every image. Lines of observations have a multiple of three."""
    heads = []
    after_head = False
    for line in lines:
        fields = line.split(None, _HEADER_FIELDS)  # long lines of observations are not taken apart
        if not fields or fields[0].startswith("#"):
            after_head = after_head and bool(fields)
            continue
        if len(fields) == _HEADER_FIELDS and _is_head(fields):
            heads.append(fields)
            after_head = True
        elif after_head:
            after_head = False
        else:
            counts[MALFORMED] += 1
    return heads


def _is_head(fields: list[str]) -> bool:
    try:
        int(fields[0]), int(fields[8])
        return all(isinstance(float(field), float) for field in fields[1:8])
    except ValueError:
        return False


def _world_from_camera(row: np.ndarray) -> np.ndarray:
    """From QW QX QY QZ TX TY TZ, which take the world to the camera."""
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = Rotation.from_quat(row[[1, 2, 3, 0]]).as_matrix()  # SciPy has w last
    camera_from_world[:3, 3] = row[4:]
    return inverse(camera_from_world)
