"""ARKitScenes captures: videos of a tablet with depth, poses, a mesh, and boxes around furniture.

A capture is a folder `3dod/{Training,Validation}/<video>` or `raw/{Training,Validation}/<video>` (or any later part of
that path) under the input root, with

    <video>_3dod_annotation.json  <video>_3dod_mesh.ply  lowres_wide.traj
    lowres_wide/ lowres_wide_intrinsics/ lowres_depth/   <video>_<seconds>.{png,pincam,png}
    wide/, vga_wide/ and their intrinsics, in raw only: the same camera in more pixels

Poses and images are in `<video>_frames/` in 3dod. Images of `wide` or `vga_wide` come first where at least 32 of
them have a pose, since they show more. Images are turned upright, each as its pose tells (`#rotate=90`).
`metadata.csv` and `{3dod,raw}_train_val_splits.csv` are used when they lie in the root, in the data set's folder or
beside the root. What has no annotated box belongs to no object: walls and floors are only mesh.
"""

from collections import Counter
from functools import cached_property

from factory.errors import DataError
from factory.sources.arkitscenes.annotation import read_annotation
from factory.sources.arkitscenes.frames import load_frames
from factory.sources.arkitscenes.layout import (
    Capture,
    Recording,
    find_capture,
    find_recording,
    list_captures,
)
from factory.sources.arkitscenes.tables import FOLDS, Tables, read_tables
from factory.sources.arkitscenes.trajectory import read_trajectory
from factory.sources.base import FileHasher
from factory.sources.box_objects import objects_in_boxes
from factory.sources.inputs import MISSING, digest_or_missing, read_required
from factory.sources.ply import read_ply
from factory.sources.splits import SPLITS, RoomSplits
from factory.sources.upright import split_rotated_uri, turned_png
from factory.store.hashing import digest_of
from factory.store.storage import Storage
from schemas.scene import Mesh, Scene

_SUFFIXES = {".png": ".png", ".jpg": ".jpg", ".jpeg": ".jpg"}
_UNREADABLE = "unreadable"
_FRAME_DIGESTS = ("images", "depth", "intrinsics")


class ARKitScenesSource:
    """Captures in the ARKitScenes layout under `root`."""

    name = "arkitscenes"
    version = 1

    def __init__(self, root: Storage) -> None:
        self._root = root

    def __reduce__(self) -> tuple[type["ARKitScenesSource"], tuple[Storage]]:
        return type(self), (self._root,)

    def list_scenes(self) -> list[str]:
        """Ids of all captures, sorted."""
        if not self._root.is_dir(""):
            raise DataError(f"{self._root.url}: no such folder; give the folder that holds 3dod/, or the captures")
        return sorted(list_captures(self._root))

    def room_of(self, scene_id: str) -> str:
        """The visit that a capture was made on, since one home is captured several times; the capture itself where
        the tables name no visit."""
        return self._tables.visits.get(scene_id, scene_id)

    def input_digests(self, scene_id: str, hasher: FileHasher) -> dict[str, str]:
        """Mesh, annotation, poses and intrinsics by content, images by path and size; see `Source`."""
        capture = find_capture(self._root, scene_id)
        digests = dict.fromkeys(("mesh", "annotation", "poses", *_FRAME_DIGESTS), MISSING)
        if capture is not None:
            contents = {"mesh": capture.mesh, "annotation": capture.annotation, "poses": capture.trajectory}
            digests |= {name: digest_or_missing(hasher.content, path) for name, path in contents.items()}
            if digests["poses"] != MISSING:
                digests |= self._frame_digests(capture, digests["poses"], hasher)
        try:
            digests["split"] = self._splits.split_of(scene_id)
            digests["sky"] = str(self._tables.sky_turns.get(scene_id))
        except DataError:
            digests["split"] = digests["sky"] = _UNREADABLE
        return digests

    def load(self, scene_id: str) -> Scene:
        """The capture in its own world: z up, origin and heading as the device began."""
        capture = find_capture(self._root, scene_id)
        if capture is None:
            raise DataError(f"{scene_id}: no folder of this name with files in it; download the capture")
        counts: Counter[str] = Counter()
        annotation = read_required(
            self._root, capture.annotation, "it names the objects: download it, or leave the capture out"
        )
        boxes = read_annotation(annotation, capture.annotation, counts)
        vertices, faces = read_ply(
            read_required(self._root, capture.mesh, "download the mesh of the capture"), capture.mesh
        )
        poses = read_required(
            self._root, capture.trajectory, "it holds the camera poses, and some captures have none: leave those out"
        )
        trajectory = read_trajectory(poses, capture.trajectory, counts)
        recording = find_recording(self._root, capture, trajectory.times)
        frames = load_frames(self._root, recording, trajectory, self._tables.sky_turns.get(scene_id), counts)
        objects, face_object, empty = objects_in_boxes(boxes, vertices, faces)
        counts.update(empty)
        return Scene(
            source=self.name,
            scene_id=scene_id,
            split=self._splits.split_of(scene_id),
            mesh=Mesh(vertices=vertices, faces=faces, face_object=face_object),
            objects=objects,
            frames=frames,
            axis_aligned=False,
            rejected={reason: n for reason, n in sorted(counts.items()) if n},
        )

    def read_media(self, uri: str) -> tuple[bytes, str]:
        """The bytes of an image or depth map [mm], turned upright where the URI says so."""
        path, turns = split_rotated_uri(uri)
        suffix = _SUFFIXES.get(path[path.rfind(".") :].lower())
        if suffix is None:
            raise DataError(f"{uri}: expected an image (.png, .jpg), maybe with #rotate=90, 180 or 270")
        try:
            data = self._root.read_bytes(path)
        except FileNotFoundError:
            raise DataError(
                f"{uri}: no such file under {self._root.url}; give the --input that was built from"
            ) from None
        return (turned_png(data, turns, uri), ".png") if turns else (data, suffix)

    # inside

    @cached_property
    def _tables(self) -> Tables:
        return read_tables(self._root)

    @cached_property
    def _splits(self) -> RoomSplits:
        splits = self._tables.splits
        if not splits:  # the folders say it too
            folds = {video: above.rpartition("/")[2] for video, above in list_captures(self._root).items()}
            splits = {video: FOLDS[fold] for video, fold in folds.items() if fold in FOLDS}
        lists = {split: [video for video, its in splits.items() if its == split] for split in SPLITS}
        return RoomSplits(lists, self.room_of)

    def _frame_digests(self, capture: Capture, poses: str, hasher: FileHasher) -> dict[str, str]:
        """Of the images, depth maps and intrinsics that the scene's frames are taken from."""
        try:
            times = read_trajectory(self._root.read_bytes(capture.trajectory), capture.trajectory, Counter()).times
            recording = find_recording(self._root, capture, times)
        except (DataError, PermissionError):
            return dict.fromkeys(_FRAME_DIGESTS, _UNREADABLE)
        digests = {
            kind: digest_of(f"{one.path}\t{one.size}" for one in recording.listed[kind])
            for kind in ("images", "depth")
        }
        folder = recording.listed["intrinsics"][0].path.rpartition("/")[0]
        kind = f"intrinsics 1 {recording.folder} {poses}"  # those of images with a pose
        digests["intrinsics"] = digest_or_missing(hasher.derived, folder, kind, lambda: self._intrinsics(recording))
        return digests

    def _intrinsics(self, recording: Recording) -> str:
        paths = [moment.intrinsics for moment in recording.moments]
        contents = self._root.read_many(paths)
        return digest_of(part for path, data in zip(paths, contents, strict=True) for part in (path, data))
