"""The `key = value` file of a scene."""

from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import Size, nearest_rigid, parse_numbers, pose_faults


@dataclass(frozen=True)
class SceneMeta:
    """aligned_from_raw : (4, 4), takes mesh and cameras to axis-parallel walls and a floor at z = 0; None where the
    scene has none. Sizes are those of the recorded images; the intrinsics in this file are the uncalibrated ones of
    the device, and `colorToDepthExtrinsics` is already in the registered depth: neither is read."""

    aligned_from_raw: np.ndarray | None = None
    color_size: Size | None = None
    depth_size: Size | None = None


def aligned(raw_from_camera: np.ndarray, meta: SceneMeta) -> np.ndarray:
    """Cameras (n, 4, 4) in the world that the scene's alignment leads to."""
    return raw_from_camera if meta.aligned_from_raw is None else meta.aligned_from_raw @ raw_from_camera


def read_fields(data: bytes) -> dict[str, str]:
    """Fields by key; line ends and spaces around keys and values do not count."""
    lines = (line.partition("=") for line in data.decode("utf-8", "replace").splitlines())
    return {key.strip(): value.strip() for key, separator, value in lines if separator}


def read_meta(data: bytes, name: str) -> SceneMeta:
    """What `<scene>.txt` says."""
    fields = read_fields(data)
    return SceneMeta(
        aligned_from_raw=_alignment(fields["axisAlignment"], name) if "axisAlignment" in fields else None,
        color_size=_size(fields, "color"),
        depth_size=_size(fields, "depth"),
    )


def _alignment(text: str, name: str) -> np.ndarray:
    numbers = parse_numbers(text.encode())
    if numbers is None or numbers.size != 16:
        raise DataError(f"{name}: axisAlignment: expected 16 numbers, found {text[:60]!r}; download the file again")
    matrix = numbers.reshape(1, 4, 4)
    if pose_faults(matrix)[0]:
        raise DataError(
            f"{name}: axisAlignment: expected a rotation and a translation, found {text[:60]!r}; download the file "
            "again, or remove the line to use the scene as it was scanned"
        )
    aligned_from_raw: np.ndarray = nearest_rigid(matrix)[0]
    return aligned_from_raw


def _size(fields: dict[str, str], kind: str) -> Size | None:
    sides = [fields.get(kind + side, "") for side in ("Width", "Height")]
    if not all(side.isdigit() and int(side) > 0 for side in sides):
        return None
    return int(sides[0]), int(sides[1])
