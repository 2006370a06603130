"""Boxes: fitting against sweeps and motions, overlap against sampling."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from factory.geometry.boxes import Boxes, box_corners, boxes_overlap, fit_box, points_in_box

seeds = st.integers(0, 2**32 - 1)


def yaw_matrix(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def cloud(seed: int, count: int = 200) -> np.ndarray:
    """A blob with three different lengths, no symmetry, and no gap that its scaled copies would open to a stray's."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 3))
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1)
    return points * (0.3, 0.12, 0.2)


def sorted_corners(box: Boxes) -> np.ndarray:
    corners = box_corners(box)
    return corners[np.lexsort(np.round(corners, 6).T)]


def assert_canonical(box: Boxes) -> None:
    assert np.isfinite(np.concatenate([box.center, box.extents, box.rotation.ravel()])).all()
    assert box.extents[0] >= box.extents[1] * (1 - 1e-8)
    np.testing.assert_array_equal(box.rotation[:, 2], (0, 0, 1))
    np.testing.assert_allclose(box.rotation.T @ box.rotation, np.eye(3), atol=1e-12)
    assert np.linalg.det(box.rotation) > 0
    first = box.rotation[:, 0]
    assert first[0] > 0 or (first[0] == 0 and first[1] > 0)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_area_is_the_smallest_of_a_fine_sweep(seed):
    points = cloud(seed, 40)
    box = fit_box(points)
    assert_canonical(box)
    assert points_in_box(points, box).all()
    angles = np.linspace(0, np.pi / 2, 4001)
    along = points[:, :2] @ np.array([np.cos(angles), np.sin(angles)])
    across = points[:, :2] @ np.array([-np.sin(angles), np.cos(angles)])
    swept = (np.ptp(along, axis=0) * np.ptp(across, axis=0)).min()
    area = box.extents[0] * box.extents[1]
    assert area <= swept * (1 + 1e-9)
    assert area >= swept * (1 - 2e-3)


@given(seeds, st.floats(-3.1, 3.1), st.floats(-50, 50), st.floats(0.3, 3))
@settings(max_examples=60, deadline=None)
def test_turning_shifting_and_scaling_the_points_moves_the_box_along(seed, angle, shift, scale):
    points = cloud(seed)
    turn = yaw_matrix(angle)
    offset = np.array([shift, -2 * shift, shift / 3])
    box, moved = fit_box(points), fit_box(scale * points @ turn.T + offset)
    assert_canonical(moved)
    expected = scale * box_corners(box) @ turn.T + offset
    np.testing.assert_allclose(np.sort(moved.extents[:2]), scale * np.sort(box.extents[:2]), rtol=1e-7)
    distances = np.linalg.norm(box_corners(moved)[:, None] - expected[None], axis=-1)
    assert distances.min(axis=1).max() < 1e-6


@given(seeds, st.floats(0, 3.1), st.floats(0.05, 4), st.floats(0.05, 4), st.floats(0.02, 2))
@settings(max_examples=60, deadline=None)
def test_a_turned_cuboid_is_its_own_box(seed, angle, length, width, height):
    rng = np.random.default_rng(seed)
    true = Boxes(rng.uniform(-9, 9, 3), np.array([length, width, height]), yaw_matrix(angle))
    box = fit_box(box_corners(true))
    assert_canonical(box)
    np.testing.assert_allclose(box.center, true.center, atol=1e-9)
    np.testing.assert_allclose(box.extents, (max(length, width), min(length, width), height), atol=1e-9)
    distances = np.linalg.norm(box_corners(box)[:, None] - box_corners(true)[None], axis=-1)
    assert distances.min(axis=1).max() < 1e-8


def test_a_square_and_a_regular_octagon_keep_to_the_axes():
    square = box_corners(Boxes(np.zeros(3), np.ones(3), np.eye(3)))
    np.testing.assert_array_equal(fit_box(square).rotation, np.eye(3))
    angles = np.pi / 8 + np.arange(8) * np.pi / 4
    octagon = np.stack([np.cos(angles), np.sin(angles), np.zeros(8)], axis=1)
    np.testing.assert_array_equal(fit_box(octagon).rotation, np.eye(3))
    turned = fit_box(square @ yaw_matrix(np.radians(30)).T)
    np.testing.assert_allclose(turned.rotation, yaw_matrix(np.radians(30)), atol=1e-9)
    back = fit_box(square @ yaw_matrix(np.radians(70)).T)
    np.testing.assert_allclose(back.rotation, yaw_matrix(np.radians(-20)), atol=1e-9)


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_noise_far_below_the_scan_does_not_tilt_a_parallel_box(seed):
    rng = np.random.default_rng(seed)
    corners = box_corners(Boxes(np.array([3.0, -2, 1]), np.array([2.0, 0.7, 1]), np.eye(3)))
    noisy = corners + rng.uniform(-1e-11, 1e-11, corners.shape)
    np.testing.assert_array_equal(fit_box(noisy).rotation, np.eye(3))


