"""Images of views, sound and damaged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.web.decode import DecodeLimits, decode_picture
from tests.sources.structured3d.reading import load, source_of
from tests.sources.structured3d.tiny_house import (
    NOTHING,
    SIZE,
    replace_image,
    tiny_views,
    view_folder,
)


@pytest.mark.parametrize("alpha", [255, 254, 0])
def test_a_fourth_channel_changes_no_colour(house: Path, alpha: int) -> None:
    colour = tiny_views()[0].images()["rgb_rawlight.png"]
    fourth = np.full(colour.shape[:2], 255, np.uint8)
    fourth[3:6] = alpha
    replace_image(house, "rgb_rawlight.png", np.dstack([colour, fourth]))
    frame = load(house).frames[1]
    data, suffix = source_of(house).read_media(frame.image)
    assert suffix == ".png" and (data == (house / frame.image).read_bytes()) == (alpha == 255)
    # as a reader of pictures has it, who lays what is transparent on white
    np.testing.assert_array_equal(decode_picture(data, DecodeLimits(min_side=1)).rgb, colour)


def test_a_damaged_picture_is_named(house: Path) -> None:
    frame = load(house).frames[1]
    (house / frame.image).write_bytes(b"<html>")
    with pytest.raises(DataError, match=f"^{frame.image}: .*download it again"):
        source_of(house).read_media(frame.image)


def test_depth_is_in_millimetres_and_saturated_pixels_are_no_reading(house: Path) -> None:
    depth = tiny_views()[0].images()["depth.png"]
    frame = load(house).frames[1]
    data, suffix = source_of(house).read_media(frame.depth)
    assert suffix == ".png" and data == (house / frame.depth).read_bytes()  # nothing to change
    depth[0, :5], depth[1, :5] = NOTHING, 0
    replace_image(house, "depth.png", depth)
    data, _ = source_of(house).read_media(frame.depth)
    (house / "read.png").write_bytes(data)
    read = np.asarray(Image.open(house / "read.png"))
    assert read.dtype == np.uint16 and not read[:2, :5].any()
    np.testing.assert_array_equal(read[2:], depth[2:])


def test_ids_are_handed_on_as_they_are(house: Path) -> None:
    frame = load(house).frames[1]
    data, suffix = source_of(house).read_media(frame.instances)
    assert suffix == ".png" and data == (house / frame.instances).read_bytes()


@pytest.mark.parametrize(
    ("uri", "words"), [("Structured3D/x.png", "no such file"), ("a.zip!/x.png", "no such file"), ("x.txt", "expected")]
)
def test_media_that_are_not_there_are_told(house: Path, uri: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        source_of(house).read_media(uri)


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize("name", ["rgb_rawlight.png", "semantic.png", "instance.png", "depth.png", "camera_pose.txt"])
@pytest.mark.parametrize("damage", [remove, empty, cut])
def test_a_view_with_a_missing_or_damaged_file_is_left_out(
    house: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(view_folder(house) / name)
    scene = load(house)
    assert [(f.frame_id, f.index) for f in scene.frames] == [("17_0", 0), ("9001_10", 1)]
    reason = f"frame: no {name}" if damage is remove else f"frame: {name} unreadable"
    if name == "camera_pose.txt" and damage is not remove:
        reason = "frame: pose file malformed"
    assert scene.rejected[reason] == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 2 3 0 1 0 0 0 1 0.7", "frame: pose file malformed"),
        ("1 2 3 0 1 0 0 0 1 0.7 0.5 1 1", "frame: pose file malformed"),
        ("1 2 nan 0 1 0 0 0 1 0.7 0.5 1", "frame: pose not finite"),
        ("1 2 3 0 0 0 0 0 1 0.7 0.5 1", "frame: pose not rigid"),
        ("1 2 3 0 0 1 0 0 1 0.7 0.5 1", "frame: pose not rigid"),
        ("1 2 3 0 1 0 0 0 1 1.6 0.5 1", "frame: field of view impossible"),
        ("1 2 3 0 1 0 0 0 1 0 0.5 1", "frame: field of view impossible"),
    ],
)
def test_a_view_with_an_impossible_camera_is_left_out(house: Path, line: str, reason: str) -> None:
    (view_folder(house) / "camera_pose.txt").write_text(line)
    assert load(house).rejected[reason] == 1


def test_ids_of_eight_bits_and_images_of_other_sizes_are_left_out(house: Path) -> None:
    replace_image(house, "instance.png", np.zeros(SIZE[::-1], np.uint8))
    assert load(house).rejected["frame: instance.png unreadable"] == 1
    replace_image(house, "instance.png", np.zeros((SIZE[1] // 2, SIZE[0] // 2), np.uint16))
    assert load(house).rejected["frame: images of different sizes"] == 1
