"""A table and a cup in the three layouts, small enough to reason about by hand.

Four cameras look at the table; the world is z up. What a file holds is worked out here, by the layout's definition.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from factory.sources.rgbd.source import RGBDSource
from factory.store.storage import Storage
from schemas.scene import Scene

SIZE = (64, 48)
INTRINSICS = np.array([[60.0, 0, 31.0], [0, 60.5, 24.0], [0, 0, 1.0]])
BOXES: list[dict[str, Any]] = [
    {"id": 3, "label": "Table", "center": [1.6, 1.4, 0.35], "size": [1.2, 0.8, 0.7]},
    {"id": 7, "label": "coffee_cup", "center": [1.55, 1.35, 0.75], "size": [0.1, 0.1, 0.1]},
]


def looking(eye: tuple[float, ...], target: tuple[float, ...]) -> np.ndarray:
    """`world_from_camera` (4, 4) of an upright camera: x right, y down, z forward."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, 3] = eye
    return matrix


CAMERAS = [looking((0.3 + 0.1 * i, 0.2, 1.5), (1.6 + 0.2 * i, 1.4, 0.6)) for i in range(4)]


def color(number: int, size: tuple[int, int] = SIZE, kind: str = "JPEG") -> bytes:
    """The encoded image of a frame."""
    pixels = np.random.Generator(np.random.Philox(number)).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def depth(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """(H, W) uint16, every value once."""
    return (np.arange(size[0] * size[1], dtype=np.uint16) + 500 + number).reshape(size[::-1])


def save_depth(path: Path, values: np.ndarray) -> None:
    if path.suffix == ".pgm":
        head = f"P5\n# depth\n{values.shape[1]} {values.shape[0]}\n65535\n".encode()
        path.write_bytes(head + values.astype(">u2").tobytes())
    else:
        Image.fromarray(values).save(path)


def matrix_text(matrix: np.ndarray) -> str:
    return "".join(" ".join(f"{x:.9f}" for x in row) + "\n" for row in matrix)


def write_boxes(folder: Path, boxes: list[dict[str, Any]] | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "boxes.json").write_text(json.dumps(BOXES if boxes is None else boxes))


def gl_matrix(world_from_camera: np.ndarray) -> np.ndarray:
    """The same camera with axes x right, y up, z backward: its own y and z axes point the other way."""
    matrix = world_from_camera.copy()
    matrix[:3, 1] *= -1
    matrix[:3, 2] *= -1
    return matrix


def transforms(**changes: Any) -> dict[str, Any]:
    """The content of a transforms.json; the corner of the first pixel is its (0, 0)."""
    content: dict[str, Any] = {
        "camera_model": "OPENCV", "w": SIZE[0], "h": SIZE[1], "fl_x": 60.0, "fl_y": 60.5, "cx": 31.5, "cy": 24.5,
        "frames": [
            {
                "file_path": f"images/frame_{i:05d}.jpg",
                "depth_file_path": f"depths/frame_{i:05d}.png",
                "transform_matrix": gl_matrix(camera).tolist(),
            }
            for i, camera in enumerate(CAMERAS)
        ],
    }  # fmt: skip
    return {**content, **changes}


def write_nerfstudio(folder: Path, content: dict[str, Any] | None = None, size: tuple[int, int] = SIZE) -> Path:
    write_boxes(folder)
    for name in ("images", "depths"):
        (folder / name).mkdir(exist_ok=True)
    for i in range(len(CAMERAS)):
        (folder / f"images/frame_{i:05d}.jpg").write_bytes(color(i, size))
        save_depth(folder / f"depths/frame_{i:05d}.png", depth(i))
    (folder / "transforms.json").write_text(json.dumps(transforms() if content is None else content))
    return folder


TIMES = [1305031102.175304 + 0.03 * i for i in range(len(CAMERAS))]


def quaternion(rotation: np.ndarray) -> np.ndarray:
    """x y z w of a rotation matrix whose trace is above -1, by the formula of the half angle."""
    w = np.sqrt(1 + np.trace(rotation)) / 2
    x = (rotation[2, 1] - rotation[1, 2]) / (4 * w)
    y = (rotation[0, 2] - rotation[2, 0]) / (4 * w)
    z = (rotation[1, 0] - rotation[0, 1]) / (4 * w)
    return np.array([x, y, z, w])


def pose_line(time: float, camera: np.ndarray) -> str:
    return f"{time:.6f} " + " ".join(f"{x:.9f}" for x in (*camera[:3, 3], *quaternion(camera[:3, :3])))


def write_tum(folder: Path) -> Path:
    write_boxes(folder)
    for name in ("rgb", "depth"):
        (folder / name).mkdir(exist_ok=True)
    lists: dict[str, list[str]] = {"rgb": ["# color images"], "depth": ["# depth maps"], "groundtruth": ["# poses"]}
    for i, (time, camera) in enumerate(zip(TIMES, CAMERAS, strict=True)):
        (folder / f"rgb/{time:.6f}.png").write_bytes(color(i, kind="PNG"))
        save_depth(folder / f"depth/{time + 0.008:.6f}.png", depth(i))
        lists["rgb"].append(f"{time:.6f} rgb/{time:.6f}.png")
        lists["depth"].append(f"{time + 0.008:.6f} depth/{time + 0.008:.6f}.png")
        lists["groundtruth"].append(pose_line(time, camera))
    for name, lines in lists.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    (folder / "intrinsics.txt").write_text(matrix_text(INTRINSICS))
    return folder


NUMBERS = (0, 2, 10, 25)


def write_flat(folder: Path, *, digits: int = 6, suffix: str = "png") -> Path:
    """`frame-000000.color.jpg .depth.png .pose.txt` and `intrinsics.txt`."""
    write_boxes(folder)
    for number, camera in zip(NUMBERS, CAMERAS, strict=True):
        stem = f"frame-{number:0{digits}d}"
        (folder / f"{stem}.color.jpg").write_bytes(color(number))
        save_depth(folder / f"{stem}.depth.{suffix}", depth(number))
        (folder / f"{stem}.pose.txt").write_text(matrix_text(camera))
    (folder / "intrinsics.txt").write_text(matrix_text(INTRINSICS))
    return folder


def write_folders(folder: Path) -> Path:
    """`color/0.jpg depth/0.png pose/0.txt intrinsic/intrinsic_color.txt`, as ScanNet's tools export."""
    write_boxes(folder)
    for name in ("color", "depth", "pose", "intrinsic"):
        (folder / name).mkdir()
    for number, camera in zip(NUMBERS, CAMERAS, strict=True):
        (folder / f"color/{number}.jpg").write_bytes(color(number))
        save_depth(folder / f"depth/{number}.png", depth(number))
        (folder / f"pose/{number}.txt").write_text(matrix_text(camera))
    padded = np.eye(4)
    padded[:3, :3] = INTRINSICS
    (folder / "intrinsic/intrinsic_color.txt").write_text(matrix_text(padded))
    return folder


WRITERS = {"nerfstudio": write_nerfstudio, "tum": write_tum, "flat": write_flat, "folders": write_folders}


def load(folder: Path) -> Scene:
    """The scene in a folder."""
    return RGBDSource(Storage(folder.parent)).load(folder.name)
