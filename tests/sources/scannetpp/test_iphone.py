"""The iPhone's frames: joined by number, out of images or containers, undistorted with their depth."""

import json
import shutil
from pathlib import Path

import numpy as np
import open3d as o3d
import pytest
from PIL import Image

from factory.geometry.cameras import unproject
from factory.geometry.transforms import transform_points
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.writers.scannetpp import world_of_scannetpp
from factory.sources.procedural.writers.scannetpp_streams import STRIDE, depth_bin, frame_names
from schemas.scene import Frame, Scene
from tests.sources.scannetpp.release import NEW, OLD, edit_json, edit_lines, load, read_array

BENT = "1 OPENCV 240 180 215 215.5 119 90.5 -0.18 0.05 0.002 -0.001\n"


def load_scene(scene: Path) -> Scene:
    return load(scene.parent, scene.name)


def rejected_frames(scene: Scene) -> dict[str, int]:
    return {reason: n for reason, n in scene.rejected.items() if reason.startswith("frame")}


def without_colmap(scene: Path) -> None:
    shutil.rmtree(scene / "iphone" / "colmap")


@pytest.fixture(scope="module")
def usable(built: ProceduralScene) -> dict[str, np.ndarray]:
    """Cameras that are neither lost nor blurred, in the files' world."""
    world = world_of_scannetpp(built)
    return {
        name: world @ camera.world_from_camera
        for name, camera in zip(frame_names(built), built.cameras, strict=True)
        if camera.tracked and camera.exposure_end is None
    }


@pytest.mark.parametrize("scene_id", [NEW, OLD])
def test_frames_are_the_cameras_in_the_files_world(
    release: Path, built: ProceduralScene, usable: dict[str, np.ndarray], scene_id: str
) -> None:
    frames = load(release, scene_id).frames
    assert [f.frame_id for f in frames] == list(usable)
    assert [f.index for f in frames] == [int(name[6:]) for name in usable]
    for frame in frames:
        np.testing.assert_allclose(frame.world_from_camera, usable[frame.frame_id], atol=1e-9)
        np.testing.assert_allclose(frame.intrinsics, built.intrinsics, atol=1e-9)
        assert (frame.width, frame.height) == (240, 180)


@pytest.mark.parametrize("scene_id", [NEW, OLD])
def test_depth_lies_on_the_mesh(release: Path, scene_id: str) -> None:
    """The whole chain at once, which an inverse pose, another world or another frame's depth would break."""
    scene = load(release, scene_id)
    surface = o3d.t.geometry.RaycastingScene(nthreads=1)
    surface.add_triangles(np.array(scene.mesh.vertices), scene.mesh.faces.astype(np.uint32))
    for frame in scene.frames[::2]:
        points = transform_points(frame.world_from_camera, points_of(frame, read_array(release, frame.depth)))
        distance = surface.compute_distance(o3d.core.Tensor(points.astype(np.float32)), nthreads=1).numpy()
        assert np.quantile(distance, 0.99) < 0.002


def points_of(frame: Frame, depth_mm: np.ndarray) -> np.ndarray:
    """Points (n, 3) [m, camera] of depth that shows the frame's image in fewer or more pixels."""
    height, width = depth_mm.shape
    v, u = np.mgrid[:height, :width]
    pixels = (np.stack([u, v], axis=-1) + 0.5) * (frame.width / width, frame.height / height) - 0.5
    return unproject(frame.intrinsics, pixels, depth_mm / 1000.0)[depth_mm > 0]


def test_containers_hold_what_the_images_hold(release: Path) -> None:
    for a, b in zip(load(release, NEW).frames, load(release, OLD).frames, strict=True):
        assert a.image == f"data/{NEW}/iphone/rgb/{a.frame_id}.jpg"
        assert a.depth == f"data/{NEW}/iphone/depth/{a.frame_id}.png"
        assert b.image == f"data/{OLD}/iphone/rgb.mkv#frame={a.index}"
        assert b.depth == f"data/{OLD}/iphone/depth.bin#frame={a.index}"
        np.testing.assert_array_equal(read_array(release, a.depth), read_array(release, b.depth))
        difference = read_array(release, a.image).astype(int) - read_array(release, b.image)
        assert np.abs(difference).mean() < 4


