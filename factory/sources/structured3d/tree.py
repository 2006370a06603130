"""The files of a house, whether they lie in folders, in the delivered archives, or in both.

Folders are `Structured3D/scene_00012/...` or `scene_00012/...` below the root; archives are the `.zip` files in the
root, whatever their names, whose inner paths begin with `Structured3D/scene_`. Only the files that are used count:
a room's panoramas, its empty renderings and whatever else lies there are passed over.
"""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from factory.errors import DataError
from factory.sources.archives import Archive, Archives, archive_uri
from factory.store.storage import Entry, Storage

SCENE = re.compile(r"scene_\d{5}")
BOXES, ANNOTATION = "bbox_3d.json", "annotation_3d.json"
COLOUR, SEMANTIC, INSTANCES, DEPTH = "rgb_rawlight.png", "semantic.png", "instance.png", "depth.png"
CAMERA = "camera_pose.txt"
VIEW_FILES = (COLOUR, SEMANTIC, INSTANCES, DEPTH, CAMERA)

_TOP = "Structured3D"
_ROOMS, _VIEWS = "2D_rendering", "perspective/full"
_IN_VIEW = re.compile(rf"{_ROOMS}/(\d+)/{_VIEWS}/(\d+)/({'|'.join(map(re.escape, VIEW_FILES))})")
_IN_ARCHIVE = re.compile(rf"{_TOP}/({SCENE.pattern})/({BOXES}|{ANNOTATION}|{_IN_VIEW.pattern})")
_LOOKING = 16  # folders of a bucket looked at at the same time


class SceneFile(NamedTuple):
    """`digest` is that of the content, as an archive lists it; None in a folder."""

    uri: str
    size: int
    digest: str | None

    def differs(self, other: "SceneFile") -> bool:
        """Whether two copies cannot be of the same content."""
        digests = {self.digest, other.digest} - {None}
        return self.size != other.size or len(digests) > 1


class SceneFiles(NamedTuple):
    """Files by path below the scene's folder; `conflicts` are those with copies of another content, as two URIs."""

    files: dict[str, SceneFile]
    conflicts: list[tuple[str, str]]

    def views(self) -> dict[tuple[str, str], dict[str, SceneFile]]:
        """Files by name of each view (room, position), in the order of their numbers."""
        views: dict[tuple[str, str], dict[str, SceneFile]] = {}
        for path, file in self.files.items():
            if match := _IN_VIEW.fullmatch(path):
                views.setdefault((match[1], match[2]), {})[match[3]] = file
        return dict(sorted(views.items(), key=lambda item: (int(item[0][0]), int(item[0][1]), item[0])))


class _Listed(NamedTuple):
    """What an archive holds of each scene: whether there are views of it. `entry` tells when to look again."""

    entry: Entry
    scenes: dict[str, bool]


class SceneTree:
    """All houses under a root. Pickles, and many threads may use it."""

    def __init__(self, root: Storage, archives: Archives) -> None:
        self._root = root
        self._archives = archives
        self._listed: dict[str, _Listed] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type["SceneTree"], tuple[Storage, Archives]]:
        return type(self), (self._root, self._archives)

    def scene_ids(self) -> list[str]:
        """Houses with views, sorted. Raises DataError for a root that is not there and for damaged archives."""
        try:
            listed, folders = self._look()
        except FileNotFoundError:
            raise DataError(
                f"{self._root.url}: no such folder; give the folder that holds {_TOP}/ or the downloaded archives"
            ) from None
        found = {scene_id for one in listed.values() for scene_id, has_views in one.scenes.items() if has_views}
        below = [
            (f"{folder}{entry.name}", entry.name)
            for folder in folders
            for entry in self._root.scan(folder)
            if entry.is_dir and SCENE.fullmatch(entry.name) and entry.name not in found
        ]
        with ThreadPoolExecutor(_LOOKING) as pool:  # annotations alone, of all houses, are one small download
            rendered = pool.map(lambda scene: self._root.is_dir(f"{scene[0]}/{_ROOMS}"), below)
            found.update(scene_id for (_, scene_id), has_rooms in zip(below, rendered, strict=True) if has_rooms)
        return sorted(found)

    def files(self, scene_id: str) -> SceneFiles:
        """What there is of one house; nothing for one that is not there. Raises DataError for damaged archives.

        Of several copies the one in a folder counts, else that in the first archive by name.
        """
        files: dict[str, SceneFile] = {}
        conflicts: list[tuple[str, str]] = []
        if not SCENE.fullmatch(scene_id):
            return SceneFiles(files, conflicts)
        for path, file in self._copies(scene_id):
            first = files.setdefault(path, file)
            if first.differs(file):
                conflicts.append((first.uri, file.uri))
        return SceneFiles(dict(sorted(files.items())), conflicts)

    # inside

    def _copies(self, scene_id: str) -> Iterator[tuple[str, SceneFile]]:
        try:
            listed, folders = self._look()
        except FileNotFoundError:
            return
        for folder in folders:
            yield from self._in_folder(f"{folder}{scene_id}")
        for path, one in listed.items():
            if scene_id in one.scenes:
                prefix = f"{_TOP}/{scene_id}/"
                for name, size, digest in self._archives.open(path).members(prefix):
                    if _is_used(inner := name.removeprefix(prefix)):
                        yield inner, SceneFile(archive_uri(path, name), size, digest)

    def _look(self) -> tuple[dict[str, _Listed], list[str]]:
        """The archives by path, sorted, and the folders of scene folders (with a slash, or empty)."""
        entries = self._root.scan()
        zips = [entry for entry in entries if not entry.is_dir and entry.name.lower().endswith(".zip")]
        with self._lock:
            for entry in zips:
                known = self._listed.get(entry.name)
                if known is None or known.entry != entry:
                    self._listed[entry.name] = _Listed(entry, _scenes_in(Archive(self._root, entry.name)))
            listed = {entry.name: self._listed[entry.name] for entry in zips}
        below = [f"{_TOP}/"] if any(entry.is_dir and entry.name == _TOP for entry in entries) else []
        return listed, [*below, ""]

    def _in_folder(self, folder: str) -> Iterator[tuple[str, SceneFile]]:
        yield from self._used(folder, "")
        for room in self._children(f"{folder}/{_ROOMS}"):
            for position in self._children(f"{folder}/{_ROOMS}/{room.name}/{_VIEWS}") if room.is_dir else ():
                if position.is_dir:
                    yield from self._used(folder, f"{_ROOMS}/{room.name}/{_VIEWS}/{position.name}/")

    def _used(self, folder: str, below: str) -> Iterator[tuple[str, SceneFile]]:
        for entry in self._children(f"{folder}/{below}".rstrip("/")):
            if not entry.is_dir and _is_used(path := f"{below}{entry.name}"):
                yield path, SceneFile(f"{folder}/{path}", entry.size, None)

    def _children(self, folder: str) -> list[Entry]:
        try:
            return self._root.scan(folder)
        except FileNotFoundError:  # rooms without perspective views are normal
            return []


def _is_used(path: str) -> bool:
    return path in (BOXES, ANNOTATION) or bool(_IN_VIEW.fullmatch(path))


def _scenes_in(archive: Archive) -> dict[str, bool]:
    """Of a listing of which nothing else is kept: most archives hold what is not used."""
    scenes: dict[str, bool] = {}
    for name in archive.names(f"{_TOP}/scene_"):
        if match := _IN_ARCHIVE.fullmatch(name):
            scenes[match[1]] = scenes.get(match[1], False) or match[2] not in (BOXES, ANNOTATION)
    return scenes
