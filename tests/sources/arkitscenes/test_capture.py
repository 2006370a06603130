"""What is on disk and what the scene then says: poses, moments, intrinsics, boxes."""

import io
import itertools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from factory.geometry.boxes import Boxes, box_corners
from factory.sources.arkitscenes.source import ARKitScenesSource
from factory.sources.arkitscenes.trajectory import read_trajectory
from factory.sources.box_objects import NO_SURFACE
from factory.sources.depth_files import depth_in_metres
from factory.sources.upright import upright_turns
from factory.store.storage import Storage
from tests.sources.arkitscenes.tiny_capture import (
    FLOOR,
    IMAGES,
    INTRINSICS,
    POSED,
    SCREEN,
    TABLE,
    VIDEO,
    Thing,
    TinyCapture,
    load,
    looking,
    picture,
    time_of,
    write_tiny_capture,
)

# poses


def test_poses_are_inverted_and_matched_by_time(tmp_path: Path) -> None:
    capture = TinyCapture()
    capture.write(tmp_path / VIDEO)
    scene = load(tmp_path)
    assert [frame.index for frame in scene.frames] == list(POSED)
    for frame in scene.frames:
        np.testing.assert_allclose(frame.world_from_camera, capture.cameras[frame.index], atol=1e-9)
        assert frame.frame_id == f"{time_of(frame.index):.3f}"
    assert scene.rejected == {"frame: no pose": IMAGES - len(POSED)}  # five in six


def test_a_line_of_poses() -> None:
    """By hand: a quarter turn about z takes the world's x to the camera's y, then the origin is 5 m ahead."""
    found = read_trajectory(f"12.5 0 0 {np.pi / 2!r} 1 2 5\n".encode(), "a.traj", Counter())
    assert found.times.tolist() == [12.5]
    np.testing.assert_allclose(
        found.world_from_camera[0], [[0, 1, 0, -2], [-1, 0, 0, 1], [0, 0, 1, -5], [0, 0, 0, 1]], atol=1e-12
    )


@pytest.mark.parametrize(
    ("rotation", "turns"), [((-1.5546, 1.5329, 0.8835), 2), ((1.6852, -1.7402, -0.8469), 1)]
)  # of two captures of the release, known to be upside down and to have the sky on the left
def test_real_poses_tell_where_the_sky_is(rotation: tuple, turns: int) -> None:
    line = " ".join(map(str, (1.0, *rotation, 0.1, 0.2, 0.3)))
    found = read_trajectory(line.encode(), "a.traj", Counter())
    assert upright_turns(found.world_from_camera)[1] == turns


def test_lines_of_poses_in_any_order_some_unusable(tmp_path: Path) -> None:
    folder = TinyCapture().write(tmp_path / VIDEO)
    path = folder / f"{VIDEO}_frames" / "lowres_wide.traj"
    lines = path.read_text().splitlines()
    again = lines[1].split()
    broken = [
        *lines[::-1],
        " ".join(["nan", *again[1:]]),
        "1 2 3",
        "time rx ry rz tx ty tz",
        "",
        " ".join([*again[:4], "9", "9", "9"]),
    ]
    path.write_text("\r\n".join(broken))
    scene = load(tmp_path)
    assert [frame.index for frame in scene.frames] == list(POSED)
    np.testing.assert_allclose(scene.frames[1].world_from_camera, TinyCapture().cameras[6], atol=1e-9)
    assert scene.rejected == {
        "frame: a second pose of the same time": 1,
        "frame: malformed line of poses": 2,
        "frame: no pose": IMAGES - len(POSED),
        "frame: pose not finite": 1,
    }


def _restamp(folder: Path, place: int, shift: float) -> None:
    """Renames the file of a moment in a folder."""
    (path,) = folder.glob(f"*_{time_of(place):.3f}.*")
    path.rename(path.with_name(f"{VIDEO}_{time_of(place) + shift:.3f}{path.suffix}"))


