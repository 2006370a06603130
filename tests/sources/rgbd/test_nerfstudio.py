"""transforms.json: axes, pixel origin, what was applied to the poses, lenses, names."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.depth_files import decode_depth
from factory.sources.images import encode_colour_png
from factory.sources.rgbd.source import RGBDSource
from factory.sources.undistort import Lens
from factory.store.storage import Storage
from tests.sources.rgbd.tiny_rgbd import (
    CAMERAS,
    INTRINSICS,
    SIZE,
    depth,
    gl_matrix,
    load,
    save_depth,
    transforms,
    write_nerfstudio,
)


def test_cameras_and_names(tmp_path: Path) -> None:
    scene = load(write_nerfstudio(tmp_path / "room"))
    assert [f.frame_id for f in scene.frames] == [f"frame_{i:05d}" for i in range(4)]
    assert [f.index for f in scene.frames] == [0, 1, 2, 3]
    assert scene.frames[2].image == "room/images/frame_00002.jpg"
    assert scene.frames[2].depth == "room/depths/frame_00002.png"
    for frame, camera in zip(scene.frames, CAMERAS, strict=True):
        np.testing.assert_allclose(frame.world_from_camera, camera, atol=1e-12)
    assert scene.rejected == {}


def test_the_corner_of_the_first_pixel_is_zero(tmp_path: Path) -> None:
    frame = load(write_nerfstudio(tmp_path / "room")).frames[0]
    assert (frame.width, frame.height) == SIZE
    np.testing.assert_allclose(frame.intrinsics, INTRINSICS, atol=1e-12)


@pytest.mark.parametrize("rows", [3, 4])
def test_what_was_applied_is_undone(tmp_path: Path, rows: int) -> None:
    """The file holds scale * (transform @ position); boxes are in the world before that."""
    applied = np.array([[0, 1, 0, 0.3], [1, 0, 0, -0.7], [0, 0, -1, 2.0], [0, 0, 0, 1]], dtype=float)
    frames = transforms()["frames"]
    for entry, camera in zip(frames, CAMERAS, strict=True):
        rotation = applied[:3, :3] @ gl_matrix(camera)[:3, :3]
        position = 0.25 * (applied[:3, :3] @ camera[:3, 3] + applied[:3, 3])
        entry["transform_matrix"] = [[*row, x] for row, x in zip(rotation, position, strict=True)]
    content = transforms(frames=frames, applied_transform=applied[:rows].tolist(), applied_scale=0.25)
    scene = load(write_nerfstudio(tmp_path / "room", content))
    for frame, camera in zip(scene.frames, CAMERAS, strict=True):
        np.testing.assert_allclose(frame.world_from_camera, camera, atol=1e-12)
    np.testing.assert_allclose(scene.objects[0].box.center, (1.6, 1.4, 0.35))


def test_depth_unit_is_metres_per_step(tmp_path: Path) -> None:
    folder = write_nerfstudio(tmp_path / "room", transforms(depth_unit_scale_factor=0.0002))
    frame = load(folder).frames[1]
    assert frame.depth == "room/depths/frame_00001.png#depth_scale=5000"
    data, suffix = RGBDSource(Storage(tmp_path)).read_media(frame.depth)
    assert suffix == ".png"
    np.testing.assert_array_equal(decode_depth(data, "a"), np.rint(depth(1) / 5))


def test_own_intrinsics_of_a_frame(tmp_path: Path) -> None:
    content = transforms()
    content["frames"][2] |= {"fl_x": 70.0, "cy": 20.5}
    frames = load(write_nerfstudio(tmp_path / "room", content)).frames
    np.testing.assert_allclose(frames[1].intrinsics, INTRINSICS)
    np.testing.assert_allclose(frames[2].intrinsics, [[70, 0, 31], [0, 60.5, 20], [0, 0, 1]])


def test_frames_of_two_sizes(tmp_path: Path) -> None:
    content = transforms()
    content["frames"][3] |= {"w": 128, "h": 96, "fl_x": 120.0, "fl_y": 121.0, "cx": 63.0, "cy": 49.0}
    folder = write_nerfstudio(tmp_path / "room", content)
    with pytest.raises(DataError, match=r"room: expected colour images of one size|room/transforms.json") as caught:
        content["frames"][3] |= {"w": SIZE[0], "h": SIZE[1]}
        (folder / "images/frame_00003.jpg").write_bytes(_image((128, 96)))
        (folder / "transforms.json").write_text(json.dumps(content))
        load(folder)
    assert "64x48 and 128x96" in str(caught.value)
    content["frames"][3] |= {"w": 128, "h": 96}
    (folder / "transforms.json").write_text(json.dumps(content))
    frames = load(folder).frames
    assert [(f.width, f.height) for f in frames] == [SIZE] * 3 + [(128, 96)]
    np.testing.assert_allclose(frames[3].intrinsics, scale_intrinsics(INTRINSICS, 2, 2))
    np.testing.assert_allclose(frames[2].intrinsics, INTRINSICS)


def _image(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (9, 90, 30)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_images_made_smaller(tmp_path: Path) -> None:
    frame = load(write_nerfstudio(tmp_path / "room", size=(32, 24))).frames[0]
    assert (frame.width, frame.height) == (32, 24)
    np.testing.assert_allclose(frame.intrinsics, scale_intrinsics(INTRINSICS, 0.5, 0.5))


def test_angle_instead_of_focal_length(tmp_path: Path) -> None:
    content = transforms(camera_angle_x=2 * np.arctan(32 / 60.0))
    for key in ("fl_x", "fl_y", "cx", "cy"):
        del content[key]
    frame = load(write_nerfstudio(tmp_path / "room", content)).frames[0]
    np.testing.assert_allclose(frame.intrinsics, [[60, 0, 31.5], [0, 60, 23.5], [0, 0, 1]])


def test_order_is_that_of_the_numbers_in_the_names(tmp_path: Path) -> None:
    """Whatever the order in the file; 9 comes before 10, and names without a suffix are PNG files."""
    folder = write_nerfstudio(tmp_path / "room")
    content = transforms()
    for entry, number in zip(content["frames"], (10, 9, 100, 1), strict=True):
        (folder / entry["file_path"]).rename(folder / f"images/r_{number}.png")
        entry["file_path"] = f"./images/r_{number}"
    (folder / "transforms.json").write_text(json.dumps(content))
    frames = load(folder).frames
    assert [f.frame_id for f in frames] == ["r_1", "r_9", "r_10", "r_100"]
    assert frames[0].image == "room/images/r_1.png"
    for frame, i in zip(frames, (3, 1, 0, 2), strict=True):
        np.testing.assert_allclose(frame.world_from_camera, CAMERAS[i], atol=1e-12)


def test_names_that_two_folders_have(tmp_path: Path) -> None:
    folder = write_nerfstudio(tmp_path / "room")
    content = transforms()
    (folder / "right eye").mkdir()
    for k in (2, 3):
        name = f"right eye/frame_{k - 2:05d}.jpg"
        (folder / content["frames"][k]["file_path"]).rename(folder / name)
        content["frames"][k]["file_path"] = name
    (folder / "transforms.json").write_text(json.dumps(content))
    ids = [f.frame_id for f in load(folder).frames]
    assert ids == ["images_frame_00000", "images_frame_00001", "right_eye_frame_00000", "right_eye_frame_00001"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"transform_matrix": None}, "frame: no pose"),
        ({"transform_matrix": [[1, 0], [0, 1]]}, "frame: no pose"),
        ({"transform_matrix": [[10**400] * 4] * 4}, "frame: no pose"),
        ({"transform_matrix": (2 * np.eye(4)).tolist()}, "frame: pose not rigid"),
        ({"transform_matrix": np.diag([1, 1, -1, 1]).tolist()}, "frame: pose not rigid"),  # mirrored
        ({"transform_matrix": [[float("nan")] * 4] * 4}, "frame: pose not finite"),
        ({"file_path": "images/other.jpg"}, "frame: no colour image"),
        ({"file_path": "../../secret.jpg"}, "frame: image outside of the scene's folder"),
        ({"file_path": "/home/images/frame_00001.jpg"}, "frame: image outside of the scene's folder"),
        ({"file_path": "images/frame_00000.jpg"}, "frame: a second frame of the same image"),
    ],
)
def test_one_bad_frame_is_counted(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    content = transforms()
    content["frames"][1] |= change
    scene = load(write_nerfstudio(tmp_path / "room", content))
    assert scene.rejected == {reason: 1}
    assert [f.frame_id[-1] for f in scene.frames] == ["0", "2", "3"]


def test_depth_of_other_kinds_is_counted(tmp_path: Path) -> None:
    content = transforms()
    content["frames"][0]["depth_file_path"] = "depths/frame_00000.npy"
    content["frames"][1]["depth_file_path"] = "depths/missing.png"
    del content["frames"][2]["depth_file_path"]
    folder = write_nerfstudio(tmp_path / "room", content)
    (folder / "depths/frame_00000.npy").write_bytes(b"numbers")
    scene = load(folder)
    assert [f.depth is None for f in scene.frames] == [True, True, True, False]
    assert scene.rejected == {"frame: depth neither PNG nor PGM, kept without": 1}


def test_depth_of_another_shape_shows_something_else(tmp_path: Path) -> None:
    folder = write_nerfstudio(tmp_path / "room")
    for path in sorted((folder / "depths").iterdir()):
        save_depth(path, depth(0, (48, 48)))
    scene = load(folder)
    assert all(f.depth is None for f in scene.frames)
    assert scene.rejected == {"frame: depth shows another part than the image, kept without": 4}
    for path in sorted((folder / "depths").iterdir()):
        save_depth(path, depth(0, (32, 24)))
    assert all(f.depth for f in load(folder).frames)


LENSES = {
    "OPENCV": {"k1": -0.35, "k2": 0.05, "p1": 0.002, "p2": -0.001, "k3": 0.01},
    "OPENCV_FISHEYE": {"k1": 0.03, "k2": -0.01, "k3": 0.002, "k4": 0.001},
    "fisheye without coefficients": {"camera_model": "OPENCV_FISHEYE"},
}


@pytest.mark.parametrize("model", LENSES)
def test_lenses_are_undistorted(tmp_path: Path, model: str) -> None:
    """A smooth picture of the viewing directions, as the lens takes it, reads as the pinhole's afterwards."""
    values = {"camera_model": model, **LENSES[model]}
    keys = ("k1", "k2", "p1", "p2", "k3") if model == "OPENCV" else ("k1", "k2", "k3", "k4")
    lens = Lens(
        "OPENCV" if model == "OPENCV" else "OPENCV_FISHEYE", INTRINSICS, tuple(values.get(k, 0.0) for k in keys), SIZE
    )
    folder = write_nerfstudio(tmp_path / "room", transforms(**values))
    rays = _rays_through(lens)
    for path in sorted((folder / "images").iterdir()):
        path.write_bytes(encode_colour_png(_pattern(rays)))
    for path in sorted((folder / "depths").iterdir()):
        save_depth(path, _heights(rays))
    frame = load(folder).frames[1]
    np.testing.assert_allclose(frame.intrinsics, lens.pinhole(), rtol=1e-9)
    v, u = np.mgrid[: SIZE[1], : SIZE[0]]
    straight = np.stack(
        [(u - frame.intrinsics[0, 2]) / frame.intrinsics[0, 0], (v - frame.intrinsics[1, 2]) / frame.intrinsics[1, 1]],
        axis=-1,
    )
    source = RGBDSource(Storage(tmp_path))
    image = np.asarray(Image.open(io.BytesIO(source.read_media(frame.image)[0]))).astype(int)
    inner = np.s_[2:-2, 2:-2]
    assert np.abs(image - _pattern(straight).astype(int))[inner].max() <= 6
    assert np.abs(_pattern(rays).astype(int) - _pattern(straight))[inner].max() > 12  # the lens does something
    found = decode_depth(source.read_media(frame.depth)[0], "a").astype(int)
    slope = np.abs(np.diff(_heights(straight).astype(int), axis=0)).max()
    assert np.abs(found - _heights(straight))[inner].max() <= slope  # the nearest pixel's


