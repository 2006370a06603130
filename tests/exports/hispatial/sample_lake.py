"""A small lake of pictures with hand-written questions of every task, format and pair type, and the picture files."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageDraw

from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from factory.web.depth_png import encode_depth
from schemas.base import Record
from schemas.web import Mask, ModelUse, WebImageRecord, WebObjectRecord, WebQARow

WIDTH, HEIGHT = 640, 480
MAP = (120, 160)  # rows, columns
FX, FY, CX, CY = 520.0, 522.0, 318.25, 241.5
GRAY = (128, 128, 128)

# id: label, box, center, size (width, height, depth), reference, its kind
OBJECTS: dict[int, tuple[str, list[float], tuple[float, ...], tuple[float, ...], str, str]] = {
    0: ("chair", [40.0, 200.0, 160.5, 420.0], (-1.05, 0.32, 2.4), (0.5, 0.91, 0.52), "the chair", "box"),
    1: ("chair", [420.0, 210.0, 520.0, 400.0], (0.84, 0.28, 3.1), (0.48, 0.85, 0.5), "the chair", "box"),
    2: ("table", [200.0, 240.0, 400.0, 380.0], (-0.02, 0.41, 3.9), (1.4, 0.72, 0.8), "the table", "class"),
    3: ("cup", [260.0, 220.0, 284.0, 250.0], (-0.21, -0.05, 3.6), (0.09, 0.12, 0.09), "the red cup", "attribute"),
    4: (
        "person",
        [500.0, 80.0, 620.0, 460.0],
        (1.21, 0.1, 4.6),
        (0.6, 1.74, 0.4),
        "the man in a blue suit",
        "description",
    ),
    5: (
        "lamp",
        [10.0, 20.0, 60.0, 120.0],
        (-1.9, -0.9, 5.2),
        (0.33, 0.55, 0.33),
        "the first lamp from the left",
        "ordinal",
    ),
}
A, B = "the chair (highlighted by the red box)", "the chair (highlighted by the blue box)"
TABLE, CUP, MAN, LAMP = (OBJECTS[i][4] for i in (2, 3, 4, 5))
_P, _Q = "<loc0256><loc0512><loc0256><loc0512>", "<loc0784><loc0034><loc0784><loc0034>"
CHAIN = (
    f"Step1: Plan\nFind the gap between {TABLE} and {CUP}.\n"
    f"Step2: Facts\nobject_size_width: {TABLE} is 1.40m wide\nobject_size_width: {CUP} is 0.09m wide\n"
    "Step3: Reasoning with facts\n1.40 - 0.09 = 1.31\n"
    "Step4: Final answer\n1.31 meters."
)

Worded = tuple[str, str, str, str, list[str] | None]  # format, pair type, question, answer, options


def _mcq(question: str, options: list[str], right: int, pair_type: str = "mcq") -> Worded:
    return "mcq", pair_type, question, "ABCDEFGHIJ"[right], options


def _couple(question: str, axis: str, words: tuple[str, str], truth: str) -> list[Worded]:
    return [
        ("true_false", f"{axis}_{word}_tf", question.format(word), "Yes" if word == truth else "No", None)
        for word in words
    ]


def _size(i: int) -> tuple[float, ...]:
    return OBJECTS[i][3]


def _center(i: int) -> tuple[float, ...]:
    return OBJECTS[i][2]


def _relation(world: str) -> list[Worded]:
    return [
        ("text", "direction_text", f"Where is {A} from {TABLE}{world}?", "It is to the left and nearer.", None),
        _mcq(
            f"Where is {A} from {TABLE}{world}?", ["left", "left, front", "right", "right, behind"], 1, "direction_mcq"
        ),
        *_couple(f"Is {A} {{}} of {TABLE}{world}?", "x", ("left", "right"), "left"),
        *_couple(f"True or False: {A} is in {{}} of {TABLE}{world}.", "z", ("front", "behind"), "front"),
        ("true_false", "y_overlap_tf", f"Are {A} and {TABLE} at the same height{world}?", "Yes", None),
    ]


# task: item -> (object ids, box colours, values, pixels, rows)
_TASKS: dict[str, list[tuple[list[int], list[str], list[float], list[int], list[Worded]]]] = {
    "level0": [
        (
            [],
            [],
            [0.61, -0.2, 1.17],
            [224, 112],
            [("text", "", f"what is the xyz of the pixel in {_P}", "0.61m -0.20m 1.17m", None)],
        ),
        (
            [],
            [],
            [3.1, 4.2],
            [224, 112, 15, 343],
            [
                ("text", "", f"Which is nearer, the pixel in {_P} or the pixel in {_Q}?", f"The pixel in {_P}.", None),
                _mcq("Which pixel is nearer?", [f"the pixel in {_P}", f"the pixel in {_Q}"], 0),
                ("true_false", "", f"Is the pixel in {_P} nearer than the pixel in {_Q}?", "Yes", None),
            ],
        ),
    ],
    "vqa_distance_single": [
        (
            [0],
            ["red"],
            [2.64],
            [],
            [
                ("text", "", f"How far is {A} from the camera?", "2.64m", None),
                _mcq(f"How far is {A} from the camera?", ["1.32 meters", "2.64 meters", "5.10 meters"], 1),
                ("true_false", "", f"Is {A} about 5.10 meters away? Answer yes or no.", "No", None),
            ],
        )
    ],
    "vqa_orientation": [
        (
            [4],
            [""],
            [12.0],
            [],
            [_mcq(f"Which side of {MAN} faces the camera?", ["left", "front", "back", "right"], 1)],
        )
    ],
    "vqa_object_size_single": [
        ([2], [""], [_size(2)[0]], [], [("text", "", f"How wide is {TABLE}?", "It is 1.40 meters wide.", None)]),
        ([2], [""], [_size(2)[1]], [], [("true_false", "", f"Is {TABLE} 2.00 meters tall?", "No", None)]),
    ],
    "vqa_query_aabb": [
        (
            [3],
            [""],
            [0.0] * 6,
            [],
            [("text", "", f"detect the aabb of {CUP}", "-0.26m -0.11m 3.55m -0.17m 0.01m 3.64m", None)],
        )
    ],
    "vqa_object_direction_multi": [
        (
            [0, 1],
            ["red", "blue"],
            [0.94, -0.02, 0.35],
            [],
            [("text", "", f"Give the direction from {A} to {B}.", "0.94 -0.02 0.35", None)],
        )
    ],
    "vqa_object_relation_multi": [([0, 2], ["red", ""], [-1.03, -0.09, -1.5], [], _relation(""))],
    "vqa_object_relation_multi_world": [
        ([0, 2], ["red", ""], [-1.03, -0.09, -1.5], [], _relation(" with gravity down"))
    ],
    "vqa_spatial_mcq_multiangle": [
        (
            [0, 2],
            ["red", ""],
            [225.0],
            [],
            [_mcq(f"Where is {A} from {TABLE}?", ["left", "left-front", "front", "right"], 1)],
        )
    ],
    "vqa_spatial_mcq_multiangle_world": [
        ([3, 4], ["", ""], [300.0], [], [_mcq(f"Where is {CUP} from {MAN}?", ["left", "behind", "right-behind"], 0)])
    ],
    "vqa_distance_multi": [
        ([2, 3], ["", ""], [0.62], [], [("text", "", f"How far apart are {TABLE} and {CUP}?", "0.62 meters.", None)])
    ],
    "vqa_distance_each_axis_multi": [
        (
            [2, 3],
            ["", ""],
            [0.19],
            [],
            [("text", "", f"How far is {TABLE} from {CUP} sideways?", "0.19 meters.", None)],
        )
    ],
    "vqa_distance_each_axis_multi_world": [
        ([2, 3], ["", ""], [0.46], [], [_mcq(f"How far is {TABLE} below {CUP}?", ["0.46 meters", "0.92 meters"], 0)])
    ],
    "vqa_closest_distance_multi": [
        ([2, 3], ["", ""], [0.08], [], [("text", "", f"How close do {TABLE} and {CUP} come?", "0.08 meters.", None)])
    ],
    "vqa_distance_three_objects": [
        (
            [2, 3, 4],
            ["", "", ""],
            [0.62, 1.4],
            [],
            [
                ("text", "", f"Which is closer to {TABLE}, {CUP} or {MAN}?", f"{CUP.capitalize()}.", None),
                _mcq(f"Which is closer to {TABLE}?", [CUP, MAN], 0),
            ],
        )
    ],
    "vqa_distance_three_objects_comparision": [
        (
            [0, 1, 2],
            ["red", "blue", ""],
            [2.0, 1.9],
            [],
            [
                _mcq(f"Is {A} closer to {B} than to {TABLE}?", ["Yes", "No"], 1),
                ("true_false", "", f"Is {A} closer to {B} than to {TABLE}?", "No", None),
            ],
        )
    ],
    "vqa_orientation_comparison_two_objects": [
        ([0, 1], ["red", "blue"], [12.0], [], [("true_false", "", f"Do {A} and {B} face the same way?", "Yes", None)])
    ],
    "vqa_comparison_multiple_objects": [
        (
            [2, 3, 4],
            ["", "", ""],
            [_center(i)[2] for i in (2, 3, 4)],
            [],
            [("text", "", f"Rank {TABLE}, {CUP} and {MAN} from near to far.", f"{CUP} -> {TABLE} -> {MAN}", None)],
        ),
        (
            [2, 3, 4, 5, 0, 1],
            ["", "", "", "", "red", "blue"],
            [_size(i)[1] for i in (2, 3, 4, 5, 0, 1)],
            [],
            [("text", "", f"Which is the tallest of {TABLE}, {CUP}, {MAN}, {LAMP}, {A} and {B}?", f"{MAN}", None)],
        ),
        (
            [2, 3, 4],
            ["", "", ""],
            [_size(i)[0] for i in (2, 3, 4)],
            [],
            [("text", "", f"Sort {TABLE}, {CUP} and {MAN} by width.", MAN, None)],
        ),
        (
            [2, 3, 4],
            ["", "", ""],
            [_center(i)[0] for i in (2, 3, 4)],
            [],
            [("text", "", f"Sort {TABLE}, {CUP} and {MAN} from left to right.", MAN, None)],
        ),
    ],
    "vqa_most_objects_in_class": [
        (
            [0, 1],
            ["red", "blue"],
            [float(np.linalg.norm(_center(i))) for i in (0, 1)],
            [],
            [_mcq("Which of the chairs is the nearest?", [A, B], 0)],
        ),
        (
            [0, 1],
            ["red", "blue"],
            [float(np.prod(_size(i))) for i in (0, 1)],
            [],
            [("text", "", f"Which chair is larger, {A} or {B}?", f"{A.capitalize()}.", None)],
        ),
    ],
    "vqa_relative_position_new_perspective": [
        ([4, 0], ["", "red"], [1.0, 0.0, 2.0], [], [_mcq(f"From {MAN}, is {A} left or right?", ["left", "right"], 1)])
    ],
    "vqa_relative_position_new_perspective_no_orient": [
        (
            [2, 0, 1],
            ["", "red", "blue"],
            [1.0, 0.0, 2.0],
            [],
            [("text", "", f"Standing at {TABLE}, facing {A}: where is {B}?", "On the right.", None)],
        )
    ],
    "vqa_counting_objects": [
        (
            [2, 0, 1],
            ["", "", ""],
            [2.0],
            [],
            [("text", "", f"How many of the chairs are nearer than {TABLE}?", "2", None)],
        ),
        ([0, 1], ["", ""], [2.0], [], [_mcq("How many of them are here?", ["1", "2", "3"], 1)]),
    ],
    "problem_solving": [
        (
            [2, 3],
            ["", ""],
            [1.31],
            [],
            [
                ("text", "gap", f"By how much is {TABLE} wider than {CUP}?", "1.31 meters.", None),
                ("cot", "gap", f"By how much is {TABLE} wider than {CUP}?", CHAIN, None),
            ],
        )
    ],
}
TASKS = tuple(_TASKS)


def sample_rows(image: WebImageRecord) -> list[WebQARow]:
    """Every task, in all the ways that it is worded."""
    rows = []
    for task, items in _TASKS.items():
        for n, (ids, colors, values, pixels, worded) in enumerate(items):
            for form, pair_type, question, answer, options in worded:
                key = f"{image.source}|{image.shard_id}|{image.image_id}|{task}|{n}"
                right = options["ABCDEFGHIJ".index(answer)] if options else answer
                rows.append(
                    WebQARow(
                        source=image.source,
                        shard_id=image.shard_id,
                        image_id=image.image_id,
                        qa_id=_digest(f"{key}|{form}|{pair_type}|{question}"),
                        item_id=_digest(key),
                        split=image.split,
                        task=task,
                        pair_type=pair_type,
                        level="level0" if task == "level0" else "level2",
                        relation="oo",
                        format=form,
                        frame="gravity" if task.endswith("_world") else "camera",
                        images=[image.image],
                        question=question,
                        answer=answer,
                        answers=[right],
                        options=options,
                        marks=[],
                        pixels=pixels or None,
                        object_ids=ids,
                        labels=[OBJECTS[i][0] for i in ids],
                        box_colors=colors if ids else None,
                        values=values,
                        unit="m",
                        margin=None,
                        template_id=f"{task}/x.0",
                        task_version=1,
                    )
                )
    return rows


def sample_depth() -> np.ndarray:
    """A room that ends in a window: sky, unknown pixels, and else 1.5 to 5 m."""
    rows, columns = np.mgrid[: MAP[0], : MAP[1]].astype(np.float32)
    depth = 5.0 - 3.4 * rows / MAP[0] + 0.3 * np.sin(columns / 9)
    depth[:12, 30:90] = np.inf
    depth[60:64, 20:50] = np.nan
    return depth


def sample_image(source: str, shard: str, name: str, data: bytes, **changes: Any) -> WebImageRecord:
    """A row of `web_images` for a file."""
    turn = np.radians(8)
    gravity = [1.0, 0.0, 0.0, 0.0, np.cos(turn), np.sin(turn), 0.0, -np.sin(turn), np.cos(turn)]
    sensor = source == "scannet"
    values = {
        "source": source,
        "shard_id": shard,
        "image_id": name,
        "split": "train",
        "image": f"{shard}/{name}",
        "sha256": hashlib.sha256(data).hexdigest(),
        "phash": "0" * 16,
        "width": WIDTH,
        "height": HEIGHT,
        "caption": None,
        "intrinsics": [FX, 0.0, CX, 0.0, FY, CY, 0.0, 0.0, 1.0],
        "intrinsics_source": "sensor" if sensor else "model",
        "depth": encode_depth(sample_depth()),
        "depth_source": "sensor" if sensor else "model",
        "gravity_from_camera": gravity,
        "gravity_source": "sensor" if sensor else "model",
        "scene_id": shard if sensor else None,
        "frame_id": name if sensor else None,
        "stack": "labelled" if sensor else "cpu",
        "models": [] if sensor else [ModelUse(role="depth", name="d", sha256="0" * 64, licence="MIT")],
        "is_data": True,
        "detections": [],
        "closed_classes": ["chair"],
    }
    return WebImageRecord.model_validate(values | changes)


def sample_objects(image: WebImageRecord) -> list[WebObjectRecord]:
    """Six objects, two of which need a coloured box."""
    found = []
    for object_id, (label, box, center, size, reference, kind) in OBJECTS.items():
        low, high = ([c + sign * s / 2 for c, s in zip(center, size, strict=True)] for sign in (-1, 1))
        found.append(
            WebObjectRecord(
                source=image.source,
                shard_id=image.shard_id,
                image_id=image.image_id,
                object_id=object_id,
                label=label,
                score=0.9,
                box=box,
                mask=Mask(size=list(MAP), counts="0"),
                point_count=2,
                depth_fraction=1.0,
                truncated=False,
                occluded_by=[],
                center=list(center),
                aabb_min=low,
                aabb_max=high,
                gravity_min=low,
                gravity_max=high,
                points=[*low, *high],
                azimuth=None,
                elevation=None,
                rotation=None,
                front_camera=None,
                symmetry=None,
                visible_fraction=None,
                reference=reference,
                reference_kind=kind,
                reference_iou=None,
            )
        )
    return found


def picture(form: str = "JPEG", mode: str = "RGB", orientation: int | None = None, seed: int = 0) -> bytes:
    """A file that shows gray with some darker shapes; rotated ones are stored on their side."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GRAY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 15), fill=(60, 60, 60))  # the top
    draw.ellipse((300 + 9 * seed, 300, 340 + 9 * seed, 340), fill=(90, 90, 90))
    file = io.BytesIO()
    options: dict[str, Any] = {}
    if orientation == 6:  # shown turned clockwise by a quarter
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    image.convert(mode).save(file, format=form, **options)
    return file.getvalue()


