"""Motion blur is told from sharp pictures, also from dark and small ones."""

import cv2
import numpy as np
import pytest

from factory.web.sharpness import is_blurred
from tests.web.painted_pictures import painted_picture


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("width", [320, 1600])
def test_a_long_exposure_while_the_camera_turns_is_blurred(seed: int, width: int) -> None:
    sharp = cv2.GaussianBlur(painted_picture(seed, width, width * 3 // 4), (0, 0), width / 1280)
    assert not is_blurred(sharp)
    assert not is_blurred((sharp * 0.6).astype(np.uint8))
    path = np.full((width // 12, width // 12), 0.0)
    np.fill_diagonal(path, 12 / width)
    moved = cv2.GaussianBlur(cv2.filter2D(sharp, -1, path / path.sum()), (0, 0), width / 160)
    assert is_blurred(moved)
