"""Images turned upright: pixels against numpy.rot90, cameras against points that must stay where they are."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.spatial.transform import Rotation

from factory.errors import DataError
from factory.geometry.cameras import project, unproject
from factory.geometry.transforms import inverse, transform_points
from factory.sources.images import encode_colour_png, encode_depth_png
from factory.sources.upright import (
    rotated_uri,
    split_rotated_uri,
    turned_camera,
    turned_intrinsics,
    turned_png,
    turned_size,
    upright_turns,
)

LEVEL = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])  # looks along +y, upright, z up


def camera(roll_deg: float = 0.0, pitch_deg: float = 0.0, yaw_deg: float = 0.0) -> np.ndarray:
    """`world_from_camera`; positive roll turns the device clockwise, so that its image's sky goes left."""
    world_from_camera = np.eye(4)
    world_from_camera[:3, :3] = (
        Rotation.from_euler("z", yaw_deg, degrees=True).as_matrix()
        @ LEVEL
        @ Rotation.from_euler("x", pitch_deg, degrees=True).as_matrix()
        @ Rotation.from_euler("z", roll_deg, degrees=True).as_matrix()
    )
    return world_from_camera


@settings(max_examples=40, deadline=None)
@given(
    turns=st.integers(0, 3),
    width=st.integers(1, 9),
    height=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_points_stay_on_their_pixels(turns: int, width: int, height: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    intrinsics = np.array(
        [[rng.uniform(5, 50), 0, rng.uniform(0, 9)], [0, rng.uniform(5, 50), rng.uniform(0, 9)], [0, 0, 1]]
    )
    world_from_camera = np.eye(4)
    world_from_camera[:3, :3] = Rotation.from_rotvec(rng.uniform(-3, 3, 3)).as_matrix()
    world_from_camera[:3, 3] = rng.uniform(-5, 5, 3)
    # the world's points behind every pixel's centre
    v, u = np.mgrid[:height, :width]
    depth = rng.uniform(0.5, 5, (height, width))
    points = transform_points(world_from_camera, unproject(intrinsics, np.stack([u, v], axis=-1), depth))

    k = turned_intrinsics(intrinsics, width, height, turns)
    pixels = project(k, transform_points(inverse(turned_camera(world_from_camera, turns)), points))
    # where numpy puts those pixels
    labels = np.rot90(np.arange(width * height).reshape(height, width), -turns)
    assert turned_size(width, height, turns) == labels.shape[::-1]
    for label, pixel in zip(range(width * height), pixels.reshape(-1, 2), strict=True):
        (row,), (column,) = np.where(labels == label)
        np.testing.assert_allclose(pixel, (column, row), atol=1e-9)
    assert (k[[0, 1, 2, 2, 2], [1, 0, 0, 1, 2]] == (0, 0, 0, 0, 1)).all()


def test_turning_is_exact_and_four_turns_are_none() -> None:
    intrinsics = np.array([[212.088, 0, 127.4], [0, 213.5, 98.6992], [0, 0, 1]])
    np.testing.assert_array_equal(
        turned_intrinsics(intrinsics, 256, 192, 1), [[213.5, 0, 191 - 98.6992], [0, 212.088, 127.4], [0, 0, 1]]
    )
    np.testing.assert_array_equal(
        turned_intrinsics(intrinsics, 256, 192, 2), [[212.088, 0, 255 - 127.4], [0, 213.5, 191 - 98.6992], [0, 0, 1]]
    )
    np.testing.assert_allclose(turned_intrinsics(intrinsics, 256, 192, 4), intrinsics, rtol=1e-15)
    world_from_camera = camera(13, 20, 100)
    np.testing.assert_array_equal(turned_camera(world_from_camera, 4), world_from_camera)
    np.testing.assert_array_equal(turned_camera(world_from_camera, 1)[:3, 0], -world_from_camera[:3, 1])
    np.testing.assert_array_equal(
        turned_camera(np.stack([world_from_camera] * 2), 3)[1], turned_camera(world_from_camera, 3)
    )


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_pixels_turn_as_numpy_turns_them(turns: int) -> None:
    rng = np.random.default_rng(turns)
    rgb = rng.integers(0, 256, (4, 7, 3), dtype=np.uint8)
    turned = np.asarray(Image.open(io.BytesIO(turned_png(encode_colour_png(rgb), turns, "a.png"))))
    np.testing.assert_array_equal(turned, np.rot90(rgb, -turns))
    depth = rng.integers(0, 65536, (4, 7), dtype=np.uint16)
    image = Image.open(io.BytesIO(turned_png(encode_depth_png(depth), turns, "d.png")))
    assert image.mode == "I;16"
    np.testing.assert_array_equal(np.asarray(image), np.rot90(depth, -turns))


@pytest.mark.parametrize(
    ("roll", "sky", "turns"), [(0, "up", 0), (90, "left", 1), (180, "down", 2), (-90, "right", 3)]
)
def test_the_sky_comes_to_the_top(roll: float, sky: str, turns: int) -> None:
    cameras = np.stack(
        [camera(roll + wobble, pitch, yaw) for wobble, pitch, yaw in ((8, 20, 0), (-30, -40, 200), (0, 0, 7))]
    )
    # where a point above what the camera looks at appears
    above = transform_points(inverse(cameras[2]), cameras[2][:3, 2] + (0, 0, 0.1))
    side = {"up": (0, -0.1), "left": (-0.1, 0), "down": (0, 0.1), "right": (0.1, 0)}[sky]
    np.testing.assert_allclose(above[:2] / above[2], side, atol=1e-9)
    found, most = upright_turns(cameras)
    assert found.tolist() == [turns] * 3 and most == turns
    upright = turned_camera(cameras, turns)
    assert (upright[:, 2, 1] < -0.5).all()  # image down is world down


def test_most_images_decide_until_the_device_is_clearly_held_another_way() -> None:
    rolls = [90, 85, 95, 100, 80, 70, 40, 31, 29, 0, -10, 180]
    found, most = upright_turns(np.stack([camera(roll) for roll in rolls]))
    assert most == 1
    assert found.tolist() == [1] * 8 + [0, 0, 0, 2]


def test_a_camera_that_looks_at_the_floor_follows_the_others() -> None:
    down = camera(roll_deg=0, pitch_deg=-80)
    found, most = upright_turns(np.stack([camera(90), camera(90), down, down, down]))
    assert (found.tolist(), most) == ([1] * 5, 1)
    alone, most = upright_turns(down[None])
    assert (alone.tolist(), most) == ([0], 0)


def test_uris() -> None:
    assert rotated_uri("a/b.png", 0) == "a/b.png"
    assert rotated_uri("a/b.png", 3) == "a/b.png#rotate=270"
    assert split_rotated_uri("a/b.png#rotate=90") == ("a/b.png", 1)
    assert split_rotated_uri("a/b.png") == ("a/b.png", 0)
    assert split_rotated_uri("a/b.png#rotate=45") == ("a/b.png#rotate=45", 0)  # no such file


def test_what_is_no_image() -> None:
    with pytest.raises(DataError, match=r"a\.png: expected an image"):
        turned_png(b"\x89PNG\r\n\x1a\n", 1, "a.png")
