"""Random rooms as records: boxes on shelves and floors, cameras that look at them, sightings by projection."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from factory.geometry.boxes import Boxes, box_corners
from factory.geometry.cameras import box_to_thousand, point_to_thousand
from factory.geometry.transforms import inverse
from factory.tasks.records import SceneRecords
from factory.visibility.keyframes import video_frames
from schemas.arrow import arrow_schema
from schemas.records import ObjectRecord, SceneRecord, ViewRecord

WIDTH, HEIGHT = 1296, 968
INTRINSICS = np.array([[1170.0, 0.0, 647.5], [0.0, 1170.0, 483.5], [0.0, 0.0, 1.0]])
WORDS = (
    "chair table monitor book lamp towel box plant shelf cup bin sofa bed sink clock bag stool piano fan rug jar"
    " pillow picture printer guitar kettle"
)
LABELS = tuple(WORDS.split())


def synthetic_records(seed: int, objects: int = 20, views: int = 40, keyframes: float = 0.8) -> SceneRecords:
    """A room of 6 x 5 x 2.5 m; the first object is a piece of wall, the second has no label."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform([0.3, 0.3, 0.1], [5.7, 4.7, 1.9], size=(objects, 3))
    extents = rng.uniform(0.15, 0.7, size=(objects, 3))
    labels = np.array([LABELS[i] for i in rng.integers(len(LABELS), size=objects)], dtype=object)
    structural = np.zeros(objects, dtype=bool)
    structural[0], labels[0] = True, "wall"
    centers[0], extents[0] = (3.0, 2.5, 0.8), (1.2, 0.05, 1.0)
    labels[1] = ""
    turns = rng.uniform(-np.pi, np.pi, size=objects)
    rotations = np.stack([_about_z(turn) for turn in turns])

    eyes = rng.uniform([0.2, 0.2, 1.1], [5.8, 4.8, 1.8], size=(views, 3))
    targets = rng.uniform([1.5, 1.0, 0.5], [4.5, 4.0, 1.3], size=(views, 3))
    rolls = np.radians(rng.normal(0, 7, size=views))
    world_from_camera = np.stack([_look_at(e, t, r) for e, t, r in zip(eyes, targets, rolls, strict=True)])
    frame_ids = np.array([f"{30 * i:05d}" for i in range(views)], dtype=object)
    records = SceneRecords(
        source="synthetic",
        scene_id=f"room{seed:04d}",
        split="train",
        floor_area=30.0,
        paths=(),
        object_ids=np.arange(objects) * 3 + 1,
        labels=labels,
        structural=structural,
        centers=centers,
        extents=extents,
        rotations=rotations,
        frame_ids=frame_ids,
        images=np.array([f"color/{frame}.jpg" for frame in frame_ids], dtype=object),
        widths=np.full(views, WIDTH),
        heights=np.full(views, HEIGHT),
        raster_pixels=np.full(views, WIDTH * HEIGHT),
        intrinsics=np.broadcast_to(INTRINSICS, (views, 3, 3)).copy(),
        world_from_camera=world_from_camera,
        is_keyframe=rng.random(views) < keyframes,
        video_index=_video_index(views),
        **_sightings(Boxes(centers, extents, rotations), world_from_camera, rng),
    )
    return records


def _video_index(views: int) -> np.ndarray:
    index = np.full(views, -1)
    chosen = video_frames(views)
    index[chosen] = np.arange(len(chosen))
    return index


def _about_z(turn: float) -> np.ndarray:
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _look_at(eye: np.ndarray, target: np.ndarray, roll: float) -> np.ndarray:
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    matrix = np.eye(4)
    matrix[:3, 0] = np.cos(roll) * right + np.sin(roll) * down
    matrix[:3, 1] = np.cos(roll) * down - np.sin(roll) * right
    matrix[:3, 2], matrix[:3, 3] = forward, eye
    return matrix


def centers_in_cameras(centers: np.ndarray, world_from_camera: np.ndarray) -> np.ndarray:
    """(F, N, 3) centres [m] in every camera."""
    camera_from_world = inverse(world_from_camera)
    rotated = np.einsum("fij,nj->fni", camera_from_world[:, :3, :3], centers)
    return rotated + camera_from_world[:, None, :3, 3]


