"""A small picture whose numbers can be worked out on paper.

800 x 600 pixels with a focal length of 500, maps of a tenth of that. The camera looks down by an angle whose cosine is
0.8 and whose sine is 0.6: a point (x, y, z) of the camera is (x, 0.8 y + 0.6 z, 0.8 z - 0.6 y) in the gravity frame.
All objects are labelled boxes that stand level; a patch of the depth map at their depth is what shows of them.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from factory.web.depth_png import decode_depth, encode_depth
from factory.web.masks import encode_mask
from schemas.arrow import arrow_schema
from schemas.web import WebImageRecord, WebObjectRecord, WebQARow

Row = dict[str, Any]
Vector = tuple[float, float, float]
SOURCE, SHARD, IMAGE = "scans", "scene0001_00", "scene0001_00_10"
WIDTH, HEIGHT, FOCAL, SCALE = 800, 600, 500.0, 10
GRAVITY = [1.0, 0.0, 0.0, 0.0, 0.8, 0.6, 0.0, -0.6, 0.8]
BACKGROUND_M = 8.0

# id: label, centre in the camera, extents along the gravity axes, front in the gravity frame (x, z) or None
OBJECTS: dict[int, tuple[str, Vector, Vector, tuple[float, float] | None]] = {
    1: ("chair", (-1.0, 0.5, 3.0), (0.5, 0.9, 0.5), (0.0, -1.0)),  # gravity (-1, 2.2, 2.1)
    2: ("table", (1.0, 0.5, 4.0), (1.2, 0.7, 0.6), None),  # (1, 2.8, 2.9)
    3: ("lamp", (0.0, -0.5, 5.0), (0.3, 0.6, 0.3), None),  # (0, 2.6, 4.3)
    4: ("cup", (-0.4, 0.2, 2.0), (0.1, 0.1, 0.1), None),  # (-0.4, 1.36, 1.48)
    5: ("cup", (0.6, 0.4, 2.5), (0.1, 0.12, 0.1), None),  # (0.6, 1.82, 1.76)
    6: ("sofa", (-1.5, 0.3, 6.0), (1.6, 0.8, 0.7), (1.0, 0.0)),  # (-1.5, 3.84, 4.62)
}
BOXED = {4, 5}  # called by coloured boxes
HALF_HEIGHT = 1  # of masks, in pixels of the map; they are as wide as the boxes look


def level(point: Vector) -> Vector:
    """A point of the camera in the gravity frame."""
    x, y, z = point
    return x, 0.8 * y + 0.6 * z, 0.8 * z - 0.6 * y


def tilted(point: Vector) -> Vector:
    """A point of the gravity frame in the camera."""
    x, y, z = point
    return x, 0.8 * y - 0.6 * z, 0.6 * y + 0.8 * z


def _pixel(center: Vector) -> tuple[int, int]:
    """Column and row of the map."""
    x, y, z = center
    u, v = FOCAL * x / z + WIDTH / 2, FOCAL * y / z + HEIGHT / 2
    return int(u / SCALE), int(v / SCALE)


def _maps() -> tuple[np.ndarray, dict[int, np.ndarray]]:
    depth = np.full((HEIGHT // SCALE, WIDTH // SCALE), BACKGROUND_M, dtype=np.float32)
    masks = {}
    for object_id, (_, center, extents, _) in OBJECTS.items():
        column, row = _pixel(center)
        mask = np.zeros(depth.shape, dtype=bool)
        half = max(1, int(extents[0] / 2 * FOCAL / center[2] / SCALE))
        mask[row - HALF_HEIGHT : row + HALF_HEIGHT + 1, column - half : column + half + 1] = True
        masks[object_id] = mask
        depth[mask] = center[2]
    depth[:4] = np.inf
    depth[56:, :10] = np.nan
    return depth, masks


def _box(mask: np.ndarray) -> list[float]:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    return [float(edge * SCALE) for edge in edges]


def _azimuth(center: Vector, front: tuple[float, float]) -> float:
    """From the direction to the camera, counted to the picture's left, on the level plane."""
    x, _, z = level(center)
    return math.degrees(math.atan2(front[0], front[1]) - math.atan2(-x, -z)) % 360


