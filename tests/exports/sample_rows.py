"""A small lake with hand-written questions of all eight tasks in all their formats, and the media that they show."""

import hashlib
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageDraw

from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from schemas.qa import Mark, QARow

SCENES = ("scene0261_00", "scene0012_01")
FRAMES = ("12", "543", "2626")
WIDTH, HEIGHT = 648, 484
INTRINSICS = [585.1, 0.0, 323.6, 0.0, 585.1, 241.6, 0.0, 0.0, 1.0]
OBJECTS = {3: "counter", 7: "towel", 9: "refrigerator", 11: "trash can", 14: "towel"}
_CENTER = "Calculate or judge based on the 3D center points of these objects."
_MOVE = (
    "How does the camera have to move to get from the first image to the second? Use this format:\n"
    "move_<right_or_left>:<meters>,move_<down_or_up>:<meters>,move_<forward_or_back>:<meters>,"
    "rotate_<down_or_up>:<degrees>,rotate_<right_or_left>:<degrees>"
)
_LEVEL = {"depth": "low", "distance": "low", "position": "medium", "view": "medium", "obj": "high"}


def _point(color: str, object_id: int, x: int, y: int) -> Mark:
    return Mark(kind="point", color=color, image_index=0, object_id=object_id, label=OBJECTS[object_id], coords=[x, y])


def _box(color: str, object_id: int, *coords: int) -> Mark:
    return Mark(
        kind="bbox", color=color, image_index=0, object_id=object_id, label=OBJECTS[object_id], coords=list(coords)
    )


_RED, _BLUE, _GREEN = _point("red", 3, 553, 397), _point("blue", 7, 641, 838), _point("green", 9, 120, 300)
_RED_BOX, _BLUE_BOX = _box("red", 7, 100, 200, 300, 520), _box("blue", 14, 610, 150, 800, 480)


def _pick(question: str, values: list[str], right: int = 1) -> tuple[str, str, list[str]]:
    return f"{question} Pick the right option from the choices.", "ABCD"[right], values


_COMPARE = (
    f"Which is closer to the trash can (red point): refrigerator (green point) or counter (blue point)? {_CENTER}"
)
_WHERE = f"Where is the towel (red bbox) relative to the towel (blue bbox), seen by the observer? {_CENTER}"
_MATCH = "The towel has a red bbox in the first image. Where is it in the second image? Give its bounding box."
_DEPTH = f"The counter (red point) is at a depth of 1.6 meters. How deep is the towel (blue point)? {_CENTER}"
_DEEPER = f"The counter (red point) is at a depth of 1.6 meters. How much deeper or shallower is the refrigerator \
(green point) than the towel (blue point)? {_CENTER}"
_FAR = f"How far is the counter (red point) from the observer? {_CENTER}"
_BETWEEN = f"How far is the counter (red point) from the towel (blue point)? {_CENTER}"
_NUMBERS = ["0.9", "1.5", "2.2", "3.1"]
_RELATIONS = ["left, above, closer", "right, , farther", "left, below, ", ", above, farther"]
_BOXES = ["[10, 20, 30, 40]", "[330, 548, 387, 710]", "[619, 508, 881, 934]", "[36, 521, 119, 1000]"]
_COMPARE_MARKS = [_point("blue", 3, 553, 397), _point("red", 11, 300, 610), _point("green", 9, 120, 300)]