def _sightings(boxes: Boxes, world_from_camera: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    corners = centers_in_cameras(box_corners(boxes).reshape(-1, 3), world_from_camera)
    corners = corners.reshape(len(world_from_camera), -1, 8, 3)
    pixels = corners[..., :2] / np.maximum(corners[..., 2:], 1e-6) * 1170.0 + INTRINSICS[:2, 2]
    low, high = pixels.min(axis=2), pixels.max(axis=2)
    limits = np.array([WIDTH - 1, HEIGHT - 1])
    seen = (corners[..., 2] > 0.05).all(axis=2) & (high > 0).all(axis=2) & (low < limits).all(axis=2)
    seen &= rng.random(seen.shape) < 0.95
    view, thing = np.nonzero(seen)
    box = np.concatenate([np.clip(low, 0, limits), np.clip(high, 0, limits)], axis=2)[view, thing].round()
    return {
        "sighting_view": view,
        "sighting_object": thing,
        "boxes": box_to_thousand(box, WIDTH, HEIGHT),
        "visible_fractions": rng.uniform(0.15, 1.0, size=len(view)),
        "pixel_counts": rng.integers(1, 50_000, size=len(view)),
        "points": point_to_thousand((box[:, :2] + box[:, 2:]) / 2, WIDTH, HEIGHT),
        "centers_camera": centers_in_cameras(boxes.center, world_from_camera)[view, thing],
    }


def in_world(records: SceneRecords, **changes: np.ndarray | float) -> SceneRecords:
    """The records with other coordinates, centres in the cameras recomputed."""
    changed = replace(records, **changes)
    cameras = centers_in_cameras(changed.centers, changed.world_from_camera)
    return replace(changed, centers_camera=cameras[changed.sighting_view, changed.sighting_object])


def moved(records: SceneRecords, turn_rad: float, shift: np.ndarray) -> SceneRecords:
    """The world turned about the vertical and shifted."""
    world = np.eye(4)
    world[:3, :3], world[:3, 3] = _about_z(turn_rad), shift
    return in_world(
        records,
        centers=records.centers @ world[:3, :3].T + shift,
        rotations=world[:3, :3] @ records.rotations,
        world_from_camera=world @ records.world_from_camera,
    )


def scaled(records: SceneRecords, factor: float) -> SceneRecords:
    """A world `factor` times as large."""
    world_from_camera = records.world_from_camera.copy()
    world_from_camera[:, :3, 3] *= factor
    return in_world(
        records,
        centers=records.centers * factor,
        extents=records.extents * factor,
        world_from_camera=world_from_camera,
        floor_area=records.floor_area * factor**2,
    )


def mirrored(records: SceneRecords) -> SceneRecords:
    """The world in a mirror: world x and image x change sign."""
    flip = np.diag([-1.0, 1.0, 1.0])
    flip4 = np.diag([-1.0, 1.0, 1.0, 1.0])
    boxes = records.boxes[:, [2, 1, 0, 3]].copy()
    boxes[:, [0, 2]] = 1000 - boxes[:, [0, 2]]
    points = records.points.copy()
    points[:, 0] = 1000 - points[:, 0]
    return in_world(
        records,
        centers=records.centers @ flip,
        rotations=flip @ records.rotations @ flip,
        world_from_camera=flip4 @ records.world_from_camera @ flip4,
        boxes=boxes,
        points=points,
    )


def to_tables(
    records: SceneRecords, object_order: np.ndarray | None = None, view_order: np.ndarray | None = None
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The records as stored, rows in any order: the inverse of `SceneRecords.from_tables`."""
    key = {"source": records.source, "scene_id": records.scene_id}
    objects = [
        key
        | {
            "object_id": int(records.object_ids[i]),
            "label": records.labels[i],
            "raw_label": records.labels[i],
            "is_structural": bool(records.structural[i]),
            "center": records.centers[i].tolist(),
            "extents": records.extents[i].tolist(),
            "rotation": records.rotations[i].ravel().tolist(),
            "aabb_min": [0.0] * 3,
            "aabb_max": [0.0] * 3,
            "point_count": 1,
            "frame_ids": [],
        }
        for i in (range(len(records.object_ids)) if object_order is None else object_order.tolist())
    ]
    views = [
        key
        | {
            "frame_id": records.frame_ids[i],
            "image": records.images[i],
            "width": int(records.widths[i]),
            "height": int(records.heights[i]),
            "intrinsics": records.intrinsics[i].ravel().tolist(),
            "world_from_camera": records.world_from_camera[i].ravel().tolist(),
            "is_keyframe": bool(records.is_keyframe[i]),
            "video_index": int(records.video_index[i]) if records.video_index[i] >= 0 else None,
            "raster_width": WIDTH,
            "raster_height": HEIGHT,
            "objects": [_visible(records, row) for row in np.flatnonzero(records.sighting_view == i)],
        }
        for i in (range(len(records.frame_ids)) if view_order is None else view_order.tolist())
    ]
    scene = key | {"split": records.split, "floor_area": records.floor_area, "axis_aligned": True, "inputs": []}
    scene["paths"] = [path.model_dump() for path in records.paths]
    return (
        pa.Table.from_pylist([scene], arrow_schema(SceneRecord)),
        pa.Table.from_pylist(objects, arrow_schema(ObjectRecord)),
        pa.Table.from_pylist(views, arrow_schema(ViewRecord)),
    )


def _visible(records: SceneRecords, row: int) -> dict:
    return {
        "object_id": int(records.object_ids[records.sighting_object[row]]),
        "label": records.labels[records.sighting_object[row]],
        "box": records.boxes[row].tolist(),
        "visible_fraction": float(records.visible_fractions[row]),
        "pixel_count": int(records.pixel_counts[row]),
        "point": records.points[row].tolist(),
        "center_camera": records.centers_camera[row].tolist(),
    }
