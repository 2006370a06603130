"""Cameras of the undistorted images: `undistorted_camera_parameters/<scan>.conf`.

A line is a command. `intrinsics_matrix` holds for all `scan` lines up to the next one, so that the file is read as a
state machine; it recurs for every panorama and camera.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from factory.errors import DataError
from factory.sources.cameras import nearest_rigid, pose_faults

# x right, y up, z backward in the file (OpenGL); x right, y down, z forward here.
_FILE_FROM_CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])
_IMAGE = re.compile(r"(?P<pano>[\w-]+)_(?P<kind>[di])(?P<camera>[0-2])_(?P<yaw>[0-5])\.(?:png|jpg)")

BAD_LINE, NO_INTRINSICS = "frame: line of .conf malformed", "frame: no intrinsics in .conf"
LISTED_TWICE, CUT_OFF = "frame: listed twice in .conf", "frame: .conf ends before it"


@dataclass(frozen=True)
class ConfImage:
    """One of a panorama's 18 images: `camera` 0 looks up, 1 level, 2 down, each at six `yaw` stops.

    depth, color : file names in `undistorted_depth_images/` and `undistorted_color_images/`;
    world_from_camera : (4, 4), x right, y down, z forward;
    file_intrinsics : (3, 3) [px] as in the file, with the image's origin in the lower left corner.
    """

    pano: str
    camera: int
    yaw: int
    depth: str
    color: str
    file_intrinsics: np.ndarray
    world_from_camera: np.ndarray

    @property
    def frame_id(self) -> str:
        return f"{self.pano}_{self.camera}_{self.yaw}"

    def intrinsics(self, height: int) -> np.ndarray:
        """(3, 3) [px, centre of the top-left pixel is (0, 0)] for an image file of that height."""
        intrinsics: np.ndarray = self.file_intrinsics.copy()
        intrinsics[0, 2] -= 0.5
        intrinsics[1, 2] = height - intrinsics[1, 2] - 0.5  # the file counts rows upward from the lower edge
        return intrinsics


@dataclass
class CameraFile:
    """The images in the order of the file, and what was left out by reason."""

    images: list[ConfImage] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)


@dataclass
class _Listed:
    """A `scan` line whose numbers are not looked at yet."""

    names: tuple[re.Match[str], str]
    intrinsics: np.ndarray
    numbers: np.ndarray


def read_conf(data: bytes, name: str) -> CameraFile:
    """What the file says. Lines that cannot be used are counted; raises DataError where none can."""
    result = CameraFile()
    counts = result.rejected
    intrinsics: np.ndarray | None = None
    announced = scan_lines = 0
    listed: dict[tuple[str, ...], _Listed] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        command, *fields = line.split() or [""]
        if command == "intrinsics_matrix":
            intrinsics = _intrinsics(fields)
        elif command == "n_images" and len(fields) == 1 and fields[0].isdecimal():
            announced = int(fields[0])
        elif command == "scan":
            scan_lines += 1
            found = _scan(fields)
            if found is None:
                counts[BAD_LINE] += 1
            elif intrinsics is None:
                counts[NO_INTRINSICS] += 1
            else:
                image, numbers = found
                key = image.group("pano", "camera", "yaw")
                counts[LISTED_TWICE] += key in listed
                listed.setdefault(key, _Listed((image, fields[1]), intrinsics, numbers))
    counts[CUT_OFF] += max(announced - scan_lines, 0)
    result.images = _images(list(listed.values()), counts)
    if not result.images:
        told = ", ".join(f"{reason}: {n}" for reason, n in sorted(counts.items()) if n) or "no scan lines"
        raise DataError(
            f"{name}: expected cameras in lines of 'scan', found no usable one ({told}); download it again"
        )
    return result


def _intrinsics(fields: list[str]) -> np.ndarray | None:
    """(3, 3), or None for what is no matrix of a pinhole camera: what follows must not get an earlier one."""
    numbers = _numbers(fields)
    if numbers is None or numbers.size != 9 or not np.isfinite(numbers).all():
        return None
    matrix = numbers.reshape(3, 3)
    is_pinhole = matrix[0, 0] > 0 and matrix[1, 1] > 0 and np.array_equal(matrix[2], (0.0, 0.0, 1.0))
    return matrix if is_pinhole and not matrix[1, 0] else None


def _scan(fields: list[str]) -> tuple[re.Match[str], np.ndarray] | None:
    """The depth image's name and 16 numbers; None for a line that is damaged."""
    if len(fields) != 18:
        return None
    depth, color = (_IMAGE.fullmatch(field) for field in fields[:2])
    numbers = _numbers(fields[2:])
    if depth is None or color is None or numbers is None or (depth["kind"], color["kind"]) != ("d", "i"):
        return None
    parts = ("pano", "camera", "yaw")
    return (depth, numbers) if depth.group(*parts) == color.group(*parts) else None


def _numbers(fields: list[str]) -> np.ndarray | None:
    try:
        return np.array(fields, dtype=np.float64)
    except ValueError:
        return None


def _images(listed: list[_Listed], counts: Counter[str]) -> list[ConfImage]:
    if not listed:
        return []
    matrices = np.stack([one.numbers for one in listed]).reshape(-1, 4, 4)
    faults = pose_faults(matrices)
    counts.update(fault for fault in faults if fault)
    rigid = nearest_rigid(np.where(np.array(faults, dtype=bool)[:, None, None], np.eye(4), matrices))
    world_from_camera = rigid @ _FILE_FROM_CAMERA
    return [
        ConfImage(
            pano=depth["pano"],
            camera=int(depth["camera"]),
            yaw=int(depth["yaw"]),
            depth=depth[0],
            color=color,
            file_intrinsics=one.intrinsics,
            world_from_camera=world_from_camera[i],
        )
        for i, (one, fault) in enumerate(zip(listed, faults, strict=True))
        if not fault
        for depth, color in [one.names]
    ]
