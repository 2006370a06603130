"""`rgb.txt`, `depth.txt` and `groundtruth.txt`, the layout of the TUM RGB-D benchmark."""

import math
import re
from collections import Counter
from typing import NamedTuple

import numpy as np

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.cameras import NOT_FINITE, NOT_RIGID, parse_intrinsics
from factory.sources.inputs import MISSING, digest_or_missing
from factory.sources.rgbd.cameras import RecordedCamera, camera_of
from factory.sources.rgbd.folder import SceneFolder
from factory.sources.rgbd.recording import NO_POSE, PosedImage, Recording
from factory.store.hashing import digest_of

IMAGES_FILE, DEPTH_FILE, POSES_FILE = "rgb.txt", "depth.txt", "groundtruth.txt"
INTRINSICS_FILE = "intrinsics.txt"

MALFORMED_LINE, DUPLICATE = "frame: malformed line", "frame: a second image of the same time"
BAD_POSE = {NOT_FINITE: "pose: not finite", NOT_RIGID: "pose: not rigid"}

STEPS_PER_METRE = 5000.0
TOLERANCE_S = 0.02  # between an image and its depth or pose
_UNIT = 1e-2
_TIME = re.compile(r"[A-Za-z0-9_.-]+")

# The cameras of the three robots and hands that recorded the benchmark, as published; images of 640x480.
_PUBLISHED = {
    "freiburg1": RecordedCamera(
        517.306408, 516.469215, 318.643040, 255.313989, (640, 480), "OPENCV",
        (0.262383, -0.953104, -0.005358, 0.002628, 1.163314),
    ),
    "freiburg2": RecordedCamera(
        520.908620, 521.007327, 325.141442, 249.701764, (640, 480), "OPENCV",
        (0.231222, -0.784899, -0.003257, -0.000105, 0.917205),
    ),
    "freiburg3": RecordedCamera(535.433105, 539.212524, 320.106653, 247.632132, (640, 480)),
}  # fmt: skip


class _Timed(NamedTuple):
    time: float
    text: str
    path: str


class TUMLayout:
    """A folder with `rgb.txt` and `groundtruth.txt`."""

    name = "tum"

    def matches(self, folder: SceneFolder) -> bool:
        return folder.has(IMAGES_FILE) or folder.has(POSES_FILE)

    def digests(self, folder: SceneFolder, hasher: FileHasher) -> dict[str, str]:
        tables = [digest_or_missing(hasher.content, folder.inside(f)) for f in (POSES_FILE, IMAGES_FILE, DEPTH_FILE)]
        digests = {
            "poses": digest_of(tables),
            "intrinsics": digest_or_missing(hasher.content, folder.inside(INTRINSICS_FILE)),
        }
        for kind, table in (("color", IMAGES_FILE), ("depth", DEPTH_FILE)):
            try:
                paths = [line.path for line in _images(folder, table, Counter())]
            except DataError:
                paths = []
            digests[kind] = folder.sizes_digest(paths) if paths else MISSING
        return digests

    def read(self, folder: SceneFolder) -> Recording:
        """Every image with the depth nearest in time and the pose at its time."""
        counts: Counter[str] = Counter()
        folder.read(IMAGES_FILE, "it lists the colour images and their times; download it again")
        images = _images(folder, IMAGES_FILE, counts)
        depths = _images(folder, DEPTH_FILE, Counter()) if folder.has(DEPTH_FILE) else []
        times, poses = _poses(folder, counts)
        camera, described_in = _camera(folder)
        depth_times = np.array([depth.time for depth in depths])
        posed = []
        for i, image in enumerate(images):
            if i and image.text == images[i - 1].text:
                counts[DUPLICATE] += 1
                continue
            matrix = pose_at(image.time, times, poses)
            if matrix is None:
                counts[NO_POSE] += 1
                continue
            near = _nearest(depth_times, image.time)
            depth = None if near is None else depths[near].path
            posed.append(PosedImage(image.text, i, image.path, depth, camera, matrix))
        return Recording(posed, STEPS_PER_METRE, described_in, left_out=counts)


