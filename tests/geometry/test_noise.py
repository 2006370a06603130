"""Propagated noise against drawn noise."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.geometry.noise import propagated_sigma, side_of_zone

CENTER_SIGMA, TURN_SIGMA = 0.02, np.radians(1.0)


def depth_difference(points: np.ndarray) -> np.ndarray:
    return points[..., 0, 2] - points[..., 1, 2]


def sideways(points: np.ndarray) -> np.ndarray:
    return points[..., 0, 0] - points[..., 1, 0]


def distance_difference(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[..., 0, :], axis=-1) - np.linalg.norm(points[..., 1, :], axis=-1)


def nearer_to_third(points: np.ndarray) -> np.ndarray:
    arms = np.linalg.norm(points[..., 1:, :] - points[..., :1, :], axis=-1)
    return arms[..., 0] - arms[..., 1]


def numeric_gradients(scalar: Callable[[np.ndarray], np.ndarray], points: np.ndarray) -> np.ndarray:
    gradients = np.zeros_like(points)
    for k in range(points.shape[1]):
        for axis in range(3):
            step = np.zeros_like(points)
            step[:, k, axis] = 1e-6
            gradients[:, k, axis] = (scalar(points + step) - scalar(points - step)) / 2e-6
    return gradients


@pytest.mark.parametrize("scalar", [depth_difference, sideways, distance_difference, nearer_to_third])
def test_sigma_is_the_spread_of_drawn_noise(scalar: Callable[[np.ndarray], np.ndarray]) -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform([-1.5, -1.0, 1.0], [1.5, 1.0, 5.0], size=(12, 3, 3))
    sigma = propagated_sigma(points, numeric_gradients(scalar, points), CENTER_SIGMA, TURN_SIGMA)

    draws = 20_000
    turns = Rotation.from_rotvec(rng.normal(0, TURN_SIGMA, size=(draws, 3))).as_matrix()
    for row, expected in zip(points, sigma, strict=True):
        noisy = (row + rng.normal(0, CENTER_SIGMA, size=(draws, *row.shape))) @ np.swapaxes(turns, 1, 2)
        assert scalar(noisy).std() == pytest.approx(expected, rel=0.03)


def test_turning_the_camera_leaves_distances_alone_and_moves_depths() -> None:
    points = np.array([[[1.0, 0.2, 3.0], [-1.0, 0.1, 2.0]]])
    ahead = np.array([[[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]])
    outward = points / np.linalg.norm(points, axis=-1, keepdims=True) * [[[1.0], [-1.0]]]
    still = CENTER_SIGMA * np.sqrt(2)
    assert propagated_sigma(points, outward, CENTER_SIGMA, TURN_SIGMA) == pytest.approx(still)
    assert propagated_sigma(points, ahead, CENTER_SIGMA, 0.0) == pytest.approx(still)
    sideways_m, upwards_m = 2.0, 0.1
    turned = np.hypot(still, TURN_SIGMA * np.hypot(sideways_m, upwards_m))
    assert propagated_sigma(points, ahead, CENTER_SIGMA, TURN_SIGMA) == pytest.approx(turned)


def test_side_of_zone() -> None:
    side, margin = side_of_zone(np.array([-0.3, -0.1, 0.02, 0.25]), 0.1, np.array([0.1, 0.1, 0.02, 0.05]))
    assert side.tolist() == [-1, 0, 0, 1]
    np.testing.assert_allclose(margin, [2.0, 0.0, 4.0, 3.0])
