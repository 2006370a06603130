"""Numbered frames: `frame-000000.color.png` (7-Scenes, 3RScan), or `color/ depth/ pose/` as ScanNet's are exported."""

from collections import Counter

import numpy as np

from factory.errors import DataError
from factory.sources.base import FileHasher
from factory.sources.cameras import check_intrinsics, parse_intrinsics, parse_numbers, parse_poses
from factory.sources.inputs import MISSING, digest_or_missing
from factory.sources.rgbd.cameras import RecordedCamera, camera_of
from factory.sources.rgbd.folder import SceneFolder
from factory.sources.rgbd.recording import NO_COLOR, NO_POSE, PosedImage, Recording
from factory.sources.scannet.export import ExportedFrames, find_exported
from factory.sources.scannet.meta import read_fields
from factory.store.hashing import digest_of

_BELOW = "sequence"  # where 3RScan's `sequence.zip` is unpacked
_FLAT = "frame-"
_FOLDERS = ("color", "pose")
_OWN_INTRINSICS = ("intrinsics.txt", "camera-intrinsics.txt")
_STEPS_PER_METRE = 1000.0

# 7-Scenes calibrated neither camera; this is what its authors took for depth, and its colour is taken to agree.
SEVEN_SCENES = RecordedCamera(585.0, 585.0, 320.0, 240.0, (640, 480))


class ExportedLayout:
    """A folder of numbered images and 4x4 poses."""

    name = "exported"

    def matches(self, folder: SceneFolder) -> bool:
        return _place(folder) is not None

    def digests(self, folder: SceneFolder, hasher: FileHasher) -> dict[str, str]:
        found = _found(folder)
        digests = {}
        for kind in ("color", "depth"):
            listed = [f"{path}\t{size}" for path, size in found.files[kind].values()]
            digests[kind] = digest_of(listed) if listed else MISSING
        digests["poses"] = _poses_digest(folder, found, hasher)
        calibrations = [path for paths in _calibration_files(folder, found) for path in paths]
        digests["intrinsics"] = (
            digest_of(digest_or_missing(hasher.content, path) for path in calibrations) if calibrations else MISSING
        )
        return digests

    def read(self, folder: SceneFolder) -> Recording:
        """Poses are world_from_camera with x right, y down, z forward as they stand; frames keep their numbers."""
        found = _found(folder)
        colors, depths, poses = (found.files[kind] for kind in ("color", "depth", "pose"))
        numbers = sorted(colors.keys() & poses.keys())
        if not numbers:
            raise DataError(
                f"{found.folder}: expected images and poses of the same numbers, found {len(colors)} images and "
                f"{len(poses)} poses with none in common; download or export the frames again"
            )
        counts = Counter(found.left_out)
        counts[NO_POSE] += len(colors) - len(numbers)
        counts[NO_COLOR] += len(poses) - len(numbers)
        matrices, faults = parse_poses(folder.root.read_many([poses[n][0] for n in numbers]))
        counts.update(fault for fault in faults if fault)
        color, depth, steps_per_metre, described_in = _calibration(folder, found)
        images = [
            PosedImage(
                str(n), n, _inside(folder, colors[n][0]), _inside(folder, depths[n][0]) if n in depths else None,
                color, matrix,
            )
            for n, matrix, fault in zip(numbers, matrices, faults, strict=True)
            if not fault
        ]  # fmt: skip
        return Recording(images, steps_per_metre, described_in, depth, counts)


def _place(folder: SceneFolder) -> str | None:
    """Where the frames lie, relative to the scene's folder; None where nothing looks like frames."""
    for rel in ("", _BELOW):
        entries = folder.children(rel)
        if any(name.startswith(_FLAT) for name in entries) or any(
            name in entries and entries[name].is_dir for name in _FOLDERS
        ):
            return rel
    return None


def _found(folder: SceneFolder) -> ExportedFrames:
    rel = _place(folder)
    found = None if rel is None else find_exported(folder.root, folder.inside(rel), folder.children(rel))
    return found or ExportedFrames(folder.path)


def _inside(folder: SceneFolder, path: str) -> str:
    return path.removeprefix(folder.path + "/")


def _poses_digest(folder: SceneFolder, found: ExportedFrames, hasher: FileHasher) -> str:
    poses = sorted(found.files["pose"].items())
    if not poses:
        return MISSING

    def digest() -> str:
        contents = folder.root.read_many([path for _, (path, _) in poses])
        return digest_of(part for (n, _), data in zip(poses, contents, strict=True) for part in (str(n), data))

    return digest_or_missing(hasher.derived, found.folders["pose"], "poses 1", digest)


def _calibration_files(folder: SceneFolder, found: ExportedFrames) -> tuple[list[str], list[str], list[str]]:
    """Files with intrinsics, relative to the input root: per kind of image, of the recorder, of our own. The first
    kind that is there counts."""
    places = [f"{rel}/{name}".removeprefix("/") for rel in (_place(folder) or "", "") for name in _OWN_INTRINSICS]
    own = [folder.inside(rel) for rel in places if folder.has(rel)]
    return [*found.intrinsics.values()], [found.info] if found.info else [], own[:1]


def _calibration(
    folder: SceneFolder, found: ExportedFrames
) -> tuple[RecordedCamera | None, RecordedCamera | None, float, str]:
    """Cameras of colour and depth (None where nothing tells), depth steps per metre, and the file that says so."""

    def matrix(path: str) -> np.ndarray:
        return parse_intrinsics(folder.read(_inside(folder, path), "export it again"), path)

    _, info, own = _calibration_files(folder, found)
    if "color" in found.intrinsics:
        depth = camera_of(matrix(found.intrinsics["depth"])) if "depth" in found.intrinsics else None
        return camera_of(matrix(found.intrinsics["color"])), depth, _STEPS_PER_METRE, found.intrinsics["color"]
    if info:
        fields = read_fields(folder.read(_inside(folder, info[0]), "export it again"))
        color, depth = (_recorded(fields, kind, info[0]) for kind in ("Color", "Depth"))
        return color, depth, _depth_shift(fields), info[0]
    if own:
        return camera_of(matrix(own[0])), None, _STEPS_PER_METRE, own[0]
    is_sequence = folder.path.rpartition("/")[2].startswith("seq-")
    return (SEVEN_SCENES if is_sequence else None), None, _STEPS_PER_METRE, folder.path


def _recorded(fields: dict[str, str], kind: str, name: str) -> RecordedCamera:
    """A camera of `_info.txt`."""
    key = f"m_calibration{kind}Intrinsic"
    numbers = parse_numbers(fields.get(key, "").encode())
    if numbers is None or numbers.size != 16:
        raise DataError(f"{name}: {key}: expected 16 numbers; export the frames again")
    sides = [fields.get(f"m_{kind.lower()}{side}", "") for side in ("Width", "Height")]
    size = (int(sides[0]), int(sides[1])) if all(s.isdigit() and int(s) > 0 for s in sides) else None
    return camera_of(check_intrinsics(numbers.reshape(4, 4)[:3, :3], name), size)


def _depth_shift(fields: dict[str, str]) -> float:
    numbers = parse_numbers(fields.get("m_depthShift", "").encode())
    return float(numbers[0]) if numbers is not None and numbers.size == 1 and numbers[0] > 0 else _STEPS_PER_METRE
