"""Writes a procedural scene in the on-disk layout of ScanNet v2."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from factory.geometry.transforms import inverse, transform_points
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.source import FRONTS_SUFFIX
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.folders import complete_folder
from factory.sources.procedural.writers.shots import shots, steps_of
from factory.tasks.rng import rng_for

Array = np.ndarray

UNCALIBRATED = 0.98966  # a device's nominal focal length over the calibrated one
SEGMENTER = {
    "kThresh": "0.01", "segMinVerts": "20", "minPoints": "750", "maxPoints": "30000", "thinThresh": "0.05",
    "flatThresh": "0.001", "minLength": "0.02", "maxLength": "1",
}  # fmt: skip


def raw_from_world(scene: ProceduralScene) -> Array:
    """The scan's own frame, (4, 4): turned about the vertical, its origin at the mesh's lowest corner."""
    rng = rng_for(scene.seed, "procedural", "raw frame")
    yaw = rng.uniform(-np.pi, np.pi)
    a_from_b = np.eye(4)
    a_from_b[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    turned = scene.mesh.vertices.astype(np.float64) @ a_from_b[:3, :3].T
    a_from_b[:3, 3] = -turned.min(axis=0) - (0.0, 0.0, rng.uniform(0.0, 0.02))
    a_from_b[2, 3] += rng.uniform(0.03, 0.12)
    return a_from_b


def _matrix(matrix: Array) -> str:
    return "".join(" ".join(f"{value:f}" for value in row) + "\n" for row in matrix)


def _flat(matrix: Array) -> str:
    return " ".join(f"{value:f}" for value in matrix.ravel())


def _write_ply(path: Path, vertices: Array, colors: Array, faces: Array) -> None:
    header = "\n".join(
        (
            "ply", "format binary_little_endian 1.0", "comment VCGLIB generated", f"element vertex {len(vertices)}",
            "property float x", "property float y", "property float z", "property uchar red", "property uchar green",
            "property uchar blue", "property uchar alpha", f"element face {len(faces)}",
            "property list uchar int vertex_indices", "end_header", "",
        )
    )  # fmt: skip
    points = np.zeros(len(vertices), dtype=[("xyz", "<f4", 3), ("rgba", "u1", 4)])
    points["xyz"], points["rgba"][:, :3], points["rgba"][:, 3] = vertices, colors, 255
    triangles = np.zeros(len(faces), dtype=[("count", "u1"), ("ids", "<i4", 3)])
    triangles["count"], triangles["ids"] = 3, faces
    path.write_bytes(header.encode() + points.tobytes() + triangles.tobytes())


def _write_annotation(scene: ProceduralScene, folder: Path, scene_id: str) -> None:
    annotation = Annotation(scene)
    segments_file = f"{scene_id}_vh_clean_2.0.010000.segs.json"
    content = {"params": SEGMENTER, "sceneId": scene_id, "segIndices": annotation.segments.tolist()}
    (folder / segments_file).write_text(json.dumps(content, separators=(",", ":")), newline="\n")
    groups = [
        {
            "id": thing.object_id,
            "objectId": thing.object_id,
            "segments": annotation.painted[thing.object_id].tolist(),
            "label": thing.label,
        }
        for thing in annotation.objects
    ]
    aggregation = {
        "sceneId": scene_id, "appId": "Aggregator.v2", "segGroups": groups, "segmentsFile": segments_file
    }  # fmt: skip
    (folder / f"{scene_id}.aggregation.json").write_text(json.dumps(aggregation, indent=1), newline="\n")


def _write_info(scene: ProceduralScene, folder: Path, scene_id: str, world_from_raw: Array) -> None:
    k = scene.intrinsics
    rooms = {room.kind for room in scene.rooms}
    info: dict[str, str] = {
        "axisAlignment": _flat(world_from_raw) + " ",
        "colorToDepthExtrinsics": _flat(
            np.array([[1, 0, 0, -0.025], [0, 1, 0, -0.001], [0, 0, 1, 0.002], [0, 0, 0, 1]])
        ),
        "numColorFrames": str(len(scene.cameras)),
        "numDepthFrames": str(len(scene.cameras)),
        "numIMUmeasurements": "0",
        "sceneType": "Apartment" if "living room" in rooms else "Office",
    }
    for name in ("color", "depth"):
        info[f"{name}Width"], info[f"{name}Height"] = str(scene.width), str(scene.height)
        # as on real scans: what the device believes, not the calibration under intrinsic/
        info[f"fx_{name}"], info[f"fy_{name}"] = f"{k[0, 0] * UNCALIBRATED:f}", f"{k[1, 1] * UNCALIBRATED:f}"
        info[f"mx_{name}"], info[f"my_{name}"] = f"{(scene.width - 1) / 2:f}", f"{(scene.height - 1) / 2:f}"
    text = "".join(f"{key} = {info[key]}\n" for key in sorted(info))
    (folder / f"{scene_id}.txt").write_text(text, newline="\n")


def _write_fronts(scene: ProceduralScene, folder: Path, scene_id: str) -> None:
    """Beside ScanNet's own files, which have no place for them (see `ProceduralSource`)."""
    fronts = {
        str(thing.object_id): [round(float(x), 6) for x in thing.front]
        for thing in scene.objects
        if thing.annotated and thing.front is not None
    }
    (folder / f"{scene_id}{FRONTS_SUFFIX}").write_text(json.dumps(fronts) + "\n", newline="\n")


