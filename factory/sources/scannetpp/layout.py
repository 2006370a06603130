"""Where a scene's files are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.base import FileHasher
from factory.sources.cameras import Size
from factory.sources.inputs import MISSING, digest_or_missing
from factory.sources.undistort import Lens
from factory.store.hashing import digest_of
from factory.store.storage import Entry, Storage

SCENE = re.compile(r"[0-9a-f]{10}")
BELOW = "data"
UNDISTORT = "undistort"
BAD, NO_COLOR, NO_POSE = "frame: marked as bad", "frame: no colour image", "frame: no pose"

_SAME_ASPECT = 0.02


@dataclass(frozen=True)
class Folder:
    """A folder of the input and its children by name; empty where it does not exist."""

    root: Storage
    path: str
    entries: Mapping[str, Entry]

    def below(self, name: str) -> "Folder":
        """The folder of that name in this one."""
        is_there = name in self.entries and self.entries[name].is_dir
        return open_folder(self.root, self.file(name)) if is_there else Folder(self.root, self.file(name), {})

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return name in self.entries and not self.entries[name].is_dir

    def file(self, name: str) -> str:
        """The path of a file in it."""
        return f"{self.path}/{name}"

    def files(self, pattern: re.Pattern[str]) -> dict[str, Entry]:
        """The files whose names match, by their names."""
        return {name: e for name, e in self.entries.items() if not e.is_dir and pattern.fullmatch(name)}

    def content_digest(self, name: str, hasher: FileHasher) -> str:
        """The digest of a file's bytes."""
        return digest_or_missing(hasher.content, self.file(name)) if self.has(name) else MISSING

    def sizes_digest(self, names: Iterable[str]) -> str:
        """The digest of the paths and sizes of some of its files."""
        listed = [f"{self.file(name)}\t{self.entries[name].size}" for name in names]
        return digest_of(listed) if listed else MISSING


def open_folder(root: Storage, path: str) -> Folder:
    """The folder at a path."""
    try:
        return Folder(root, path, {entry.name: entry for entry in root.scan(path)})
    except FileNotFoundError:
        return Folder(root, path, {})


def find_scene(root: Storage, scene_id: str) -> Folder:
    """A scene's folder: in the root, or under `data/` in it; an empty one for a scene that is not there."""
    for path in (scene_id, f"{BELOW}/{scene_id}") if SCENE.fullmatch(scene_id) else ():
        folder = open_folder(root, path)
        if folder.entries:
            return folder
    return Folder(root, scene_id, {})


def intrinsics_of(lens: Lens, size: Size, intrinsics: np.ndarray, where: str) -> np.ndarray:
    """The lens's `intrinsics` (3, 3) for images of `size`, which may have been resized as a whole."""
    scale = (size[0] / lens.size[0], size[1] / lens.size[1])
    if abs(scale[0] / scale[1] - 1) > _SAME_ASPECT:
        raise DataError(
            f"{where}: expected images of {lens.size[0]}x{lens.size[1]} pixels, as the camera was calibrated, or all "
            f"of a smaller size of that shape, found {size[0]}x{size[1]}; export them again"
        )
    return scale_intrinsics(intrinsics, *scale)
