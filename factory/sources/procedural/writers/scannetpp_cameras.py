"""The camera files of a scene in the ScanNet++ layout: COLMAP's text model, nerfstudio's and the iPhone's JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from factory.geometry.transforms import inverse

Array = np.ndarray

# parameters by name and in COLMAP's order; pixels as COLMAP counts them
Parameters = dict[str, float]

POINTS_HEADER = (
    "# 3D point list with one line of data per point:\n"
    "#   POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[] as (IMAGE_ID, POINT2D_IDX)\n"
    "# Number of points: 0, mean track length: 0\n"
)


def write_colmap(
    folder: Path, model: str, size: tuple[int, int], parameters: Parameters, world_from_camera: dict[str, Array]
) -> None:
    """Writes `cameras.txt`, `images.txt` and `points3D.txt`; cameras (4, 4) by image name."""
    folder.mkdir(parents=True)
    numbers = " ".join(repr(float(value)) for value in parameters.values())
    (folder / "cameras.txt").write_text(
        "# Camera list with one line of data per camera:\n#   CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n"
        f"# Number of cameras: 1\n1 {model} {size[0]} {size[1]} {numbers}\n",
        newline="\n",
    )
    lines = [
        "# Image list with two lines of data per image:\n",
        "#   IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME\n",
        "#   POINTS2D[] as (X, Y, POINT3D_ID)\n",
        f"# Number of images: {len(world_from_camera)}, mean observations per image: 0\n",
    ]
    names = list(world_from_camera)
    for place in reversed(range(len(names))):  # in no order that means anything
        camera_from_world = inverse(world_from_camera[names[place]])
        x, y, z, w = Rotation.from_matrix(camera_from_world[:3, :3]).as_quat()
        values = " ".join(repr(float(value)) for value in (w, x, y, z, *camera_from_world[:3, 3]))
        lines.append(f"{place + 1} {values} 1 {names[place]}\n")
        lines.append("\n" if place % 2 else "12.5 40.25 -1 100.75 3.5 -1 7.25 9.125 -1 61.5 80.5 -1\n")
    (folder / "images.txt").write_text("".join(lines), newline="\n")
    (folder / "points3D.txt").write_text(POINTS_HEADER, newline="\n")


def nerfstudio_matrix(world_from_camera: Array) -> list[list[float]]:
    """A camera as the release converts it: two camera axes flipped, rows of the world exchanged and one flipped."""
    matrix = world_from_camera.copy()
    matrix[:3, 1:3] *= -1
    matrix = matrix[[1, 0, 2, 3]]
    matrix[2] *= -1
    rows: list[list[float]] = matrix.tolist()
    return rows


def write_transforms(
    path: Path,
    model: str,
    size: tuple[int, int],
    parameters: Parameters,
    world_from_camera: dict[str, Array],
    bad: Sequence[str],
    test: Sequence[str],
) -> None:
    """Writes a `transforms.json`; cameras (4, 4) by image name, `bad` and `test` among the names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {"fx": "fl_x", "fy": "fl_y"}
    entries = {
        name: {
            "file_path": name,
            "mask_path": Path(name).with_suffix(".png").name,
            "transform_matrix": nerfstudio_matrix(matrix),
            "is_bad": name in bad,
        }
        for name, matrix in world_from_camera.items()
    }
    content = {
        **{keys.get(key, key): float(value) for key, value in parameters.items()},
        "w": size[0],
        "h": size[1],
        "camera_model": model,
        "frames": [entry for name, entry in entries.items() if name not in test],
        "test_frames": [entry for name, entry in entries.items() if name in test],
    }
    path.write_text(json.dumps(content, indent=4), newline="\n")


def write_tracked(path: Path, world_from_camera: dict[str, Array], intrinsics: Array) -> None:
    """Writes `pose_intrinsic_imu.json`; cameras (4, 4) by the name of the frame.

    `pose` is ARKit's own: its world is y up and begins where the phone was started, its cameras look along -z.
    """
    y_up_from_z_up = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
    first = next(iter(world_from_camera.values()))
    entries = {}
    for i, (name, matrix) in enumerate(world_from_camera.items()):
        own = y_up_from_z_up @ matrix @ np.diag([1.0, -1, -1, 1])
        own[:3, 3] -= y_up_from_z_up[:3, :3] @ first[:3, 3]
        entries[name] = {
            "timestamp": 1671000000.0 + i / 60,
            "pose": own.tolist(),
            "intrinsic": intrinsics.tolist(),
            "aligned_pose": matrix.tolist(),
            "imu": {"acceleration": [0.0, -1.0, 0.0], "rotation_rate": [0.0, 0.0, 0.0]},
        }
    path.write_text(json.dumps(entries), newline="\n")
