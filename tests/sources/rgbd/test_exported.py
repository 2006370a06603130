"""Numbered frames as 7-Scenes, 3RScan and ScanNet's tools write them: invalid poses and depth, intrinsics, views."""

import json
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.depth_files import decode_depth
from factory.sources.rgbd.source import RGBDSource
from factory.store.storage import Storage
from tests.sources.rgbd.tiny_rgbd import (
    CAMERAS,
    INTRINSICS,
    NUMBERS,
    SIZE,
    color,
    depth,
    load,
    matrix_text,
    save_depth,
    write_boxes,
    write_flat,
    write_folders,
)


def read_depth(root: Path, uri: str) -> np.ndarray:
    data, suffix = RGBDSource(Storage(root)).read_media(uri)
    assert suffix == ".png"
    return decode_depth(data, uri)


@pytest.mark.parametrize("write", [write_flat, write_folders])
def test_frames_keep_their_numbers(tmp_path: Path, write: object) -> None:
    scene = load(write(tmp_path / "room"))
    assert [(f.frame_id, f.index) for f in scene.frames] == [(str(n), n) for n in NUMBERS]
    for frame, camera in zip(scene.frames, CAMERAS, strict=True):
        np.testing.assert_allclose(frame.world_from_camera, camera, atol=1e-8)
        np.testing.assert_allclose(frame.intrinsics, INTRINSICS)
    assert scene.rejected == {}


def test_poses_and_images_below_sequence(tmp_path: Path) -> None:
    """Where 3RScan's archive is unpacked."""
    write_flat(tmp_path / "scan/sequence")
    (tmp_path / "scan/sequence/boxes.json").rename(tmp_path / "scan/boxes.json")
    frame = load(tmp_path / "scan").frames[0]
    assert frame.image == "scan/sequence/frame-000000.color.jpg"


def test_the_largest_value_is_no_reading(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "room")
    values = depth(0)
    values[3, 4:9], values[5, 5] = 65535, 0
    save_depth(folder / "frame-000000.depth.png", values)
    found = read_depth(tmp_path, load(folder).frames[0].depth)
    assert (found[3, 4:9] == 0).all() and found[5, 5] == 0
    np.testing.assert_array_equal(found[10:], values[10:])


def test_pgm_is_big_endian(tmp_path: Path) -> None:
    frame = load(write_flat(tmp_path / "room", suffix="pgm")).frames[2]
    assert frame.depth == "room/frame-000010.depth.pgm"
    np.testing.assert_array_equal(read_depth(tmp_path, frame.depth), depth(10))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-inf " * 16, "frame: pose not finite"),
        ("0 " * 16, "frame: pose not rigid"),
        ("1 0 0 0 0 1 0 0 0 0 1 0 0 0 0", "frame: pose file malformed"),
        ("", "frame: pose file malformed"),
        (None, "frame: no pose"),
    ],
)
def test_bad_poses_are_counted(tmp_path: Path, text: str | None, reason: str) -> None:
    folder = write_flat(tmp_path / "room")
    path = folder / "frame-000002.pose.txt"
    path.unlink() if text is None else path.write_text(text)
    scene = load(folder)
    assert scene.rejected == {reason: 1}
    assert [f.frame_id for f in scene.frames] == ["0", "10", "25"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(None, "frame: no colour image"), (b"", "frame: colour image empty"), (b"no", "frame: colour image unreadable")],
)
def test_bad_images_are_counted(tmp_path: Path, data: bytes | None, reason: str) -> None:
    folder = write_flat(tmp_path / "room")
    path = folder / "frame-000000.color.jpg"
    path.unlink() if data is None else path.write_bytes(data)
    scene = load(folder)
    assert scene.rejected == {reason: 1}
    assert [f.frame_id for f in scene.frames] == ["2", "10", "25"]
    for frame, camera in zip(scene.frames, CAMERAS[1:], strict=True):  # numbers match, not places
        np.testing.assert_allclose(frame.world_from_camera, camera, atol=1e-8)


