"""Any posed RGB-D frames with boxes around things.

A scene is a folder under the input root in one of three layouts, told by its files:

    transforms.json                       nerfstudio
    rgb.txt depth.txt groundtruth.txt     the TUM RGB-D benchmark
    frame-000000.color.png ...            7-Scenes, 3RScan; also color/ depth/ pose/ intrinsic/, as ScanNet is exported

and its objects in `boxes.json`; `mesh.ply` and `scene.json` may be there. 7-Scenes' `<room>/seq-01` is the scene
`<room>_seq-01`, whose boxes, mesh and settings may lie in the room's folder. docs/rgbd.md describes all of it.
"""

import re
from collections import Counter
from functools import cached_property

import numpy as np

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.box_objects import LabelledBox, objects_in_boxes, objects_of_boxes
from factory.sources.inputs import MISSING, digest_or_missing, read_required
from factory.sources.ply import read_ply
from factory.sources.rgbd.boxes import BOXES_FILE, read_boxes
from factory.sources.rgbd.exported import ExportedLayout
from factory.sources.rgbd.folder import SceneFolder
from factory.sources.rgbd.frames import frames_of
from factory.sources.rgbd.media import read_uri
from factory.sources.rgbd.nerfstudio import NerfstudioLayout
from factory.sources.rgbd.recording import Layout
from factory.sources.rgbd.rooms import Tables, read_tables
from factory.sources.rgbd.settings import SETTINGS_FILE, Settings, read_settings
from factory.sources.rgbd.tum import TUMLayout
from factory.sources.splits import RoomSplits
from factory.store.hashing import digest_of
from factory.store.storage import Storage
from schemas.scene import Mesh, Scene, SceneObject

MESH_FILE = "mesh.ply"
LAYOUTS: tuple[Layout, ...] = (NerfstudioLayout(), TUMLayout(), ExportedLayout())

_SCENE = re.compile(r"[A-Za-z0-9_-]+")
_SEQUENCE = re.compile(r"seq-\d+")
_SCENE_OF_SEQUENCE = re.compile(rf"(?P<room>.+)_(?P<sequence>{_SEQUENCE.pattern})")


