"""Houses of Matterport3D.

A house is a folder `17DRP5sb8fy` under the input root (or under `scans/` or `v1/scans/` in it) with folders of one
type of file each, or the zips that they are downloaded as:

    house_segmentations/<scan>.ply <scan>.house (or <scan>.fsegs.json and <scan>.semseg.json)
    undistorted_camera_parameters/<scan>.conf
    undistorted_color_images/<panorama>_i<camera>_<yaw>.jpg  undistorted_depth_images/<panorama>_d<camera>_<yaw>.png

`category_mapping.tsv` and `scenes_{train,val,test}.txt` are used when they lie in the root or beside it, or where the
data set's repository has them (`metadata/`, `tasks/benchmark/`).
"""

import re
from collections import Counter
from functools import cached_property

from factory.errors import DataError
from factory.sources.archives import Archives
from factory.sources.base import FileHasher
from factory.sources.cameras import Size
from factory.sources.depth_files import millimetre_png, split_depth_uri
from factory.sources.images import size_from_header
from factory.sources.inputs import find_table
from factory.sources.labels import LabelMap, read_label_map
from factory.sources.matterport3d.annotation import read_annotated_mesh
from factory.sources.matterport3d.conf import CameraFile, read_conf
from factory.sources.matterport3d.files import CAMERAS, COLOR, DEPTH, HOUSE, UNREADABLE, ScanFiles
from factory.sources.matterport3d.frames import load_frames
from factory.sources.matterport3d.labels import MAPPING_FILE
from factory.sources.matterport3d.objects import scene_objects
from factory.sources.splits import SPLITS, RoomSplits, listed_ids
from factory.store.storage import Storage
from schemas.scene import Frame, Mesh, Scene

_SCAN = re.compile(r"(?=.*[0-9A-Z])[0-9A-Za-z]{11}")
_PLACES = ("", "scans", "v1/scans")
_HEADS = (4096, 1 << 18)  # bytes to read for the size of an image; thumbnails may come before it


class Matterport3DSource:
    """Houses in the Matterport3D layout under `root`."""

    name = "matterport3d"
    version = 1

    def __init__(self, root: Storage) -> None:
        self._root = root
        self._archives = Archives(root)

    def __reduce__(self) -> tuple[type["Matterport3DSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Ids of all scan folders, sorted."""
        if not self._root.exists(""):
            raise DataError(f"{self._root.url}: no such folder; give the folder that holds the scan folders")
        return sorted({name for place in _PLACES for name in self._folders(place) if _SCAN.fullmatch(name)})

    def room_of(self, scene_id: str) -> str:
        """The house itself: each was scanned once."""
        return scene_id

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Mesh, annotation and cameras by content, images by path and size; see `Source`."""
        files = self._files(scene_id)
        contents = {
            "mesh": (HOUSE, f"{scene_id}.ply"),
            "house": (HOUSE, f"{scene_id}.house"),
            "segments": (HOUSE, f"{scene_id}.fsegs.json"),
            "groups": (HOUSE, f"{scene_id}.semseg.json"),
            "cameras": (CAMERAS, f"{scene_id}.conf"),
        }
        digests = {name: files.content_digest(kind, file, hasher) for name, (kind, file) in contents.items()}
        digests |= {"color": files.listing_digest(COLOR), "depth": files.listing_digest(DEPTH)}
        try:
            digests["labels"] = self._labels.digest
        except DataError:
            digests["labels"] = UNREADABLE
        digests["split"] = self._splits.split_of(scene_id)
        return digests

    def load(self, scene_id: str) -> Scene:
        """The house. Its world is that of the files: metres, z up, walls at any angle."""
        files = self._files(scene_id)
        if not files.entries:
            raise DataError(f"{scene_id}: no folder of this name with files in it; download the scan")
        counts: Counter[str] = Counter()
        cameras = self._cameras(files, scene_id)
        house = read_annotated_mesh(files, scene_id, self._labels, counts)
        objects, face_object = scene_objects(house.named, house.faces, house.face_object, len(house.vertices), counts)
        if not objects:
            raise DataError(f"{house.name}: no object with vertices in it; there is nothing to ask about")
        frames = self._frames(files, cameras, counts)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=self._splits.split_of(scene_id),
            mesh=Mesh(vertices=house.vertices, faces=house.faces, face_object=face_object),
            objects=objects,
            frames=frames,
            axis_aligned=False,
            capture="views",
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def is_annotated(self, scene_id: str) -> bool:
        """Whether there is a mesh with objects, or should be; walks need none."""
        files = self._files(scene_id)
        return bool({HOUSE, f"{HOUSE}.zip"} & set(files.entries))

    def load_views(self, scene_id: str) -> Scene:
        """The house's frames alone, without mesh and objects."""
        files = self._files(scene_id)
        counts: Counter[str] = Counter()
        frames = self._frames(files, self._cameras(files, scene_id), counts)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=self._splits.split_of(scene_id),
            mesh=None,
            objects=[],
            frames=frames,
            axis_aligned=False,
            capture="views",
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The bytes of an image; depth, stored in quarters of a millimetre, is a 16-bit PNG [mm]."""
        path, steps_per_metre = split_depth_uri(uri)
        try:
            data = self._archives.read(path)
        except FileNotFoundError:
            raise DataError(
                f"{uri}: no such file under {self._root.url}; give the --input that was built from"
            ) from None
        if path != uri:
            return millimetre_png(data, steps_per_metre, uri), ".png"
        if path.lower().endswith((".jpg", ".jpeg")):
            return data, ".jpg"
        raise DataError(f"{uri}: expected an image (.jpg) or depth (.png#depth_scale=4000)")

    # inside

    def _cameras(self, files: ScanFiles, scene_id: str) -> CameraFile:
        return read_conf(*files.read(CAMERAS, f"{scene_id}.conf", "download undistorted_camera_parameters"))

    def _frames(self, files: ScanFiles, cameras: CameraFile, counts: Counter[str]) -> list[Frame]:
        color, depth = files.listing(COLOR), files.listing(DEPTH)
        return load_frames(cameras, color, depth, self._image_size, files.place(COLOR), counts)

    @cached_property
    def _labels(self) -> LabelMap:
        data = find_table(self._root, MAPPING_FILE, f"metadata/{MAPPING_FILE}")
        return LabelMap() if data is None else read_label_map(data, MAPPING_FILE)

    @cached_property
    def _splits(self) -> RoomSplits:
        names = {split: f"scenes_{split}.txt" for split in SPLITS}
        lists = {
            split: listed_ids(find_table(self._root, name, f"tasks/benchmark/{name}")) for split, name in names.items()
        }
        return RoomSplits(lists, self.room_of)

    def _folders(self, place: str) -> list[str]:
        try:
            return [entry.name for entry in self._root.scan(place) if entry.is_dir]
        except FileNotFoundError:
            return []

    def _files(self, scene_id: str) -> ScanFiles:
        """Without entries for a scan that is not there."""
        files = ScanFiles(self._root, self._archives, "no such scan")
        for place in _PLACES if _SCAN.fullmatch(scene_id) else ():
            files = ScanFiles(self._root, self._archives, f"{place}/{scene_id}".lstrip("/"))
            if files.entries:
                break
        return files

    def _image_size(self, uri: str) -> Size | None:
        heads = (self._archives.read_start(uri, length) for length in _HEADS)
        return next((size for size in map(size_from_header, heads) if size), None)