def seven_scenes(root: Path, size: tuple[int, int]) -> Path:
    """`chess/seq-01` and `chess/seq-02` with boxes in `chess`, and no intrinsics anywhere."""
    for name in ("seq-01", "seq-02"):
        folder = write_flat(root / "chess" / name)
        (folder / "intrinsics.txt").unlink()
        (folder / "boxes.json").rename(root / "chess" / "boxes.json")
        for number in NUMBERS:
            (folder / f"frame-{number:06d}.color.jpg").write_bytes(color(number, size))
    return root / "chess"


@pytest.mark.parametrize(("size", "scale"), [((640, 480), 1.0), ((64, 48), 0.1)])
def test_sequences_of_seven_scenes(tmp_path: Path, size: tuple[int, int], scale: float) -> None:
    seven_scenes(tmp_path, size)
    source = RGBDSource(Storage(tmp_path))
    assert source.list_scenes() == ["chess_seq-01", "chess_seq-02"]
    assert [source.room_of(scene_id) for scene_id in source.list_scenes()] == ["chess", "chess"]
    frame = source.load("chess_seq-02").frames[0]
    assert frame.image == "chess/seq-02/frame-000000.color.jpg"
    published = np.array([[585.0, 0, 320], [0, 585, 240], [0, 0, 1]])
    np.testing.assert_allclose(frame.intrinsics, scale_intrinsics(published, scale, scale))


def test_published_intrinsics_are_for_sequences_only(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "room")
    (folder / "intrinsics.txt").unlink()
    with pytest.raises(DataError, match="room: no intrinsics of the images"):
        load(folder)


def test_a_sequence_may_have_its_own_boxes(tmp_path: Path) -> None:
    folder = seven_scenes(tmp_path, SIZE)
    boxes = [{"id": 1, "label": "lamp", "center": [0, 0, 1], "size": [0.1, 0.1, 0.1]}]
    (folder / "seq-02/boxes.json").write_text(json.dumps(boxes))
    source = RGBDSource(Storage(tmp_path))
    assert [len(source.load(s).objects) for s in source.list_scenes()] == [2, 1]


def test_settings_of_root_room_and_sequence(tmp_path: Path) -> None:
    folder = seven_scenes(tmp_path, SIZE)
    (tmp_path / "scene.json").write_text('{"metres_per_unit": 2, "depth_scale": 500}')
    (folder / "scene.json").write_text('{"depth_scale": 200}')
    (folder / "seq-02/scene.json").write_text('{"depth_scale": 250}')
    source = RGBDSource(Storage(tmp_path))
    first, second = (source.load(scene_id).frames[0] for scene_id in source.list_scenes())
    assert [f.depth.partition("#")[2] for f in (first, second)] == ["depth_scale=200", "depth_scale=250"]
    np.testing.assert_allclose(second.world_from_camera[:3, 3], 2 * CAMERAS[0][:3, 3], atol=1e-8)


COLOR_K = np.array([[60.0, 0, 30.5], [0, 60.4, 25.0], [0, 0, 1]])


def write_info(folder: Path, depth_k: np.ndarray, depth_size: tuple[int, int], shift: str = "1000") -> None:
    def padded(matrix: np.ndarray) -> str:
        four = np.eye(4)
        four[:3, :3] = matrix
        return " ".join(f"{x:g}" for x in four.ravel())

    (folder / "intrinsics.txt").unlink()
    lines = [
        f"m_colorWidth = {SIZE[0]}", f"m_colorHeight = {SIZE[1]}", f"m_depthWidth = {depth_size[0]}",
        f"m_depthHeight = {depth_size[1]}", f"m_depthShift = {shift}",
        f"m_calibrationColorIntrinsic = {padded(COLOR_K)}", f"m_calibrationDepthIntrinsic = {padded(depth_k)}",
    ]  # fmt: skip
    (folder / "_info.txt").write_text("\n".join(lines) + "\n")


