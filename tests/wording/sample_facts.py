"""Facts of every task with plausible labels, as a scene would give them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from factory.tasks import get_task
from factory.tasks.spec import TaskSpec
from factory.wording.renderer import RenderedRows, render_task
from schemas.qa import Fact, Mark

LABELS = (
    "chair",
    "office chair",
    "kitchen cabinets",
    "trash can",
    "towel",
    "tv",
    "potted plant",
    "clothes",
    "stairs",
    "scissors",
    "books",
    "ironing board",
    "armchair",
    "oven",
)
REGIONS = ("top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right")
SHIFTS = ("left and up", "up", "right and up", "left", "", "right", "left and down", "down", "right and down")
SLOTS = {
    "left_right": ("left", "", "right"),
    "above_below": ("above", "", "below"),
    "distance": ("closer", "", "farther"),
}
COLORS = {
    "depth_prediction_oc": ("red", "blue"),
    "depth_prediction_oo": ("red", "blue", "green"),
    "distance_prediction_oc": ("red",),
    "distance_prediction_oo": ("red", "blue"),
    "distance_infer_center_oo": ("red", "green", "blue"),
    "obj_spatial_relation_oo": ("red", "blue"),
    "position_matching": ("red",),
    "view_change_infer": (),
}
TASKS = tuple(COLORS)
Parts = dict[str, Any]


def spec_of(task: str) -> TaskSpec:
    return get_task(task).spec


def box(rng: np.random.Generator) -> tuple[int, ...]:
    low = rng.integers(0, 700, 2)
    high = low + rng.integers(40, 300, 2)
    return tuple(int(v) for v in (*low, *high))


def _depth_oc(rng: np.random.Generator) -> Parts:
    red, blue = rng.uniform(0.3, 6.0, 2)
    return {"values": (blue,), "numbers": {"answer": blue, "red_depth": red}}


def _depth_oo(rng: np.random.Generator) -> Parts:
    red, blue, green = rng.uniform(0.3, 6.0, 3)
    gap = green - blue
    direction = "deeper" if gap > 0 else "shallower"
    return {
        "values": (gap,),
        "numbers": {"answer": abs(gap), "red_depth": red},
        "words": {"direction": direction},
        "margin": 3.0,
    }


def _distance(rng: np.random.Generator) -> Parts:
    far = rng.uniform(0.3, 6.0)
    return {"values": (far,), "numbers": {"answer": far}}


def _nearer(rng: np.random.Generator) -> Parts:
    green, blue = rng.uniform(0.3, 6.0, 2)
    asked = ("closer", "farther")[rng.integers(2)]
    winner = "green" if (green < blue) == (asked == "closer") else "blue"
    return {
        "values": (green, blue),
        "numbers": {"green_distance": green, "blue_distance": blue},
        "words": {"asked": asked, "answer": winner},
        "margin": 3.0,
    }


def _relation(rng: np.random.Generator) -> Parts:
    sides = rng.choice([-1, 0, 1], 3, p=[0.45, 0.1, 0.45])
    if not sides.any():
        sides[0] = 1
    slot = int(rng.choice(np.flatnonzero(sides)))
    true = bool(rng.integers(2))
    names = list(SLOTS.values())
    words = {name: names[i][sides[i] + 1] for i, name in enumerate(SLOTS)}
    claim = names[slot][(sides[slot] if true else -sides[slot]) + 1]
    words |= {"claim": claim, "claim_slot": list(SLOTS)[slot], "answer": "Yes" if true else "No"}
    return {"values": tuple(sides * rng.uniform(0.3, 2.0, 3)), "words": words, "margin": 3.0}


def _matching(rng: np.random.Generator) -> Parts:
    others = tuple(tuple(float(v) for v in box(rng)) for _ in range(rng.integers(0, 9)))
    return {"values": box(rng), "unit": "0-1000", "alternatives": others}


def _view_change(rng: np.random.Generator) -> Parts:
    values = (*(rng.normal(0, 1, 3) * (rng.random(3) > 0.2)), rng.normal(0, 15), rng.normal(0, 40))
    start = str(rng.choice(REGIONS))
    words = {
        "landmark": str(rng.choice(LABELS)),
        "landmark_from": start,
        "landmark_to": start if rng.random() < 0.4 else str(rng.choice(REGIONS)),
        "landmark_shift": str(rng.choice(SHIFTS)),
    }
    numbers = dict(zip(("right", "up", "forward", "pitch", "yaw"), values, strict=True))
    return {"values": values, "numbers": numbers, "words": words}


_PARTS: dict[str, Callable[[np.random.Generator], Parts]] = {
    "depth_prediction_oc": _depth_oc,
    "depth_prediction_oo": _depth_oo,
    "distance_prediction_oc": _distance,
    "distance_prediction_oo": _distance,
    "distance_infer_center_oo": _nearer,
    "obj_spatial_relation_oo": _relation,
    "position_matching": _matching,
    "view_change_infer": _view_change,
}


def make_fact(task: str, number: int, rng: np.random.Generator, **changes: Any) -> Fact:
    """The `number`-th fact of a task; `changes` replace fields of the fact."""
    spec, colors = spec_of(task), COLORS[task]
    kind = "bbox" if task in ("obj_spatial_relation_oo", "position_matching") else "point"
    ids = [int(i) for i in rng.choice(40, len(colors), replace=False)]
    labels = [LABELS[i % len(LABELS)] for i in ids]
    marks = []
    for color, object_id, label in zip(colors, ids, labels, strict=True):
        coords = box(rng) if kind == "bbox" else tuple(int(v) for v in rng.integers(0, 1001, 2))
        marks.append(
            Mark(kind=kind, color=color, image_index=0, object_id=object_id, label=label, coords=list(coords))
        )
    parts = _PARTS[task](rng)
    words = dict(parts.get("words", {}))
    if len(set(labels)) < len(labels):
        words["name_marks"] = "yes"
    frames = [f"{number * 10 + k}" for k in range(2 if spec.view == "multi" else 1)]
    fields: Parts = {
        "task": task,
        "candidate": f"{','.join(frames)}|{','.join(map(str, ids))}|{words.get('claim', words.get('asked', ''))}",
        "images": tuple(f"scene0000_00/color/{frame}.jpg" for frame in frames),
        "frame_ids": tuple(frames),
        "marks": tuple(marks),
        "object_ids": tuple(ids),
        "labels": tuple(labels),
        "values": tuple(float(v) for v in parts["values"]),
        "unit": parts.get("unit", "m"),
        "margin": parts.get("margin"),
        "numbers": {name: float(value) for name, value in parts.get("numbers", {}).items()},
        "words": words,
        "alternatives": parts.get("alternatives", ()),
    }
    return Fact(**fields | changes)


def make_facts(task: str, count: int, seed: int = 0) -> list[Fact]:
    rng = np.random.default_rng(seed)
    return [make_fact(task, number, rng) for number in range(count)]


def render(task: str, facts: list[Fact], *, scene_id: str = "scene0000_00", seed: int = 0) -> RenderedRows:
    return render_task(spec_of(task), facts, source="scannet", scene_id=scene_id, split="train", seed=seed)


def rows_of(task: str, count: int, format_: str, seed: int = 0) -> list[tuple[Fact, Parts]]:
    """Facts and their rows in one format."""
    facts = make_facts(task, count, seed)
    by_frames = {fact.frame_ids: fact for fact in facts}
    table = render(task, facts).table.to_pylist()
    return [(by_frames[tuple(row["frame_ids"])], row) for row in table if row["format"] == format_]
