"""A room of a few boxes in the on-disk layout of ScanNet, small enough to reason about by hand.

In the aligned world the floor is a 4 x 3 m rectangle at z = 0, a wall stands along y = 3, and a table (object 4), a
cup on it (object 7) and a lamp (object 9) are boxes. On disk everything is in a raw frame that is turned and shifted.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from factory.sources.scannet.source import ScanNetSource
from factory.store.storage import Storage
from schemas.scene import Scene
from tests.sources.scannet.sens_writer import StreamFrame, sens_bytes

SCENE = "scene0000_00"
FRAMES = (0, 2, 10, 25)
COLOR_SIZE, DEPTH_SIZE = (96, 72), (48, 36)
COLOR_INTRINSICS = np.array([[90.0, 0.0, 47.0], [0.0, 90.5, 36.0], [0.0, 0.0, 1.0]])
DEPTH_INTRINSICS = np.array([[44.9, 0.0, 23.4], [0.0, 45.2, 17.8], [0.0, 0.0, 1.0]])
# Label, objectId, corners of the box in the aligned world.
BOXES: tuple[tuple[str, int, tuple[float, ...], tuple[float, ...]], ...] = (
    ("floor", 0, (0.0, 0.0, -0.01), (4.0, 3.0, 0.0)),
    ("wall", 2, (0.0, 3.0, 0.0), (4.0, 3.1, 2.5)),
    ("table", 4, (1.0, 1.0, 0.0), (2.2, 1.8, 0.7)),
    ("Coffee Cup", 7, (1.5, 1.3, 0.7), (1.6, 1.4, 0.8)),
    ("object", 9, (3.0, 0.5, 0.0), (3.4, 0.9, 1.5)),
)
_QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
_TRIANGLES = np.array([triangle for a, b, c, d in _QUADS for triangle in ((a, b, c), (a, c, d))])


def turned(degrees: float, shift: Sequence[float]) -> np.ndarray:
    """A turn about the vertical, then a shift, (4, 4)."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(4)
    matrix[:2, :2] = [[c, -s], [s, c]]
    matrix[:3, 3] = shift
    return matrix


