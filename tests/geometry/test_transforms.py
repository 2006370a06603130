"""Rigid transforms against scipy and against their own definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from factory.geometry.transforms import inverse, rotation_angle, transform_points, yaw_pitch_roll

angles = st.floats(-np.pi, np.pi)
coordinates = st.floats(-10, 10)


@st.composite
def rigid(draw: st.DrawFn) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("ZYX", [draw(angles) for _ in range(3)]).as_matrix()
    matrix[:3, 3] = [draw(coordinates) for _ in range(3)]
    return matrix


@given(rigid(), rigid())
def test_inverse_undoes(world_from_camera: np.ndarray, world_from_rig: np.ndarray) -> None:
    stacked = np.stack([world_from_camera, world_from_rig])
    np.testing.assert_allclose(inverse(stacked) @ stacked, np.broadcast_to(np.eye(4), (2, 4, 4)), atol=1e-9)


@given(rigid(), rigid(), st.lists(st.tuples(coordinates, coordinates, coordinates), min_size=1))
def test_a_chain_is_one_transform(a_from_b: np.ndarray, b_from_c: np.ndarray, points: list) -> None:
    points_c = np.array(points)
    chained = transform_points(a_from_b, transform_points(b_from_c, points_c))
    np.testing.assert_allclose(transform_points(a_from_b @ b_from_c, points_c), chained, atol=1e-9)


@given(rigid())
def test_rotation_angle_agrees_with_scipy(a_from_b: np.ndarray) -> None:
    expected = Rotation.from_matrix(a_from_b[:3, :3]).magnitude()
    assert rotation_angle(a_from_b[:3, :3]) == pytest.approx(expected, abs=1e-6)


@given(st.floats(-3, 3), st.floats(-1.4, 1.4), st.floats(-3, 3))
def test_yaw_pitch_roll_undoes_the_product_of_axis_rotations(yaw: float, pitch: float, roll: float) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("YXZ", [yaw, pitch, roll]).as_matrix()
    assert yaw_pitch_roll(matrix) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_positive_yaw_looks_right_and_positive_pitch_looks_up() -> None:
    for yaw, pitch, axis, sign in ((0.3, 0.0, 0, 1.0), (0.0, 0.3, 1, -1.0)):
        rotation = Rotation.from_euler("YX", [yaw, pitch]).as_matrix()
        forward = rotation @ [0.0, 0.0, 1.0]
        assert np.sign(forward[axis]) == sign
