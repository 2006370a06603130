"""What the DSLR and the iPhone recorded of a procedural scene, in the ScanNet++ layout."""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from factory.geometry.cameras import scale_intrinsics
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.writers.scannetpp_cameras import write_colmap, write_tracked, write_transforms
from factory.sources.procedural.writers.scannetpp_lens import COEFFICIENTS, FisheyeRenderer, fisheye_of
from factory.sources.procedural.writers.shots import shots, steps_of

Array = np.ndarray

Depth = Literal["png", "records", "float records", "stream"]

STRIDE = 10  # COLMAP knows every tenth frame of the video
FIRST_PHOTO = 1482
EVERY_TEST = 6  # photographs: one that is held out
DEPTH_SIZE = (256, 192)
FRAMES_PER_SECOND = 60


def photo_names(scene: ProceduralScene) -> list[str]:
    """The DSLR's images, one per camera of the scene."""
    return [f"DSC{FIRST_PHOTO + i:05d}.JPG" for i in range(len(scene.cameras))]


def frame_names(scene: ProceduralScene) -> list[str]:
    """The iPhone's frames, one per camera of the scene."""
    return [f"frame_{STRIDE * i:06d}" for i in range(len(scene.cameras))]


def write_dslr(scene: ProceduralScene, folder: Path, file_from_world: Array, undistorted: bool) -> None:
    """Writes `dslr/`; `undistorted` adds what the release's script makes of the images."""
    lens, names = fisheye_of(scene), photo_names(scene)
    (folder / "resized_images").mkdir(parents=True)
    (folder / "resized_anon_masks").mkdir()
    with FisheyeRenderer(scene, lens) as renderer:
        for name, camera in zip(names, scene.cameras, strict=True):
            Image.fromarray(renderer.render(camera)).save(folder / "resized_images" / name, "JPEG", quality=95)
            mask = Image.fromarray(np.full((lens.height, lens.width), 255, np.uint8))
            mask.save(folder / "resized_anon_masks" / f"{Path(name).stem}.png")
    cameras = {
        name: file_from_world @ camera.world_from_camera
        for name, camera in zip(names, scene.cameras, strict=True)
        if camera.tracked
    }
    size = (lens.width, lens.height)
    parameters = {"fx": lens.focal_x, "fy": lens.focal_y, "cx": lens.center_x, "cy": lens.center_y}
    bent = parameters | dict(zip(("k1", "k2", "k3", "k4"), COEFFICIENTS, strict=True))
    bad = [name for name, camera in zip(names, scene.cameras, strict=True) if camera.exposure_end is not None]
    test = list(cameras)[EVERY_TEST - 1 :: EVERY_TEST]
    write_colmap(folder / "colmap", "OPENCV_FISHEYE", size, bent, cameras)
    write_transforms(folder / "nerfstudio" / "transforms.json", "OPENCV_FISHEYE", size, bent, cameras, bad, test)
    lists = {"train": [name for name in cameras if name not in test], "test": test, "has_masks": True}
    (folder / "train_test_lists.json").write_text(json.dumps(lists, indent=4), newline="\n")
    if undistorted:
        straight = _undistort(folder, bent, size)
        path = folder / "nerfstudio" / "transforms_undistorted.json"
        write_transforms(path, "PINHOLE", size, straight, cameras, bad, test)