@pytest.mark.parametrize("encoding", ["float records", "stream"])
def test_every_encoding_of_depth(release: Path, old_copy: Path, encoding: str) -> None:
    depths = [np.zeros((192, 256))] * 120
    for frame in load(release).frames:
        depths[frame.index] = read_array(release, frame.depth) / 1000.0
    (old_copy / "iphone" / "depth.bin").write_bytes(depth_bin(depths, encoding))
    for frame, other in zip(load_scene(old_copy).frames, load(release).frames, strict=True):
        found = read_array(old_copy.parent, frame.depth)
        np.testing.assert_array_equal(found, read_array(release, other.depth))


def test_an_mp4_does_as_well(old_copy: Path) -> None:
    (old_copy / "iphone" / "rgb.mkv").rename(old_copy / "iphone" / "rgb.mp4")
    assert load_scene(old_copy).frames[0].image == f"{OLD}/iphone/rgb.mp4#frame=0"


def test_frames_are_joined_by_number_and_the_rest_is_counted(scene_copy: Path) -> None:
    """COLMAP knows some frames, the folder others: place in a list says nothing."""
    before = load_scene(scene_copy)
    rgb, depth = scene_copy / "iphone" / "rgb", scene_copy / "iphone" / "depth"
    for number in (1, 2, 3, 11):
        shutil.copy(rgb / "frame_000010.jpg", rgb / f"frame_{number:06d}.jpg")
        shutil.copy(depth / "frame_000010.png", depth / f"frame_{number:06d}.png")
    (rgb / "frame_000000.jpg").unlink()
    (depth / "frame_000020.png").unlink()
    (depth / "frame_000030.png").write_bytes(b"")
    (rgb / "thumbs.db").write_bytes(b"x")
    after = load_scene(scene_copy)
    assert [f.frame_id for f in after.frames] == [f.frame_id for f in before.frames[1:]]
    assert [f.frame_id for f in after.frames if f.depth is None] == ["frame_000020", "frame_000030"]
    for a, b in zip(after.frames, before.frames[1:], strict=True):
        np.testing.assert_array_equal(a.world_from_camera, b.world_from_camera)
    extra = {"frame: no pose": 4, "frame: no colour image": 1}
    assert rejected_frames(after) == {
        reason: rejected_frames(before).get(reason, 0) + extra.get(reason, 0)
        for reason in rejected_frames(before).keys() | extra.keys()
    }


@pytest.mark.parametrize("prefix", ["video/", "iphone/rgb/"])
def test_folders_before_names_do_not_count(scene_copy: Path, prefix: str) -> None:
    before = load_scene(scene_copy)
    path = scene_copy / "iphone" / "colmap" / "images.txt"
    edit_lines(path, lambda line: line.replace(" frame_", f" {prefix}frame_"))
    assert [f.frame_id for f in load_scene(scene_copy).frames] == [f.frame_id for f in before.frames]


def test_frames_that_no_video_has(old_copy: Path) -> None:
    path = old_copy / "iphone" / "colmap" / "images.txt"
    with path.open("a") as file:
        file.write("99 1 0 0 0 0 0 0 1 frame_000120.jpg\n\n100 1 0 0 0 0 0 0 1 photo.jpg\n\n")
    scene = load_scene(old_copy)
    assert scene.frames[-1].index < 12 * STRIDE
    assert scene.rejected["frame: beyond the end of the video"] == 1
    assert scene.rejected["frame: pose file malformed"] == 1


