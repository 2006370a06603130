"""A small scene whose numbers can be worked out on paper, and rows that ask about it.

The first camera stands at (0, 0, 1.5) and looks along +y, so that a world point (X, Y, Z) lies at (X, 1.5 - Z, Y)
along its axes. Images are 1000 x 800 with a focal length of 500 and the principal point in the middle, so that it
projects to 500 + 500 x / z and 500 + 625 y / z on the 0-1000 scale.
"""

import copy
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
CAMERAS: Mapping[str, Pose] = {"10": FIRST, "20": SECOND}


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
        "pixel_count": 500,
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
    "position_matching": ("medium", "multi", "none", "0-1000", "bbox"),
    "view_change_infer": ("medium", "multi", "none", "none", "none"),
}


class World:
    """The records and rows of the scene, open to corruption, and the tables made of them."""

    def __init__(self, objects: Things = OBJECTS, cameras: Mapping[str, Pose] = CAMERAS) -> None:
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
    ) -> Row:
        """Adds a row. `marks` maps a colour to its object, in order; marks are on the first view."""
        frames = list(CAMERAS) if TASKS[task][1] == "multi" else ["10"]
        placed = {color: (i, 0) for color, i in marks.items()}
        return self.add((task, *TASKS[task]), form, frames, placed, question, answer, values, options, margin)

    def add(
        self,
        told: tuple[str, str, str, str, str, str],
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


def _depth_rows(world: World) -> None:
    given = "The towel (red point) is 2.0 meters deep. How deep is the lamp (blue point)?"
    oc = {"red": 1, "blue": 2}
    world.ask("depth_prediction_oc", "fill", oc, given, "3.0", [3.0])
    world.ask("depth_prediction_oc", "select", oc, given, "B", [3.0], ["2.4", "3.0", "3.6", "1.9"])
    said = "The towel has a depth of 2.0 meters; the central depth of the lamp is 3.0 meters."
    world.ask("depth_prediction_oc", "sentence", oc, given, said, [3.0])
    # green (table) 2.4, blue (lamp) 3.0; sideways offset (-0.5, 1.0)
    margin = (0.6 - 0.1) / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * (0.5**2 + 1.0**2))
    oo = {"red": 1, "blue": 2, "green": 3}
    given = (
        "With the towel (red point) at 2.0 meters, how much deeper or shallower is the table (green point) than the"
        " lamp (blue point)? Use the 3D center points."
    )
    world.ask("depth_prediction_oo", "fill", oo, given, "0.6", [-0.6], None, margin)
    world.ask("depth_prediction_oo", "select", oo, given, "D", [-0.6], ["0.9", "0.3", "1.4", "0.6"], margin)
    said = "Compared with the lamp, the table (green point) is 0.6 meters shallower."
    world.ask("depth_prediction_oo", "sentence", oo, given, said, [-0.6], None, margin)


def _distance_rows(world: World) -> None:
    away = math.sqrt(0.3**2 + 0.6**2 + 2.4**2)  # 2.492
    question = "How far is the table (red point) from the observer?"
    oc = {"red": 3}
    world.ask("distance_prediction_oc", "fill", oc, question, "2.5", [away])
    world.ask("distance_prediction_oc", "select", oc, question, "A", [away], ["2.5", "2.0", "3.3", "1.6"])
    world.ask("distance_prediction_oc", "sentence", oc, question, "Table is about 2.5 meters away.", [away])
    lamp = math.sqrt(1.3**2 + 1.0**2 + 0.7**2)  # towel to lamp, 1.783
    question = "How far apart are the red point (towel) and the lamp (blue point)?"
    oo = {"red": 1, "blue": 2}
    world.ask("distance_prediction_oo", "fill", oo, question, "1.8", [lamp])
    world.ask("distance_prediction_oo", "select", oo, question, "C", [lamp], ["2.2", "1.5", "1.8", "0.9"])
    world.ask("distance_prediction_oo", "sentence", oo, question, "They are 1.8 meters apart.", [lamp])
    table = math.sqrt(0.8**2 + 0.4**2 + 0.3**2)  # towel to table, 0.943
    cosine = (1.3 * 0.8 + 1.0 * 0.4 - 0.7 * 0.3) / (lamp * table)
    # each end moves its own distance, the shared end both: the unit vectors' difference
    margin = (lamp - table - 0.1) / (0.02 * math.sqrt(2 + (2 - 2 * cosine)))
    question = "Which is closer to the towel (red point), the lamp (green point) or the table (blue point)?"
    near = {"red": 1, "green": 2, "blue": 3}
    ends = [lamp, table]
    task = "distance_infer_center_oo"
    world.ask(task, "fill", near, question, "table", ends, None, margin)
    world.ask(task, "select", near, question, "A", ends, ["table", "lamp"], margin)
    said = (
        "From towel to lamp it is 1.8 meters, and to the table 0.9 meters. Hence the lamp is farther from the towel."
    )
    world.ask(task, "sentence", near, question, said, ends, None, margin)
    left, right = (
        math.sqrt(2.0**2 + 0.6**2 + 1.1**2),
        math.sqrt(0.5**2 + 0.8**2 + 1.2**2),
    )  # lamp to chairs: 2.36, 1.53
    cosine = (-2.0 * 0.5 + 0.6 * 0.8 + 1.1 * 1.2) / (left * right)
    margin = (left - right - 0.1) / (0.02 * math.sqrt(2 + (2 - 2 * cosine)))
    question = "Which is farther from the lamp (red point): the chair (green point) or the chair (blue point)?"
    same = {"red": 2, "green": 4, "blue": 5}
    world.ask(task, "fill", same, question, "chair (green point)", [left, right], None, margin)
    options = ["chair (green point)", "chair (blue point)"]
    world.ask(task, "select", same, question, "A", [left, right], options, margin)


