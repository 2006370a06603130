"""A room with a table and a screen on it in the on-disk layout of ARKitScenes, small enough to reason about by hand.

The world is the capture's own: z up, the floor at z = -1.2. Images are 8 x 6 pixels, 60 a second; every sixth has a
pose. Each image's pixels hold its place in the recording.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import trimesh
from scipy.spatial.transform import Rotation

from factory.sources.arkitscenes.source import ARKitScenesSource
from factory.sources.images import encode_colour_png, encode_depth_png
from factory.store.storage import Storage
from schemas.scene import Scene

VIDEO = "40753679"
SIZE = (8, 6)
PINCAM = "8 6 7.5 7.25 3.4 2.7"
INTRINSICS = np.array([[7.5, 0, 3.4], [0, 7.25, 2.7], [0, 0, 1]])
IMAGES, START = 19, 6845.706
POSED = (0, 6, 12, 18)
FLOOR = -1.2


@dataclass(frozen=True)
class Thing:
    """An annotated box: full lengths along axes turned about the vertical."""

    uid: str
    label: str
    center: tuple[float, float, float]
    lengths: tuple[float, float, float]
    yaw_deg: float = 0.0

    @property
    def axes(self) -> np.ndarray:
        """(3, 3), one axis per row."""
        return Rotation.from_euler("z", self.yaw_deg, degrees=True).as_matrix().T

    @property
    def aligned(self) -> dict[str, list[float]]:
        return {
            "centroid": list(self.center),
            "axesLengths": list(self.lengths),
            "normalizedAxes": self.axes.ravel().tolist(),
        }


TABLE = Thing("7a3e", "table", (2.0, 1.0, FLOOR + 0.35), (1.6, 0.8, 0.7), 30.0)
SCREEN = Thing("01bc", "tv_monitor", (2.0, 1.0, FLOOR + 0.95), (0.5, 0.1, 0.5), 30.0)


def time_of(place: int) -> float:
    """When the image at a place was recorded [s]."""
    return START + place / 60


def looking(eye: tuple, target: tuple, roll_deg: float = 0.0) -> np.ndarray:
    """`world_from_camera` (4, 4): x right, y down, z forward. Positive roll puts the sky on the image's left."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    upright = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, :3] = upright @ Rotation.from_euler("z", roll_deg, degrees=True).as_matrix()
    matrix[:3, 3] = eye
    return matrix


def traj_line(time: float, world_from_camera: np.ndarray) -> str:
    """A line of `lowres_wide.traj`: the inverse, as axis times angle and translation."""
    camera_from_world = np.linalg.inv(world_from_camera)
    numbers = [*Rotation.from_matrix(camera_from_world[:3, :3]).as_rotvec(), *camera_from_world[:3, 3]]
    return " ".join([f"{time:.8f}", *(repr(float(x)) for x in numbers)]) + "\n"


def _surface(thing: Thing) -> trimesh.Trimesh:
    box = trimesh.creation.box(thing.lengths).subdivide_to_size(0.12)
    placed = np.eye(4)
    placed[:3, :3], placed[:3, 3] = thing.axes.T, thing.center
    return box.apply_transform(placed)


def room_mesh() -> trimesh.Trimesh:
    """The floor, 4 x 3 m, then the surfaces of table and screen."""
    floor = trimesh.Trimesh([[0, 0, FLOOR], [4, 0, FLOOR], [4, 3, FLOOR], [0, 3, FLOOR]], [[0, 1, 2], [0, 2, 3]])
    return trimesh.util.concatenate([floor.subdivide_to_size(0.2), _surface(TABLE), _surface(SCREEN)])


@dataclass
class TinyCapture:
    """What is written; tests change it before. Cameras are by place in the recording."""

    video: str = VIDEO
    things: list[Thing] = field(default_factory=lambda: [TABLE, SCREEN])
    cameras: dict[int, np.ndarray] = field(
        default_factory=lambda: {i: looking((0.2, 0.1 + 0.05 * i, 0.3), (2.0, 1.0, -0.6)) for i in POSED}
    )
    pincams: dict[int, str] = field(default_factory=dict)
    size: tuple[int, int] = SIZE
    suffix: str = "png"

    def annotation(self) -> dict:
        """`obb` beside `obbAligned` is in centimetres in a frame with y up; `objectId` is the same for all."""
        entries = []
        for thing in self.things:
            x, y, z = thing.center
            obb = {"centroid": [100 * x, 100 * z, -100 * y], "axesLengths": [9.0, 8.0, 7.0]}
            obb["normalizedAxes"] = np.eye(3).ravel().tolist()
            segments = {"obb": obb, "obbAligned": thing.aligned}
            entries.append({"uid": thing.uid, "label": thing.label, "objectId": 1, "segments": segments})
        return {"data": entries, "stats": {}, "comment": "", "confirm": True, "skipped": False}

    def write(self, folder: Path, below: str | None = None) -> Path:
        """Writes the capture's folder. below : of the images, `<video>_frames` as in 3dod; "" as in raw."""
        folder.mkdir(parents=True)
        room_mesh().export(folder / f"{self.video}_3dod_mesh.ply")
        (folder / f"{self.video}_3dod_annotation.json").write_text(json.dumps(self.annotation()))
        self.write_frames(folder / (f"{self.video}_frames" if below is None else below))
        return folder

    def write_frames(self, frames: Path) -> None:
        frames.mkdir(parents=True, exist_ok=True)
        lines = [traj_line(time_of(i) + 0.00031, camera) for i, camera in self.cameras.items()]
        (frames / "lowres_wide.traj").write_text("".join(lines))
        self.write_images(frames, "lowres_wide", range(IMAGES), self.size, self.pincams)
        (frames / "lowres_depth").mkdir()
        for i in range(IMAGES):
            depth = np.arange(48, dtype=np.uint16).reshape(6, 8) + 1000 * (i + 1)
            (frames / "lowres_depth" / f"{self.video}_{time_of(i):.3f}.png").write_bytes(encode_depth_png(depth))

    def write_images(
        self, frames: Path, kind: str, places: range, size: tuple[int, int], pincams: dict[int, str] | None = None
    ) -> None:
        """Images of one resolution and, where `pincams` is a dict, their intrinsics."""
        (frames / kind).mkdir(parents=True)
        if pincams is not None:
            (frames / f"{kind}_intrinsics").mkdir()
        for i in places:
            name = f"{self.video}_{time_of(i):.3f}"
            (frames / kind / f"{name}.{self.suffix}").write_bytes(encode_colour_png(picture(i, size)))
            if pincams is not None:
                (frames / f"{kind}_intrinsics" / f"{name}.pincam").write_text(pincams.get(i, PINCAM))


def picture(place: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """The pixels (h, w, 3) of an image: all different, and its place."""
    width, height = size
    rgb = np.zeros((height, width, 3), dtype=np.uint8)
    rgb[..., 0] = np.arange(width)
    rgb[..., 1] = np.arange(height)[:, None]
    rgb[..., 2] = place
    return rgb


def write_tiny_capture(root: Path, fold: str = "Training", video: str = VIDEO) -> Path:
    """An unchanged capture under `root/3dod/<fold>`."""
    return TinyCapture(video).write(root / "3dod" / fold / video)


def load(root: Path, video: str = VIDEO) -> Scene:
    return ARKitScenesSource(Storage(root)).load(video)
