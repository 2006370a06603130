"""A house of two rooms in the layout of Structured3D, small and written by hand, so that every number is known.

Room 9001 is the square from (0, 0) to (4, 4) metres, room 17 lies behind the door in its east wall. A view's images
are 32 x 24 pixels; things are rectangles of pixels in them.
"""

import io
import json
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

SCENE = "scene_00012"
SIZE = (32, 24)
HALF_ANGLES = (0.7, 0.56)
NYU = {"wall": 1, "chair": 5, "table": 7, "refridgerator": 24, "otherprop": 40}
NOTHING = 65535


@dataclass
class TinyView:
    """eye [mm], ahead, up; things : id, class, and rows and columns of pixels that show it."""

    room: int
    position: int
    eye: tuple[float, float, float]
    ahead: tuple[float, float, float]
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    things: list[tuple[int, int, slice, slice]] = field(default_factory=list)
    numbers: int = 12

    def camera_line(self) -> str:
        """The content of `camera_pose.txt`."""
        numbers = [*self.eye, *self.ahead, *self.up, *HALF_ANGLES, 1][: self.numbers]
        return " ".join(f"{number:g}" for number in numbers) + "\n"

    def images(self) -> dict[str, np.ndarray]:
        """Arrays by the names of their files."""
        width, height = SIZE
        rng = np.random.default_rng([self.room, self.position])
        instances = np.full((height, width), NOTHING, np.uint16)
        classes = np.full((height, width), NYU["wall"], np.uint8)
        for object_id, number, rows, columns in self.things:
            instances[rows, columns], classes[rows, columns] = object_id, number
        return {
            "rgb_rawlight.png": rng.integers(0, 255, (height, width, 3)).astype(np.uint8),
            "semantic.png": classes,
            "instance.png": instances,
            "depth.png": rng.integers(500, 4000, (height, width)).astype(np.uint16),
        }


def box_entry(object_id: int, center: list[float], half: list[float], yaw: float = 0.0) -> dict:
    """An entry of `bbox_3d.json`, turned about the vertical by `yaw` [rad]; lengths in mm."""
    c, s = float(np.cos(yaw)), float(np.sin(yaw))
    return {"ID": object_id, "basis": [[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]], "coeffs": half, "centroid": center}


def tiny_views() -> list[TinyView]:
    """Three views: two of the first room, one from the second, which sees the table through the door."""
    top, bottom = slice(0, 8), slice(10, 24)
    return [
        TinyView(9001, 2, (1000.0, 500.0, 1500.0), (0.0, 1.0, 0.0), things=[(0, NYU["chair"], bottom, slice(0, 10))]),
        TinyView(
            9001,
            10,
            (3000.0, 500.0, 1500.0),
            (-0.6, 0.8, 0.0),
            things=[(0, NYU["chair"], top, slice(0, 10)), (812, NYU["table"], bottom, slice(12, 30))],
        ),
        TinyView(17, 0, (6000.0, 2000.0, 1500.0), (-1.0, 0.0, 0.0), things=[(812, NYU["table"], top, slice(4, 12))]),
    ]


def tiny_boxes() -> list[dict]:
    """A chair (id 0), a table (id 812) and a thing in no view (id 40)."""
    return [
        box_entry(812, [2000.0, 3000.0, 400.0], [800.0, 450.0, 400.0], 0.3),
        box_entry(0, [1000.0, 2500.0, 500.0], [250.0, 300.0, 500.0]),
        box_entry(40, [7000.0, 1000.0, 500.0], [250.0, 250.0, 500.0]),
    ]


def plan(
    outlines: dict[int, list[tuple[float, float]]], kinds: dict[int, str] | None = None, holes: list | None = None
) -> dict:
    """An `annotation_3d.json` with a floor per outline [mm]; each side of an outline is a line. `holes` are more
    outlines in the first floor."""
    kinds = kinds or {}
    junctions, lines, plane_lines, semantics = [], [], [], []
    for room_id, outline in outlines.items():
        plane_lines.append([])
        for loop in [outline, *((holes or []) if len(plane_lines) == 1 else [])]:
            first = len(junctions)
            junctions += [(x, y, 0.0) for x, y in loop]
            for k in range(len(loop)):
                plane_lines[-1].append(len(lines))
                lines.append((first + k, first + (k + 1) % len(loop)))
        semantics.append({"ID": room_id, "type": kinds.get(room_id, "bedroom"), "planeID": [len(plane_lines) - 1]})
    return {
        "junctions": [{"ID": i, "coordinate": list(c)} for i, c in enumerate(junctions)],
        "lines": [{"ID": i, "point": list(junctions[a]), "direction": [1, 0, 0]} for i, (a, _) in enumerate(lines)],
        "planes": [{"ID": i, "type": "floor", "normal": [0, 0, 1], "offset": 0} for i in range(len(plane_lines))],
        "semantics": semantics,
        "planeLineMatrix": [[int(line in own) for line in range(len(lines))] for own in plane_lines],
        "lineJunctionMatrix": [[int(j in ends) for j in range(len(junctions))] for ends in lines],
        "cuboids": [],
        "manhattan": [],
    }