def write_shard(
    lake: Lake, images: list[WebImageRecord], objects: list[WebObjectRecord], rows: list[WebQARow]
) -> None:
    """A shard of these records."""
    tables = {"web_images": images, "web_objects": objects, "web_qa": rows}
    write_tables(lake, images[0].source, images[0].shard_id, tables)


def write_tables(lake: Lake, source: str, shard: str, tables: Mapping[str, Sequence[Record] | pa.Table]) -> None:
    """The three tables of a shard, each with the digests of those above it."""
    upstream: dict[str, str] = {}
    for table, records in tables.items():
        data = records
        if not isinstance(data, pa.Table):
            data = pa.Table.from_pylist([record.model_dump() for record in records], TABLES[table])
        meta = lake.write(table, source, shard, data, versions={"sample": "1"}, counts={}, upstream=dict(upstream))
        upstream[table] = meta.content_digest


def write_sample_lake(root: Path, inputs: Path) -> Lake:
    """Two shards of web pictures, two scenes of labelled ones; the last picture of each web shard has no questions."""
    lake = Lake(Storage(root))
    kinds = [("a.jpg", {}), ("b.png", {"form": "PNG", "mode": "RGBA"}), ("c.jpg", {"orientation": 6})]
    kinds += [("d.v2.jpg", {"mode": "L"}), ("D.V2.jpg", {"seed": 3})]
    for source, shards in (("photos", ("00000", "00001")), ("scannet", ("scene0000_00", "scene0001_00"))):
        for s, shard in enumerate(shards):
            images, objects, rows = [], [], []
            for n, (name, kind) in enumerate(kinds):
                data = picture(**{"seed": 10 * s + n, **kind})
                (inputs / source / shard).mkdir(parents=True, exist_ok=True)
                (inputs / source / shard / name).write_bytes(data)
                image = sample_image(source, shard, name, data, split="val" if n == 1 else "train")
                images.append(image)
                objects += sample_objects(image)
                rows += sample_rows(image) if source == "scannet" or n < len(kinds) - 1 else []
            write_shard(lake, images, objects, rows)
    return lake


def read_picture(inputs: Path, image: WebImageRecord) -> bytes:
    """The file of a row."""
    return (inputs / image.source / image.image).read_bytes()


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
