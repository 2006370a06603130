"""`transforms.json` with images, as nerfstudio and the tools around it write them."""

import math
import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.cameras import nearest_rigid, pose_faults
from factory.sources.inputs import MISSING, digest_or_missing
from factory.sources.rgbd.cameras import RecordedCamera
from factory.sources.rgbd.folder import SceneFolder
from factory.sources.rgbd.recording import NO_POSE, PosedImage, Recording
from factory.sources.rgbd.settings import parse_json

TRANSFORMS_FILE = "transforms.json"

UNSAFE, DUPLICATE = "frame: image outside of the scene's folder", "frame: a second frame of the same image"

_METRES_PER_STEP = 1e-3
_LARGEST = 1e12  # of any number that means something here
_CV_FROM_GL = np.diag(
    [1.0, -1.0, -1.0, 1.0]
)  # cameras look along -z with y up; their own axes are turned, not the world
_PERSPECTIVE = frozenset({"PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV"})
_FISHEYE = "OPENCV_FISHEYE"
_UNSAFE_LETTERS = re.compile(r"[^A-Za-z0-9_.-]")


class NerfstudioLayout:
    """A folder with a `transforms.json`."""

    name = "nerfstudio"

    def matches(self, folder: SceneFolder) -> bool:
        return folder.has(TRANSFORMS_FILE)

    def digests(self, folder: SceneFolder, hasher: FileHasher) -> dict[str, str]:
        digests = {"poses": digest_or_missing(hasher.content, folder.inside(TRANSFORMS_FILE))}
        try:
            frames = _frames(_parsed(folder), folder.inside(TRANSFORMS_FILE))
        except DataError:
            frames = []
        for kind, key in (("color", "file_path"), ("depth", "depth_file_path")):
            paths = {path for frame in frames if (path := _path(folder, frame.get(key)))}
            digests[kind] = folder.sizes_digest(sorted(paths)) if paths else MISSING
        return digests

    def read(self, folder: SceneFolder) -> Recording:
        """Poses in the world and unit they had before `applied_transform` and `applied_scale`."""
        name = folder.inside(TRANSFORMS_FILE)
        meta = _parsed(folder)
        counts: Counter[str] = Counter()
        listed: list[tuple[str, Mapping[str, Any]]] = []
        for frame in _frames(meta, name):
            image = _path(folder, frame.get("file_path"))
            counts[UNSAFE] += image is None
            if image is not None:
                listed.append((image, frame))
        listed.sort(key=lambda entry: _natural(entry[0]))
        ids = _frame_ids([image for image, _ in listed])
        images: list[PosedImage] = []
        for i, (image, frame) in enumerate(listed):
            matrix = _matrix(frame.get("transform_matrix"))
            if i and image == listed[i - 1][0]:
                counts[DUPLICATE] += 1
            elif matrix is None:
                counts[NO_POSE] += 1
            else:
                depth = _path(folder, frame.get("depth_file_path"))
                camera = _camera({**meta, **frame}, name)
                images.append(PosedImage(ids[image], i, image, depth, camera, matrix @ _CV_FROM_GL))
        step = _number(meta, "depth_unit_scale_factor", name)
        return Recording(
            _undone(images, meta, name), 1.0 / (_METRES_PER_STEP if step is None else step), name, left_out=counts
        )


def _parsed(folder: SceneFolder) -> dict[str, Any]:
    name = folder.inside(TRANSFORMS_FILE)
    meta = parse_json(folder.read(TRANSFORMS_FILE, "it holds the cameras; download or export it again"), name)
    if not isinstance(meta, dict):
        raise DataError(f"{name}: expected a JSON object with frames; export it again")
    return meta


