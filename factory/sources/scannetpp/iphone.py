"""The iPhone stream: `iphone/`, a video with depth.

Images are `rgb/frame_000012.jpg` where the video was taken apart, else frames of it (`rgb.mkv#frame=12`). Depth is
`depth/frame_000012.png` or a frame of `depth.bin` (`depth.bin#frame=12`). Cameras are COLMAP's, which knows a part of
the frames; without COLMAP those that ARKit tracked, as aligned to the mesh. Images of a lens that bends lines are
undistorted when they are read (`...#undistort`, `...#frame=12&undistort`), and so is their depth. Masks of what was
made anonymous (`rgb_masks`, `rgb_mask.mkv`) are not used.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.cameras import Calibration, Size, intrinsics_for
from factory.sources.colmap import read_cameras
from factory.sources.frames import EMPTY_COLOR, UNREADABLE_COLOR, common_size, told
from factory.sources.images import read_image_size
from factory.sources.inputs import MISSING, digest_or_missing
from factory.sources.scannetpp.depth_bin import read_depth_bin
from factory.sources.scannetpp.iphone_cameras import (
    IMAGE,
    TRACKED_SIZE,
    Cameras,
    colmap_cameras,
    is_straight,
    tracked_cameras,
)
from factory.sources.scannetpp.layout import (
    BAD,
    NO_COLOR,
    NO_POSE,
    UNDISTORT,
    Folder,
    intrinsics_of,
)
from factory.sources.scannetpp.nerfstudio import read_transforms
from factory.sources.undistort import Lens
from factory.sources.video import VideoReader
from factory.store.storage import Entry
from schemas.scene import Frame

BEYOND_VIDEO = "frame: beyond the end of the video"

_VIDEOS = ("rgb.mkv", "rgb.mp4")
_DEPTH_BIN = "depth.bin"
_DEPTH = re.compile(r"frame_(\d+)\.png", re.IGNORECASE)
_TRACKED, _TRANSFORMS = "pose_intrinsic_imu.json", "transforms.json"


class IPhoneStream:
    """The iPhone's files of a scene. Raises DataError for damaged ones, only when they are needed."""

    def __init__(self, scene: Folder) -> None:
        self._folder = scene.below("iphone")
        self._colmap = self._folder.below("colmap")
        self._nerfstudio = self._folder.below("nerfstudio")

    def digests(self, hasher: FileHasher) -> dict[str, str]:
        """Cameras by content, images and depth by path and size."""
        has_colmap = self._colmap.has("images.txt")
        color = self._colors.sizes_digest(entry.name for entry in self._color_entries.values())
        depth = self._depths.sizes_digest(entry.name for entry in self._depth_entries.values())
        if color == MISSING and self._video:
            color = digest_or_missing(hasher.size, self._folder.file(self._video))
        if depth == MISSING and self._folder.has(_DEPTH_BIN):
            depth = digest_or_missing(hasher.size, self._folder.file(_DEPTH_BIN))
        return {
            "cameras": self._colmap.content_digest("cameras.txt", hasher),
            "poses": self._colmap.content_digest("images.txt", hasher),
            "tracked": "not read" if has_colmap else self._folder.content_digest(_TRACKED, hasher),
            "transforms": self._nerfstudio.content_digest(_TRANSFORMS, hasher),
            "color": color,
            "depth": depth,
        }

    def lens(self) -> Lens:
        """The camera of the images as they are stored, as COLMAP calibrated it."""
        path = self._colmap.file("cameras.txt")
        if not self._colmap.has("cameras.txt"):
            raise DataError(f"{path}: missing; download it with images.txt, or remove both to use the tracked cameras")
        lenses = read_cameras(self._colmap.root.read_bytes(path), path)
        if len(lenses) != 1:
            raise DataError(f"{path}: expected the one camera of the iPhone, found {len(lenses)}; download it again")
        return next(iter(lenses.values()))

    def frames(self, counts: Counter[str]) -> list[Frame]:
        """The frames by number; why others were left out goes to `counts`."""
        cameras = self._cameras(counts)
        numbers, size = self._usable(cameras, counts)
        mark, intrinsics = "", {}
        if cameras.intrinsics is not None:
            calibrations = {number: Calibration(cameras.intrinsics[number], TRACKED_SIZE) for number in numbers}
            path = self._folder.file(_TRACKED)
            intrinsics = {number: intrinsics_for(size, c, None, path) for number, c in calibrations.items()}
        else:
            lens = self.lens()
            mark = "" if is_straight(lens) else UNDISTORT
            shared = intrinsics_of(lens, size, lens.pinhole() if mark else lens.intrinsics, self._folder.path)
            intrinsics = dict.fromkeys(numbers, shared)
        depth_uri = self._depth_uris(mark)
        return [
            Frame(
                frame_id=f"frame_{number:06d}",
                index=number,
                image=self._color_uri(number, mark),
                depth=depth_uri(number),
                width=size[0],
                height=size[1],
                intrinsics=intrinsics[number],
                world_from_camera=cameras.world_from_camera[number],
            )
            for number in numbers
        ]

    # inside

    @cached_property
    def _colors(self) -> Folder:
        return self._folder.below("rgb")

    @cached_property
    def _depths(self) -> Folder:
        return self._folder.below("depth")

    @cached_property
    def _color_entries(self) -> dict[int, Entry]:
        return _numbered(self._colors, IMAGE)

    @cached_property
    def _depth_entries(self) -> dict[int, Entry]:
        return _numbered(self._depths, _DEPTH)

    @cached_property
    def _video(self) -> str | None:
        return next((name for name in _VIDEOS if self._folder.has(name)), None)

    def _color_uri(self, number: int, mark: str) -> str:
        if number in self._color_entries:
            return _uri(self._colors.file(self._color_entries[number].name), mark)
        return _uri(self._folder.file(str(self._video)), f"frame={number}", mark)

    def _depth_uris(self, mark: str) -> Callable[[int], str | None]:
        """A function from the number of a frame to the URI of its depth, None where it has none."""
        if self._depth_entries or not self._folder.has(_DEPTH_BIN):
            paths = {n: self._depths.file(entry.name) for n, entry in self._depth_entries.items() if entry.size}
            return lambda number: _uri(paths[number], mark) if number in paths else None
        path = self._folder.file(_DEPTH_BIN)
        count = read_depth_bin(self._folder.root, path).frame_count
        return lambda number: _uri(path, f"frame={number}", mark) if number < count else None

    def _cameras(self, counts: Counter[str]) -> Cameras:
        path, tracked = self._colmap.file("images.txt"), self._folder.file(_TRACKED)
        if self._colmap.has("images.txt"):
            return colmap_cameras(self._folder.root.read_bytes(path), path, counts)
        if self._folder.has(_TRACKED):
            return tracked_cameras(self._folder.root.read_bytes(tracked), tracked, counts)
        raise DataError(f"{path}: missing, as {tracked} is; download either")

    def _usable(self, cameras: Cameras, counts: Counter[str]) -> tuple[list[int], Size]:
        """The numbers of the usable frames, sorted, and the size of their images."""
        bad = self._bad()
        posed = [number for number in sorted(cameras.world_from_camera) if number not in bad]
        counts[BAD] += len(cameras.world_from_camera) - len(posed)
        if self._color_entries:
            numbers, size = self._prepared(posed, counts)
            counts[NO_POSE] += len(self._color_entries.keys() - cameras.world_from_camera.keys())
        elif self._video:
            video = VideoReader(self._folder.root, self._folder.file(self._video))
            video.close()
            size = video.size
            numbers = [number for number in posed if not video.frame_count or number < video.frame_count]
            counts[BEYOND_VIDEO] += len(posed) - len(numbers)
        else:
            raise DataError(
                f"{self._folder.path}: expected images in rgb/ or a video rgb.mkv, found neither; download the video"
            )
        if not numbers:
            raise DataError(f"{self._folder.path}: no usable frame ({told(counts)}); download the scene again")
        return numbers, size

    def _prepared(self, posed: list[int], counts: Counter[str]) -> tuple[list[int], Size]:
        """As `_usable`, of images that were taken out of the video."""
        there = [number for number in posed if number in self._color_entries]
        numbers = [number for number in there if self._color_entries[number].size]
        counts[NO_COLOR] += len(posed) - len(there)
        counts[EMPTY_COLOR] += len(there) - len(numbers)
        if not numbers:
            return [], (0, 0)

        def size_of(i: int) -> Size | None:
            return read_image_size(self._colors.root, self._colors.file(self._color_entries[numbers[i]].name))

        size, unreadable = common_size(len(numbers), size_of, self._colors.path)
        counts[UNREADABLE_COLOR] += len(unreadable)
        return [number for i, number in enumerate(numbers) if i not in unreadable], size

    def _bad(self) -> set[int]:
        """The numbers of frames that are marked as blurred."""
        if not self._nerfstudio.has(_TRANSFORMS):
            return set()
        path = self._nerfstudio.file(_TRANSFORMS)
        names = read_transforms(self._nerfstudio.root.read_bytes(path), path).bad
        return {int(match[1]) for match in map(IMAGE.fullmatch, names) if match}


def _numbered(folder: Folder, pattern: re.Pattern[str]) -> dict[int, Entry]:
    """Files by frame number."""
    matches = (pattern.fullmatch(name) for name in folder.entries)
    found = {int(match[1]): folder.entries[match[0]] for match in matches if match}
    return {number: entry for number, entry in found.items() if not entry.is_dir}


def _uri(path: str, *marks: str) -> str:
    marked = "&".join(mark for mark in marks if mark)
    return f"{path}#{marked}" if marked else path
