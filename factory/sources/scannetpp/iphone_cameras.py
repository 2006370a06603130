"""Where the iPhone was: COLMAP's cameras, or those that ARKit tracked."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import MALFORMED, Size, check_intrinsics, nearest_rigid, pose_faults
from factory.sources.colmap import read_images
from factory.sources.segments import parse_json
from factory.sources.undistort import Lens

IMAGE = re.compile(r"frame_(\d+)\.(?:jpg|jpeg|png)", re.IGNORECASE)
NO_ALIGNED_POSE = "frame: no aligned pose"
TRACKED_SIZE: Size = (1920, 1440)  # of the images that ARKit's intrinsics are those of

_KEY = re.compile(r"frame_(\d+)")
_STRAIGHT_PX = 0.5  # a lens that moves no pixel farther is a pinhole


@dataclass(frozen=True)
class Cameras:
    """By frame number: world_from_camera (4, 4); intrinsics (3, 3), None where all frames share one lens."""

    world_from_camera: dict[int, np.ndarray]
    intrinsics: dict[int, np.ndarray] | None


def colmap_cameras(data: bytes, name: str, counts: Counter[str]) -> Cameras:
    """The cameras of COLMAP's `images.txt`; a name may have a folder before it."""
    found = {}
    for image in read_images(data, name, counts):
        match = IMAGE.fullmatch(image.name.rpartition("/")[2])
        if match:
            found[int(match[1])] = image.world_from_camera
        else:
            counts[MALFORMED] += 1
    return Cameras(found, None)


def tracked_cameras(data: bytes, name: str, counts: Counter[str]) -> Cameras:
    """ARKit's cameras: `aligned_pose` has OpenCV's axes and stands in the mesh's world, which `pose` does not."""
    parsed = parse_json(data, name)
    matrices: dict[int, np.ndarray] = {}
    intrinsics: dict[int, np.ndarray] = {}
    for key, entry in parsed.items() if isinstance(parsed, dict) else ():
        match = _KEY.fullmatch(key)
        if match is None or not isinstance(entry, dict) or "aligned_pose" not in entry:
            counts[NO_ALIGNED_POSE] += 1
            continue
        try:
            matrix = np.array(entry["aligned_pose"], dtype=np.float64).reshape(4, 4)
            intrinsic = check_intrinsics(np.array(entry["intrinsic"], dtype=np.float64).reshape(3, 3), name)
        except (KeyError, TypeError, ValueError, DataError):
            counts[MALFORMED] += 1
            continue
        matrices[int(match[1])], intrinsics[int(match[1])] = matrix, intrinsic
    if not matrices:
        raise DataError(f"{name}: expected frames with an aligned_pose each, found none; download it again")
    stack = np.stack(list(matrices.values()))
    faults = pose_faults(stack)
    counts.update(fault for fault in faults if fault)
    cameras = nearest_rigid(np.nan_to_num(stack))
    usable = {n: camera for n, camera, fault in zip(matrices, cameras, faults, strict=True) if not fault}
    return Cameras(usable, intrinsics)


def is_straight(lens: Lens) -> bool:
    """Whether no pixel lies farther from where a pinhole would have it than anybody sees."""
    import cv2

    if lens.model != "OPENCV":
        return False
    width, height = lens.size
    u, v = np.meshgrid(np.linspace(0, width - 1, 33), np.linspace(0, height - 1, 25))
    pixels = np.stack([u, v, np.ones_like(u)], axis=-1).reshape(-1, 3)
    rays = pixels @ np.linalg.inv(lens.intrinsics).T
    bent, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), lens.intrinsics, np.array(lens.coefficients))
    return bool(np.linalg.norm(bent[:, 0] - pixels[:, :2], axis=1).max() <= _STRAIGHT_PX)