def pose_at(time: float, times: np.ndarray, poses: np.ndarray) -> np.ndarray | None:
    """The pose (4, 4) at a time [s], None where no pose is within the tolerance.

    times : (n,) sorted; poses : (n, 7) tx ty tz qx qy qz qw. Between two poses no farther apart than twice the
    tolerance the camera is taken to move evenly; elsewhere the nearest pose holds.
    """
    from scipy.spatial.transform import Rotation, Slerp

    near = _nearest(times, time)
    if near is None:
        return None
    matrix = np.eye(4)
    after = int(np.searchsorted(times, time))
    before = after - 1
    if 0 < after < len(times) and 0 < times[after] - times[before] <= 2 * TOLERANCE_S:
        share = (time - times[before]) / (times[after] - times[before])
        matrix[:3, 3] = (1 - share) * poses[before, :3] + share * poses[after, :3]
        matrix[:3, :3] = Slerp([0, 1], Rotation.from_quat(poses[[before, after], 3:]))(share).as_matrix()
    else:
        matrix[:3, 3] = poses[near, :3]
        matrix[:3, :3] = Rotation.from_quat(poses[near, 3:]).as_matrix()
    return matrix


def _nearest(times: np.ndarray, time: float) -> int | None:
    """The place of the time nearest to one, None where none is within the tolerance."""
    if not len(times):
        return None
    place = int(np.argmin(np.abs(times - time)))
    return place if abs(times[place] - time) <= TOLERANCE_S else None


def _lines(data: bytes) -> list[list[str]]:
    """The words of every line that is no comment."""
    lines = (line.split() for line in data.decode("utf-8-sig", "replace").splitlines())
    return [words for words in lines if words and not words[0].startswith("#")]


def _images(folder: SceneFolder, table: str, counts: Counter[str]) -> list[_Timed]:
    """The images that a table lists, by time."""
    found = []
    for words in _lines(folder.read(table, "it lists the images; download it again")):
        try:
            time = float(words[0])
        except ValueError:
            time = math.nan
        is_inside = len(words) >= 2 and not words[1].startswith("/") and ".." not in words[1].split("/")
        if not math.isfinite(time) or not is_inside or not _TIME.fullmatch(words[0]):
            counts[MALFORMED_LINE] += 1
        else:
            found.append(_Timed(time, words[0], words[1]))
    return sorted(found)


def _poses(folder: SceneFolder, counts: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
    """Times (n,) and poses (n, 7), in order of time; world_from_camera with the quaternion's real part last."""
    name = folder.inside(POSES_FILE)
    rows = []
    for words in _lines(folder.read(POSES_FILE, "it holds the poses; download it again")):
        try:
            row = [float(word) for word in words]
        except ValueError:
            row = []
        if len(row) != 8:
            counts["pose: malformed line"] += 1
        elif not all(math.isfinite(number) for number in row):
            counts[BAD_POSE[NOT_FINITE]] += 1
        elif abs(math.hypot(*row[4:]) - 1) > _UNIT:
            counts[BAD_POSE[NOT_RIGID]] += 1
        else:
            rows.append(row)
    if not rows:
        raise DataError(f"{name}: expected lines `time tx ty tz qx qy qz qw`, found none; download it again")
    table = np.array(sorted(rows))
    return table[:, 0], table[:, 1:]


def _camera(folder: SceneFolder) -> tuple[RecordedCamera | None, str]:
    if folder.has(INTRINSICS_FILE):
        name = folder.inside(INTRINSICS_FILE)
        return camera_of(parse_intrinsics(folder.read(INTRINSICS_FILE, "write it again"), name)), name
    for robot, camera in _PUBLISHED.items():
        if robot in folder.path:
            return camera, folder.path
    return None, folder.path