def test_the_order_of_points_does_not_matter():
    points = cloud(3)
    box = fit_box(points)
    shuffled = fit_box(points[np.random.default_rng(0).permutation(len(points))])
    for ours, theirs in zip(box, shuffled, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize(
    ("points", "extents"),
    [
        ([[1.0, 2, 3]], (0, 0, 0)),
        ([[1.0, 2, 3]] * 5, (0, 0, 0)),
        ([[0.0, 0, 0], [3, 4, 0]], (5, 0, 0)),
        ([[0.0, 0, 0], [0, 0, 2]], (0, 0, 2)),
        ([[0.0, 0, 0], [0.6, 0.8, 1], [1.2, 1.6, 7], [0.3, 0.4, 2]], (2, 0, 7)),
        ([[0.0, 0, 1], [4, 0, 1], [4, 1, 1], [0, 1, 1]], (4, 1, 0)),
        ([[0.0, 0, 0], [1, 1e-13, 0], [2, 0, 0]], (2, 0, 0)),
    ],
)
def test_degenerate_points_give_finite_boxes(points, extents):
    box = fit_box(np.array(points))
    assert_canonical(box)
    np.testing.assert_allclose(box.extents, extents, atol=1e-12)
    assert points_in_box(np.array(points), box).all()


def test_no_points_are_refused():
    with pytest.raises(ValueError, match="n >= 1"):
        fit_box(np.zeros((0, 3)))


def random_boxes(rng: np.random.Generator, count: int, upright: bool) -> Boxes:
    if upright:
        rotation = np.stack([yaw_matrix(angle) for angle in rng.uniform(-3, 3, count)])
    else:
        rotation = np.stack(
            [trimesh.transformations.random_rotation_matrix(rng.random(3))[:3, :3] for _ in range(count)]
        )
    return Boxes(rng.uniform(-1, 1, (count, 3)), rng.uniform(0.1, 1.5, (count, 3)), rotation)


def feasible(a: Boxes, b: Boxes) -> bool:
    """Whether some point satisfies the twelve half-spaces of both boxes."""
    rows, limits = [], []
    for box in (a, b):
        for axis, extent in zip(box.rotation.T, box.extents, strict=True):
            rows += [axis, -axis]
            limits += [axis @ box.center + extent / 2, -axis @ box.center + extent / 2]
    found = linprog(np.zeros(3), A_ub=np.array(rows), b_ub=np.array(limits), bounds=[(None, None)] * 3)
    return found.status == 0


@pytest.mark.parametrize("upright", [True, False])
def test_overlap_agrees_with_a_common_point_by_linear_programming(upright):
    rng = np.random.default_rng(11)
    a, b = random_boxes(rng, 150, upright), random_boxes(rng, 150, upright)
    ours = boxes_overlap(a, b)
    theirs = [feasible(Boxes(*(x[i] for x in a)), Boxes(*(x[i] for x in b))) for i in range(150)]
    np.testing.assert_array_equal(ours, theirs)
    assert 30 < ours.sum() < 120
    np.testing.assert_array_equal(boxes_overlap(b, a), ours)


def test_a_sampled_common_point_means_overlap():
    rng = np.random.default_rng(5)
    a, b = random_boxes(rng, 60, False), random_boxes(rng, 60, False)
    ours = boxes_overlap(a, b)
    for i in range(60):
        first, second = Boxes(*(x[i] for x in a)), Boxes(*(x[i] for x in b))
        samples = (rng.uniform(-0.5, 0.5, (4000, 3)) * first.extents) @ first.rotation.T + first.center
        if points_in_box(samples, second).any():
            assert ours[i]


def test_overlap_broadcasts_and_counts_touching():
    unit = Boxes(np.zeros(3), np.ones(3), np.eye(3))
    centers = np.array([[1.0, 0, 0], [1.0 + 1e-6, 0, 0], [0.9, 0.9, 0.9], [0, 0, -1.2]])
    many = Boxes(centers, np.ones((4, 3)), np.broadcast_to(np.eye(3), (4, 3, 3)))
    np.testing.assert_array_equal(boxes_overlap(unit, many), [True, False, True, False])
    table = boxes_overlap(Boxes(*(x[:, None] for x in many)), many)
    assert table.shape == (4, 4)
    np.testing.assert_array_equal(table, table.T)
    assert table.diagonal().all()


def test_corners_follow_the_rotation():
    box = Boxes(np.array([1.0, 2, 3]), np.array([4.0, 2, 6]), yaw_matrix(np.pi / 2))
    corners = box_corners(box)
    np.testing.assert_allclose(corners.min(axis=0), (0, 0, 0), atol=1e-12)
    np.testing.assert_allclose(corners.max(axis=0), (2, 4, 6), atol=1e-12)
    np.testing.assert_allclose(corners[0], box.center + box.rotation @ (-2, -1, -3))
    np.testing.assert_allclose(corners[1], box.center + box.rotation @ (-2, -1, 3))
