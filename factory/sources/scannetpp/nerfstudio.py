"""`nerfstudio/transforms*.json`: lens and cameras in another world and other axes than the mesh has."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import MALFORMED, check_intrinsics, nearest_rigid, pose_faults
from factory.sources.segments import parse_json
from factory.sources.undistort import Lens

# The file's world has x and y exchanged and z down; both matrices are their own inverses.
_WORLD_FROM_FILE = np.array([[0.0, 1, 0, 0], [1, 0, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]])
_GL_FROM_CV = np.diag([1.0, -1.0, -1.0, 1.0])  # its cameras look along -z with y up

_PINHOLE, _OPENCV, _FISHEYE = "PINHOLE", "OPENCV", "OPENCV_FISHEYE"
_COEFFICIENTS = {_PINHOLE: (), _OPENCV: ("k1", "k2", "p1", "p2"), _FISHEYE: ("k1", "k2", "k3", "k4")}


@dataclass(frozen=True)
class Transforms:
    """What a file says. `entries` are its frames by file name, those for tests too."""

    name: str
    fields: Mapping[str, Any]
    entries: Mapping[str, Mapping[str, Any]]

    @property
    def bad(self) -> set[str]:
        """The names of blurred images."""
        return {name for name, entry in self.entries.items() if entry.get("is_bad") is True}

    @property
    def lens(self) -> Lens:
        """The camera of its images."""
        model = self.fields.get("camera_model")
        if model not in _COEFFICIENTS:
            raise DataError(f"{self.name}: expected a camera_model among {', '.join(_COEFFICIENTS)}, found {model!r}")
        try:
            focal_x, focal_y, x, y = (float(self.fields[key]) for key in ("fl_x", "fl_y", "cx", "cy"))
            size = (int(self.fields["w"]), int(self.fields["h"]))
            coefficients = tuple(float(self.fields[key]) for key in _COEFFICIENTS[model])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{self.name}: expected numbers fl_x, fl_y, cx, cy, w, h and those of {model} ({error}); "
                "download the file again"
            ) from None
        # as COLMAP, which has the centre of the top-left pixel at (0.5, 0.5)
        intrinsics = check_intrinsics(np.array([[focal_x, 0, x - 0.5], [0, focal_y, y - 0.5], [0, 0, 1]]), self.name)
        if min(size) <= 0 or not np.isfinite(coefficients).all():
            raise DataError(
                f"{self.name}: expected a camera, found w, h = {size} and {coefficients}; download it again"
            )
        return Lens("OPENCV_FISHEYE" if model == _FISHEYE else "OPENCV", intrinsics, coefficients or (0.0,) * 4, size)

    def cameras(self, counts: Counter[str]) -> dict[str, np.ndarray]:
        """`world_from_camera` (4, 4) by file name; `counts` takes those that are left out, by reason."""
        matrices = {}
        for name, entry in self.entries.items():
            try:
                matrices[name] = np.array(entry.get("transform_matrix"), dtype=np.float64).reshape(4, 4)
            except (TypeError, ValueError):
                counts[MALFORMED] += 1
        if not matrices:
            return {}
        stack = np.stack(list(matrices.values()))
        faults = pose_faults(stack)
        counts.update(fault for fault in faults if fault)
        # the file's world to the mesh's, and GL's camera axes to OpenCV's
        world_from_camera = _WORLD_FROM_FILE @ nearest_rigid(np.nan_to_num(stack)) @ _GL_FROM_CV
        return {
            name: camera for name, camera, fault in zip(matrices, world_from_camera, faults, strict=True) if not fault
        }


def read_transforms(data: bytes, name: str) -> Transforms:
    """A file's contents. Raises DataError for a damaged one."""
    parsed = parse_json(data, name)
    fields = parsed if isinstance(parsed, dict) else {}
    lists = [value for value in (fields.get("frames"), fields.get("test_frames")) if isinstance(value, list)]
    listed = [
        entry
        for entries in lists
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("file_path"), str)
    ]
    if not listed:
        raise DataError(f"{name}: expected frames with a file_path each, found none; download the file again")
    return Transforms(name, fields, {entry["file_path"].rpartition("/")[2]: entry for entry in listed})