def _relation_rows(world: World) -> None:
    # red (table) minus blue (lamp): (-0.5, 1.0, -0.6), nearer by 0.64; left is the slot nearest to its threshold
    nearer = math.sqrt(0.3**2 + 0.6**2 + 2.4**2) - math.sqrt(0.8**2 + 0.4**2 + 3.0**2)
    values = [-0.5, 1.0, nearer]
    margin = (0.5 - 0.1) / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * (1.0**2 + 0.6**2))
    task, marks = "obj_spatial_relation_oo", {"red": 3, "blue": 2}
    question = "Where is the table (red bbox) relative to the lamp (blue bbox)?"
    options = ["right, below, closer", "left, above, farther", "left, below, closer", "left, , closer"]
    world.ask(task, "select", marks, question, "C", values, options, margin)
    said = "The table (red bbox) is to the left of and below the lamp (blue bbox), and it is closer to the observer."
    world.ask(task, "sentence", marks, question, said, values, None, margin)
    yes = "Is the table (red bbox) below the lamp (blue bbox)?"
    world.ask(task, "judge", marks, yes, "Yes", values, None, margin)
    no = "Compared with the lamp (blue bbox), is the table (red bbox) farther from the observer?"
    world.ask(task, "judge", marks, no, "No", values, None, margin)
    # red (mirror) minus blue (lamp): (0, 0, 0.5): only the third slot is filled
    farther = math.sqrt(0.8**2 + 0.4**2 + 3.5**2) - math.sqrt(0.8**2 + 0.4**2 + 3.0**2)
    margin = 0.1 / math.sqrt(2 * 0.02**2 + math.radians(1) ** 2 * 0.5**2)
    marks = {"red": 8, "blue": 2}
    question = "Where is the mirror (red bbox) relative to the lamp (blue bbox)?"
    options = [", , farther", ", , closer", "left, , farther", ", above, farther"]
    world.ask(task, "select", marks, question, "A", [0.0, 0.0, farther], options, margin)
    world.ask(task, "sentence", marks, question, "Mirror is farther.", [0.0, 0.0, farther], None, margin)


def _pair_rows(world: World) -> None:
    box = world.shown("20", 2)["box"]
    marks = {"red": 2}
    question = "Where is the lamp (red bbox) in the second image?"
    values = [float(v) for v in box]
    task = "position_matching"
    world.ask(task, "fill", marks, question, f"{box}", values)
    others = ["[10, 10, 90, 90]", "[700, 700, 900, 950]", "[50, 600, 99, 800]"]
    world.ask(task, "select", marks, question, "D", values, [*others, f"{box}"])
    world.ask(task, "sentence", marks, question, f"The lamp is at {box} there.", values)
    # the second camera stands 0.43 right, 0.18 up and 0.62 ahead, turned 20 right and 10 up
    values = [0.43, 0.18, 0.62, 10.0, 20.0]
    question = "How does the camera move from the first to the second image?"
    fill = "move_right:0.4,move_up:0.2,move_forward:0.6,rotate_up:10,rotate_right:20"
    world.ask("view_change_infer", "fill", {}, question, fill, values)
    said = (
        "Move 0.6 meters forward and 0.4 meters to the right. Go up by 0.2 meters. Rotate up by 10 degrees, then turn"
        " right by 20 degrees."
    )
    world.ask("view_change_infer", "sentence", {}, question, said, values)


def _clean() -> World:
    world = World()
    for rows in (_depth_rows, _distance_rows, _relation_rows, _pair_rows):
        rows(world)
    world.sort()
    return world


_CLEAN = _clean()


def clean_world() -> World:
    """A fresh copy with one or two rows of every task and format, all of them right."""
    return copy.deepcopy(_CLEAN)
