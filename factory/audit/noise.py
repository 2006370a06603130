"""The margin of a categorical answer, with the derivative taken numerically.

Noise is Gaussian: 2 cm per axis on every centre and 1 degree per axis on the camera. What differs by less than
0.1 m cannot be told apart, so 0.1 m is the threshold of every comparison.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

Array = np.ndarray

CENTER_NOISE_M = 0.02
CAMERA_NOISE_RAD = math.radians(1.0)
MIN_MARGIN = 2.6
EMPTY_M = 0.1
_STEP = 1e-4


@lru_cache
def _shifts(count: int) -> Array:
    """All 3 * count coordinates moved one at a time, up then down: (6 * count, count, 3)."""
    up = np.eye(3 * count).reshape(3 * count, count, 3) * _STEP
    return np.concatenate([up, -up])


def _turns() -> Array:
    """Rotations about each axis by the step, up then down: (6, 3, 3)."""
    turns = []
    for sign in (1.0, -1.0):
        for axis in range(3):
            c, s = math.cos(sign * _STEP), math.sin(sign * _STEP)
            j, k = (axis + 1) % 3, (axis + 2) % 3
            turn = np.eye(3)
            turn[j, j], turn[j, k], turn[k, j], turn[k, k] = c, -s, s, c
            turns.append(turn)
    return np.array(turns)


_TURNS = _turns()


def spread(quantity: Callable[[Array], Array], points: Array, *, camera: bool | Sequence[str]) -> Array:
    """Standard deviations (k,) of quantities that depend on centres (n, 3).

    `quantity` maps (..., n, 3) to (..., k). With `camera`, the points are given along the axes of one camera, which
    is itself uncertain in its orientation; a sequence names the camera of each point: they turn independently.
    """
    count = len(points)
    cameras = np.zeros(count, dtype=np.int64) if isinstance(camera, bool) else np.asarray(camera)
    moved = [points + _shifts(count)]
    for one in np.unique(cameras) if camera is not False else ():
        moved.append(np.where((cameras == one)[:, None], points @ _TURNS, points))
    result = quantity(np.concatenate(moved))
    variance = np.square(_slopes(result[: 6 * count]) * CENTER_NOISE_M).sum(axis=0)
    for start in range(6 * count, len(result), 6):
        variance = variance + np.square(_slopes(result[start : start + 6]) * CAMERA_NOISE_RAD).sum(axis=0)
    return np.asarray(np.sqrt(variance))


def _slopes(both: Array) -> Array:
    half = len(both) // 2
    return np.asarray((both[:half] - both[half:]) / (2.0 * _STEP))
