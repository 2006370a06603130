"""Facts of every task with plausible labels, as a scene would give them."""

from typing import Any

import numpy as np

from factory.tasks import get_task
from factory.tasks.spec import TaskSpec
from factory.wording.renderer import RenderedRows, render_task
from schemas.qa import Fact, Mark
from tests.wording import facts_imag, facts_mv, facts_video
from tests.wording.fact_parts import LABELS, Parts, Sample, box, shown_in

REGIONS = ("top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right")
SHIFTS = ("left and up", "up", "right and up", "left", "", "right", "left and down", "down", "right and down")


def spec_of(task: str) -> TaskSpec:
    return get_task(task).spec


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


SAMPLES: dict[str, Sample] = {
    **facts_mv.SAMPLES,
    "position_matching": Sample(_matching, ("red",), "bbox", images=2),
    "view_change_infer": Sample(_view_change, images=2),
    **facts_imag.SAMPLES,
    **facts_video.SAMPLES,
}
TASKS = tuple(SAMPLES)


def make_fact(task: str, number: int, rng: np.random.Generator, **changes: Any) -> Fact:
    """The `number`-th fact of a task; `changes` replace fields of the fact."""
    sample = SAMPLES[task]
    count = sample.objects or len(sample.colors)
    ids = [int(i) for i in rng.choice(40, count, replace=False)]
    labels = [LABELS[i % len(LABELS)] for i in ids]
    places = shown_in(sample.images, count, rng)
    marks = []
    for color, object_id, label, place in zip(sample.colors, ids, labels, places, strict=False):
        coords = box(rng) if sample.kind == "bbox" else tuple(int(v) for v in rng.integers(0, 1001, 2))
        marks.append(
            Mark(
                kind=sample.kind,
                color=color,
                image_index=place,
                object_id=object_id,
                label=label,
                coords=list(coords),
            )
        )
    parts = sample.parts(rng)
    words = dict(parts.pop("words", {}))
    if len(set(labels)) < len(labels):
        words["name_marks"] = "yes"
    numbers = {name: float(value) for name, value in parts.pop("numbers", {}).items()}
    first = number * max(10, sample.images)
    frames = [f"{first + k}" for k in range(sample.images)]
    fields: Parts = {
        "task": task,
        "candidate": f"{','.join(frames)}|{','.join(map(str, ids))}|{words.get('claim', words.get('asked', ''))}",
        "images": tuple(f"scene0000_00/color/{frame}.jpg" for frame in frames),
        "frame_ids": tuple(frames),
        "marks": tuple(marks),
        "object_ids": tuple(ids),
        "labels": tuple(labels),
        "shown_in": tuple(places) if sample.colors or sample.named else (),
        "unit": "m",
        "margin": None,
        "numbers": numbers,
        "words": words,
    }
    values = tuple(float(v) for v in parts.pop("values"))
    return Fact(**fields | {"values": values} | parts | changes)


def make_facts(task: str, count: int, seed: int = 0) -> list[Fact]:
    rng = np.random.default_rng(seed)
    return [make_fact(task, number, rng) for number in range(count)]


def render(task: str, facts: list[Fact], *, scene_id: str = "scene0000_00", seed: int = 0) -> RenderedRows:
    quota = dict.fromkeys(spec_of(task).formats, len(facts))
    return render_task(spec_of(task), facts, quota, source="scannet", scene_id=scene_id, split="train", seed=seed)


def rows_of(task: str, count: int, format_: str, seed: int = 0) -> list[tuple[Fact, Parts]]:
    """Facts and their rows in one format."""
    facts = make_facts(task, count, seed)
    by_frames = {fact.frame_ids: fact for fact in facts}
    table = render(task, facts).table.to_pylist()
    return [(by_frames[tuple(row["frame_ids"])], row) for row in table if row["format"] == format_]
