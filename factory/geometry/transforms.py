"""Rigid transforms, named `a_from_b`: `p_a = a_from_b @ p_b`, so inner names cancel in a chain."""

import numpy as np

Array = np.ndarray


def inverse(a_from_b: Array) -> Array:
    """The inverse `b_from_a` of rigid transforms, (..., 4, 4)."""
    b_from_a = np.zeros_like(a_from_b)
    rotation = np.swapaxes(a_from_b[..., :3, :3], -1, -2)
    b_from_a[..., :3, :3] = rotation
    b_from_a[..., :3, 3] = -np.einsum("...ij,...j->...i", rotation, a_from_b[..., :3, 3])
    b_from_a[..., 3, 3] = 1.0
    return b_from_a


def transform_points(a_from_b: Array, points_b: Array) -> Array:
    """Points (..., 3) of frame b in frame a, for one transform (4, 4)."""
    points_a: Array = points_b @ a_from_b[:3, :3].T + a_from_b[:3, 3]
    return points_a


def lengths(vectors: Array) -> Array:
    """Lengths (...) of vectors (..., 3)."""
    x, y, z = (vectors[..., k] for k in range(3))  # several times as fast as sums over axes of three
    norms: Array = np.sqrt(x * x + y * y + z * z)
    return norms


def rotation_angle(rotation: Array) -> Array:
    """Angle [rad] of rotation matrices (..., 3, 3), from the trace (SPAR, section 7.3)."""
    trace = np.trace(rotation, axis1=-2, axis2=-1)
    angle: Array = np.arccos(np.clip((trace - 1.0) / 2.0, -1.0, 1.0))
    return angle


def yaw_pitch_roll(a_from_b: Array) -> tuple[Array, Array, Array]:
    """Yaw, pitch, roll (...) [rad] of cameras b in cameras a, (..., 4, 4), `R = Ry(yaw) Rx(pitch) Rz(roll)`.

    Camera axes are x right, y down, z forward. Positive yaw turns the viewing direction to the right,
    positive pitch turns it up.
    """
    right, down, ahead = np.moveaxis(a_from_b[..., :3, 2], -1, 0)
    yaw = np.arctan2(right, ahead)
    pitch = np.arctan2(-down, np.hypot(right, ahead))
    roll = np.arctan2(a_from_b[..., 1, 0], a_from_b[..., 1, 1])
    return yaw, pitch, roll