def test_depth_that_shows_more_is_cut_to_the_image(tmp_path: Path) -> None:
    """Every pixel of what is read lies on the ray of the image's pixel there: brute force, pixel by pixel."""
    depth_k, depth_size = np.array([[29.0, 0, 16.2], [0, 30.3, 20.4], [0, 0, 1]]), (32, 42)
    folder = write_flat(tmp_path / "scan")
    write_info(folder, depth_k, depth_size)
    values = depth(0, depth_size)
    save_depth(folder / "frame-000000.depth.png", values)
    frame = load(folder).frames[0]
    np.testing.assert_allclose(frame.intrinsics, COLOR_K)
    found = read_depth(tmp_path, frame.depth)
    height, width = found.shape
    assert abs(width / height / (SIZE[0] / SIZE[1]) - 1) < 0.03
    seen = scale_intrinsics(frame.intrinsics, width / SIZE[0], height / SIZE[1])
    hits = 0
    for v in range(height):
        for u in range(width):
            x, y = (u - seen[0, 2]) / seen[0, 0], (v - seen[1, 2]) / seen[1, 1]
            column, row = depth_k[0, 0] * x + depth_k[0, 2], depth_k[1, 1] * y + depth_k[1, 2]
            if min(abs(column % 1 - 0.5), abs(row % 1 - 0.5)) < 1e-6:
                continue  # a tie
            column, row = round(column), round(row)
            inside = 0 <= column < depth_size[0] and 0 <= row < depth_size[1]
            assert found[v, u] == (values[row, column] if inside else 0)
            hits += inside
    assert hits > 0.9 * width * height
    assert read_depth(tmp_path, load(folder).frames[0].depth).tolist() == found.tolist()


def test_depth_that_shows_the_same_is_left_as_it_is(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "scan")
    write_info(folder, scale_intrinsics(COLOR_K, 0.5, 0.5) + np.diag([0.1, 0.1, 0]), (32, 24), shift="2000")
    for number in NUMBERS:
        save_depth(folder / f"frame-{number:06d}.depth.png", depth(number, (32, 24)))
    frame = load(folder).frames[1]
    assert frame.depth == "scan/frame-000002.depth.png#depth_scale=2000"
    np.testing.assert_array_equal(read_depth(tmp_path, frame.depth), np.rint(depth(2, (32, 24)) / 2))


@pytest.mark.parametrize("name", ["intrinsics.txt", "camera-intrinsics.txt", "intrinsic_color.txt"])
def test_places_of_intrinsics(tmp_path: Path, name: str) -> None:
    folder = write_folders(tmp_path / "room")
    (folder / "intrinsic/intrinsic_color.txt").unlink()
    (folder / name).write_text(matrix_text(INTRINSICS))
    np.testing.assert_allclose(load(folder).frames[0].intrinsics, INTRINSICS)


def test_settings_come_before_files(tmp_path: Path) -> None:
    folder = write_folders(tmp_path / "room")
    intrinsics = {"fx": 120, "fy": 122, "cx": 63.5, "cy": 47.5, "width": 128, "height": 96}
    (folder / "scene.json").write_text(json.dumps({"intrinsics": intrinsics}))
    expected = scale_intrinsics(np.array([[120, 0, 63.5], [0, 122, 47.5], [0, 0, 1]]), 0.5, 0.5)
    np.testing.assert_allclose(load(folder).frames[0].intrinsics, expected)
    bent = {**intrinsics, "model": "OPENCV", "distortion": [-0.1, 0, 0, 0]}
    (folder / "scene.json").write_text(json.dumps({"intrinsics": bent}))
    assert "#undistort=OPENCV:64x48:60,61,31.5,23.5:-0.1,0,0,0" in load(folder).frames[0].image
    bent["distortion"] = [-0.1]
    (folder / "scene.json").write_text(json.dumps({"intrinsics": bent}))
    with pytest.raises(DataError, match=r"room/scene\.json: 1 distortion coefficients"):
        load(folder)


def test_scenes_without_boxes_or_frames_are_refused(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "room")
    for path in sorted(folder.glob("*.pose.txt")):
        path.write_text("-inf " * 16)
    with pytest.raises(DataError, match=r"room: no usable frame \(frame: pose not finite: 4\)"):
        load(folder)
    (folder / "boxes.json").unlink()
    with pytest.raises(DataError, match=r"room/boxes\.json: missing"):
        load(folder)
    write_boxes(folder, [])
    with pytest.raises(DataError, match=r"room/boxes\.json: no usable box"):
        load(folder)
