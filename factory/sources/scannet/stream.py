"""Frames inside a `.sens` stream."""

from collections import Counter

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import (
    Calibration,
    Size,
    check_intrinsics,
    intrinsics_for,
    nearest_rigid,
    pose_faults,
)
from factory.sources.frames import EMPTY_COLOR, UNREADABLE_COLOR, common_size, told
from factory.sources.images import size_from_header
from factory.sources.scannet.meta import SceneMeta, aligned
from factory.sources.scannet.sens import SensIndex
from factory.store.storage import Storage
from schemas.scene import Frame

CUT_OFF = "frame: the stream ends before it"


def load_stream(storage: Storage, path: str, index: SensIndex, meta: SceneMeta, counts: Counter[str]) -> list[Frame]:
    """The frames of a `.sens` stream; a frame's number is its place in the stream."""
    header = index.header
    if not header.frame_count:
        raise DataError(f"{path}: expected frames, found none; download the file again")
    counts[CUT_OFF] += header.frame_count - len(index.heads)
    faults = pose_faults(index.world_from_camera)
    faults = [fault or ("" if size else EMPTY_COLOR) for fault, size in zip(faults, index.color_bytes, strict=True)]
    counts.update(fault for fault in faults if fault)
    kept = np.array([i for i, fault in enumerate(faults) if not fault], dtype=np.int64)
    if not len(kept):
        raise DataError(f"{path}: no usable frame ({told(counts)}); download the file again")

    def size_of(i: int) -> Size | None:
        if header.color_compression == 0:
            return header.color_size
        at, length = int(index.color_at[kept[i]]), int(index.color_bytes[kept[i]])
        return size_from_header(storage.read_range(path, at, at + length))

    size, unreadable = common_size(len(kept), size_of, path)
    counts[UNREADABLE_COLOR] += len(unreadable)
    intrinsics = intrinsics_for(
        size,
        Calibration(check_intrinsics(header.intrinsic_color[:3, :3], path), header.color_size),
        Calibration(header.intrinsic_depth[:3, :3], header.depth_size),
        path,
    )
    world_from_camera = aligned(nearest_rigid(index.world_from_camera[kept]), meta)
    return [
        Frame(
            frame_id=str(number),
            index=int(number),
            image=f"{path}#frame={number}",
            depth=f"{path}#depth={number}" if index.has_depth and index.depth_bytes[number] else None,
            width=size[0],
            height=size[1],
            intrinsics=intrinsics,
            world_from_camera=world_from_camera[i],
        )
        for i, number in enumerate(kept)
        if i not in unreadable
    ]
