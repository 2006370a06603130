"""Frames exported to folders (`color/12.jpg`), or flat with `frame-` names (`frame-000012.color.jpg`)."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import (
    Calibration,
    Size,
    check_intrinsics,
    intrinsics_for,
    nearest_rigid,
    parse_intrinsics,
    parse_numbers,
    parse_poses,
)
from factory.sources.frames import EMPTY_COLOR, UNREADABLE_COLOR, common_size, told
from factory.sources.images import read_image_size
from factory.sources.scannet.meta import SceneMeta, aligned, read_fields
from factory.store.storage import Entry, Storage
from schemas.scene import Frame

_KINDS = {"color": "jpg|jpeg|png", "depth": "png|pgm", "pose": "txt"}
_NAMES = {
    kind: re.compile(rf"(?:frame-)?(\d+)(?:\.{kind})?\.(?:{suffixes})", re.IGNORECASE)
    for kind, suffixes in _KINDS.items()
}
_ANY_NAME = {kind: re.compile(rf"[^.].*\.(?:{suffixes})", re.IGNORECASE) for kind, suffixes in _KINDS.items()}
_INTRINSIC_FOLDERS = ("intrinsic", "intrinsics")
_INTRINSICS = ("intrinsic/intrinsic_{}.txt", "intrinsics/intrinsic_{}.txt", "intrinsics_{}.txt", "intrinsic_{}.txt")
_INFO = "_info.txt"

NO_COLOR, NO_POSE = "frame: no colour image", "frame: no pose"
SECOND_FILE, NO_NUMBER = "frame: a second file of the same number", "frame: a file without a number"


@dataclass
class ExportedFrames:
    """Files by frame number, as (path, bytes), and the folders that hold them, with all their children; paths
    relative to the input root."""

    folder: str
    files: dict[str, dict[int, tuple[str, int]]] = field(default_factory=lambda: {kind: {} for kind in _KINDS})
    folders: dict[str, str] = field(default_factory=dict)
    children: dict[str, Collection[Entry]] = field(default_factory=dict)
    intrinsics: dict[str, str] = field(default_factory=dict)
    info: str | None = None
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def is_usable(self) -> bool:
        return bool(self.files["color"] and self.files["pose"])

    def add(self, kind: str, folder: str, entries: Collection[Entry]) -> None:
        """Takes the files of one kind among the children of a folder."""
        self.folders[kind], self.children[kind] = folder, entries
        for entry in entries:
            match = None if entry.is_dir else _NAMES[kind].fullmatch(entry.name)
            if match is None:
                is_stray = folder != self.folder and not entry.is_dir and _ANY_NAME[kind].fullmatch(entry.name)
                self.left_out[NO_NUMBER] += bool(is_stray)
                continue
            number = int(match[1])
            if number in self.files[kind]:
                self.left_out[SECOND_FILE] += 1
            else:
                self.files[kind][number] = (f"{folder}/{entry.name}", entry.size)


def find_exported(storage: Storage, folder: str, entries: Mapping[str, Entry]) -> ExportedFrames | None:
    """The exported frames of a scene folder with these children; None where nothing looks like an export."""
    found = ExportedFrames(folder)
    folders = {kind for kind in _KINDS if kind in entries and entries[kind].is_dir}
    flat = any(name.startswith("frame-") for name in entries)
    if not flat and not folders & {"color", "pose"}:
        return None
    for kind in _KINDS:
        if kind in folders:
            found.add(kind, f"{folder}/{kind}", storage.scan(f"{folder}/{kind}"))
        elif flat:
            found.add(kind, folder, entries.values())
    below = [name for name in _INTRINSIC_FOLDERS if name in entries and entries[name].is_dir]
    present = set(entries) | {f"{name}/{entry.name}" for name in below for entry in storage.scan(f"{folder}/{name}")}
    for kind in ("color", "depth"):
        names = [pattern.format(kind) for pattern in _INTRINSICS if pattern.format(kind) in present]
        if names:
            found.intrinsics[kind] = f"{folder}/{names[0]}"
    found.info = f"{folder}/{_INFO}" if _INFO in entries else None
    return found


def load_exported(storage: Storage, exported: ExportedFrames, meta: SceneMeta, counts: Counter[str]) -> list[Frame]:
    """The frames that have colour and a pose, in order; why others were left out goes to `counts`."""
    colors, depths, poses = (exported.files[kind] for kind in _KINDS)
    color_folder, pose_folder = (exported.folders.get(k, f"{exported.folder}/{k}") for k in ("color", "pose"))
    if not colors:
        raise DataError(f"{color_folder}: expected colour images <i>.jpg, found none; export the frames again")
    if not poses:
        raise DataError(f"{pose_folder}: expected camera poses <i>.txt, found none; export the poses again")
    numbers = sorted(colors.keys() & poses.keys())
    if not numbers:
        raise DataError(
            f"{color_folder} and {pose_folder}: no frame has both an image and a pose, images are numbered from "
            f"{min(colors)} and poses from {min(poses)}; keep the original frame numbers and export both again"
        )
    counts.update(exported.left_out)
    counts[NO_POSE] += len(colors) - len(numbers)
    counts[NO_COLOR] += len(poses) - len(numbers)
    counts[EMPTY_COLOR] += sum(not colors[n][1] for n in numbers)
    numbers = [n for n in numbers if colors[n][1]]
    matrices, faults = parse_poses(storage.read_many([poses[n][0] for n in numbers]))
    counts.update(fault for fault in faults if fault)
    good = np.array([i for i, fault in enumerate(faults) if not fault], dtype=np.int64)
    if not len(good):
        raise DataError(f"{pose_folder}: no usable frame ({told(counts)}); export the frames again")
    kept = [numbers[i] for i in good]
    size, unreadable = common_size(len(kept), lambda i: read_image_size(storage, colors[kept[i]][0]), color_folder)
    counts[UNREADABLE_COLOR] += len(unreadable)
    first_depth = depths[min(depths)][0] if depths else None
    intrinsics = _exported_intrinsics(storage, exported, meta, size, first_depth)
    world_from_camera = aligned(nearest_rigid(matrices[good]), meta)
    return [
        Frame(
            frame_id=str(number),
            index=number,
            image=colors[number][0],
            depth=depths[number][0] if number in depths and depths[number][1] else None,
            width=size[0],
            height=size[1],
            intrinsics=intrinsics,
            world_from_camera=world_from_camera[i],
        )
        for i, number in enumerate(kept)
        if i not in unreadable
    ]


def _exported_intrinsics(
    storage: Storage, exported: ExportedFrames, meta: SceneMeta, size: Size, first_depth: str | None
) -> np.ndarray:
    depth_size = (read_image_size(storage, first_depth) if first_depth else None) or meta.depth_size
    if "color" in exported.intrinsics:
        name = exported.intrinsics["color"]
        color = Calibration(parse_intrinsics(storage.read_bytes(name), name), meta.color_size)
        depth = None
        if "depth" in exported.intrinsics and color.size != size:
            depth_name = exported.intrinsics["depth"]
            depth = Calibration(parse_intrinsics(storage.read_bytes(depth_name), depth_name), depth_size)
        return intrinsics_for(size, color, depth, name)
    if exported.info is None:
        raise DataError(
            f"{exported.folder}/{_INTRINSICS[0].format('color')}: missing; export the intrinsics with the frames "
            "(those in the scene's .txt are not calibrated)"
        )
    fields = read_fields(storage.read_bytes(exported.info))
    calibrations = []
    for kind in ("Color", "Depth"):
        numbers = parse_numbers(fields.get(f"m_calibration{kind}Intrinsic", "").encode())
        sides = [fields.get(f"m_{kind.lower()}{side}", "") for side in ("Width", "Height")]
        if numbers is None or numbers.size != 16:
            raise DataError(
                f"{exported.info}: m_calibration{kind}Intrinsic: expected 16 numbers; export the frames again"
            )
        calibrated_size = (int(sides[0]), int(sides[1])) if all(s.isdigit() and int(s) > 0 for s in sides) else None
        matrix = numbers.reshape(4, 4)[:3, :3]
        calibrations.append(Calibration(matrix, calibrated_size))
    check_intrinsics(calibrations[0].intrinsics, exported.info)
    return intrinsics_for(size, calibrations[0], calibrations[1], exported.info)
