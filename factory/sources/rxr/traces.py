"""Pose traces of RxR: where a guide looked while speaking, `<instruction>_guide_pose_trace.npz`."""

import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import pose_faults
from factory.sources.inputs import places_of_tables
from factory.sources.rxr.guides import FOLDERS
from factory.store.storage import Storage

Array = np.ndarray

# Traces that some releases hold in a damaged form.
CORRUPT = frozenset({31170, 39104, 63599, 83073, 102712, 105606, 110502})

# The viewer's world has y up: (x, y, z) of a house is (x, z, -y) there.
_WORLD_FROM_VIEWER = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1.0]])


@dataclass(frozen=True)
class Trace:
    """Samples (n) in order of time: seconds (n,) until the next one, positions (n, 3) [m, world: z up], unit
    directions (n, 3) of the view [world]."""

    seconds: Array
    positions: Array
    directions: Array


@dataclass(frozen=True)
class TraceFolder:
    """The traces of one list: the folder, and the sizes of its files by name; empty where there is none."""

    storage: Storage | None
    sizes: dict[str, int]

    @classmethod
    def find(cls, root: Storage, list_name: str) -> "TraceFolder":
        """`pose_traces/rxr_<list>`, in the root or beside it."""
        for folder in FOLDERS:
            for place in places_of_tables(root):
                storage = place.sub(f"{folder}pose_traces/rxr_{list_name}")
                try:
                    return cls(storage, {entry.name: entry.size for entry in storage.scan() if not entry.is_dir})
                except (FileNotFoundError, PermissionError):
                    continue
        return cls(None, {})

    def open(self, name: str) -> BinaryIO:
        """A file of the folder."""
        if self.storage is None:
            raise FileNotFoundError(name)
        return self.storage.open(name)


def trace_name(instruction_id: int) -> str:
    """The file of an instruction's guide."""
    return f"{instruction_id:06}_guide_pose_trace.npz"


def read_trace(file: BinaryIO, name: str) -> Trace:
    """A guide's trace. Raises DataError for a damaged one.

    Only numbers are read, nothing is unpickled: the viewpoints' names (`pano`) may be Python objects, and positions
    tell the viewpoints as well.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            time = np.asarray(arrays["time"], dtype=np.float64).ravel()
            matrices = np.asarray(arrays["extrinsic_matrix"], dtype=np.float64)
            # Row-major, unlike matrices in the viewer's memory.
            viewer_from_camera = matrices.reshape(-1, 4, 4)
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        EOFError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise DataError(f"{name}: not a pose trace ({error}); download it again") from error
    if len(time) != len(viewer_from_camera):
        raise DataError(f"{name}: {len(time)} times, {len(viewer_from_camera)} matrices; download it again")
    usable = np.array([not fault for fault in pose_faults(viewer_from_camera)]) & np.isfinite(time)
    if not usable.any():
        raise DataError(f"{name}: no sample with a time and a rigid matrix; download it again")
    order = np.flatnonzero(usable)[np.argsort(time[usable], kind="stable")]
    world_from_camera = _WORLD_FROM_VIEWER @ viewer_from_camera[order]
    return Trace(
        seconds=np.append(np.diff(time[order]), 0.0),
        positions=world_from_camera[:, :3, 3],
        directions=-world_from_camera[:, :3, 2],  # OpenGL cameras look along -z
    )
