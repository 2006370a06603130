"""Cameras of perspective views, from the one line of numbers in `camera_pose.txt`."""

import numpy as np

from factory.sources.cameras import MALFORMED, NOT_FINITE, NOT_RIGID, Size, parse_numbers

Array = np.ndarray

NO_FIELD_OF_VIEW = "frame: field of view impossible"
_LENGTHS = (11, 12)  # the last one is a constant
_PARALLEL = 1e-3


class CameraFault(ValueError):
    """Why a camera cannot be used, as it is counted."""


def read_camera(data: bytes, size: Size) -> tuple[Array, Array]:
    """Intrinsics (3, 3) [px] of images of `size` (width, height) and `world_from_camera` (4, 4) [m].

    The numbers are eye (3) [mm], view direction (3), up direction (3) and the two half fields of view [rad].
    Raises CameraFault.
    """
    numbers = parse_numbers(data)
    if numbers is None or numbers.size not in _LENGTHS:
        raise CameraFault(MALFORMED)
    eye, ahead, up, half_angles = numbers[0:3], numbers[3:6], numbers[6:9], numbers[9:11]
    if not np.isfinite(numbers[:11]).all():
        raise CameraFault(NOT_FINITE)
    if not ((half_angles > 0) & (half_angles < np.pi / 2)).all():
        raise CameraFault(NO_FIELD_OF_VIEW)
    forward, upward = _unit(ahead), _unit(up)
    right = np.cross(forward, upward)
    if np.linalg.norm(right) < _PARALLEL:
        raise CameraFault(NOT_RIGID)
    right = _unit(right)
    # the file's up is rounded: it only tells the side, and down is what is left of a rotation
    down = np.cross(forward, right)
    world_from_camera = np.eye(4)
    world_from_camera[:3, :3] = np.stack([right, down, forward], axis=1)
    world_from_camera[:3, 3] = eye / 1000.0
    width, height = size
    focal_x, focal_y = np.array([width, height]) / 2 / np.tan(half_angles)
    # the middle of the image is W/2, H/2 from its corner; ours count from the centre of the corner's pixel
    intrinsics = np.array([[focal_x, 0.0, width / 2 - 0.5], [0.0, focal_y, height / 2 - 0.5], [0.0, 0.0, 1.0]])
    return intrinsics, world_from_camera


def _unit(vector: Array) -> Array:
    length = np.linalg.norm(vector)
    if length == 0:
        raise CameraFault(NOT_RIGID)
    unit: Array = vector / length
    return unit
