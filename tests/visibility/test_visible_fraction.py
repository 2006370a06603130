"""Visible vertices against a loop over vertices, and at the tolerance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.geometry.transforms import inverse
from factory.visibility.visible_fraction import VertexVisibility
from tests.visibility.cameras import look_at, pinhole


def flat_depth(height: int, width: int, depth: float) -> np.ndarray:
    return np.full((height, width), depth, np.float32)


@given(st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_the_same_as_a_loop_over_vertices(seed):
    rng = np.random.default_rng(seed)
    vertices = rng.uniform(-2, 2, (300, 3)).astype(np.float32)
    ids = [np.sort(rng.choice(300, size, replace=False)) for size in (50, 0, 120, 9)]  # objects may share vertices
    intrinsics = pinhole(24, 18, 15.0)
    visibility = VertexVisibility(vertices, ids, 0.3, 0.2)
    seen = [set() for _ in ids]
    for _ in range(3):
        pose = look_at(tuple(rng.uniform(-4, 4, 3)), tuple(rng.uniform(-1, 1, 3)))
        depth = rng.uniform(1, 6, (18, 24)).astype(np.float32)
        depth[rng.random((18, 24)) < 0.2] = 0
        expected = []
        for members, known in zip(ids, seen, strict=True):
            count = 0
            for vertex in members:
                x, y, z = inverse(pose)[:3] @ [*vertices[vertex].astype(float), 1]
                if z <= 0:
                    continue
                u = intrinsics[0, 0] * x / z + intrinsics[0, 2]
                v = intrinsics[1, 1] * y / z + intrinsics[1, 2]
                column, row = int(np.floor(u + 0.5)), int(np.floor(v + 0.5))
                if not (0 <= column < 24 and 0 <= row < 18) or depth[row, column] == 0:
                    continue
                if abs(z - float(depth[row, column])) <= max(0.3, 0.2 * z):
                    count += 1
                    known.add(vertex)
            expected.append(count)
        assert visibility.see(inverse(pose), intrinsics, depth).tolist() == expected
    assert visibility.seen().tolist() == [len(known) for known in seen]


@pytest.mark.parametrize(("z", "limit"), [(1.0, 0.02), (2.0, 0.02), (5.0, 0.05)])
def test_the_tolerance_is_two_centimetres_or_one_percent(z, limit):
    behind = np.array([[0, 0, z * 1.0]])
    visibility = VertexVisibility(behind, [np.array([0])], 0.02, 0.01)
    intrinsics = pinhole(9, 9, 9.0)
    assert visibility.see(np.eye(4), intrinsics, flat_depth(9, 9, z - 0.95 * limit)).tolist() == [1]
    assert visibility.see(np.eye(4), intrinsics, flat_depth(9, 9, z - 1.05 * limit)).tolist() == [0]
    assert visibility.see(np.eye(4), intrinsics, flat_depth(9, 9, z + 1.05 * limit)).tolist() == [0]


def test_the_image_ends_half_a_pixel_beyond_its_outer_centres():
    intrinsics = np.array([[10.0, 0, 0], [0, 10.0, 0], [0, 0, 1]])
    pixels = np.array([[-0.49, 0], [-0.51, 0], [8.49, 0], [8.51, 0], [4, 5.49], [4, 5.51], [4, -0.51]])
    points = np.append(pixels / 10, np.ones((7, 1)), axis=1)
    visibility = VertexVisibility(points, [np.array([i]) for i in range(7)], 0.02, 0.01)
    assert visibility.see(np.eye(4), intrinsics, flat_depth(6, 9, 1.0)).tolist() == [1, 0, 1, 0, 1, 0, 0]


def test_points_behind_the_camera_and_empty_pixels_show_nothing():
    points = np.array([[0, 0, -1.0], [0, 0, 0.0], [0, 0, 0.01]])
    visibility = VertexVisibility(points, [np.arange(3)], 0.02, 0.01)
    with np.errstate(all="raise"):
        assert visibility.see(np.eye(4), pinhole(9, 9, 9.0), flat_depth(9, 9, 0.0)).tolist() == [0]
    assert visibility.seen().tolist() == [0]
