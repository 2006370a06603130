"""Where a capture's files are, and which image, depth map, intrinsics and pose are of the same moment."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from factory.errors import DataError
from factory.sources.arkitscenes.tables import DATASETS, FOLDS
from factory.sources.frames import EMPTY_COLOR, told
from factory.store.storage import Entry, Storage

Array = np.ndarray

NO_POSE, NO_COLOR, NO_INTRINSICS = "frame: no pose", "frame: no colour image", "frame: no intrinsics"
SECOND_FILE = "frame: a second file of the same time"

# Names of the release first, then those of its documentation. Images in the order of their resolution: 1920x1440,
# 640x480, 256x192, all of one camera, so that the intrinsics of any of them scale to the others.
_IMAGES = ("wide", "vga_wide", "lowres_wide", "color")
_INTRINSICS = ("lowres_wide_intrinsics", "color_intrinsics")
_DEPTH = ("lowres_depth", "depth_densified")
_TRAJECTORIES = ("lowres_wide.traj", "color.traj")
_VIDEO = re.compile(r"\d+")
_IMAGE_NAME = re.compile(r"(?:\d+_)?(\d+\.\d+)\.(?:png|jpe?g)")
_INTRINSICS_NAME = re.compile(r"(?:\d+_)?(\d+\.\d+)\.pincam")
# What lies above captures: the root itself, folds, data sets of the release; the first that holds a capture counts.
_ABOVE = tuple(f"{dataset}/{fold}".strip("/") for dataset in ("", *DATASETS) for fold in ("", *FOLDS))
_TOLERANCE_S = 0.001 + 1e-6  # names are rounded or cut to milliseconds
_ENOUGH = 32  # sharper images are taken where there are as many with a pose, as a video question shows


class Stamped(NamedTuple):
    """A file named after the time [s] it was recorded; `stamp` is that time as its name has it."""

    time: float
    stamp: str
    path: str
    size: int


@dataclass(frozen=True)
class Capture:
    """The folder of a capture, relative to the root; `entries` are the children of `frames`, where its images are."""

    video: str
    folder: str
    frames: str
    entries: Mapping[str, Entry]

    @property
    def mesh(self) -> str:
        return f"{self.folder}/{self.video}_3dod_mesh.ply"

    @property
    def annotation(self) -> str:
        return f"{self.folder}/{self.video}_3dod_annotation.json"

    @property
    def trajectory(self) -> str:
        return f"{self.frames}/{next((name for name in _TRAJECTORIES if name in self.entries), _TRAJECTORIES[0])}"


class Moment(NamedTuple):
    """An image with what was recorded with it; `place` is its own among all images, `pose` that of its pose."""

    place: int
    image: Stamped
    pose: int
    intrinsics: str
    depth: str | None


@dataclass(frozen=True)
class Recording:
    """The images of one resolution (`folder`) that can be used, and all files that were looked at."""

    folder: str
    moments: list[Moment]
    listed: dict[str, list[Stamped]]
    left_out: Counter[str]


def list_captures(root: Storage) -> dict[str, str]:
    """The folder above each capture, by video; where a capture is in several, the one that `find_capture` takes."""
    found: dict[str, str] = {}
    for above in _ABOVE:
        for entry in _children(root, above):
            if entry.is_dir and _VIDEO.fullmatch(entry.name):
                found.setdefault(entry.name, above)
    return found


def find_capture(root: Storage, video: str) -> Capture | None:
    """The files of a capture; None where there is no folder of its name with files in it."""
    for above in _ABOVE if _VIDEO.fullmatch(video) else ():
        folder = f"{above}/{video}".lstrip("/")
        entries = {entry.name: entry for entry in _children(root, folder)}
        below = f"{video}_frames"
        if below in entries:  # the images of 3dod are a folder deeper than those of raw
            inner = {entry.name: entry for entry in _children(root, f"{folder}/{below}")}
            return Capture(video, folder, f"{folder}/{below}", inner)
        if entries:
            return Capture(video, folder, folder, entries)
    return None


def find_recording(root: Storage, capture: Capture, pose_times: Array) -> Recording:
    """The sharpest images of which at least 32 have a pose, or else those of which the most have one.

    pose_times : (n,) [s], ascending. Raises DataError where no image has a pose and intrinsics.
    """
    best: Recording | None = None
    kinds = [name for name in _IMAGES if name in capture.entries]
    depth = _files(root, capture, _DEPTH, _IMAGE_NAME)
    shared = _files(root, capture, _INTRINSICS, _INTRINSICS_NAME) if kinds else []
    for kind in kinds:
        own = f"{kind}_intrinsics"
        intrinsics = _files(root, capture, (own,), _INTRINSICS_NAME) if own in capture.entries else shared
        images = _files(root, capture, (kind,), _IMAGE_NAME)
        recording = _recording(f"{capture.frames}/{kind}", images, intrinsics, depth, pose_times)
        if best is None or len(recording.moments) > len(best.moments):
            best = recording
        if len(recording.moments) >= _ENOUGH:
            return recording
    if best is None or not best.moments:
        found = told(best.left_out) if best else "no such folder"
        raise DataError(
            f"{capture.frames}: expected images in {', '.join(_IMAGES[:3])} with intrinsics and poses of the same "
            f"times, found no usable one ({found}); download lowres_wide, lowres_wide_intrinsics and lowres_wide.traj"
        )
    return best


def _recording(
    folder: str, images: list[Stamped], intrinsics: list[Stamped], depth: list[Stamped], pose_times: Array
) -> Recording:
    left_out: Counter[str] = Counter()
    times = np.array([one.time for one in images])
    pose_of = _nearest(pose_times, times)
    intrinsics_of = _nearest(np.array([one.time for one in intrinsics]), times)
    depth_of = _nearest(np.array([one.time for one in depth]), times)
    left_out[NO_COLOR] = len(pose_times) - len(np.unique(pose_of[pose_of >= 0]))
    moments: list[Moment] = []
    taken: set[str] = set()
    for i, image in enumerate(images):
        if image.stamp in taken:
            left_out[SECOND_FILE] += 1
            continue
        taken.add(image.stamp)
        if pose_of[i] < 0:
            left_out[NO_POSE] += 1
        elif intrinsics_of[i] < 0:
            left_out[NO_INTRINSICS] += 1
        elif not image.size:
            left_out[EMPTY_COLOR] += 1
        else:
            behind = depth[depth_of[i]] if depth_of[i] >= 0 else None
            depth_path = behind.path if behind and behind.size else None
            moments.append(Moment(i, image, int(pose_of[i]), intrinsics[intrinsics_of[i]].path, depth_path))
    return Recording(folder, moments, {"images": images, "depth": depth, "intrinsics": intrinsics}, left_out)


def _nearest(known: Array, asked: Array) -> Array:
    """Place (m,) among the known times (n,), ascending, of the one nearest each time asked for; -1 for none near."""
    if not len(known):
        return np.full(len(asked), -1)
    after = np.clip(np.searchsorted(known, asked), 1, max(len(known) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(known) - 1)
    nearest = np.where(np.abs(known[before] - asked) <= np.abs(known[after] - asked), before, after)
    return np.where(np.abs(known[nearest] - asked) <= _TOLERANCE_S, nearest, -1)


def _files(root: Storage, capture: Capture, names: tuple[str, ...], pattern: re.Pattern[str]) -> list[Stamped]:
    """The files of such names in the first of these folders that is there, by time."""
    folder = next((f"{capture.frames}/{name}" for name in names if name in capture.entries), None)
    if folder is None:
        return []
    found = [
        Stamped(float(match[1]), match[1], f"{folder}/{entry.name}", entry.size)
        for entry in _children(root, folder)
        if not entry.is_dir and (match := pattern.fullmatch(entry.name))
    ]
    return sorted(found)


def _children(root: Storage, folder: str) -> list[Entry]:
    try:
        return root.scan(folder)
    except FileNotFoundError:
        return []
