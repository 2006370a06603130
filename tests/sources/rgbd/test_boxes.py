"""boxes.json and scene.json: what a box is in each of the worlds, what is refused, what is counted."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from factory.errors import DataError
from factory.geometry.boxes import Boxes, box_corners
from factory.sources.rgbd.boxes import read_boxes
from factory.sources.rgbd.settings import Settings, read_settings
from schemas.scene import Box
from tests.sources.rgbd.tiny_rgbd import BOXES, CAMERAS, load, looking, write_flat

UPS = ("x", "y", "z", "-x", "-y", "-z")
AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1), "-x": (-1, 0, 0), "-y": (0, -1, 0), "-z": (0, 0, -1)}


def boxes(entries: list[dict[str, Any]], **settings: Any) -> list[Box]:
    found = read_boxes(json.dumps(entries).encode(), "room/boxes.json", Settings(**settings), Counter())
    return [one.box for one in found]


def corners(box: Box) -> np.ndarray:
    """The eight corners (8, 3), sorted."""
    found = box_corners(Boxes(box.center, box.extents, box.rotation)).round(6) + 0.0
    return found[np.lexsort(found.T)]


def sorted_points(points: list[Any] | np.ndarray) -> np.ndarray:
    found = np.asarray(points, dtype=float).round(6) + 0.0
    return found[np.lexsort(found.T)]


@pytest.mark.parametrize("up", UPS)
def test_worlds_are_turned_exactly(up: str) -> None:
    turn = Settings(up=up).world_from_file
    assert set(np.unique(turn)) <= {-1.0, 0.0, 1.0}
    assert np.linalg.det(turn) == 1.0  # never mirrored
    np.testing.assert_array_equal(turn @ turn.T, np.eye(3))
    np.testing.assert_array_equal(turn @ AXES[up], (0, 0, 1))


def test_y_up_by_hand() -> None:
    """As every tool turns it: what is to the right stays there, what comes towards the viewer is -y."""
    np.testing.assert_array_equal(Settings(up="y").world_from_file @ (1, 2, 3), (1, -3, 2))


def test_sizes_are_full_lengths_along_the_axes() -> None:
    (box,) = boxes([{"id": 1, "label": "a", "center": [1, 2, 3], "size": [0.4, 2.0, 0.6]}])
    expected = [(1 + x, 2 + y, 3 + z) for x in (-0.2, 0.2) for y in (-1, 1) for z in (-0.3, 0.3)]
    np.testing.assert_array_equal(corners(box), sorted_points(expected))


def test_size_in_a_world_with_y_up() -> None:
    """The second length is the height there, and the box stands upright afterwards."""
    (box,) = boxes([{"id": 1, "label": "a", "center": [1, 2, 3], "size": [0.4, 2.0, 0.6]}], up="y")
    np.testing.assert_allclose(box.center, (1, -3, 2))
    np.testing.assert_allclose(box.extents, (0.6, 0.4, 2.0))
    np.testing.assert_allclose(box.rotation[:, 2], (0, 0, 1))
    expected = [(1 + x, -3 + y, 2 + z) for x in (-0.2, 0.2) for y in (-0.3, 0.3) for z in (-1, 1)]
    np.testing.assert_array_equal(corners(box), sorted_points(expected))


@pytest.mark.parametrize("up", UPS)
def test_yaw_is_counter_clockwise_seen_from_above(up: str) -> None:
    """A long rod along one level axis of the file, turned by 30 degrees about up: in the world its end has turned to
    the left of where it was, for somebody who looks down."""
    turn = Settings(up=up).world_from_file
    rod_axis = int(np.flatnonzero(np.abs(turn[0]))[0])  # the axis of the file that becomes the world's x
    size = [0.1, 0.1, 0.1]
    size[rod_axis] = 2.0
    (box,) = boxes([{"id": 1, "label": "rod", "center": [0, 0, 0], "size": size, "yaw_deg": 30}], up=up)
    np.testing.assert_allclose(box.rotation[:, 0], (np.cos(np.pi / 6), np.sin(np.pi / 6), 0), atol=1e-12)
    np.testing.assert_allclose(box.extents, (2.0, 0.1, 0.1))


def test_rotation_has_the_axes_in_its_columns() -> None:
    entry = {"id": 1, "label": "a", "center": [0, 0, 0], "size": [2.0, 0.2, 0.6]}
    c, s = np.cos(0.5), np.sin(0.5)
    (box,) = boxes([{**entry, "rotation": [[c, -s, 0], [s, c, 0], [0, 0, 1]]}])
    np.testing.assert_allclose(box.rotation[:, 0], (c, s, 0))
    (same,) = boxes([{**entry, "quaternion_xyzw": [0, 0, np.sin(0.25), np.cos(0.25)]}])
    np.testing.assert_allclose(corners(same), corners(box), atol=1e-6)
    (turned,) = boxes([{**entry, "yaw_deg": np.degrees(0.5)}])
    np.testing.assert_allclose(corners(turned), corners(box), atol=1e-6)


@settings(deadline=None)
@given(
    quaternion=st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1),
    up=st.sampled_from(UPS),
    unit=st.sampled_from((1.0, 0.001, 2.5)),
)
def test_any_box_keeps_its_corners(quaternion: list[float], up: str, unit: float) -> None:
    """Against corners computed in the file's world and then turned and scaled."""
    q = np.array(quaternion) / np.linalg.norm(quaternion)
    center, size = np.array([1.0, -2.0, 0.5]), np.array([0.3, 1.4, 0.9])
    entry = {"id": 1, "label": "a", "center": center.tolist(), "size": size.tolist(), "quaternion_xyzw": q.tolist()}
    (box,) = boxes([entry], up=up, metres_per_unit=unit)
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    in_file = center + (signs * size / 2) @ Rotation.from_quat(q).as_matrix().T
    expected = unit * in_file @ Settings(up=up).world_from_file.T
    found = box_corners(Boxes(box.center, box.extents, box.rotation))
    distances = np.linalg.norm(found[:, None] - expected, axis=-1)
    assert sorted(distances.argmin(axis=1)) == list(range(8)) and distances.min(axis=1).max() < 1e-9
    assert np.linalg.det(box.rotation) > 0 and box.rotation[2, 2] == np.abs(box.rotation[2]).max()


