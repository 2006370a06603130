"""ScanNet++ scenes (v1 and v2): a laser-scanned mesh with objects, filmed with an iPhone and photographed with a DSLR.

A scene is a folder `<10 hex digits>` under the input root (or under `data/` in it) with

    scans/   mesh_aligned_0.05.ply  segments.json  segments_anno.json
    iphone/  rgb/frame_000000.jpg or rgb.mkv, depth/frame_000000.png or depth.bin, colmap/ or pose_intrinsic_imu.json
    dslr/    resized_undistorted_images/ or resized_images/, colmap/ or nerfstudio/, train_test_lists.json

Each of the two cameras is a source of its own. The mesh's world is the scenes' world, upright and roughly along the
longest wall. `splits/*.txt` are used when they lie in the root or beside it.
"""

from collections import Counter
from functools import cached_property
from typing import ClassVar

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.faces import face_objects
from factory.sources.inputs import find_table, folders_below, read_required
from factory.sources.ply import read_ply
from factory.sources.scannetpp.annotation import read_annotation
from factory.sources.scannetpp.dslr import DslrStream
from factory.sources.scannetpp.iphone import IPhoneStream
from factory.sources.scannetpp.layout import BELOW, SCENE, find_scene, open_folder
from factory.sources.scannetpp.media import MediaReader
from factory.sources.splits import RoomSplits, listed_ids
from factory.sources.undistort import Lens
from factory.store.storage import Storage
from schemas.scene import Mesh, Scene, Split

MESH, SEGMENTS, ANNOTATION = "mesh_aligned_0.05.ply", "segments.json", "segments_anno.json"

_SPLITS: dict[Split, tuple[str, ...]] = {
    "train": ("nvs_sem_train",),
    "val": ("nvs_sem_val",),
    "test": ("nvs_test", "sem_test", "nvs_test_iphone"),
}


class ScanNetPPSource:
    """Scenes in the ScanNet++ layout under `root`, seen by the iPhone."""

    name = "scannetpp"
    version = 1
    _stream: ClassVar[type[IPhoneStream] | type[DslrStream]] = IPhoneStream

    def __init__(self, root: Storage) -> None:
        self._root = root
        self._media = MediaReader(root, self._lens_of)

    def __reduce__(self) -> tuple[type["ScanNetPPSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Ids of all scene folders, sorted."""
        return folders_below(self._root, SCENE, BELOW, "the folder that holds data/, or the scene folders")

    def room_of(self, scene_id: str) -> str:
        """The scene itself: every room was scanned once."""
        return scene_id

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Mesh, annotation and cameras by content, images and depth by path and size; see `Source`."""
        scene = find_scene(self._root, scene_id)
        scans = scene.below("scans")
        contents = {"mesh": MESH, "segments": SEGMENTS, "annotation": ANNOTATION}
        return {
            **{key: scans.content_digest(name, hasher) for key, name in contents.items()},
            **self._stream(scene).digests(hasher),
            "split": self._splits.split_of(scene_id),
        }

    def load(self, scene_id: str) -> Scene:
        """The scene in the mesh's world."""
        scene = find_scene(self._root, scene_id)
        if not scene.entries:
            raise DataError(f"{scene_id}: no folder of this name with files in it; download the scene")
        counts: Counter[str] = Counter()
        scans = scene.below("scans")
        mesh_path, segments_path, groups_path = (scans.file(name) for name in (MESH, SEGMENTS, ANNOTATION))
        groups = read_required(
            self._root,
            groups_path,
            "it names the objects, and scenes of the hidden test set have none: leave those out, or download it",
        )
        vertices, faces = read_ply(read_required(self._root, mesh_path, "download the mesh"), mesh_path)
        segments = read_required(self._root, segments_path, "download it with the mesh")
        objects, vertex_object = read_annotation(segments, segments_path, groups, groups_path, vertices, counts)
        frames = self._stream(scene).frames(counts)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=self._splits.split_of(scene_id),
            mesh=Mesh(vertices=vertices, faces=faces, face_object=face_objects(faces, vertex_object)),
            objects=objects,
            frames=frames,
            axis_aligned=False,  # turned by the main direction of all points, which walls follow roughly at best
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The bytes of an image; depth is a 16-bit PNG [mm] whatever it is stored as."""
        return self._media.read(uri)

    # inside

    @cached_property
    def _splits(self) -> RoomSplits:
        tables = {
            split: [find_table(self._root, f"splits/{name}.txt", f"{name}.txt") for name in names]
            for split, names in _SPLITS.items()
        }
        lists = {split: [one for table in found for one in listed_ids(table)] for split, found in tables.items()}
        return RoomSplits(lists, self.room_of)

    def _lens_of(self, folder: str) -> Lens:
        return self._stream(open_folder(self._root, folder)).lens()


class ScanNetPPDslrSource(ScanNetPPSource):
    """Scenes in the ScanNet++ layout under `root`, seen by the DSLR."""

    name = "scannetpp_dslr"
    version = 1
    _stream = DslrStream