class RGBDSource:
    """Scenes of posed RGB-D frames under `root`."""

    name = "rgbd"
    version = 1

    def __init__(self, root: Storage) -> None:
        self._root = root

    def __reduce__(self) -> tuple[type["RGBDSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Folders in one of the layouts, and sequences in folders that are in none."""
        try:
            children = self._root.scan()
        except FileNotFoundError:
            raise DataError(
                f"{self._root.url}: no such folder; give the folder that holds the scene folders"
            ) from None
        found = set()
        for child in children:
            if not child.is_dir or not _SCENE.fullmatch(child.name):
                continue
            folder = SceneFolder(self._root, child.name)
            if _layout_of(folder):
                found.add(child.name)
                continue
            for name, entry in folder.children().items():
                if entry.is_dir and _SEQUENCE.fullmatch(name):
                    found.add(f"{child.name}_{name}")
        return sorted(found)

    def room_of(self, scene_id: str) -> str:
        """What `rooms.txt` or `3RScan.json` says, else the folder: all sequences of one are of one room."""
        sequence = _SCENE_OF_SEQUENCE.fullmatch(scene_id)
        return self._tables.rooms.get(scene_id) or (sequence["room"] if sequence else scene_id)

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Boxes, mesh, settings, poses and intrinsics by content, images by path and size; see `Source`."""
        folders = self._folders(scene_id)
        digests = {}
        for kind, name in (("boxes", BOXES_FILE), ("mesh", MESH_FILE)):
            place = _first_with(folders, name)
            digests[kind] = digest_or_missing(hasher.content, place.inside(name)) if place else MISSING
        settings = [digest_or_missing(hasher.content, path) for path in self._settings_files(folders)]
        digests["settings"] = digest_of(settings) if settings else MISSING
        layout = _layout_of(folders[0])
        digests["layout"] = layout.name if layout else MISSING
        if layout:
            digests.update(layout.digests(folders[0], hasher))
        digests["split"] = self._splits.split_of(scene_id)
        return digests

    def load(self, scene_id: str) -> Scene:
        """The scene in metres, turned to z up. Objects have their surface where there is a mesh."""
        folders = self._folders(scene_id)
        folder = folders[0]
        layout = _layout_of(folder)
        if layout is None:
            raise DataError(
                f"{folder.path}: no folder of this name with transforms.json, rgb.txt and groundtruth.txt, or frames "
                "and poses; download the scene"
            )
        settings = self._settings(folders)
        counts: Counter[str] = Counter()
        place = _first_with(folders, BOXES_FILE) or folder
        boxes = read_boxes(
            place.read(BOXES_FILE, "it holds the objects; write it as the page on rgbd says"),
            place.inside(BOXES_FILE),
            settings,
            counts,
        )
        mesh, objects = self._mesh(folders, boxes, settings, counts)
        frames = frames_of(folder, layout.read(folder), settings, counts)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=self._splits.split_of(scene_id),
            mesh=mesh,
            objects=objects,
            frames=frames,
            axis_aligned=False,
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The bytes of an image; depth is a 16-bit PNG [mm] whatever it is stored as."""
        return read_uri(self._root, uri)

    # inside

    @cached_property
    def _tables(self) -> Tables:
        return read_tables(self._root)

    @cached_property
    def _splits(self) -> RoomSplits:
        return RoomSplits(self._tables.lists, self.room_of)

    def _folders(self, scene_id: str) -> list[SceneFolder]:
        """The scene's folder and, for a sequence, that of its room. Empty ones for a scene that is not there."""
        folder = SceneFolder(self._root, scene_id if _SCENE.fullmatch(scene_id) else "-")
        match = _SCENE_OF_SEQUENCE.fullmatch(folder.path)
        if match is None or folder.children():
            return [folder]
        return [SceneFolder(self._root, "/".join(match.groups())), SceneFolder(self._root, match["room"])]

    def _settings_files(self, folders: list[SceneFolder]) -> list[str]:
        """The `scene.json` files that hold for a scene, the most general first."""
        places = [folder.inside(SETTINGS_FILE) for folder in reversed(folders) if folder.has(SETTINGS_FILE)]
        return [SETTINGS_FILE, *places] if self._root_has_settings else places

    @cached_property
    def _root_has_settings(self) -> bool:
        return self._root.exists(SETTINGS_FILE)

    def _settings(self, folders: list[SceneFolder]) -> Settings:
        paths = self._settings_files(folders)
        return read_settings({path: read_required(self._root, path, "write it again") for path in paths})

    def _mesh(
        self, folders: list[SceneFolder], boxes: list[LabelledBox], settings: Settings, counts: Counter[str]
    ) -> tuple[Mesh | None, list[SceneObject]]:
        place = _first_with(folders, MESH_FILE)
        if place is None:
            return None, objects_of_boxes(boxes)
        raw, faces = read_ply(place.read(MESH_FILE, "download it again"), place.inside(MESH_FILE))
        turned = raw.astype(np.float64) @ settings.world_from_file.T * settings.metres_per_unit
        vertices = (turned + 0.0).astype(np.float32)  # no negative zeros
        objects, face_object, kept = objects_in_boxes(boxes, vertices, faces)
        counts.update(kept)
        return Mesh(vertices=vertices, faces=faces, face_object=face_object), objects


def _layout_of(folder: SceneFolder) -> Layout | None:
    return next((layout for layout in LAYOUTS if layout.matches(folder)), None)


def _first_with(folders: list[SceneFolder], name: str) -> SceneFolder | None:
    """The scene's folder, else its room's."""
    return next((folder for folder in folders if folder.has(name)), None)
