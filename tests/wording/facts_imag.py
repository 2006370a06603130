"""Sample facts: imagined moves, maps, camera motion and sizes."""

import numpy as np

from schemas.qa import Mark
from tests.wording.fact_parts import LABELS, SLOTS, Parts, Sample, box, shown_in

FRONT_BEHIND = ("behind", "", "front")
GREEN_BLUE_RED = ("green", "blue", "red")
ALL_COLORS = (*GREEN_BLUE_RED, "yellow")


def _imagined(rng: np.random.Generator, third: str, options: tuple[str, str, str]) -> Parts:
    slots = {**SLOTS, third: options} if third == "distance" else {**dict(list(SLOTS.items())[:2]), third: options}
    before, after = rng.choice([-1, 0, 1], (2, 3), p=[0.4, 0.2, 0.4])
    if rng.random() < 0.1:
        before = np.zeros(3, dtype=int)
    if not after.any():
        after[0] = 1
    if rng.random() < 0.15 and after.any():
        before = after
    words = {}
    for time, state in (("", after), ("before_", before)):
        for side, (slot, names) in zip(state, slots.items(), strict=True):
            words[time + slot] = names[side + 1]
    values = np.concatenate([before, after]) * rng.uniform(0.3, 2.0, 6)
    return {"values": tuple(values), "words": words, "margin": 3.0}


def _to_observer(rng: np.random.Generator) -> Parts:
    return _imagined(rng, "front_behind", FRONT_BEHIND)


def _compared(rng: np.random.Generator) -> Parts:
    return _imagined(rng, "distance", SLOTS["distance"])


def _by_name(parts: Parts, count: int, rng: np.random.Generator) -> Parts:
    """Objects that nothing marks: a label names one object alone."""
    ids = [int(i) for i in rng.choice(len(LABELS), count, replace=False)]
    return parts | {"object_ids": tuple(ids), "labels": tuple(LABELS[i] for i in ids)}


def _to_observer_by_name(rng: np.random.Generator) -> Parts:
    return _by_name(_to_observer(rng), 3, rng)


def _compared_and_placed(rng: np.random.Generator) -> Parts:
    parts = _compared(rng)
    fronts = rng.choice([-1, 1], 2)
    for name, side in zip(("red", "yellow"), fronts, strict=True):
        parts["words"][f"{name}_front_behind"] = FRONT_BEHIND[side + 1]
    parts["values"] = (*parts["values"], *(fronts * rng.uniform(0.3, 2.0, 2)))
    return _by_name(parts, 4, rng)


def _map(rng: np.random.Generator) -> Parts:
    count = int(rng.integers(3, 8))
    ids = [int(i) for i in rng.choice(40, count, replace=False)]
    labels = [LABELS[i % len(LABELS)] for i in ids]
    places = shown_in(3, count, rng)
    marks = [
        Mark(kind="bbox", color=f"object{n}", image_index=place, object_id=i, label=label, coords=list(box(rng)))
        for n, (i, label, place) in enumerate(zip(ids, labels, places, strict=True))
    ]
    return {
        "values": tuple(rng.normal(0, 1.5, 2 * count)),
        "marks": tuple(marks),
        "object_ids": tuple(ids),
        "labels": tuple(labels),
        "shown_in": tuple(places),
    }


def _camera_motion(rng: np.random.Generator) -> Parts:
    u, v, depth = *rng.uniform(0, 1000, 2), rng.uniform(0.3, 5.0)
    return {"values": (u, v, depth), "numbers": {"u": u, "v": v, "depth": depth}, "unit": "none"}


def _size(rng: np.random.Generator) -> Parts:
    width, length = np.sort(rng.uniform(4, 200, 2))
    height = rng.uniform(4, 220)
    numbers = {"length": length, "width": width, "height": height, "volume": length * width * height}
    return {"values": (length, width, height), "numbers": numbers, "unit": "cm"}


SAMPLES: dict[str, Sample] = {
    "spatial_imagination_oc": Sample(_to_observer, GREEN_BLUE_RED, "bbox"),
    "spatial_imagination_oc_mv": Sample(_to_observer, GREEN_BLUE_RED, "bbox", images=3),
    "spatial_imagination_oc_video": Sample(_to_observer, GREEN_BLUE_RED, "bbox", images=32),
    "spatial_imagination_oc_video_hard": Sample(_to_observer_by_name, images=32, objects=3, named=True),
    "spatial_imagination_oo": Sample(_compared, ALL_COLORS, "bbox"),
    "spatial_imagination_oo_mv": Sample(_compared, ALL_COLORS, "bbox", images=3),
    "spatial_imagination_oo_video": Sample(_compared, ALL_COLORS, "bbox", images=32),
    "spatial_imagination_oo_video_hard": Sample(_compared_and_placed, images=32, objects=4, named=True),
    "spatial_imagination_map_mv": Sample(_map, images=3, kind="bbox"),
    "camera_motion_infer": Sample(_camera_motion, images=2),
    "spatial_volume_infer": Sample(_size, ("red",), "bbox"),
}
