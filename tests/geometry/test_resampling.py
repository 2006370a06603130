"""Nearest pixels against a loop, and against cameras of both sizes."""

import numpy as np
import pytest

from factory.geometry.cameras import project, scale_intrinsics, unproject
from factory.geometry.resampling import nearest_pixels


@pytest.mark.parametrize(
    ("old", "new"), [((12, 9), (12, 9)), ((12, 9), (6, 3)), ((13, 7), (5, 4)), ((8, 6), (1, 1)), ((4, 3), (12, 9))]
)
def test_the_pixel_is_the_one_that_the_new_centre_lies_in(old, new):
    image = np.arange(old[0] * old[1]).reshape(old[1], old[0])
    picked = nearest_pixels(image, *new)
    assert picked.shape == (new[1], new[0])
    for v in range(new[1]):
        for u in range(new[0]):
            x, y = (u + 0.5) * old[0] / new[0] - 0.5, (v + 0.5) * old[1] / new[1] - 0.5
            row, column = divmod(int(picked[v, u]), old[0])
            assert abs(column - x) <= 0.5 and abs(row - y) <= 0.5


def test_no_value_is_made_up_and_channels_stay_together():
    image = np.stack([np.array([[1, 900], [65535, 4]])] * 3, axis=-1) * (1, 2, 3)
    picked = nearest_pixels(image, 3, 5)
    assert {tuple(pixel) for pixel in picked.reshape(-1, 3)} == {tuple(pixel) for pixel in image.reshape(-1, 3)}


def test_resampled_depth_lies_on_the_surface_through_the_scaled_camera():
    intrinsics = np.array([[90.0, 0, 51.3], [0, 88.0, 40.1], [0, 0, 1]])
    rows, columns = np.mgrid[:81, :99]
    depth = 1 / (0.4 + 0.001 * columns + 0.002 * rows)  # a plane: its inverse depth is affine in pixels
    width, height = 33, 27
    small = scale_intrinsics(intrinsics, width / 99, height / 81)
    pixels = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    back = project(intrinsics, unproject(small, pixels, nearest_pixels(depth, width, height)))
    expected = 1 / (0.4 + 0.001 * back[..., 0] + 0.002 * back[..., 1])
    np.testing.assert_allclose(nearest_pixels(depth, width, height), expected, rtol=1e-9)