def _write_intrinsics(scene: ProceduralScene, folder: Path) -> None:
    padded = np.eye(4)
    padded[:3, :3] = scene.intrinsics
    for name in ("color", "depth"):
        (folder / f"intrinsic_{name}.txt").write_text(_matrix(padded), newline="\n")
        (folder / f"extrinsic_{name}.txt").write_text(_matrix(np.eye(4)), newline="\n")


def _write_frames(scene: ProceduralScene, renderer: SceneRenderer, folder: Path, raw: Array) -> None:
    for name in ("color", "depth", "pose"):
        (folder / name).mkdir()
    for i, shot in enumerate(shots(scene, renderer)):
        Image.fromarray(shot.color).save(folder / "color" / f"{i}.jpg", quality=92, subsampling=2)
        Image.fromarray(steps_of(shot.depth_m)).save(folder / "depth" / f"{i}.png", compress_level=3)
        raw_from_camera = raw @ shot.camera.world_from_camera if shot.camera.tracked else np.full((4, 4), -np.inf)
        (folder / "pose" / f"{i}.txt").write_text(_matrix(raw_from_camera), newline="\n")


def write_scannet(scene: ProceduralScene, root: Path, scene_id: str) -> Path:
    """Writes `root/scene_id`; mesh and poses in the scan's raw frame. The folder appears when it is complete."""
    target = root / scene_id
    raw = raw_from_world(scene)
    with complete_folder(target) as partial:
        with SceneRenderer(scene) as renderer:
            _write_frames(scene, renderer, partial, raw)
            colors = np.rint(renderer.vertex_colors() * 255).astype(np.uint8)
        vertices = transform_points(raw, scene.mesh.vertices.astype(np.float64)).astype(np.float32)
        _write_ply(partial / f"{scene_id}_vh_clean_2.ply", vertices, colors, scene.mesh.faces)
        _write_annotation(scene, partial, scene_id)
        _write_info(scene, partial, scene_id, inverse(raw))
        _write_fronts(scene, partial, scene_id)
        (partial / "intrinsic").mkdir()
        _write_intrinsics(scene, partial / "intrinsic")
    return target


def write_splits(root: Path, scene_ids: list[str]) -> None:
    """Writes the split lists beside the scenes: every fifth scene is held out for validation."""
    for name, chosen in (("train", [s for i, s in enumerate(scene_ids) if i % 5 != 1]), ("val", scene_ids[1::5])):
        (root / f"scannetv2_{name}.txt").write_text("".join(f"{s}\n" for s in chosen), newline="\n")
