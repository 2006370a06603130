"""Houses of Structured3D: rendered images from a few places in each room, boxes around things, and no mesh.

A scene is a house, its frames are the furnished perspective views of all its rooms, `<room>_<position>`. The data set
is read as it was delivered, from the archives `Structured3D_perspective_full_00.zip`, `Structured3D_bbox.zip`, ...
(`archive.zip!/Structured3D/scene_00000/...`), from folders, or from both.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from factory.errors import DataError
from factory.sources.archives import Archives
from factory.sources.base import FileHasher
from factory.sources.box_objects import LabelledBox, objects_of_boxes
from factory.sources.frames import told
from factory.sources.inputs import MISSING, digest_or_missing
from factory.sources.labels import LabelMap
from factory.sources.structured3d.boxes import read_boxes
from factory.sources.structured3d.media import opaque, without_saturated
from factory.sources.structured3d.rooms import DAMAGED, only_floor, read_rooms
from factory.sources.structured3d.tree import (
    ANNOTATION,
    BOXES,
    CAMERA,
    COLOUR,
    DEPTH,
    INSTANCES,
    SCENE,
    SEMANTIC,
    SceneFile,
    SceneFiles,
    SceneTree,
)
from factory.sources.structured3d.views import View, class_names, place_of_ids, read_view
from factory.store.hashing import digest_of
from factory.store.storage import Storage
from schemas.scene import Box, Frame, Scene, SceneObject, Split

NOT_SEEN, WITHOUT_BOX = "object: in no view", "object: an id in images without a box"
NO_ROOMS = "room: no annotation"

# What the data set's own list of errors calls invalid.
_INVALID = frozenset(f"scene_{number:05d}" for number in (1155, 1192, 1714, 1816, 1852, 3398))
_DIGESTED = {
    "boxes": BOXES,
    "rooms": ANNOTATION,
    "cameras": CAMERA,
    "depth": DEPTH,
    "instances": INSTANCES,
    "semantics": SEMANTIC,
    "color": COLOUR,
}
_FIRST_OF_VAL, _FIRST_OF_TEST = 3000, 3250
_READING = 4  # views read at the same time, for the sake of buckets


class Structured3DSource:
    """Houses under `root`."""

    name = "structured3d"
    version = 1

    def __init__(self, root: Storage) -> None:
        self._root = root
        self._archives = Archives(root)
        self._tree = SceneTree(root, self._archives)

    def __reduce__(self) -> tuple[type["Structured3DSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Ids `scene_00000` of the houses of which there are views, sorted."""
        return self._tree.scene_ids()

    def room_of(self, scene_id: str) -> str:
        """The house itself: none is there twice."""
        return scene_id

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """What is in archives by checksum and size; in folders, cameras and annotation by content and images by size.

        All images count among what decides answers but the coloured ones: they are the surfaces and the labels.
        """
        try:
            files, conflicts = self._tree.files(scene_id)
        except DataError as error:
            return {"archives": digest_of(["unreadable", str(error)]), "split": _split_of(scene_id)}

        def digest(name: str, file: SceneFile) -> str:
            if file.digest is not None:
                return file.digest
            if name.endswith(".png"):
                return str(file.size)
            return digest_or_missing(hasher.content, file.uri)

        def of_all(name: str) -> str:
            found = [f"{file.uri}\t{digest(name, file)}" for path, file in files.items() if path.endswith(name)]
            return digest_of(found) if found else MISSING

        return {
            **{key: of_all(name) for key, name in _DIGESTED.items()},
            "conflicts": digest_of(f"{one}\t{other}" for one, other in conflicts),
            "split": _split_of(scene_id),
        }

    def load(self, scene_id: str) -> Scene:
        """The house. Reads all its images, since only they tell what the boxes are of and whether they are whole."""
        if scene_id in _INVALID:
            raise DataError(
                f"{scene_id}: the data set's list of errors calls this scene invalid; leave it out (--exclude)"
            )
        found = self._tree.files(scene_id)
        self._check(scene_id, found)
        box_file = found.files[BOXES]
        boxes, counts = read_boxes(self._archives.read(box_file.uri), box_file.uri)
        views = self._read_views(found, list(boxes), counts)
        if not views:
            raise DataError(f"{scene_id}: no usable view ({told(counts)}); download the scene's images again")
        names = class_names(np.sum([view.pixels for _, view in views], axis=0))
        counts[WITHOUT_BOX] += len(frozenset[int]().union(*(view.without_box for _, view in views)))
        objects = self._objects(scene_id, boxes, names, counts)
        floor = self._floor(found, counts)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=_split_of(scene_id),
            mesh=None,
            objects=objects,
            frames=[frame for frame, _ in views],
            floor_polygon=floor,
            axis_aligned=True,  # houses are drawn along the axes, floors at 0
            capture="views",
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The bytes of an image; see `factory.sources.structured3d.media` for what is changed in some of them."""
        if not uri.endswith(".png"):
            raise DataError(f"{uri}: expected a .png image of a view")
        try:
            data = self._archives.read(uri)
        except FileNotFoundError:
            raise DataError(
                f"{uri}: no such file under {self._root.url}; give the --input that was built from"
            ) from None
        change = {DEPTH: without_saturated, COLOUR: opaque}.get(uri.rpartition("/")[2])
        return (data if change is None else change(data, uri)), ".png"

    # inside

    def _check(self, scene_id: str, found: SceneFiles) -> None:
        if not found.files:
            raise DataError(
                f"{scene_id}: no files of this scene in {self._root.url} nor in its archives; download the scene"
            )
        if found.conflicts:
            one, other = found.conflicts[0]
            raise DataError(
                f"{one}: {other} is another content of the same file ({len(found.conflicts)} such files); one of the "
                "two is damaged or of another release: remove it"
            )
        if not found.views():
            raise DataError(
                f"{scene_id}: no perspective/full views; download Structured3D_perspective_full_*.zip (scenes 01600 "
                "to 01799 were never delivered: leave them out)"
            )
        if BOXES not in found.files:
            raise DataError(f"{scene_id}/{BOXES}: missing; download Structured3D_bbox.zip")

    def _read_views(self, found: SceneFiles, ids: list[int], counts: Counter[str]) -> list[tuple[Frame, View]]:
        places = place_of_ids(ids)
        listed = found.views()
        with ThreadPoolExecutor(_READING) as pool:
            read = list(pool.map(lambda files: read_view(files, self._archives, places), listed.values()))
        views: list[tuple[Frame, View]] = []
        for (room, position), view, files in zip(listed, read, listed.values(), strict=True):
            if isinstance(view, str):
                counts[view] += 1
                continue
            frame = Frame(
                frame_id=f"{room}_{position}",
                index=len(views),
                image=files[COLOUR].uri,
                depth=files[DEPTH].uri,
                instances=files[INSTANCES].uri,
                width=view.size[0],
                height=view.size[1],
                intrinsics=view.intrinsics,
                world_from_camera=view.world_from_camera,
            )
            views.append((frame, view))
        return views

    def _objects(
        self, scene_id: str, boxes: dict[int, Box], names: list[str | None], counts: Counter[str]
    ) -> list[SceneObject]:
        labels = LabelMap()
        labelled = [
            LabelledBox(object_id, name, labels.normalise(name), box)
            for (object_id, box), name in zip(boxes.items(), names, strict=True)
            if name is not None
        ]
        counts[NOT_SEEN] += len(boxes) - len(labelled)
        if not labelled:
            raise DataError(
                f"{scene_id}: none of the ids in its images has a box in {BOXES}; they are of different scenes or "
                "releases: download both again"
            )
        return objects_of_boxes(labelled)

    def _floor(self, found: SceneFiles, counts: Counter[str]) -> list[float] | None:
        """None for a house of several rooms, each of which has a floor of its own."""
        if ANNOTATION not in found.files:
            counts[NO_ROOMS] += 1
            return None
        try:
            data = self._archives.read(found.files[ANNOTATION].uri)
        except DataError:
            counts[DAMAGED] += 1
            return None
        rooms, left_out = read_rooms(data)
        counts.update(left_out)
        return only_floor(rooms, left_out)


def _split_of(scene_id: str) -> Split:
    """By number, as the data set's authors split it."""
    number = int(scene_id.removeprefix("scene_")) if SCENE.fullmatch(scene_id) else 0
    return "train" if number < _FIRST_OF_VAL else "val" if number < _FIRST_OF_TEST else "test"
