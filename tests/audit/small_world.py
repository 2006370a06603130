"""A small scene whose numbers can be worked out on paper.

The first camera stands at (0, 0, 1.5) and looks along +y, so that a world point (X, Y, Z) lies at (X, 1.5 - Z, Y)
along its axes; the third one stands at (1.4, 0.5, 1.5) and looks the same way, the second one is turned. Images are
1000 x 800 with a focal length of 500 and the principal point in the middle, so that a point projects to
500 + 500 x / z and 500 + 625 y / z on the 0-1000 scale. In the video, these three are frames 4, 7 and 9; the others
look back, where there is nothing.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pyarrow as pa

from schemas.arrow import arrow_schema
from schemas.qa import QARow
from schemas.records import ObjectRecord, SceneRecord, ViewRecord

Row = dict[str, Any]
Things = Mapping[int, tuple[str, tuple[float, ...], tuple[float, ...], bool]]
"""Per id the label, the centre, the extents, and whether it is part of the building."""
Pose = tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]
"""Position, and the axes right, down, forward, in the world."""
SOURCE, SCENE = "scannet", "scene0001_00"
YAW, PITCH = math.radians(20.0), math.radians(10.0)

# id: label, centre, extents, structural. Seen from the first camera:
OBJECTS: Things = {
    1: ("towel", (-0.5, 2.0, 1.2), (0.3, 0.2, 0.4), False),  # (-0.5, 0.3, 2.0)
    2: ("lamp", (0.8, 3.0, 1.9), (0.4, 0.3, 0.5), False),  # (0.8, -0.4, 3.0)
    3: ("table", (0.3, 2.4, 0.9), (0.6, 0.4, 0.3), False),  # (0.3, 0.6, 2.4)
    4: ("chair", (-1.2, 3.6, 0.8), (0.5, 0.5, 0.8), False),  # (-1.2, 0.7, 3.6)
    5: ("chair", (1.3, 3.8, 0.7), (0.5, 0.5, 0.8), False),  # (1.3, 0.8, 3.8)
    6: ("wall", (0.0, 4.5, 1.5), (4.0, 0.1, 2.5), True),
    7: ("shelf", (-1.9, 2.0, 1.6), (0.4, 0.4, 0.4), False),  # (-1.9, -0.1, 2.0): at the left border
    8: ("mirror", (0.8, 3.5, 1.9), (0.4, 0.1, 0.5), False),  # (0.8, -0.4, 3.5)
    9: ("stool", (0.5, 2.5, 0.9), (0.6, 0.5, 0.6), False),  # (0.5, 0.6, 2.5): cuts through the table
    10: ("bin", (1.5, 0.9, 1.4), (0.2, 0.2, 0.2), False),  # (1.5, 0.1, 0.9): shows in the third image alone
}
FIRST: Pose = ((0.0, 0.0, 1.5), ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)))
SECOND: Pose = (
    (0.43, 0.62, 1.68),
    (
        (math.cos(YAW), -math.sin(YAW), 0.0),
        (math.sin(YAW) * math.sin(PITCH), math.cos(YAW) * math.sin(PITCH), -math.cos(PITCH)),
        (math.sin(YAW) * math.cos(PITCH), math.cos(YAW) * math.cos(PITCH), math.sin(PITCH)),
    ),
)
THIRD: Pose = ((1.4, 0.5, 1.5), FIRST[1])
BACK: Pose = ((0.0, 0.0, 1.5), ((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0)))
VIDEO = [{4: "10", 7: "20", 9: "30"}.get(i, f"{100 + i}") for i in range(32)]
CAMERAS: Mapping[str, Pose] = {
    "10": FIRST,
    "20": SECOND,
    "30": THIRD,
    **{frame_id: BACK for frame_id in VIDEO if len(frame_id) > 2},
}
FRAMES = {"single": ["10"], "pair": ["10", "20"], "three": ["10", "20", "30"], "video": VIDEO}


def along(camera: Pose, point: tuple[float, ...]) -> tuple[float, float, float]:
    """A world point along the axes (right, down, forward) of a camera."""
    origin, axes = camera
    away = [p - o for p, o in zip(point, origin, strict=True)]
    x, y, z = (sum(a * b for a, b in zip(axis, away, strict=True)) for axis in axes)
    return x, y, z


def _to_thousand(point: tuple[float, float, float]) -> tuple[float, float]:
    x, y, z = point
    return 500 + 500 * x / z, 500 + 625 * y / z


def _clip(value: float) -> int:
    return min(max(round(value), 0), 1000)


def _shown(objects: Things, camera: Pose, object_id: int) -> Row | None:
    label, center, extents, _ = objects[object_id]
    seen = along(camera, center)
    sides = [(c - e / 2, c + e / 2) for c, e in zip(center, extents, strict=True)]
    corners = [_to_thousand(along(camera, corner)) for corner in product(*sides)]
    us, vs = zip(*corners, strict=True)
    box = [_clip(min(us)), _clip(min(vs)), _clip(max(us)), _clip(max(vs))]
    if seen[2] <= 0.3 or box[0] >= box[2] or box[1] >= box[3]:
        return None
    u, v = _to_thousand(seen)
    point = [min(max(_clip(u), box[0]), box[2]), min(max(_clip(v), box[1]), box[3])]
    return {
        "object_id": object_id,
        "label": label,
        "box": box,
        "visible_fraction": 0.8,
        "pixel_count": 5_000,
        "point": point,
        "center_camera": list(seen),
    }


def _view(objects: Things, camera: Pose, frame_id: str) -> Row:
    origin, axes = camera
    matrix = [[*(axis[i] for axis in axes), origin[i]] for i in range(3)] + [[0.0, 0.0, 0.0, 1.0]]
    return {
        "source": SOURCE,
        "scene_id": SCENE,
        "frame_id": frame_id,
        "image": f"{SCENE}/color/{frame_id}.jpg",
        "depth": None,
        "width": 1000,
        "height": 800,
        "intrinsics": [500.0, 0.0, 499.5, 0.0, 500.0, 399.5, 0.0, 0.0, 1.0],
        "world_from_camera": [float(v) for row in matrix for v in row],
        "is_keyframe": True,
        "video_index": None,
        "raster_width": 1000,
        "raster_height": 800,
        "objects": [shown for i in objects if (shown := _shown(objects, camera, i))],
    }


def _object(objects: Things, cameras: Mapping[str, Pose], object_id: int) -> Row:
    label, center, extents, structural = objects[object_id]
    return {
        "source": SOURCE,
        "scene_id": SCENE,
        "object_id": object_id,
        "label": label,
        "raw_label": label,
        "is_structural": structural,
        "center": list(center),
        "extents": list(extents),
        "rotation": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        "aabb_min": [c - e / 2 for c, e in zip(center, extents, strict=True)],
        "aabb_max": [c + e / 2 for c, e in zip(center, extents, strict=True)],
        "point_count": 100,
        "front": None,
        "frame_ids": [f for f, camera in cameras.items() if _shown(objects, camera, object_id)],
    }


TASKS = {
    "depth_prediction_oc": ("low", "single", "oc", "m", "point"),
    "depth_prediction_oo": ("low", "single", "oo", "m", "point"),
    "distance_prediction_oc": ("low", "single", "oc", "m", "point"),
    "distance_prediction_oo": ("low", "single", "oo", "m", "point"),
    "distance_infer_center_oo": ("high", "single", "oo", "m", "point"),
    "obj_spatial_relation_oo": ("high", "single", "oo", "m", "bbox"),
    "spatial_volume_infer": ("high", "single", "none", "cm", "bbox"),
    "distance_infer_center_oc": ("high", "single", "oc", "0-1000", "none"),
    "position_matching": ("medium", "pair", "none", "0-1000", "bbox"),
    "view_change_infer": ("medium", "pair", "none", "none", "none"),
    "camera_motion_infer": ("medium", "pair", "none", "none", "none"),
    "depth_prediction_oc_mv": ("low", "three", "oc", "m", "point"),
    "depth_prediction_oo_mv": ("low", "three", "oo", "m", "point"),
    "distance_prediction_oc_mv": ("low", "three", "oc", "m", "point"),
    "distance_prediction_oo_mv": ("low", "three", "oo", "m", "point"),
    "distance_infer_center_oo_mv": ("high", "three", "oo", "m", "point"),
    "distance_infer_center_oc_mv": ("high", "three", "oc", "0-1000", "none"),
    "obj_spatial_relation_oo_mv": ("high", "three", "oo", "m", "bbox"),
    "obj_spatial_relation_oc_mv": ("high", "three", "oc", "m", "bbox"),
    "distance_prediction_oo_video": ("low", "video", "oo", "m", "point"),
    "distance_infer_center_oo_video": ("high", "video", "oo", "m", "point"),
}


class World:
    """The records and rows of the scene, open to corruption, and the tables made of them.

    video : the frames of the video, in order.
    """

    def __init__(
        self, objects: Things = OBJECTS, cameras: Mapping[str, Pose] = CAMERAS, video: Sequence[str] = ()
    ) -> None:
        self.scene: Row = {
            "source": SOURCE,
            "scene_id": SCENE,
            "split": "train",
            "floor_area": None,
            "floor_polygon": None,
            "axis_aligned": True,
            "paths": [],
            "inputs": [],
        }
        self.objects = [_object(objects, cameras, i) for i in objects]
        self.views = [_view(objects, camera, frame_id) for frame_id, camera in cameras.items()]
        self.rows: list[Row] = []
        for place, frame_id in enumerate(video):
            next(v for v in self.views if v["frame_id"] == frame_id)["video_index"] = place

    def shown(self, frame_id: str, object_id: int) -> Row:
        """The record of an object in a view."""
        view = next(v for v in self.views if v["frame_id"] == frame_id)
        return next(o for o in view["objects"] if o["object_id"] == object_id)

    def thing(self, object_id: int) -> Row:
        """The record of an object."""
        return next(o for o in self.objects if o["object_id"] == object_id)

    def ask(
        self,
        task: str,
        form: str,
        marks: dict[str, int],
        question: str,
        answer: str,
        values: list[float],
        options: list[str] | None = None,
        margin: float | None = None,
        *,
        on: Sequence[int] = (),
        unmarked: Sequence[int] = (),
    ) -> Row:
        """Adds a row. `marks` maps a colour to its object, in order; `on` tells their images, else it is the first."""
        level, view, *rest = TASKS[task]
        told = (task, level, {"pair": "multi", "three": "multi"}.get(view, view), *rest)
        on = on or [0] * len(marks)
        placed = {color: (i, image) for (color, i), image in zip(marks.items(), on, strict=True)}
        frames = list(FRAMES[view])
        return self.add(told, form, frames, placed, question, answer, values, options, margin, unmarked)

    def add(
        self,
        told: tuple[str, ...],
        form: str,
        frames: list[str],
        marks: dict[str, tuple[int, int]],
        question: str,
        answer: str,
        values: list[float],
        options: list[str] | None = None,
        margin: float | None = None,
        unmarked: Sequence[int] = (),
    ) -> Row:
        """Adds a row on any frames. `told`: the task and its entry in `TASKS`; `marks` maps a colour to its object and
        the place of its image; `unmarked` objects follow them."""
        task, level, view, relation, unit, kind = told
        objects = [*(i for i, _ in marks.values()), *unmarked]
        row = {
            "source": SOURCE,
            "scene_id": SCENE,
            "qa_id": f"{len(self.rows):04d}",
            "split": "train",
            "task": task,
            "level": level,
            "view": view,
            "relation": relation,
            "format": form,
            "images": [f"{SCENE}/color/{frame}.jpg" for frame in frames],
            "frame_ids": frames,
            "question": question,
            "answer": answer,
            "options": options,
            "marks": [
                {
                    "kind": kind,
                    "color": color,
                    "image_index": image,
                    "object_id": i,
                    "label": self.thing(i)["label"],
                    "coords": list(self.shown(frames[image], i)["box" if kind == "bbox" else "point"]),
                }
                for color, (i, image) in marks.items()
            ],
            "object_ids": objects,
            "labels": [self.thing(i)["label"] for i in objects],
            "values": values,
            "unit": unit,
            "margin": margin,
            "template_id": f"{task}/{form}/0",
            "task_version": 1,
        }
        self.rows.append(row)
        return row

    def row(self, task: str, form: str, place: int = 0) -> Row:
        """One of the rows, to be changed in place."""
        return [r for r in self.rows if (r["task"], r["format"]) == (task, form)][place]

    def sort(self) -> None:
        """The order of the lake."""
        self.rows.sort(key=lambda row: (row["task"], row["format"], row["qa_id"]))

    def tables(self) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
        """`scenes`, `objects`, `views` and `qa`."""
        return (
            pa.Table.from_pylist([self.scene], schema=arrow_schema(SceneRecord)),
            pa.Table.from_pylist(self.objects, schema=arrow_schema(ObjectRecord)),
            pa.Table.from_pylist(self.views, schema=arrow_schema(ViewRecord)),
            pa.Table.from_pylist(self.rows, schema=arrow_schema(QARow)),
        )
