"""The gravity frame of a picture: y down along gravity, z forward and level, x right, origin at the camera."""

import numpy as np

Array = np.ndarray

_MIN_LEVEL = 0.1  # a camera that looks straight up or down has no forward


def gravity_frame(down_camera: Array) -> Array | None:
    """`gravity_from_camera` (3, 3) for the direction of gravity (3,) in the camera; None when it looks along it."""
    down = np.asarray(down_camera, dtype=np.float64)
    down = down / np.linalg.norm(down)
    forward = np.array([0.0, 0.0, 1.0]) - down[2] * down
    length = np.linalg.norm(forward)
    if length < _MIN_LEVEL:
        return None
    forward /= length
    return np.stack([np.cross(down, forward), down, forward])