def test_depth_that_ends_before_the_video(old_copy: Path) -> None:
    path = old_copy / "iphone" / "depth.bin"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    scene = load_scene(old_copy)
    known = [f.depth is not None for f in scene.frames]
    assert known == sorted(known, reverse=True) and 0 < sum(known) < len(known)
    read_array(old_copy.parent, next(f.depth for f in reversed(scene.frames) if f.depth))


def test_without_depth(scene_copy: Path) -> None:
    shutil.rmtree(scene_copy / "iphone" / "depth")
    assert all(f.depth is None for f in load_scene(scene_copy).frames)


def test_the_largest_depth_is_no_reading(scene_copy: Path) -> None:
    frame = load_scene(scene_copy).frames[0]
    path = scene_copy.parent / frame.depth
    values = np.asarray(Image.open(path)).copy()
    values[0, 0] = 65535
    Image.fromarray(values).save(path)
    found = read_array(scene_copy.parent, frame.depth)
    assert found[0, 0] == 0 and np.array_equal(found[1:], values[1:])


def test_without_colmap_the_aligned_cameras_are_used(
    scene_copy: Path, built: ProceduralScene, usable: dict[str, np.ndarray]
) -> None:
    """ARKit's own world is another; it tracks what COLMAP loses, and its last frame is missing."""
    names = list(frame_names(built))
    edit_json(
        scene_copy / "iphone" / "pose_intrinsic_imu.json",
        lambda parsed: parsed.update({"frame_000777": parsed[names[0]], "frame_000002": {"timestamp": 1}}),
    )
    without_colmap(scene_copy)
    scene = load_scene(scene_copy)
    world = world_of_scannetpp(built)
    assert {f.frame_id for f in scene.frames} >= set(usable) - {names[-1]}
    true = {name: world @ camera.world_from_camera for name, camera in zip(names, built.cameras, strict=True)}
    for frame in scene.frames:
        np.testing.assert_allclose(frame.world_from_camera, true[frame.frame_id], atol=1e-9)
        np.testing.assert_allclose(frame.intrinsics, built.intrinsics, atol=1e-9)
    assert scene.rejected["frame: no aligned pose"] == 1
    assert scene.rejected["frame: no colour image"] == 1  # frame 777, which no video has
    assert scene.rejected["frame: no pose"] == 1  # the last one
    parsed = json.loads((scene_copy / "iphone" / "pose_intrinsic_imu.json").read_text())
    other = np.array(parsed[names[3]]["pose"])
    assert np.abs(other - true[names[3]]).max() > 0.5


def test_bad_tracked_frames_are_counted(scene_copy: Path) -> None:
    def damage(parsed: dict) -> None:
        names = list(parsed)
        parsed[names[0]]["aligned_pose"] = [[1, 2], [3, 4]]
        parsed[names[1]]["aligned_pose"][0][3] = float("nan")
        parsed[names[2]]["aligned_pose"][0] = [9, 9, 9, 9]
        parsed[names[3]]["intrinsic"][0][0] = -5
        del parsed[names[4]]["aligned_pose"]

    without_colmap(scene_copy)
    before = load_scene(scene_copy)
    edit_json(scene_copy / "iphone" / "pose_intrinsic_imu.json", damage)
    after = load_scene(scene_copy)
    assert len(after.frames) == len(before.frames) - 5
    for reason, n in {
        "pose not finite": 1,
        "pose not rigid": 1,
        "pose file malformed": 2,
        "no aligned pose": 1,
    }.items():
        assert after.rejected[f"frame: {reason}"] == n