def looking(eye: Sequence[float], target: Sequence[float]) -> np.ndarray:
    """`world_from_camera` (4, 4) of an upright camera: x right, y down, z forward."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, 3] = eye
    return matrix


ALIGNED_FROM_RAW = turned(35.0, (1.5, -0.75, 0.05))
WORLD_FROM_CAMERA = {
    number: looking((0.3 + 0.1 * i, 0.2, 1.5), (1.6 + 0.2 * i, 1.4, 0.6)) for i, number in enumerate(FRAMES)
}


@dataclass
class TinyScene:
    """Everything that goes into the files; tests change a part and write."""

    vertices: np.ndarray = field(init=False)
    faces: np.ndarray = field(init=False)
    segments: list[int] = field(init=False)
    groups: list[dict] = field(init=False)
    fields: dict[str, str] = field(init=False)
    raw_from_camera: dict[int, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        corners, faces, self.segments, self.groups = [], [], [], []
        for label, object_id, low, high in BOXES:
            first = len(corners)
            corners += [[(low, high)[i >> a & 1][a] for a in range(3)] for i in range(8)]
            faces.append(_TRIANGLES + first)
            # Lower and upper half are two segments; their ids are vertex indices, so that they are sparse.
            self.segments += [first + 1] * 4 + [first + 6] * 4
            self.groups.append(
                {"id": object_id, "objectId": object_id, "segments": [first + 1, first + 6], "label": label}
            )
        # Two triangles that nobody annotated, one of them shared with the wall.
        first = len(corners)
        corners += [(3.5, 2.0, 0.0), (3.6, 2.0, 0.0), (3.5, 2.1, 0.0)]
        faces.append(np.array([[first, first + 1, first + 2], [first, first + 1, 8]]))
        self.segments += [first + 2] * 3
        raw_from_aligned = np.linalg.inv(ALIGNED_FROM_RAW)
        aligned = np.array(corners)
        self.vertices = aligned @ raw_from_aligned[:3, :3].T + raw_from_aligned[:3, 3]
        self.faces = np.concatenate(faces)
        self.raw_from_camera = {n: raw_from_aligned @ matrix for n, matrix in WORLD_FROM_CAMERA.items()}
        self.fields = {
            "axisAlignment": " ".join(f"{x:.6f}" for x in ALIGNED_FROM_RAW.ravel()),
            "colorHeight": str(COLOR_SIZE[1]),
            "colorToDepthExtrinsics": " ".join(f"{x:.6f}" for x in turned(3.0, (0.04, 0.0, 0.0)).ravel()),
            "colorWidth": str(COLOR_SIZE[0]),
            "depthHeight": str(DEPTH_SIZE[1]),
            "depthWidth": str(DEPTH_SIZE[0]),
            "fx_color": "999.0",
            "fx_depth": "999.0",
            "mx_color": "1.0",
            "numColorFrames": "30",
            "sceneType": "Bedroom / Hotel",
        }

    def color(self, number: int, size: tuple[int, int] = COLOR_SIZE, kind: str = "JPEG") -> bytes:
        """The encoded image of a frame."""
        rng = np.random.Generator(np.random.Philox(number))
        pixels = rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, kind)
        return buffer.getvalue()

    def depth(self, number: int) -> np.ndarray:
        """(H, W) uint16 [mm]."""
        return (np.arange(DEPTH_SIZE[0] * DEPTH_SIZE[1], dtype=np.uint16) + 500 + number).reshape(DEPTH_SIZE[::-1])

    def write_annotated_mesh(self, folder: Path) -> None:
        """Mesh, segments, objects and `.txt`."""
        folder.mkdir(parents=True, exist_ok=True)
        name = folder.name
        (folder / f"{name}_vh_clean_2.ply").write_bytes(ply_bytes(self.vertices, self.faces))
        segments = {"params": {"kThresh": "0.01"}, "sceneId": name, "segIndices": self.segments}
        (folder / f"{name}_vh_clean_2.0.010000.segs.json").write_text(json.dumps(segments))
        aggregation = {
            "sceneId": f"scannet.{name}",
            "appId": "Aggregator.v2",
            "segGroups": self.groups,
            "segmentsFile": f"scannet.{name}_vh_clean_2.0.010000.segs.json",
        }
        (folder / f"{name}.aggregation.json").write_text(json.dumps(aggregation))
        lines = [f"{key} = {value} \r\n" for key, value in self.fields.items()]
        (folder / f"{name}.txt").write_bytes("".join(lines).encode())

    def write_export(self, folder: Path, *, color_size: tuple[int, int] = COLOR_SIZE, digits: int = 0) -> None:
        """Frames as SensReader exports them: `color/10.jpg depth/10.png pose/10.txt intrinsic/*.txt`."""
        for name in ("color", "depth", "pose", "intrinsic"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for number, matrix in self.raw_from_camera.items():
            stem = f"{number:0{digits}d}"
            (folder / "color" / f"{stem}.jpg").write_bytes(self.color(number, color_size))
            Image.fromarray(self.depth(number)).save(folder / "depth" / f"{stem}.png")
            (folder / "pose" / f"{stem}.txt").write_text(matrix_text(matrix))
        for kind, intrinsics in (("color", COLOR_INTRINSICS), ("depth", DEPTH_INTRINSICS)):
            padded = np.eye(4)
            padded[:3, :3] = intrinsics
            (folder / "intrinsic" / f"intrinsic_{kind}.txt").write_text(matrix_text(padded))
            (folder / "intrinsic" / f"extrinsic_{kind}.txt").write_text(matrix_text(np.eye(4)))

    def write_flat_export(self, folder: Path) -> None:
        """Frames as the C++ exporter names them, with big-endian PGM depth and `_info.txt`."""
        for number, matrix in self.raw_from_camera.items():
            stem = f"frame-{number:06d}"
            (folder / f"{stem}.color.jpg").write_bytes(self.color(number))
            header = f"P5\n# millimetres\n{DEPTH_SIZE[0]} {DEPTH_SIZE[1]}\n65535\n".encode()
            (folder / f"{stem}.depth.pgm").write_bytes(header + self.depth(number).astype(">u2").tobytes())
            (folder / f"{stem}.pose.txt").write_text(matrix_text(matrix))
        lines = ["m_versionNumber = 4", "m_sensorName = StructureSensor", "m_depthShift = 1000"]
        for kind, intrinsics, size in (
            ("Color", COLOR_INTRINSICS, COLOR_SIZE),
            ("Depth", DEPTH_INTRINSICS, DEPTH_SIZE),
        ):
            padded = np.eye(4)
            padded[:3, :3] = intrinsics
            lines += [f"m_{kind.lower()}Width = {size[0]}", f"m_{kind.lower()}Height = {size[1]}"]
            lines.append(f"m_calibration{kind}Intrinsic = {' '.join(str(x) for x in padded.ravel())} ")
        (folder / "_info.txt").write_text("\n".join(lines) + "\n")

    def stream_frames(self) -> list[StreamFrame]:
        """Frames numbered 0, 1, 2, ..., as a stream numbers them."""
        return [
            StreamFrame(matrix, self.color(number), self.depth(number))
            for number, matrix in self.raw_from_camera.items()
        ]

    def write_stream(self, folder: Path, **options: float) -> None:
        """`<scene>.sens`."""
        data = sens_bytes(self.stream_frames(), COLOR_INTRINSICS, DEPTH_INTRINSICS, COLOR_SIZE, **options)
        (folder / f"{folder.name}.sens").write_bytes(data)


def write_tiny_scene(root: Path, scene_id: str = SCENE) -> Path:
    """A whole scene with exported frames; its folder."""
    scene, folder = TinyScene(), root / scene_id
    scene.write_annotated_mesh(folder)
    scene.write_export(folder)
    return folder


def write(root: Path, scene: TinyScene) -> Path:
    """Writes a scene with exported frames below `root`; its folder."""
    scene.write_annotated_mesh(root / SCENE)
    scene.write_export(root / SCENE)
    return root / SCENE


def load(root: Path) -> Scene:
    return ScanNetSource(Storage(root)).load(SCENE)


def aligned_box(scene: Scene, object_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest coordinates of an object of a loaded scene."""
    ids = next(o.vertex_ids for o in scene.objects if o.object_id == object_id)
    return scene.mesh.vertices[ids].min(axis=0), scene.mesh.vertices[ids].max(axis=0)


def matrix_text(matrix: np.ndarray) -> str:
    """Rows of numbers with six decimals, as ScanNet's exporters write them."""
    return "".join(" ".join(f"{x:f}" for x in row) + "\n" for row in matrix)


def ply_bytes(vertices: np.ndarray, faces: np.ndarray, *, alpha: bool = True, label: bool = False) -> bytes:
    """A binary little-endian mesh with the header of ScanNet's files."""
    colours = ["red", "green", "blue", *(["alpha"] if alpha else [])]
    header = [
        "ply",
        "format binary_little_endian 1.0",
        "comment VCGLIB generated",
        f"element vertex {len(vertices)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {colour}" for colour in colours),
        *(["property ushort label"] if label else []),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    fields = [("p", "<f4", 3), ("c", "u1", len(colours)), *([("label", "<u2")] if label else [])]
    table = np.zeros(len(vertices), fields)
    table["p"], table["c"] = vertices, 200
    triangles = np.zeros(len(faces), [("n", "u1"), ("v", "<i4", 3)])
    triangles["n"], triangles["v"] = 3, faces
    return "\n".join(header).encode() + b"\n" + table.tobytes() + triangles.tobytes()
