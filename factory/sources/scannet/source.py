"""ScanNet scenes, and everything else in its layout.

A scene is a folder `scene0000_00` under the input root (or under `scans/` in it) with

    <scene>_vh_clean_2.ply  <scene>_vh_clean_2.0.010000.segs.json  <scene>.aggregation.json  <scene>.txt
    color/ depth/ pose/ intrinsic/, or frame-000000.color.jpg ... with _info.txt, or <scene>.sens

Exported frames come first where there are both. Frame numbers are the original ones. Images in a stream are
`<scene>.sens#frame=12` (colour) and `<scene>.sens#depth=12` (its depth as a 16-bit PNG [mm]).
`scannetv2-labels.combined.tsv` and `scannetv2_{train,val,test}.txt` are used when they lie in the root or beside it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from factory.errors import DataError
from factory.geometry.transforms import transform_points
from factory.sources.base import FileHasher
from factory.sources.depth_files import millimetre_png
from factory.sources.faces import face_objects
from factory.sources.inputs import MISSING, digest_or_missing, find_table, folders_below, read_required
from factory.sources.labels import LABEL_MAP_FILE, LabelMap, read_label_map
from factory.sources.ply import read_ply
from factory.sources.scannet.export import ExportedFrames, find_exported, load_exported
from factory.sources.scannet.meta import SceneMeta, read_meta
from factory.sources.scannet.objects import SEGMENTS_SUFFIX, read_objects, read_segments
from factory.sources.scannet.sens import SensIndex, read_color, read_depth, read_index
from factory.sources.scannet.stream import load_stream
from factory.sources.splits import SPLITS, RoomSplits, listed_ids
from factory.store.hashing import digest_of
from factory.store.storage import Entry, Storage
from schemas.scene import Frame, Mesh, Scene

_SCENE = re.compile(r"scene\d+_\d+")
_IN_STREAM = re.compile(r"(?P<path>.+\.sens)#(?P<kind>frame|depth)=(?P<number>\d+)")
_SUFFIXES = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}
_BELOW = "scans"


@dataclass(frozen=True)
class _SceneFiles:
    """The folder of a scene, relative to the root, and its children by name."""

    scene_id: str
    folder: str
    entries: dict[str, Entry]

    def path(self, suffix: str) -> str:
        return f"{self.folder}/{self.scene_id}{suffix}"

    def has(self, suffix: str) -> bool:
        return f"{self.scene_id}{suffix}" in self.entries


class ScanNetSource:
    """Scenes in the ScanNet layout under `root`."""

    name = "scannet"
    version = 1

    def __init__(self, root: Storage) -> None:
        self._root = root
        self._stream: tuple[str, tuple[int, str], SensIndex] | None = None

    def __reduce__(self) -> tuple[type["ScanNetSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Ids of all scene folders, sorted."""
        return folders_below(self._root, _SCENE, _BELOW, "the folder that holds the scene folders")

    def room_of(self, scene_id: str) -> str:
        """`scene0000` of its scans `scene0000_00`, `scene0000_01`, ..."""
        return scene_id.partition("_")[0]

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Mesh, annotation, poses and intrinsics by content, images by path and size; see `Source`."""
        files = self._files(scene_id)
        contents = {
            "mesh": "_vh_clean_2.ply",
            "segments": SEGMENTS_SUFFIX,
            "aggregation": ".aggregation.json",
            "meta": ".txt",
        }
        digests = {
            name: digest_or_missing(hasher.content, files.path(suffix)) if files.has(suffix) else MISSING
            for name, suffix in contents.items()
        }
        frames = self._find_frames(files)
        if isinstance(frames, ExportedFrames):
            for kind in ("color", "depth"):
                listed = [f"{path}\t{size}" for path, size in frames.files[kind].values()]
                digests[kind] = digest_of(listed) if listed else MISSING
            digests["poses"] = self._poses_digest(frames, hasher)
            calibration = [*frames.intrinsics.values(), *([frames.info] if frames.info else [])]
            digests["intrinsics"] = (
                digest_of(digest_or_missing(hasher.content, path) for path in calibration) if calibration else MISSING
            )
        else:
            heads = partial(self._heads, frames)
            digests["stream"] = (
                digest_or_missing(hasher.derived, frames, "heads 1", heads) if files.has(".sens") else MISSING
            )
        digests["labels"] = self._labels_digest()
        digests["split"] = self._splits.split_of(scene_id)
        return digests

    def load(self, scene_id: str) -> Scene:
        """The scene, with mesh and cameras aligned to the axes where `<scene>.txt` says how."""
        files = self._files(scene_id)
        if not files.entries:
            raise DataError(f"{scene_id}: no folder of this name with files in it; download the scene")
        counts: Counter[str] = Counter()
        mesh_path, aggregation_path = files.path("_vh_clean_2.ply"), files.path(".aggregation.json")
        aggregation = read_required(
            self._root,
            aggregation_path,
            "it names the objects, and scans of the test set have none: leave those out, or download it",
        )
        vertices, faces = read_ply(
            read_required(self._root, mesh_path, "download the lower resolution mesh"), mesh_path
        )
        segments_path = files.path(SEGMENTS_SUFFIX)
        segments = read_segments(
            read_required(self._root, segments_path, "download it with the mesh"), segments_path, len(vertices)
        )
        objects, vertex_object, left_out = read_objects(aggregation, aggregation_path, segments, self._labels)
        counts.update(left_out)
        meta = SceneMeta()
        if files.has(".txt"):
            meta = read_meta(read_required(self._root, files.path(".txt"), "download it"), files.path(".txt"))
        frames = self._load_frames(files, meta, counts)
        if meta.aligned_from_raw is not None:
            vertices = transform_points(meta.aligned_from_raw, vertices.astype(np.float64)).astype(np.float32)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=self._splits.split_of(scene_id),
            mesh=Mesh(vertices=vertices, faces=faces, face_object=face_objects(faces, vertex_object)),
            objects=objects,
            frames=frames,
            axis_aligned=meta.aligned_from_raw is not None,
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The bytes of an image; depth is a 16-bit PNG [mm] whatever it is stored as."""
        in_stream = _IN_STREAM.fullmatch(uri)
        try:
            if in_stream:
                return self._read_from_stream(uri, in_stream["path"], in_stream["kind"], int(in_stream["number"]))
            suffix = uri[uri.rfind(".") :].lower()
            if suffix == ".pgm":
                return millimetre_png(self._root.read_bytes(uri), 1000.0, uri), ".png"
            if suffix in _SUFFIXES:
                return self._root.read_bytes(uri), _SUFFIXES[suffix]
        except FileNotFoundError:
            raise DataError(
                f"{uri}: no such file under {self._root.url}; give the --input that was built from"
            ) from None
        raise DataError(f"{uri}: expected an image (.jpg, .png, .pgm) or a frame of a .sens stream")

    # inside

    @cached_property
    def _labels(self) -> LabelMap:
        data = find_table(self._root, LABEL_MAP_FILE)
        return LabelMap() if data is None else read_label_map(data, LABEL_MAP_FILE)

    @cached_property
    def _splits(self) -> RoomSplits:
        lists = {split: listed_ids(find_table(self._root, f"scannetv2_{split}.txt")) for split in SPLITS}
        return RoomSplits(lists, self.room_of)

    def _files(self, scene_id: str) -> _SceneFiles:
        """Empty for a scene that is not there."""
        if _SCENE.fullmatch(scene_id):
            for folder in (scene_id, f"{_BELOW}/{scene_id}"):
                try:
                    return _SceneFiles(scene_id, folder, {entry.name: entry for entry in self._root.scan(folder)})
                except FileNotFoundError:
                    continue
        return _SceneFiles(scene_id, scene_id, {})

    def _find_frames(self, files: _SceneFiles) -> ExportedFrames | str:
        """Exported frames, or the path of the stream. An export that lacks images or poses yields to a stream."""
        exported = find_exported(self._root, files.folder, files.entries)
        if exported and (exported.is_usable or not files.has(".sens")):
            return exported
        return files.path(".sens")

    def _load_frames(self, files: _SceneFiles, meta: SceneMeta, counts: Counter[str]) -> list[Frame]:
        found = self._find_frames(files)
        if isinstance(found, ExportedFrames):
            return load_exported(self._root, found, meta, counts)
        if not files.has(".sens"):
            raise DataError(
                f"{files.folder}: expected frames in color/, depth/, pose/ and intrinsic/, or {files.scene_id}.sens, "
                "found neither; download the stream or export its frames"
            )
        return load_stream(self._root, found, self._stream_index(found), meta, counts)

    def _poses_digest(self, frames: ExportedFrames, hasher: FileHasher) -> str:
        if not frames.files["pose"]:
            return MISSING
        poses = sorted(frames.files["pose"].items())

        def digest() -> str:
            contents = self._root.read_many([path for _, (path, _) in poses])
            return digest_of(part for (n, _), data in zip(poses, contents, strict=True) for part in (str(n), data))

        folder, children = frames.folders["pose"], frames.children["pose"]
        return digest_or_missing(hasher.derived, folder, "poses 1", digest, children)

    def _labels_digest(self) -> str:
        try:
            return self._labels.digest
        except DataError:
            return "unreadable"

    def _heads(self, path: str) -> str:
        try:
            index = self._stream_index(path)
        except DataError as error:
            return digest_of(["unreadable", str(error)])
        return digest_of([index.header_bytes, *index.heads])

    def _stream_index(self, path: str) -> SensIndex:
        """The index of a stream; that of the last one is kept, since its frames are asked for one after the other."""
        stamp = self._root.stat(path)
        known = self._stream
        if known is None or known[:2] != (path, stamp):
            known = self._stream = (path, stamp, read_index(self._root, path))
        return known[2]

    def _read_from_stream(self, uri: str, path: str, kind: str, number: int) -> tuple[bytes, str]:
        index = self._stream_index(path)
        if number >= len(index.heads):
            raise DataError(f"{uri}: the stream has {len(index.heads)} frames; give the --input that was built from")
        if kind == "depth":
            return read_depth(self._root, path, index, number), ".png"
        return read_color(self._root, path, index, number)
