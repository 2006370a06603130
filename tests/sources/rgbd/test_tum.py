"""rgb.txt, depth.txt, groundtruth.txt: quaternions, times, published cameras."""

from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.depth_files import decode_depth
from factory.sources.rgbd.source import RGBDSource
from factory.sources.rgbd.tum import pose_at
from factory.sources.undistort import Lens
from factory.store.storage import Storage
from tests.sources.rgbd.tiny_rgbd import (
    CAMERAS,
    INTRINSICS,
    SIZE,
    TIMES,
    color,
    depth,
    load,
    pose_line,
    quaternion,
    save_depth,
    write_tum,
)


def rewrite(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n")


def test_cameras_names_and_intrinsics(tmp_path: Path) -> None:
    scene = load(write_tum(tmp_path / "desk"))
    assert [f.frame_id for f in scene.frames] == [f"{time:.6f}" for time in TIMES]
    assert [f.index for f in scene.frames] == [0, 1, 2, 3] and scene.rejected == {}
    for frame, camera in zip(scene.frames, CAMERAS, strict=True):
        np.testing.assert_allclose(frame.world_from_camera, camera, atol=1e-8)
        np.testing.assert_allclose(frame.intrinsics, INTRINSICS)


def test_the_real_part_of_quaternions_is_last(tmp_path: Path) -> None:
    """A level camera that looks between x and y: taken with the real part first it would be another rotation."""
    folder = write_tum(tmp_path / "desk")
    lines = [f"{time:.6f} 1 2 3 -0.65328148 0.27059805 -0.27059805 0.65328148" for time in TIMES]
    rewrite(folder / "groundtruth.txt", lines)
    s = np.sqrt(0.5)
    expected = [[s, 0, s, 1], [-s, 0, s, 2], [0, -1, 0, 3], [0, 0, 0, 1]]
    np.testing.assert_allclose(load(folder).frames[0].world_from_camera, expected, atol=1e-7)


def test_depth_has_5000_steps_to_the_metre(tmp_path: Path) -> None:
    frame = load(write_tum(tmp_path / "desk")).frames[2]
    assert frame.depth.endswith(f"{TIMES[2] + 0.008:.6f}.png#depth_scale=5000")
    data, _ = RGBDSource(Storage(tmp_path)).read_media(frame.depth)
    np.testing.assert_array_equal(decode_depth(data, "a"), np.rint(depth(2) / 5))


def test_depth_nearest_in_time(tmp_path: Path) -> None:
    folder = write_tum(tmp_path / "desk")
    times = {"a": TIMES[0] + 0.019, "b": TIMES[0] + 0.008, "c": TIMES[1] - 0.005, "d": TIMES[3] + 0.0199}
    for name in times:
        save_depth(folder / f"depth/{name}.png", depth(9))
    rewrite(folder / "depth.txt", [f"{time:.6f} depth/{name}.png" for name, time in times.items()])
    found = [f.depth and f.depth.partition("#")[0] for f in load(folder).frames]
    assert found == ["desk/depth/b.png", "desk/depth/c.png", None, "desk/depth/d.png"]
    (folder / "depth.txt").unlink()
    assert all(f.depth is None for f in load(folder).frames)


def test_order_comments_and_line_ends(tmp_path: Path) -> None:
    folder = write_tum(tmp_path / "desk")
    before = load(folder)
    for name in ("rgb", "depth", "groundtruth"):
        lines = (folder / f"{name}.txt").read_text().splitlines()
        text = "\ufeff# file\r\n\r\n" + "".join(f"{line}  \r\n" for line in reversed(lines)) + "# end"
        (folder / f"{name}.txt").write_bytes(text.encode())
    after = load(folder)
    assert [f.image for f in after.frames] == [f.image for f in before.frames]
    for a, b in zip(before.frames, after.frames, strict=True):
        np.testing.assert_array_equal(a.world_from_camera, b.world_from_camera)


def test_bad_lines_are_counted(tmp_path: Path) -> None:
    folder = write_tum(tmp_path / "desk")
    with (folder / "groundtruth.txt").open("a") as file:
        file.write("1 2 3\nx 0 0 0 0 0 0 1\n5 nan 0 0 0 0 0 1\n5 0 0 0 0 0 0 0\n5 0 0 0 0 0 0 1.2\n")
    with (folder / "rgb.txt").open("a") as file:
        file.write(f"now rgb/1.png\n7\n8 ../secret.png\n{TIMES[1]:.6f} rgb/{TIMES[0]:.6f}.png\n")
    scene = load(folder)
    assert scene.rejected == {
        "frame: a second image of the same time": 1,
        "frame: malformed line": 3,
        "pose: malformed line": 2,
        "pose: not finite": 1,
        "pose: not rigid": 2,
    }
    assert len(scene.frames) == 4


def table(entries: list[tuple[float, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    poses = [[*camera[:3, 3], *quaternion(camera[:3, :3])] for _, camera in entries]
    return np.array([time for time, _ in entries]), np.array(poses)


def turned(degrees: float, x: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0, x], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def test_between_two_poses_the_camera_moves_evenly() -> None:
    times, poses = table([(10.0, turned(10, 0.0)), (10.03, turned(40, 3.0))])
    for time, degrees, x in ((10.0, 10, 0.0), (10.01, 20, 1.0), (10.02, 30, 2.0), (10.03, 40, 3.0)):
        np.testing.assert_allclose(pose_at(time, times, poses), turned(degrees, x), atol=1e-9)


def test_the_short_way_round() -> None:
    """q and -q are the same rotation."""
    times, poses = table([(10.0, turned(10, 0.0)), (10.02, turned(20, 0.0))])
    poses[1, 3:] *= -1
    np.testing.assert_allclose(pose_at(10.01, times, poses), turned(15, 0.0), atol=1e-9)


@pytest.mark.parametrize(
    ("time", "degrees"), [(9.981, 0), (10.019, 0), (10.021, None), (10.45, None), (10.481, 90), (10.519, 90)]
)
def test_across_a_gap_the_nearest_pose_holds(time: float, degrees: float | None) -> None:
    times, poses = table([(10.0, turned(0, 0.0)), (10.5, turned(90, 1.0))])
    found = pose_at(time, times, poses)
    if degrees is None:
        assert found is None
    else:
        np.testing.assert_allclose(found, turned(degrees, degrees / 90), atol=1e-9)


def test_images_without_a_pose_are_counted(tmp_path: Path) -> None:
    folder = write_tum(tmp_path / "desk")
    rewrite(folder / "groundtruth.txt", [pose_line(TIMES[0] + 0.015, CAMERAS[0]), pose_line(TIMES[3], CAMERAS[3])])
    scene = load(folder)
    assert [f.index for f in scene.frames] == [0, 1, 3]
    assert scene.rejected == {"frame: no pose": 1}
    np.testing.assert_allclose(scene.frames[1].world_from_camera, CAMERAS[0], atol=1e-8)


@pytest.mark.parametrize("robot", ["freiburg1", "freiburg2", "freiburg3"])
def test_published_cameras(tmp_path: Path, robot: str) -> None:
    folder = write_tum(tmp_path / f"rgbd_dataset_{robot}_desk")
    (folder / "intrinsics.txt").unlink()
    for path in sorted((folder / "rgb").iterdir()):
        path.write_bytes(color(1, (640, 480), "PNG"))
    for path in sorted((folder / "depth").iterdir()):
        save_depth(path, depth(1, (160, 120)))
    frame = load(folder).frames[0]
    if robot == "freiburg3":  # its images were undistorted when they were recorded
        assert "#" not in frame.image
        np.testing.assert_allclose(
            frame.intrinsics, [[535.433105, 0, 320.106653], [0, 539.212524, 247.632132], [0, 0, 1]]
        )
        return
    own = {
        "freiburg1": (517.306408, 516.469215, 318.643040, 255.313989),
        "freiburg2": (520.908620, 521.007327, 325.141442, 249.701764),
    }[robot]
    bent = {
        "freiburg1": (0.262383, -0.953104, -0.005358, 0.002628, 1.163314),
        "freiburg2": (0.231222, -0.784899, -0.003257, -0.000105, 0.917205),
    }[robot]
    matrix = np.array([[own[0], 0, own[2]], [0, own[1], own[3]], [0, 0, 1]])
    np.testing.assert_allclose(frame.intrinsics, Lens("OPENCV", matrix, bent, (640, 480)).pinhole())
    assert "#undistort=OPENCV:640x480:" in frame.image
    assert "#depth_scale=5000#undistort=OPENCV:640x480:" in frame.depth
    data, suffix = RGBDSource(Storage(tmp_path)).read_media(frame.depth)
    assert suffix == ".png" and decode_depth(data, "a").shape == (120, 160)


def test_other_cameras_need_intrinsics(tmp_path: Path) -> None:
    folder = write_tum(tmp_path / "desk")
    (folder / "intrinsics.txt").unlink()
    with pytest.raises(
        DataError, match=r'desk: no intrinsics of the images; write "intrinsics" into desk/scene\.json'
    ):
        load(folder)
    k = INTRINSICS
    text = f'{{"intrinsics": {{"fx": {k[0, 0]}, "fy": {k[1, 1]}, "cx": {k[0, 2]}, "cy": {k[1, 2]}}}}}'
    (folder / "scene.json").write_text(text)
    frame = load(folder).frames[0]
    assert (frame.width, frame.height) == SIZE
    np.testing.assert_allclose(frame.intrinsics, INTRINSICS)