@pytest.mark.parametrize("shift", [-0.001, 0.001])
def test_names_may_be_a_millisecond_apart(tmp_path: Path, shift: float) -> None:
    frames = TinyCapture(pincams={6: "8 6 9 9 3.4 2.7"}).write(tmp_path / VIDEO) / f"{VIDEO}_frames"
    _restamp(frames / "lowres_wide_intrinsics", 6, shift)
    _restamp(frames / "lowres_depth", 12, shift)
    scene = load(tmp_path)
    assert [frame.index for frame in scene.frames] == list(POSED)
    assert [frame.intrinsics[0, 0] for frame in scene.frames] == [7.5, 9, 7.5, 7.5]
    assert f"{time_of(12) + shift:.3f}" in scene.frames[2].depth


@pytest.mark.parametrize("shift", [-0.003, 0.003])
def test_names_farther_apart_are_other_moments(tmp_path: Path, shift: float) -> None:
    frames = TinyCapture().write(tmp_path / VIDEO) / f"{VIDEO}_frames"
    _restamp(frames / "lowres_wide_intrinsics", 6, shift)
    _restamp(frames / "lowres_depth", 12, shift)
    _restamp(frames / "lowres_wide", 18, shift)
    scene = load(tmp_path)
    assert [frame.index for frame in scene.frames] == [0, 12]
    assert [frame.depth is None for frame in scene.frames] == [False, True]
    assert scene.rejected == {"frame: no colour image": 1, "frame: no intrinsics": 1, "frame: no pose": IMAGES - 3}


# intrinsics, images, depth


def test_intrinsics_are_those_of_each_image(tmp_path: Path) -> None:
    TinyCapture(pincams={6: "8 6 7.6 7.3 3.1 2.9\n", 12: "8 6 7.6 7.3 3.1", 18: "8 6 7 7 nan 3"}).write(
        tmp_path / VIDEO
    )
    scene = load(tmp_path)
    assert [frame.index for frame in scene.frames] == [0, 6]
    # numbers as they are: the centre of the top-left pixel is (0, 0) in the file as well
    np.testing.assert_array_equal(scene.frames[0].intrinsics, INTRINSICS)
    np.testing.assert_array_equal(scene.frames[1].intrinsics, [[7.6, 0, 3.1], [0, 7.3, 2.9], [0, 0, 1]])
    assert scene.rejected["frame: intrinsics unusable"] == 2


def test_intrinsics_of_another_resolution_are_scaled(tmp_path: Path) -> None:
    TinyCapture(pincams=dict.fromkeys(POSED, "16 12 15 14.5 7.3 5.9")).write(tmp_path / VIDEO)
    frame = load(tmp_path).frames[0]
    # a point at the middle of a block of 2 x 2 pixels is the middle of a pixel
    np.testing.assert_allclose(frame.intrinsics, [[7.5, 0, 3.4], [0, 7.25, 2.7], [0, 0, 1]], atol=1e-12)
    TinyCapture("1", pincams={6: "16 16 15 14.5 7.3 5.9"}).write(tmp_path / "1")
    assert load(tmp_path, "1").rejected["frame: intrinsics unusable"] == 1


def test_depth_is_millimetres_and_may_be_missing(tmp_path: Path) -> None:
    frames = TinyCapture().write(tmp_path / VIDEO) / f"{VIDEO}_frames"
    (frames / "lowres_depth" / f"{VIDEO}_{time_of(6):.3f}.png").unlink()
    (frames / "lowres_depth" / f"{VIDEO}_{time_of(12):.3f}.png").write_bytes(b"")
    scene, source = load(tmp_path), ARKitScenesSource(Storage(tmp_path))
    assert [frame.depth is None for frame in scene.frames] == [False, True, True, False]
    depth = depth_in_metres(source.read_media(scene.frames[3].depth)[0], "depth")
    np.testing.assert_allclose(depth, 19 + np.arange(48).reshape(6, 8) / 1000, atol=1e-6)
    image, suffix = source.read_media(scene.frames[3].image)
    assert suffix == ".png"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(image))), picture(18))