def _pattern(rays: np.ndarray) -> np.ndarray:
    waves = np.stack([np.sin(3 * rays[..., 0]), np.sin(3 * rays[..., 1]), np.cos(2 * rays.sum(-1))], -1)
    return np.rint(127 + 120 * waves).astype(np.uint8)


def _heights(rays: np.ndarray) -> np.ndarray:
    return np.rint(3000 + 1000 * rays[..., 1]).astype(np.uint16)


def _rays_through(lens: Lens) -> np.ndarray:
    """Rays (H, W, 2) at z = 1 of the distorted pixels: the inverse of the models' definitions."""
    v, u = np.mgrid[: lens.size[1], : lens.size[0]].astype(float)
    k = lens.intrinsics
    bent = np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1]], axis=-1)
    if lens.model == "OPENCV_FISHEYE":
        reach = np.linalg.norm(bent, axis=-1)
        low, high = np.zeros_like(reach), np.full_like(reach, 1.5)
        for _ in range(60):
            angle = (low + high) / 2
            far = angle * (1 + sum(c * angle ** (2 * i + 2) for i, c in enumerate(lens.coefficients))) > reach
            low, high = np.where(far, low, angle), np.where(far, angle, high)
        return bent * (np.tan(angle) / np.where(reach > 0, reach, 1))[..., None]
    k1, k2, p1, p2, k3 = lens.coefficients
    rays = bent
    for _ in range(200):
        x, y = rays[..., 0], rays[..., 1]
        r2 = x * x + y * y
        radial = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
        side = np.stack([2 * p1 * x * y + p2 * (r2 + 2 * x * x), p1 * (r2 + 2 * y * y) + 2 * p2 * x * y], axis=-1)
        rays = (bent - side) / radial[..., None]
    return rays


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"camera_model": "EQUIRECTANGULAR"}, "'EQUIRECTANGULAR' images cannot be read"),
        ({"k4": 0.1}, "k4 of a perspective camera"),
        ({"fl_x": "wide"}, "fl_x: expected a number"),
        ({"fl_x": 10**400}, "fl_x: expected a number"),
        ({"fl_x": float("nan")}, "fl_x: expected a number"),
        ({"fl_x": -60.0}, "fl_x: expected a positive number"),
        ({"depth_unit_scale_factor": 0}, "depth_unit_scale_factor: expected a positive number"),
        ({"applied_scale": 0}, "applied_scale: expected a positive number"),
        ({"applied_transform": [[1, 2], [3, 4]]}, "applied_transform: expected a rotation"),
        ({"applied_transform": np.diag([2.0, 1, 1, 1]).tolist()}, "applied_transform: expected a rotation"),
        ({"frames": []}, "expected a list of frames"),
        ({"frames": 7}, "expected a list of frames"),
        ({"fl_x": 600.0}, "cannot be those of 64x48 colour images"),
        ({"fl_x": None}, "no intrinsics of the images"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    folder = write_nerfstudio(tmp_path / "room", transforms(**change))
    with pytest.raises(DataError) as caught:
        load(folder)
    assert "room/transforms.json" in str(caught.value) and words in str(caught.value)