# task -> (marks, values, unit, margin, {format: (question, answer[, options])})
_TASKS: dict[str, tuple[list[Mark], list[float] | None, str, float | None, dict[str, tuple[Any, ...]]]] = {
    "depth_prediction_oc": (
        [_RED, _BLUE],
        [1.5171],
        "m",
        None,
        {
            "fill": (f"{_DEPTH} Answer with one number.", "1.5"),
            "select": _pick(_DEPTH, _NUMBERS),
            "sentence": (_DEPTH, "The towel (blue point) is at a depth of about 1.5 meters."),
        },
    ),
    "depth_prediction_oo": (
        [_RED, _BLUE, _GREEN],
        [-0.4211],
        "m",
        None,
        {
            "fill": (f"{_DEEPER} Answer with one number.", "0.4"),
            "select": _pick(_DEEPER, ["0.9", "1.4", "0.4", "2.0"], 2),
            "sentence": (_DEEPER, "The refrigerator (green point) is 0.4 meters shallower."),
        },
    ),
    "distance_prediction_oc": (
        [_RED],
        [2.0449],
        "m",
        None,
        {
            "fill": (_FAR, "2.0"),
            "select": _pick(_FAR, ["2.0", "2.9", "1.1", "3.8"], 0),
            "sentence": (_FAR, "The counter (red point) is 2.0 meters away."),
        },
    ),
    "distance_prediction_oo": (
        [_RED, _BLUE],
        [1.249],
        "m",
        None,
        {
            "fill": (_BETWEEN, "1.2"),
            "select": _pick(_BETWEEN, ["0.7", "3.0", "1.8", "1.2"], 3),
            "sentence": (_BETWEEN, "They are 1.2 meters apart."),
        },
    ),
    "distance_infer_center_oo": (
        _COMPARE_MARKS,
        [2.013, 0.611],
        "m",
        31.5,
        {
            "fill": (f"{_COMPARE} Name one object.", "counter"),
            "select": _pick(_COMPARE, ["refrigerator (green point)", "counter (blue point)"]),
            "sentence": (_COMPARE, "The counter (blue point) is closer: 0.6 meters against 2.0 meters."),
        },
    ),
    "obj_spatial_relation_oo": (
        [_BLUE_BOX, _RED_BOX],
        [0.61, 0.02, 0.7],
        "m",
        4.2,
        {
            "judge": ("Is the towel (red bbox) above the towel (blue bbox)? Only answer Yes/No.", "No"),
            "select": _pick(f"{_WHERE}\nThe options describe the spatial relationship.", _RELATIONS),
            "sentence": (_WHERE, "The towel (red bbox) is to the right of the towel (blue bbox), and farther."),
        },
    ),
    "position_matching": (
        [_RED_BOX],
        [330.0, 548.0, 387.0, 710.0],
        "0-1000",
        None,
        {
            "fill": (_MATCH, "[330, 548, 387, 710]"),
            "select": _pick(_MATCH, _BOXES),
            "sentence": (_MATCH, "In the second image the towel is at [330, 548, 387, 710]."),
        },
    ),
    "view_change_infer": (
        [],
        [1.21, 0.38, 1.44, 4.8, -91.2],
        "none",
        None,
        {
            "fill": (_MOVE, "move_right:1.2,move_up:0.4,move_forward:1.4,rotate_up:5,rotate_left:90"),
            "sentence": (
                "How did the camera move between the two images?",
                "It moves 1.2 meters right, 0.4 meters up and 1.4 meters forward, and turns left by 90 degrees.",
            ),
        },
    ),
}
GOLD_TASKS = tuple(_TASKS)


def sample_rows(scene: str, split: str = "train", source: str = "scannet") -> list[QARow]:
    """One row per task and format, in the order of the lake."""
    rows = []
    for task, (marks, values, unit, margin, formats) in sorted(_TASKS.items()):
        pair = task in ("position_matching", "view_change_infer")
        frames = list(FRAMES[:2] if pair else FRAMES[1:2])
        for form, (question, answer, *options) in sorted(formats.items()):
            identity = hashlib.blake2b(f"{source}|{scene}|{task}|1|{form}|x".encode(), digest_size=16)
            rows.append(
                QARow.model_validate(
                    {
                        "source": source,
                        "scene_id": scene,
                        "qa_id": identity.hexdigest(),
                        "split": split,
                        "task": task,
                        "level": "high" if "infer_center" in task else _LEVEL[task.partition("_")[0]],
                        "view": "multi" if pair else "single",
                        "relation": "oo" if task.endswith("_oo") else "oc",
                        "format": form,
                        "images": [f"{scene}/color/{frame}.jpg" for frame in frames],
                        "frame_ids": frames,
                        "question": question,
                        "answer": answer,
                        "options": options[0] if options else None,
                        "marks": marks,
                        "object_ids": [mark.object_id for mark in marks],
                        "labels": [mark.label for mark in marks],
                        "values": values,
                        "unit": unit,
                        "margin": margin,
                        "template_id": f"{task}.{form}.q3.a1",
                        "task_version": 1,
                    }
                )
            )
    return rows