def test_without_any_depth(tmp_path: Path) -> None:
    frames = TinyCapture().write(tmp_path / VIDEO) / f"{VIDEO}_frames"
    (frames / "lowres_depth").rename(frames / "elsewhere")
    scene = load(tmp_path)
    assert len(scene.frames) == 4 and all(frame.depth is None for frame in scene.frames)


@pytest.mark.parametrize(("roll", "turns"), [(90, 1), (180, 2), (-90, 3)])
def test_images_depth_and_cameras_turn_together(tmp_path: Path, roll: float, turns: int) -> None:
    cameras = {i: looking((0.2, 0.1, 0.3), (2.0, 1.0, -0.6), roll) for i in POSED}
    TinyCapture(cameras=cameras).write(tmp_path / VIDEO)
    scene, source = load(tmp_path), ARKitScenesSource(Storage(tmp_path))
    frame = scene.frames[1]
    image, suffix = source.read_media(frame.image)
    pixels = np.asarray(Image.open(io.BytesIO(image)))
    np.testing.assert_array_equal(pixels, np.rot90(picture(6), -turns))
    assert (frame.width, frame.height) == pixels.shape[1::-1] and suffix == ".png"
    depth = depth_in_metres(source.read_media(frame.depth)[0], "depth")
    np.testing.assert_allclose(depth, np.rot90(7 + np.arange(48).reshape(6, 8) / 1000, -turns), atol=1e-6)
    np.testing.assert_allclose(frame.world_from_camera, looking((0.2, 0.1, 0.3), (2.0, 1.0, -0.6)), atol=1e-9)
    # the point under the stored image's pixel (u, v) is under the pixel that shows the same colour
    point = np.array([2.0, 1.0, -0.5])
    stored = INTRINSICS @ (np.linalg.inv(cameras[6]) @ np.append(point, 1))[:3]
    turned = frame.intrinsics @ (np.linalg.inv(frame.world_from_camera) @ np.append(point, 1))[:3]
    u, v = stored[:2] / stored[2]
    expected = {1: (5 - v, u), 2: (7 - u, 5 - v), 3: (v, 7 - u)}[turns]
    np.testing.assert_allclose(turned[:2] / turned[2], expected, atol=1e-9)


def test_a_device_turned_while_it_records(tmp_path: Path) -> None:
    cameras = {i: looking((0.2, 0.1, 0.3), (2.0, 1.0, -0.6), 90 if i < 18 else 0) for i in POSED}
    TinyCapture(cameras=cameras).write(tmp_path / VIDEO)
    frames = load(tmp_path).frames
    assert [(frame.width, frame.height) for frame in frames] == [(6, 8)] * 3 + [(8, 6)]
    assert ["#rotate=90" in frame.image for frame in frames] == [True] * 3 + [False]


def test_the_table_of_sky_directions_is_checked_and_not_believed(tmp_path: Path) -> None:
    cameras = {i: looking((0.2, 0.1, 0.3), (2.0, 1.0, -0.6), 90) for i in POSED}
    TinyCapture(cameras=cameras).write(tmp_path / VIDEO)
    for sky, count in (("Left", 0), ("Up", 1), ("Right", 1), ("NA", 0)):
        (tmp_path / "metadata.csv").write_text(f"video_id,visit_id,fold,sky_direction\n{VIDEO}.0,NA,Training,{sky}\n")
        scene = load(tmp_path)
        assert scene.frames[0].image.endswith("#rotate=90")
        assert scene.rejected.get("capture: sky_direction of the metadata is not that of the poses", 0) == count


# boxes