def _frames(meta: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    frames = meta.get("frames")
    if not isinstance(frames, list) or not frames or not all(isinstance(frame, dict) for frame in frames):
        raise DataError(f"{name}: expected a list of frames, found none; export it again")
    return frames


def _path(folder: SceneFolder, value: Any) -> str | None:
    """The file, relative to the scene's folder; names without a suffix are those of PNG files."""
    if not isinstance(value, str) or not value or value.startswith("/") or "\\" in value:
        return None
    path = posixpath.normpath(value)
    if path.startswith(".."):
        return None
    if not posixpath.splitext(path)[1] and not folder.has(path):
        path += ".png"
    return path


def _natural(path: str) -> tuple[list[int | str], str]:
    """Sorts frame_9 before frame_10."""
    return [int(part) if k % 2 else part for k, part in enumerate(re.split(r"(\d+)", path))], path


def _frame_ids(images: list[str]) -> dict[str, str]:
    """A name for every image: its file's where that tells them apart, else with its folders'."""
    distinct = sorted(set(images))
    for whole in (posixpath.basename, str):
        names = [_UNSAFE_LETTERS.sub("_", posixpath.splitext(whole(image))[0]) for image in distinct]
        if len(set(names)) == len(distinct):
            return dict(zip(distinct, names, strict=True))
    return {image: f"{i}-{name}" for i, (image, name) in enumerate(zip(distinct, names, strict=True))}


def _matrix(value: Any) -> np.ndarray | None:
    """(4, 4) from 4x4 or 3x4 numbers, None for anything else."""
    try:
        matrix = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    if matrix.shape == (3, 4):
        matrix = np.vstack([matrix, (0.0, 0.0, 0.0, 1.0)])
    return matrix if matrix.shape == (4, 4) else None


def _number(values: Mapping[str, Any], key: str, name: str, positive: bool = True) -> float | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise DataError(f"{name}: {key}: expected a number, found {value!r}; correct it or export the file again")
    if positive and value <= 0:
        raise DataError(f"{name}: {key}: expected a positive number, found {value!r}; correct it")
    return float(value)


def _camera(values: Mapping[str, Any], name: str) -> RecordedCamera | None:
    """The camera of a frame, whose own values come before those of the file; None where no focal length is told."""
    fx, fy, w, h = (_number(values, key, name) for key in ("fl_x", "fl_y", "w", "h"))
    angle = _number(values, "camera_angle_x", name)
    if fx is None and angle is not None and w is not None:
        fx = w / 2 / math.tan(angle / 2)
    if fx is None or (w is None) != (h is None):
        return None
    cx, cy = (_number(values, key, name) for key in ("cx", "cy"))
    if cx is None or cy is None:
        if w is None or h is None:
            return None
        cx, cy = w / 2 if cx is None else cx, h / 2 if cy is None else cy
    k1, k2, k3, k4, p1, p2 = (
        _number(values, key, name, positive=False) or 0.0 for key in ("k1", "k2", "k3", "k4", "p1", "p2")
    )
    model = values.get("camera_model", "OPENCV")
    size = None if w is None or h is None else (round(w), round(h))
    # the corner of the top-left pixel is this format's (0, 0)
    place = (fx, fx if fy is None else fy, cx - 0.5, cy - 0.5, size)
    if model == _FISHEYE:
        return RecordedCamera(*place, model="OPENCV_FISHEYE", coefficients=(k1, k2, k3, k4))
    if model not in _PERSPECTIVE or k4:
        what = f"{model!r} images" if model not in _PERSPECTIVE else "k4 of a perspective camera"
        raise DataError(
            f"{name}: camera_model: {what} cannot be read, only {', '.join(sorted({*_PERSPECTIVE, _FISHEYE}))}; "
            "undistort the images and export the cameras again"
        )
    coefficients = (k1, k2, p1, p2, k3)
    return RecordedCamera(*place, model="OPENCV", coefficients=coefficients if any(coefficients) else ())


def _undone(images: list[PosedImage], meta: Mapping[str, Any], name: str) -> list[PosedImage]:
    """The cameras before the file's transform and scale: it holds `scale * (transform @ position)`."""
    scale = _number(meta, "applied_scale", name) or 1.0
    file_from_world = np.eye(4)
    if meta.get("applied_transform") is not None:
        found = _matrix(meta["applied_transform"])
        if found is None or pose_faults(found[None])[0]:
            raise DataError(
                f"{name}: applied_transform: expected a rotation and a translation, 3x4 or 4x4; "
                "export the file again, or remove the key to use the poses as they are"
            )
        file_from_world = nearest_rigid(found[None])[0]
    world_from_file = np.linalg.inv(file_from_world)
    undone = []
    for image in images:
        matrix = image.world_from_camera.copy()
        matrix[:3, 3] /= scale
        undone.append(
            PosedImage(image.frame_id, image.index, image.image, image.depth, image.camera, world_from_file @ matrix)
        )
    return undone
