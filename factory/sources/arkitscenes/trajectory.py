"""Camera poses by time: `lowres_wide.traj`."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from factory.errors import DataError
from factory.geometry.transforms import inverse
from factory.sources.cameras import NOT_FINITE
from factory.sources.frames import told

MALFORMED_LINE = "frame: malformed line of poses"
SAME_TIME = "frame: a second pose of the same time"


@dataclass(frozen=True)
class Trajectory:
    """times : (n,) [s], ascending; world_from_camera : (n, 4, 4)."""

    times: np.ndarray
    world_from_camera: np.ndarray


def read_trajectory(data: bytes, name: str, counts: Counter[str]) -> Trajectory:
    """The poses of a capture; why lines were left out goes to `counts`.

    A line holds the time [s], a rotation as axis times angle [rad], and a translation [m]: those of the transform from
    the world to the camera, which is inverted here. The world's z is up; camera axes are x right, y down, z forward.
    """
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    rows = [numbers for line in lines if (numbers := _seven(line))]
    counts[MALFORMED_LINE] += len(lines) - len(rows)
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    finite = np.isfinite(table).all(axis=1)
    counts[NOT_FINITE] += int((~finite).sum())
    table = table[finite]
    times, first = np.unique(table[:, 0], return_index=True)
    counts[SAME_TIME] += len(table) - len(times)
    if not len(times):
        raise DataError(
            f"{name}: expected lines of a time, three numbers of a rotation and three of a translation, found no "
            f"usable one ({told(counts)}); download it again"
        )
    camera_from_world = np.tile(np.eye(4), (len(times), 1, 1))
    camera_from_world[:, :3, :3] = Rotation.from_rotvec(table[first, 1:4]).as_matrix()
    camera_from_world[:, :3, 3] = table[first, 4:7]
    return Trajectory(times, inverse(camera_from_world))


def _seven(line: str) -> list[float] | None:
    try:
        numbers = [float(word) for word in line.split()]
    except ValueError:
        return None
    return numbers if len(numbers) == 7 else None