def test_boxes_are_the_aligned_ones(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path)
    objects = load(tmp_path).objects
    assert [(one.object_id, one.label, one.raw_label, one.is_structural) for one in objects] == [
        (0, "table", "table", False),
        (1, "tv", "tv_monitor", False),
    ]
    for one, thing in zip(objects, (TABLE, SCREEN), strict=True):
        # full lengths, along the axes that are the rows
        corners = [
            np.add(thing.center, np.multiply(signs, thing.lengths) / 2 @ thing.axes)
            for signs in itertools.product((-1, 1), repeat=3)
        ]
        found = box_corners(Boxes(one.box.center, one.box.extents, one.box.rotation))
        assert sorted(np.round(found, 9).tolist()) == sorted(np.round(corners, 9).tolist())
        np.testing.assert_allclose(one.box.rotation[:, 2], (0, 0, 1))
        np.testing.assert_allclose(one.box.rotation[:, 0], Rotation.from_euler("z", 30, degrees=True).apply([1, 0, 0]))


def test_the_surface_in_a_box_is_its_object(tmp_path: Path) -> None:
    write_tiny_capture(tmp_path)
    scene = load(tmp_path)
    vertices = scene.mesh.vertices.astype(np.float64)
    on_floor = np.isclose(vertices[:, 2], FLOOR)
    table, screen = (set(one.vertex_ids.tolist()) for one in scene.objects)
    assert len(table) > 50 and len(screen) > 20 and not table & screen
    assert not (table | screen) & set(np.flatnonzero(on_floor).tolist())  # the floor under it is no part of the table
    heights = vertices[sorted(table), 2]
    assert heights.max() == pytest.approx(FLOOR + 0.7) and heights.min() < FLOOR + 0.13
    owners = scene.mesh.face_object
    assert set(np.unique(owners)) == {-1, 0, 1}
    for owner, members in ((0, table), (1, screen)):
        corners = scene.mesh.faces[owners == owner]
        assert (np.isin(corners, sorted(members)).sum(axis=1) >= 2).all()


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ("tv_monitor", "tv"),
        ("TV-Monitor", "tv"),
        ("tv/monitor", "tv"),
        ("tv monitor", "tv"),
        ("dish_washer", "dishwasher"),
        ("built-in cabinet", "built in cabinet"),
        ("stool", "stool"),
        ("fire-place_insert/x", "fire place insert x"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_labels(tmp_path: Path, raw: str, label: str) -> None:
    TinyCapture(things=[Thing("a", raw, TABLE.center, TABLE.lengths)]).write(tmp_path / VIDEO)
    (one,) = load(tmp_path).objects
    assert (one.label, one.raw_label) == (label, raw)


def test_objects_that_cannot_be_used_leave_the_ids_of_others(tmp_path: Path) -> None:
    capture = TinyCapture(things=[Thing("a", "bed", (50, 50, 0), (2, 1, 1)), TABLE, SCREEN, TABLE])
    folder = capture.write(tmp_path / VIDEO)
    path = folder / f"{VIDEO}_3dod_annotation.json"
    content = capture.annotation()
    empty: list = [
        {},
        None,
        {"segments": {}},
        {"segments": {"obb": TABLE.aligned}},
        {"segments": {"obbAligned": TABLE.aligned | {"axesLengths": [1, 0, 1]}}},
        {"segments": {"obbAligned": TABLE.aligned | {"normalizedAxes": [1] * 9}}},
        {"segments": {"obbAligned": TABLE.aligned | {"centroid": [0, "x", 0]}}},
        {"segments": {"obbAligned": TABLE.aligned | {"centroid": [0, float("nan"), 0]}}},
    ]
    content["data"] = [*empty, *content["data"], {"segments": {"obbAligned": SCREEN.aligned}}]
    path.write_text(json.dumps(content))
    scene = load(tmp_path)
    assert [(one.object_id, one.label) for one in scene.objects] == [(8, "bed"), (9, "table"), (10, "tv"), (12, "")]
    assert not len(scene.objects[0].vertex_ids) and scene.objects[0].box is not None
    counts = {reason: n for reason, n in scene.rejected.items() if reason.startswith("object")}
    # of two boxes of one size the first has the surface
    assert counts == {"object: no usable box": 8, "object: duplicate of another": 1, NO_SURFACE: 2}