def _undistort(folder: Path, bent: dict[str, float], size: tuple[int, int]) -> dict[str, float]:
    """As the release does it, which gives COLMAP's numbers to OpenCV as they are; the parameters of the new images."""
    import cv2

    width, height = size
    intrinsics = np.array([[bent["fx"], 0, bent["cx"]], [0, bent["fy"], bent["cy"]], [0, 0, 1]])
    coefficients = np.array(COEFFICIENTS)
    straight = cv2.fisheye.estimateNewCameraMatrixForUndistortRectify(
        intrinsics, coefficients, size, np.eye(3), balance=0.0
    )
    straight[0, 2], straight[1, 2] = width / 2, height / 2
    maps = cv2.fisheye.initUndistortRectifyMap(intrinsics, coefficients, np.eye(3), straight, size, cv2.CV_32FC1)
    target = folder / "resized_undistorted_images"
    target.mkdir()
    for path in sorted((folder / "resized_images").iterdir()):
        pixels = cv2.remap(np.asarray(Image.open(path)), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        Image.fromarray(pixels).save(target / path.name, "JPEG", quality=95)
    parameters = {"fx": straight[0, 0], "fy": straight[1, 1], "cx": width / 2, "cy": height / 2}
    return parameters | dict.fromkeys(("k1", "k2", "k3", "k4"), 0.0)


def write_iphone(scene: ProceduralScene, folder: Path, file_from_world: Array, video: bool, depth: Depth) -> None:
    """Writes `iphone/`: frames taken out of the video, or the video with every frame between two known ones repeated;
    depth as images of the known frames, or `depth.bin` with all of them."""
    folder.mkdir(parents=True)
    names = frame_names(scene)
    with SceneRenderer(scene) as renderer:
        colors = [shot.color for shot in shots(scene, renderer)]
    scale = (DEPTH_SIZE[0] / scene.width, DEPTH_SIZE[1] / scene.height)
    seen = replace(
        scene, intrinsics=scale_intrinsics(scene.intrinsics, *scale), width=DEPTH_SIZE[0], height=DEPTH_SIZE[1]
    )
    with SceneRenderer(seen) as renderer:
        depths = [renderer.render(camera.world_from_camera)[1] for camera in scene.cameras]
    if video:
        _write_video(folder / "rgb.mkv", _repeated(colors))
    else:
        (folder / "rgb").mkdir()
        for name, color in zip(names, colors, strict=True):
            Image.fromarray(color).save(folder / "rgb" / f"{name}.jpg", quality=95)
    if depth == "png":
        (folder / "depth").mkdir()
        for name, depth_m in zip(names, depths, strict=True):
            Image.fromarray(steps_of(depth_m)).save(folder / "depth" / f"{name}.png")
    else:
        (folder / "depth.bin").write_bytes(depth_bin(list(_repeated(depths)), depth))
    cameras = {
        name: file_from_world @ camera.world_from_camera for name, camera in zip(names, scene.cameras, strict=True)
    }
    known = {f"{name}.jpg": cameras[name] for name, camera in zip(names, scene.cameras, strict=True) if camera.tracked}
    size, k = (scene.width, scene.height), scene.intrinsics
    parameters = {"fx": k[0, 0], "fy": k[1, 1], "cx": k[0, 2] + 0.5, "cy": k[1, 2] + 0.5}
    parameters |= dict.fromkeys(("k1", "k2", "p1", "p2"), 0.0)
    bad = [f"{n}.jpg" for n, camera in zip(names, scene.cameras, strict=True) if camera.exposure_end is not None]
    write_colmap(folder / "colmap", "OPENCV", size, parameters, known)
    write_transforms(folder / "nerfstudio" / "transforms.json", "OPENCV", size, parameters, known, bad, [])
    tracked = dict(list(cameras.items())[:-1])  # the last frame is missing, as in real files
    write_tracked(folder / "pose_intrinsic_imu.json", tracked, k)
    (folder / "exif.json").write_text("{}", newline="\n")


def depth_bin(depths_m: list[Array], encoding: Depth) -> bytes:
    """The bytes of `depth.bin` with these frames (192, 256) [m]."""
    metres = [np.ascontiguousarray(depth, "<f4").tobytes() for depth in depths_m]
    if encoding == "stream":
        return _deflate(b"".join(metres))
    if encoding == "float records":
        payloads = [_deflate(frame) for frame in metres]
    else:
        import pyarrow as pa

        codec = pa.Codec("lz4_raw")
        payloads = [codec.compress(steps_of(depth).astype("<u2").tobytes(), asbytes=True) for depth in depths_m]
    return b"".join(struct.pack("<I", len(payload)) + payload for payload in payloads)


def _deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


def _repeated(frames: list[Array]) -> Iterator[Array]:
    """All frames of the video, of which each tenth is known."""
    return (frame for frame in frames for _ in range(STRIDE))


def _write_video(path: Path, frames: Iterator[Array]) -> None:
    import cv2

    first = next(frames)
    size = (first.shape[1], first.shape[0])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), FRAMES_PER_SECOND, size)
    for frame in (first, *frames):
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    writer.release()