GOOD: dict[str, Any] = {"id": 1, "label": "a", "center": [0, 0, 0], "size": [1, 1, 1]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": 0}, "object: no id of its own"),
        ({"size": [1, -1, 1]}, "object: box without size"),
        ({"size": [0, 0, 1]}, "object: box without size"),
        ({"rotation": [[1, 0, 0], [0, 2, 0], [0, 0, 1]]}, "object: axes not perpendicular unit vectors"),
        ({"rotation": [[0, 0, 0]] * 3}, "object: axes not perpendicular unit vectors"),
        ({"quaternion_xyzw": [0, 0, 0, 0]}, "object: axes not perpendicular unit vectors"),
    ],
)
def test_one_bad_box_is_counted(change: dict[str, Any], reason: str) -> None:
    counts: Counter[str] = Counter()
    data = json.dumps([{**GOOD, "id": 0}, {**GOOD, **change}]).encode()
    assert [one.object_id for one in read_boxes(data, "boxes.json", Settings(), counts)] == [0]
    assert counts == {reason: 1}


def test_a_flat_box_is_one() -> None:
    (box,) = boxes([{**GOOD, "label": "picture", "size": [0.6, 0, 0.4]}])
    np.testing.assert_allclose(sorted(box.extents), [0, 0.4, 0.6])


