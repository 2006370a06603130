"""Facts of every web task about made-up objects, as geometry would give them: small numbers, all outcomes."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.spec import WebFact, WebSpec
from factory.wording.web.renderer import render_picture
from factory.wording.web.rows import to_web_table
from factory.wording.web.speakers.sectors import SECTORS
from schemas.web import WebFormat
from tests.web.synthetic_pictures import synthetic_picture

TF: tuple[WebFormat, ...] = ("text", "mcq", "true_false")
NO_CLAIM: tuple[WebFormat, ...] = ("text", "mcq")
# name: level, frame, fewest and most objects, formats, unit
_TABLE: dict[str, tuple[Any, ...]] = {
    "level0": ("level0", "camera", (0, 0), TF, "m"),
    "vqa_distance_single": ("level1", "camera", (1, 1), TF, "m"),
    "vqa_orientation": ("level1", "camera", (1, 1), TF, "deg"),
    "vqa_object_size_single": ("level1", "gravity", (1, 1), TF, "m"),
    "vqa_query_aabb": ("level1", "camera", (1, 1), ("text",), "m"),
    "vqa_object_direction_multi": ("level2", "camera", (2, 2), ("text",), "none"),
    "vqa_object_relation_multi": ("level2", "camera", (2, 2), TF, "m"),
    "vqa_object_relation_multi_world": ("level2", "gravity", (2, 2), TF, "m"),
    "vqa_spatial_mcq_multiangle": ("level2", "camera", (2, 2), ("mcq", "true_false"), "deg"),
    "vqa_spatial_mcq_multiangle_world": ("level2", "gravity", (2, 2), ("mcq", "true_false"), "deg"),
    "vqa_distance_multi": ("level2", "camera", (2, 2), TF, "m"),
    "vqa_distance_each_axis_multi": ("level2", "camera", (2, 2), NO_CLAIM, "m"),
    "vqa_distance_each_axis_multi_world": ("level2", "gravity", (2, 2), NO_CLAIM, "m"),
    "vqa_closest_distance_multi": ("level2", "camera", (2, 2), TF, "m"),
    "vqa_distance_three_objects": ("level2", "camera", (3, 3), NO_CLAIM, "m"),
    "vqa_distance_three_objects_comparision": ("level2", "camera", (3, 3), ("mcq", "true_false"), "m"),
    "vqa_orientation_comparison_two_objects": ("level2", "camera", (2, 2), TF, "deg"),
    "vqa_comparison_multiple_objects": ("level2", "camera", (3, 6), TF, "m"),
    "vqa_most_objects_in_class": ("level2", "camera", (2, 5), NO_CLAIM, "none"),
    "vqa_relative_position_new_perspective": ("level3", "gravity", (2, 2), TF, "m"),
    "vqa_relative_position_new_perspective_no_orient": ("level3", "gravity", (3, 3), TF, "m"),
    "vqa_counting_objects": ("level3", "camera", (1, 11), NO_CLAIM, "count"),
}
TASKS = tuple(_TABLE)
_RELATION = {0: "none", 1: "oc"}
RANKS = (
    "depth_near", "depth_far", "height_tall", "height_short", "width_wide", "width_narrow", "x_left", "x_right",
)  # fmt: skip
MOST = ("nearest", "farthest", "largest", "smallest", "tallest", "leftmost", "rightmost")
_AXIS_WORDS = {"x": ("left", "right"), "y": ("above", "below"), "z": ("front", "behind")}

# Reference, its kind and label: all kinds, plurals, a description, one class twice.
OBJECTS = (
    ("the red cup", "attribute", "cup"),
    ("the chair", "box", "chair"),
    ("the curtains", "class", "curtains"),
    ("the woman in a blue coat who is holding an umbrella", "description", "person"),
    ("the second lamp from the left", "ordinal", "lamp"),
    ("the chair", "box", "chair"),
    ("the potted plant", "class", "potted plant"),
    ("the scissors", "class", "scissors"),
    ("the sports car", "class", "car"),
    ("the chair", "box", "chair"),
    ("the first lamp from the left", "ordinal", "lamp"),
    ("the tv", "class", "tv"),
)


def spec_of(task: str) -> WebSpec:
    level, frame, objects, formats, unit = _TABLE[task]
    return WebSpec(task, level, _RELATION.get(objects[1], "oo"), frame, objects, formats, unit, 1)


@cache
def named_picture(number: int = 0) -> Picture:
    """A picture whose objects are those of `OBJECTS`."""
    picture = synthetic_picture(number, objects=len(OBJECTS))
    references, kinds, labels = zip(*OBJECTS, strict=True)
    return replace(
        picture, references=references, reference_kinds=kinds, labels=labels, closed_classes=frozenset(labels)
    )


def make_facts(task: str, count: int, seed: int) -> list[WebFact]:
    """Facts about `named_picture`, every outcome in turn."""
    rng = np.random.default_rng(seed)
    spec = spec_of(task)
    facts = []
    for number in range(count):
        parts = _parts(task, number, rng)
        objects = parts.pop("objects", spec.objects[0])
        rows = parts.pop("rows", None) or tuple(int(row) for row in rng.choice(len(OBJECTS), objects, replace=False))
        parts = {"asked": "", "numbers": {}, "words": {}, "margin": None} | parts
        candidate = f"{','.join(map(str, rows))}|{parts['asked']}|{number}"
        facts.append(WebFact(task=task, candidate=candidate, rows=rows, **parts))
    return facts


def render(tasks: tuple[str, ...] = TASKS, count: int = 8, seed: int = 1, picture: Picture | None = None) -> Any:
    """Rows of facts of some tasks."""
    picture = picture or named_picture()
    return render_picture(picture, [(spec_of(task), make_facts(task, count, 7)) for task in tasks], seed=seed)


def rows_of(tasks: tuple[str, ...] = TASKS, count: int = 8, seed: int = 1) -> list[dict[str, Any]]:
    return to_web_table([render(tasks, count, seed)]).to_pylist()


def _length(rng: np.random.Generator, high: float = 8.0) -> tuple[float, ...]:
    return (float(np.exp(rng.uniform(np.log(0.05), np.log(high)))),)


def _parts(task: str, number: int, rng: np.random.Generator) -> dict[str, Any]:
    if task == "level0":
        return _pixel(number, rng)
    if task.startswith("vqa_object_relation_multi"):
        return _relation(number, rng)
    if task == "vqa_query_aabb":
        low = rng.uniform(-3, 3, 3)
        return {"values": (*low.tolist(), *(low + rng.uniform(0.004, 1, 3)).tolist())}
    if task == "vqa_object_direction_multi":
        vector = rng.normal(size=3)
        vector[number % 3] *= 0.0 if number % 4 else -1e-3
        return {"values": tuple((vector / np.linalg.norm(vector)).tolist())}
    if task.startswith("vqa_spatial"):
        sector = number % len(SECTORS)
        return {"values": (45.0 * sector,), "words": {"sector": SECTORS[sector]}, "margin": 1.5}
    if task == "vqa_orientation":
        side = number % 4
        return {"values": (90.0 * side,), "words": {"side": ("front", "left", "back", "right")[side]}, "margin": 2.0}
    if task == "vqa_orientation_comparison_two_objects":
        similar = number % 2
        return {"values": (110.0 - 100.0 * similar,), "words": {"similar": ("no", "yes")[similar]}, "margin": 2.0}
    if task == "vqa_comparison_multiple_objects":
        return _ranked(number, rng)
    if task == "vqa_most_objects_in_class":
        return _most(number, rng)
    if task == "vqa_counting_objects":
        return _count(number, rng)
    if "new_perspective" in task:
        asked = ("left_right", "front_behind")[number % 2]
        side = asked.split("_")[number // 2 % 2]
        return {"asked": asked, "values": tuple(rng.normal(size=3).tolist()), "words": {"side": side}, "margin": 1.2}
    if task.startswith("vqa_distance_three"):
        near, far = sorted(rng.uniform(0.2, 4, 2).tolist())
        asked = ("closer", "farther")[number % 2]
        first_nearer = number // 2 % 2 == 0
        wins = first_nearer == (asked == "closer")
        words = {"truth": "yes" if wins else "no"} if "comp" in task else {"winner": "second" if wins else "third"}
        return {"asked": asked, "values": (near, far) if first_nearer else (far, near), "words": words, "margin": 1.1}
    asked = {"vqa_object_size_single": ("width", "height"), "vqa_distance_each": ("x", "y", "z")}
    choices = next((names for start, names in asked.items() if task.startswith(start)), ("",))
    return {"asked": choices[number % len(choices)], "values": _length(rng)}


def _pixel(number: int, rng: np.random.Generator) -> dict[str, Any]:
    if number % 2:
        return {"asked": "pixel_xyz", "values": (-0.004, *rng.uniform(-3, 3, 2).tolist()),
                "pixels": tuple(int(p) for p in rng.integers(0, 448, 2))}  # fmt: skip
    nearer = number // 2 % 2
    depths = sorted(rng.uniform(1, 9, 2).tolist(), reverse=bool(nearer))
    pixels = tuple(int(p) for p in rng.integers(0, 448, 4))
    words = {"nearer": ("first", "second")[nearer]}
    return {"asked": "pixel_depth", "values": tuple(depths), "words": words, "pixels": pixels, "margin": 1.4}


def _relation(number: int, rng: np.random.Generator) -> dict[str, Any]:
    words, values = {}, []
    for place, (axis, pair) in enumerate(_AXIS_WORDS.items()):
        outcome = (number + place * (1 + number // 4)) % 4
        words[axis] = (*pair, "overlap", "")[outcome]
        values.append(float(rng.uniform(0.3, 2)) * (-1, 1, 0.02, 0.1)[outcome])
    if not any(word in pair for word, pair in zip(words.values(), _AXIS_WORDS.values(), strict=True)):
        words["x"], values[0] = "left", -0.8
    return {"values": tuple(values), "words": words, "margin": 1.0}


def _ranked(number: int, rng: np.random.Generator) -> dict[str, Any]:
    asked, count = RANKS[number % len(RANKS)], 3 + number % 4
    values = rng.permutation(np.arange(1, count + 1) * 0.7)
    ascending = asked in ("depth_near", "height_short", "width_narrow", "x_left")
    order = np.argsort(values if ascending else -values)
    return {
        "asked": asked,
        "objects": count,
        "values": tuple(values.tolist()),
        "words": {"order": ",".join(map(str, order.tolist()))},
        "margin": 1.3,
    }


def _most(number: int, rng: np.random.Generator) -> dict[str, Any]:
    asked, label = MOST[number % len(MOST)], ("chair", "lamp")[number % 2]
    rows = tuple(row for row, (_, _, name) in enumerate(OBJECTS) if name == label)
    values = rng.permutation(np.arange(1, len(rows) + 1) * 0.6)
    winner = np.argmin(values) if asked in ("nearest", "smallest", "leftmost") else np.argmax(values)
    return {
        "asked": asked,
        "rows": rows,
        "values": tuple(values.tolist()),
        "words": {"winner": str(winner), "label": label},
        "margin": 1.3,
    }


def _count(number: int, rng: np.random.Generator) -> dict[str, Any]:
    asked = ("all", "nearer", "farther", "left", "right")[number % 5]
    label = ("chair", "person", "potted plant")[number % 3]
    count = 1 + number % 10
    rows = tuple(int(row) for row in rng.permutation(len(OBJECTS))[: count + (asked != "all")])
    return {"asked": asked, "rows": rows, "values": (float(count),), "words": {"label": label}}
