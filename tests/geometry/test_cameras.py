"""Pixel conventions, each against a case worked out by hand or an independent oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from factory.geometry.cameras import box_to_thousand, point_to_thousand, project, scale_intrinsics, unproject

INTRINSICS = np.array([[577.9, 0.0, 319.5], [0.0, 578.7, 239.5], [0.0, 0.0, 1.0]])


@given(st.floats(0, 639), st.floats(0, 479), st.floats(0.1, 20))
def test_unprojecting_and_projecting_is_nothing(u: float, v: float, depth: float) -> None:
    point = unproject(INTRINSICS, np.array([u, v]), np.array(depth))
    assert point[2] == depth
    np.testing.assert_allclose(project(INTRINSICS, point), [u, v], atol=1e-6)


def test_what_is_behind_the_camera_has_no_pixel() -> None:
    assert np.isnan(project(INTRINSICS, np.array([[0.1, 0.1, -1.0], [0.1, 0.1, 0.0]]))).all()


@pytest.mark.parametrize("factor", [2, 4])
def test_scaled_intrinsics_follow_the_pixels_of_a_resized_image(factor: int) -> None:
    # A bright block whose centre is known is shrunk by an averaging resize: its centroid must be where the maths says.
    image = np.zeros((64, 96), dtype=np.uint8)
    image[16:24, 40:56] = 255
    small = np.asarray(Image.fromarray(image).resize((96 // factor, 64 // factor), Image.Resampling.BOX), dtype=float)
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    centroid = np.array([(columns * small).sum(), (rows * small).sum()]) / small.sum()
    intrinsics = np.array([[100.0, 0, 47.5], [0, 100.0, 19.5], [0, 0, 1]])
    on_axis = np.array([0.0, 0.0, 1.0])
    scaled = scale_intrinsics(intrinsics, 1 / factor, 1 / factor)
    np.testing.assert_allclose(project(scaled, on_axis), centroid, atol=1e-9)
    assert scaled[0, 0] == 100 / factor


def test_the_thousand_scale_counts_outer_edges_for_boxes_and_centres_for_points() -> None:
    assert point_to_thousand(np.array([0, 0]), 100, 100).tolist() == [5, 5]
    assert point_to_thousand(np.array([99, 49]), 100, 50).tolist() == [995, 990]
    assert box_to_thousand(np.array([0, 0, 99, 49]), 100, 50).tolist() == [0, 0, 1000, 1000]
    assert box_to_thousand(np.array([10, 10, 10, 10]), 100, 50).tolist() == [100, 200, 110, 220]
    assert point_to_thousand(np.array([-50, 500]), 100, 100).tolist() == [0, 1000]


def test_each_point_through_its_own_camera() -> None:
    rng = np.random.default_rng(0)
    intrinsics = np.eye(3) + rng.uniform(0, 1, size=(5, 3, 3)) * [[1, 1, 1], [0, 1, 1], [0, 0, 0]]
    points = rng.uniform([-1, -1, 0.5], [1, 1, 3], size=(5, 4, 3))
    expected = np.stack([project(one, of_one) for one, of_one in zip(intrinsics, points, strict=True)])
    np.testing.assert_allclose(project(intrinsics, points), expected)