def write_scans(folder: Path, scenes: tuple[str, ...] = SCENES) -> None:
    """The images (a different picture per frame) and depth maps of the sample scenes, as ScanNet stores them."""
    for s, scene in enumerate(scenes):
        for kind in ("color", "depth"):
            (folder / scene / kind).mkdir(parents=True)
        for f, frame in enumerate(FRAMES):
            image = Image.new("RGB", (WIDTH, HEIGHT), (200 - 60 * s, 190, 120 + 40 * f))
            draw = ImageDraw.Draw(image)
            draw.rectangle((40 + 90 * f, 120, 300 + 90 * f, 470), fill=(90, 80 + 50 * f, 70))
            draw.ellipse((420, 60 + 30 * f, 560, 220), fill=(230, 225, 40 + 70 * s))
            image.save(folder / scene / "color" / f"{frame}.jpg", quality=85)
            depth = np.full((HEIGHT // 2, WIDTH // 2), 1500 + 100 * f, dtype=np.uint16)
            Image.fromarray(depth).save(folder / scene / "depth" / f"{frame}.png")


def write_lake(root: Path | str, rows_by_scene: dict[str, list[QARow]]) -> Lake:
    """A lake with these questions, and records that belong to them."""
    lake = Lake(Storage(root))
    for scene, rows in rows_by_scene.items():
        source, split = rows[0].source, rows[0].split
        upstream = {}
        for table, records in _records(source, scene, split).items():
            data = pa.Table.from_pylist(records, TABLES[table])
            counts = {"kept: frames": 3, "rejected: frame: pose not finite": 2, "rejected: frame: near a kept one": 41}
            counts = counts if table == "views" else {}
            above = dict(upstream) if table == "views" else None
            meta = lake.write(table, source, scene, data, versions={"records": "1"}, counts=counts, upstream=above)
            upstream[table] = meta.content_digest
        counts = Counter(f"rows: {row.task} {row.format}" for row in rows)
        counts["rejected: distance_prediction_oo: boxes overlap"] = 17
        counts["rejected: obj_spatial_relation_oo: margin too small"] = 5
        versions = {"qa": "1"} | {f"task {task}": "v1" for task in GOLD_TASKS}
        data = pa.Table.from_pylist([row.model_dump() for row in rows], TABLES["qa"])
        lake.write("qa", source, scene, data, versions=versions, counts=dict(counts), upstream=upstream)
    return lake


def write_sample_lake(root: Path | str) -> Lake:
    """Both sample scenes, one for training, one for validation."""
    return write_lake(
        root, {scene: sample_rows(scene, split) for scene, split in zip(SCENES, ("train", "val"), strict=True)}
    )


def write_quarantine(lake: Lake, scene: str) -> None:
    """A scene that failed."""
    record = {
        "source": "scannet",
        "scene_id": scene,
        "stage": "records",
        "error": "DataError",
        "message": f"{scene}_vh_clean_2.ply: <vertex> list ends early; fetch the file again",
    }
    data = pa.Table.from_pylist([record], TABLES["quarantine"])
    lake.write("quarantine", "scannet", scene, data, versions={}, counts={})


def _records(source: str, scene: str, split: str) -> dict[str, list[dict[str, Any]]]:
    base = {"source": source, "scene_id": scene}
    room = base | {
        "split": split,
        "floor_area": 12.5,
        "floor_polygon": None,
        "axis_aligned": True,
        "paths": [],
        "inputs": [{"name": f"{scene}.txt", "digest": "00"}],
    }
    objects = [
        base
        | {
            "object_id": object_id,
            "label": label,
            "raw_label": label,
            "is_structural": False,
            "center": [0.1 * object_id, 1.0, 0.8],
            "extents": [0.4, 0.3, 0.5],
            "rotation": np.eye(3).ravel().tolist(),
            "aabb_min": [0.0, 0.85, 0.55],
            "aabb_max": [0.4, 1.15, 1.05],
            "point_count": 900,
            "front": None,
            "frame_ids": list(FRAMES),
        }
        for object_id, label in OBJECTS.items()
    ]
    views = []
    for i, frame in enumerate(FRAMES):
        camera = np.eye(4)
        camera[:3, :3] = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]  # looks along world y, upright
        camera[:3, 3] = (0.25 * i, -1.0, 1.5)
        views.append(
            base
            | {
                "frame_id": frame,
                "image": f"{scene}/color/{frame}.jpg",
                "depth": f"{scene}/depth/{frame}.png",
                "width": WIDTH,
                "height": HEIGHT,
                "intrinsics": INTRINSICS,
                "world_from_camera": camera.ravel().tolist(),
                "is_keyframe": True,
                "video_index": i,
                "raster_width": WIDTH,
                "raster_height": HEIGHT,
                "objects": [],
            }
        )
    return {"scenes": [room], "objects": objects, "views": views}


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of an encoded image."""
    return Image.open(io.BytesIO(data)).size