def tiny_plan() -> dict:
    """Both rooms, and the door between them, which has a floor too."""
    outlines = {
        9001: [(0.0, 0.0), (4000.0, 0.0), (4000.0, 4000.0), (0.0, 4000.0)],
        17: [(4120.0, 0.0), (8000.0, 0.0), (8000.0, 4000.0), (4120.0, 4000.0)],
        2: [(4000.0, 1500.0), (4120.0, 1500.0), (4120.0, 2400.0), (4000.0, 2400.0)],
    }
    return plan(outlines, {2: "door", 17: "kitchen"})


def png(values: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class TinyHouse:
    views: list[TinyView] = field(default_factory=tiny_views)
    boxes: list[dict] = field(default_factory=tiny_boxes)
    plan: dict | None = field(default_factory=tiny_plan)

    def write(self, root: Path, scene_id: str = SCENE) -> Path:
        """Writes `root/Structured3D/<scene>` with panoramas and empty renderings, which no one uses; the folder."""
        folder = root / "Structured3D" / scene_id
        folder.mkdir(parents=True)
        (folder / "bbox_3d.json").write_text(json.dumps(self.boxes))
        if self.plan is not None:
            (folder / "annotation_3d.json").write_text(json.dumps(self.plan))
        for view in self.views:
            room = folder / "2D_rendering" / str(view.room)
            for kind in ("perspective/full", "perspective/empty"):
                place = room / kind / str(view.position)
                place.mkdir(parents=True)
                for name, values in view.images().items():
                    if kind.endswith("full") or name != "instance.png":
                        (place / name).write_bytes(png(values))
                (place / "camera_pose.txt").write_text(view.camera_line())
                (place / "layout.json").write_text("{}")
            (room / "panorama" / "full").mkdir(parents=True, exist_ok=True)
            (room / "panorama" / "full" / "instance.png").write_bytes(png(np.full((4, 8), 40, np.uint16)))
            (room / "panorama" / "camera_xyz.txt").write_text("1 2 3\n")
        return folder


def view_folder(root: Path, view: TinyView | None = None, scene_id: str = SCENE) -> Path:
    """The folder of a view, by default the first one."""
    view = view or tiny_views()[0]
    return root / f"Structured3D/{scene_id}/2D_rendering/{view.room}/perspective/full/{view.position}"


def replace_image(root: Path, name: str, values: np.ndarray) -> None:
    """Another image in the first view."""
    (view_folder(root) / name).write_bytes(png(values))


def pack(root: Path, into: Path, archives: dict[str, str]) -> None:
    """Moves the files below `root` that match the patterns into archives by name; the others stay."""
    into.mkdir(parents=True, exist_ok=True)
    for name, pattern in archives.items():
        with zipfile.ZipFile(into / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(root.glob(pattern)):
                if path.is_file():
                    archive.write(path, path.relative_to(root).as_posix())
                    path.unlink()


ARCHIVES = {
    "Structured3D_annotation_3d.zip": "Structured3D/*/annotation_3d.json",
    "Structured3D_bbox.zip": "Structured3D/*/bbox_3d.json",
    "Structured3D_panorama_00.zip": "Structured3D/*/2D_rendering/*/panorama/**/*",
    "Structured3D_perspective_empty_00.zip": "Structured3D/*/2D_rendering/*/perspective/empty/*/*",
    "Structured3D_perspective_full_00.zip": "Structured3D/*/2D_rendering/*/perspective/full/*/*",
}


def deliver(house: TinyHouse, root: Path, scene_id: str = SCENE) -> Path:
    """The house in archives below `root`, with nothing outside them."""
    house.write(root, scene_id)
    pack(root, root, ARCHIVES)
    shutil.rmtree(root / "Structured3D")
    return root