def test_tracked_intrinsics_are_those_of_the_cameras_own_images(scene_copy: Path, built: ProceduralScene) -> None:
    """1920x1440 calibrated, 240x180 on disk."""

    def enlarge(parsed: dict) -> None:
        for entry in parsed.values():
            entry["intrinsic"] = [[1600.0, 0, 961.5], [0, 1602.0, 717.5], [0, 0, 1]]

    without_colmap(scene_copy)
    edit_json(scene_copy / "iphone" / "pose_intrinsic_imu.json", enlarge)
    frame = load_scene(scene_copy).frames[0]
    np.testing.assert_allclose(frame.intrinsics, [[200, 0, 119.75], [0, 200.25, 89.25], [0, 0, 1]], atol=1e-9)


@pytest.mark.parametrize("scene_id", [NEW, OLD])
def test_a_lens_that_bends_lines_is_undistorted_and_so_is_its_depth(
    release: Path, tmp_path: Path, scene_id: str
) -> None:
    scene = Path(shutil.copytree(release / "data" / scene_id, tmp_path / "scenes" / scene_id))
    straight = load_scene(scene).frames[2]
    (scene / "iphone" / "colmap" / "cameras.txt").write_text(BENT)
    frame = load_scene(scene).frames[2]
    mark = {NEW: "#undistort", OLD: "&undistort"}[scene_id]
    assert frame.image == straight.image + mark and frame.depth == straight.depth + mark
    color, before = (read_array(scene.parent, uri).astype(float) for uri in (frame.image, straight.image))
    depth, depth_before = (read_array(scene.parent, uri) for uri in (frame.depth, straight.depth))
    assert depth.shape == (192, 256) and color.shape == (180, 240, 3)
    # by the definition of the model: where a pixel of the straight image lies in the stored one
    fx, fy, cx, cy, k1, k2, p1, p2 = map(float, BENT.split()[4:])
    v, u = np.mgrid[:180, :240]
    x, y, _ = np.moveaxis(unproject(frame.intrinsics, np.stack([u, v], axis=-1), np.ones(u.shape)), -1, 0)
    r2 = x**2 + y**2
    radial = 1 + k1 * r2 + k2 * r2**2
    source_u = fx * (x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2)) + cx - 0.5
    source_v = fy * (y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y) + cy - 0.5
    assert np.hypot(source_u - u, source_v - v).max() > 3
    rows, columns = np.rint(source_v).astype(int), np.rint(source_u).astype(int)
    sampled = before[rows.clip(0, 179), columns.clip(0, 239)]
    assert np.abs(color - sampled).mean() < 0.5 * np.abs(color - before).mean()
    in_depth = [(np.rint((c + 0.5) * s - 0.5)).astype(int) for c, s in ((source_v, 192 / 180), (source_u, 256 / 240))]
    sampled_depth = depth_before[in_depth[0].clip(0, 191), in_depth[1].clip(0, 255)]
    here = depth[np.rint((v + 0.5) * 192 / 180 - 0.5).astype(int), np.rint((u + 0.5) * 256 / 240 - 0.5).astype(int)]
    assert np.median(np.abs(here.astype(int) - sampled_depth)) <= 5


def test_a_lens_that_bends_nothing_anybody_sees_is_a_pinhole(scene_copy: Path) -> None:
    path = scene_copy / "iphone" / "colmap" / "cameras.txt"
    path.write_text("1 OPENCV 240 180 215 215 120 90 0.004 0 0 0\n")
    assert load_scene(scene_copy).frames[0].image.endswith(".jpg")
    path.write_text("1 OPENCV 240 180 215 215 120 90 0.04 0 0 0\n")
    assert load_scene(scene_copy).frames[0].image.endswith(".jpg#undistort")


def test_images_made_smaller_than_calibrated(scene_copy: Path) -> None:
    path = scene_copy / "iphone" / "colmap" / "cameras.txt"
    path.write_text("1 OPENCV 1920 1440 1720 1722 961 719 0 0 0 0\n")
    found = load_scene(scene_copy).frames[0].intrinsics
    np.testing.assert_allclose(found, [[215, 0, 961 / 8 - 0.5], [0, 215.25, 719 / 8 - 0.5], [0, 0, 1]], atol=1e-9)