def test_rounded_axes_become_perpendicular_again() -> None:
    c, s = round(np.cos(0.7), 3), round(np.sin(0.7), 3)
    (box,) = boxes([{**GOOD, "size": [2, 1, 1], "rotation": [[c, -s, 0], [s, c, 0], [0, 0, 1]]}])
    np.testing.assert_allclose(box.rotation @ box.rotation.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(box.rotation[:, 0], (np.cos(0.7), np.sin(0.7), 0), atol=1e-3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "expected JSON"),
        ("{}", "expected a JSON list of boxes"),
        ([7], "box 1: the whole"),
        ([{**GOOD, "colour": "red"}], "box 1: colour: Extra inputs are not permitted"),
        ([{k: v for k, v in GOOD.items() if k != "label"}], "box 1: label: Field required"),
        ([{**GOOD, "id": "seven"}], "box 1: id"),
        ([{**GOOD, "id": -1}], "box 1: id"),
        ([{**GOOD, "id": 1.5}], "box 1: id"),
        ([{**GOOD, "id": True}], "box 1: id"),
        ([{**GOOD, "center": [0, 0]}], "box 1: center"),
        ([{**GOOD, "center": [0, 0, float("inf")]}], "box 1: center.2"),
        ([{**GOOD, "yaw_deg": 3, "quaternion_xyzw": [0, 0, 0, 1]}], "more than one of yaw_deg"),
    ],
)
def test_what_is_no_list_of_boxes_is_refused(content: Any, words: str) -> None:
    text = content if isinstance(content, str) else json.dumps([{**GOOD, "id": 5}, *content])
    with pytest.raises(DataError) as caught:
        read_boxes(text.encode(), "room/boxes.json", Settings(), Counter())
    assert str(caught.value).startswith("room/boxes.json: ") and words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected JSON"),
        ("[]", "expected a JSON object"),
        ('{"upp": "y"}', "upp: Extra inputs are not permitted"),
        ('{"up": "Y"}', "up: "),
        ('{"metres_per_unit": 0}', "metres_per_unit: "),
        ('{"depth_scale": Infinity}', "depth_scale: "),
        ('{"intrinsics": {"fx": 1, "fy": 1, "cx": 0}}', "intrinsics.cy: Field required"),
        ('{"intrinsics": {"fx": 1, "fy": 1, "cx": 0, "cy": 0, "model": "RADIAL"}}', "intrinsics.model: "),
    ],
)
def test_settings_that_say_nothing_known_are_refused(text: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read_settings({"scene.json": b"{}", "room/scene.json": text.encode()})
    assert str(caught.value).startswith("room/scene.json: ") and words in str(caught.value)


@pytest.mark.parametrize("up", UPS)
def test_scenes_of_all_worlds_are_one(tmp_path: Path, up: str) -> None:
    """The same room written in six worlds and two units: one scene, up to where x and y point."""
    file_from_world = Settings(up=up).world_from_file.T
    unit = 0.01 if up == "y" else 1.0
    entries = [
        {**b, "center": (file_from_world @ b["center"] / unit).tolist(),
         "size": (np.abs(file_from_world) @ b["size"] / unit).tolist()}
        for b in BOXES
    ]  # fmt: skip
    folder = write_flat(tmp_path / "room")
    (folder / "boxes.json").write_text(json.dumps(entries))
    (folder / "scene.json").write_text(json.dumps({"up": up, "metres_per_unit": unit}))
    for number, camera in zip((0, 2, 10, 25), CAMERAS, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3] = file_from_world @ camera[:3, :3]
        matrix[:3, 3] = file_from_world @ camera[:3, 3] / unit
        (folder / f"frame-{number:06d}.pose.txt").write_text(
            "\n".join(" ".join(map(repr, r)) for r in matrix.tolist())
        )
    scene = load(folder)
    for frame, camera in zip(scene.frames, CAMERAS, strict=True):
        np.testing.assert_allclose(frame.world_from_camera, camera, atol=1e-12)
        assert frame.world_from_camera[2, 1] < 0  # down in the image is down
    for found, entry in zip(scene.objects, BOXES, strict=True):
        np.testing.assert_allclose(found.box.center, entry["center"], atol=1e-12)
        np.testing.assert_allclose(found.box.extents, entry["size"], atol=1e-12)
    assert [o.label for o in scene.objects] == ["table", "coffee cup"]
    assert [o.raw_label for o in scene.objects] == ["Table", "coffee_cup"]
    assert np.allclose(looking((0, 0, 1), (0, 1, 1))[:3, 1], (0, 0, -1))