@dataclass
class SmallPicture:
    """Records and rows that tests may spoil."""

    image: Row
    objects: list[Row]
    rows: list[Row] = field(default_factory=list)

    def tables(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """`web_images`, `web_objects` and `web_qa`."""
        return (
            pa.Table.from_pylist([self.image], schema=arrow_schema(WebImageRecord)),
            pa.Table.from_pylist(self.objects, schema=arrow_schema(WebObjectRecord)),
            pa.Table.from_pylist(self.rows, schema=arrow_schema(WebQARow)),
        )

    def row(self, task: str, form: str, pair_type: str = "") -> Row:
        """The first row of a task, format and pair type."""
        for row in self.rows:
            if row["task"] == task and row["format"] == form and row["pair_type"].startswith(pair_type):
                return row
        raise KeyError((task, form, pair_type))

    def thing(self, object_id: int) -> Row:
        """The record of an object."""
        return next(one for one in self.objects if one["object_id"] == object_id)


def small_picture() -> SmallPicture:
    """Records without rows."""
    depth, masks = _maps()
    png = encode_depth(depth)
    decoded = decode_depth(png)
    rotation = np.array(GRAVITY).reshape(3, 3).T  # boxes stand level
    detections, objects = [], []
    for object_id, (label, center, extents, front) in OBJECTS.items():
        mask = encode_mask(masks[object_id]).model_dump()
        facing = None if front is None else list(tilted((front[0], 0.0, front[1])))
        truth = {
            "center": list(center),
            "extents": list(extents),
            "rotation": rotation.ravel().tolist(),
            "front": facing,
            "visible_fraction": 0.9,
        }
        shared = {"label": label, "score": 1.0, "box": _box(masks[object_id]), "mask": mask}
        nothing = dict.fromkeys(("azimuth", "elevation", "rotation", "symmetry"))
        detections.append(
            {
                **shared,
                **nothing,
                "attribute": None,
                "description": None,
                "description_iou": None,
                "object_id": object_id,
                "truth": truth,
            }
        )
        reach = np.abs(rotation * np.array(extents) / 2).sum(axis=1)
        middle = np.array(level(center))
        rows, columns = np.nonzero(masks[object_id])
        z = decoded[rows, columns].astype(np.float64)
        u, v = (columns + 0.5) * SCALE - 0.5, (rows + 0.5) * SCALE - 0.5
        points = np.stack([(u - 399.5) / FOCAL * z, (v - 299.5) / FOCAL * z, z], axis=1).astype(np.float32)
        known = {"azimuth": _azimuth(center, front), "elevation": 0.0, "rotation": 0.0, "symmetry": 1} if front else {}
        objects.append(
            {
                "source": SOURCE,
                "shard_id": SHARD,
                "image_id": IMAGE,
                "object_id": object_id,
                **shared,
                "point_count": len(points),
                "depth_fraction": 1.0,
                "truncated": False,
                "occluded_by": [],
                "center": list(center),
                "aabb_min": (np.array(center) - reach).tolist(),
                "aabb_max": (np.array(center) + reach).tolist(),
                "gravity_min": (middle - np.array(extents) / 2).tolist(),
                "gravity_max": (middle + np.array(extents) / 2).tolist(),
                "points": points.ravel().tolist(),
                **nothing,
                **known,
                "front_camera": facing,
                "visible_fraction": 0.9,
                "reference": f"the {label}",
                "reference_kind": "box" if object_id in BOXED else "class",
                "reference_iou": None,
            }
        )
    image = {
        "source": SOURCE,
        "shard_id": SHARD,
        "image_id": IMAGE,
        "split": "train",
        "image": f"{SHARD}/color/10.jpg",
        "sha256": "0" * 64,
        "phash": "0" * 16,
        "width": WIDTH,
        "height": HEIGHT,
        "caption": None,
        "intrinsics": [FOCAL, 0.0, 399.5, 0.0, FOCAL, 299.5, 0.0, 0.0, 1.0],
        "intrinsics_source": "sensor",
        "depth": png,
        "depth_source": "sensor",
        "gravity_from_camera": GRAVITY,
        "gravity_source": "sensor",
        "scene_id": SHARD,
        "frame_id": "10",
        "stack": "labelled",
        "models": [],
        "is_data": True,
        "detections": detections,
        "closed_classes": ["chair", "cup", "lamp", "sofa", "table"],
    }
    return SmallPicture(image, objects)
