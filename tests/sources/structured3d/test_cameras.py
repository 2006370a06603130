"""Cameras of views."""

from pathlib import Path

import numpy as np
import pytest

from schemas.scene import Scene
from tests.sources.structured3d.reading import load, without_uris, write
from tests.sources.structured3d.tiny_house import (
    HALF_ANGLES,
    NYU,
    SIZE,
    TinyView,
    tiny_views,
    view_folder,
)


def pixel_of(scene: Scene, frame_id: str, point: tuple[float, float, float]) -> np.ndarray:
    frame = next(f for f in scene.frames if f.frame_id == frame_id)
    camera = frame.world_from_camera
    local = camera[:3, :3].T @ (np.array(point) - camera[:3, 3])
    return (frame.intrinsics @ (local / local[2]))[:2]


def test_the_fields_of_view_are_half_angles_and_the_middle_of_the_image_is_the_axis(house: Path) -> None:
    scene = load(house)
    width, height = SIZE
    # this camera is at (1, 0.5, 1.5) m and looks along +y: right is +x
    np.testing.assert_allclose(pixel_of(scene, "9001_2", (1.0, 3.0, 1.5)), [(width - 1) / 2, (height - 1) / 2])
    right, up = 2 * np.tan(HALF_ANGLES[0]), 2 * np.tan(HALF_ANGLES[1])
    # the outer edges of the image, half a pixel from the centres of its outer pixels
    np.testing.assert_allclose(pixel_of(scene, "9001_2", (1.0 + right, 2.5, 1.5)), [width - 0.5, (height - 1) / 2])
    np.testing.assert_allclose(pixel_of(scene, "9001_2", (1.0, 2.5, 1.5 + up)), [(width - 1) / 2, -0.5])


def test_focal_lengths_are_no_whole_numbers(house: Path) -> None:
    intrinsics = load(house).frames[0].intrinsics
    assert intrinsics[0, 0] == SIZE[0] / 2 / np.tan(HALF_ANGLES[0]) and intrinsics[0, 0] % 1 > 0.01
    assert intrinsics[1, 1] == SIZE[1] / 2 / np.tan(HALF_ANGLES[1]) and intrinsics[1, 1] % 1 > 0.01


def test_cameras_are_right_handed_and_their_up_is_made_perpendicular(tmp_path: Path) -> None:
    ahead, up = np.array([0.3, 0.8, -0.4]), np.array([0.1, 0.1, 1.2])  # neither unit vectors nor perpendicular
    views = [TinyView(1, 0, (0, 0, 1500), tuple(ahead), tuple(up), [(0, NYU["chair"], slice(0, 9), slice(0, 9))])]
    camera = load(write(tmp_path, views=views)).frames[0].world_from_camera
    rotation = camera[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation[:, 2], ahead / np.linalg.norm(ahead))  # the viewing direction is kept
    assert rotation[:, 1] @ up < 0 and abs(rotation[:, 0] @ up) < 1e-12


def test_eleven_numbers_are_a_camera_too(tmp_path: Path) -> None:
    with_constant, without = tiny_views(), tiny_views()
    for view in without:
        view.numbers = 11
    scenes = [load(write(tmp_path / str(i), views=views)) for i, views in enumerate((with_constant, without))]
    assert without_uris(scenes[0]) == without_uris(scenes[1])
    assert len((view_folder(tmp_path / "1") / "camera_pose.txt").read_text().split()) == 11
