"""Facts of the depth, distance and relation tasks, on one image and on three."""

import numpy as np

from tests.wording.fact_parts import SLOTS, Parts, Sample, box

_OBSERVER_SLOTS = {**SLOTS, "front_behind": ("front", "", "behind")}


def _depth_oc(rng: np.random.Generator) -> Parts:
    red, blue = rng.uniform(0.3, 6.0, 2)
    return {"values": (blue,), "numbers": {"answer": blue, "red_depth": red}}


def _depth_oo(rng: np.random.Generator) -> Parts:
    red, blue, green = rng.uniform(0.3, 6.0, 3)
    gap = green - blue
    return {
        "values": (gap,),
        "numbers": {"answer": abs(gap), "red_depth": red},
        "words": {"direction": "deeper" if gap > 0 else "shallower"},
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
        "words": {"asked": asked, "answer": winner, "winner_is": asked},
        "margin": 3.0,
    }


def _extreme(rng: np.random.Generator, images: int) -> Parts:
    """Image (where there are several) and box of the extreme, and of others."""

    def place() -> tuple[float, ...]:
        image = (int(rng.integers(images)),) if images > 1 else ()
        return tuple(float(v) for v in (*image, *box(rng)))

    return {
        "values": place(),
        "unit": "0-1000",
        "alternatives": tuple(place() for _ in range(rng.integers(0, 9))),
        "numbers": {"answer": rng.uniform(0.3, 6.0)},
        "words": {"asked": ("closest", "farthest")[rng.integers(2)]},
        "margin": 3.0,
    }


def _sides(rng: np.random.Generator) -> np.ndarray:
    """Three sides of -1, 0 and 1, not all of them 0."""
    sides = rng.choice([-1, 0, 1], 3)
    if not sides.any():
        sides[0] = 1
    return sides


def _relation_to_object(rng: np.random.Generator) -> Parts:
    sides = _sides(rng)
    slot = int(rng.choice(np.flatnonzero(sides)))
    true = bool(rng.integers(2))
    words = {name: SLOTS[name][side + 1] for name, side in zip(SLOTS, sides, strict=True)}
    name = list(SLOTS)[slot]
    claim = SLOTS[name][(sides[slot] if true else -sides[slot]) + 1]
    words |= {"claim": claim, "claim_slot": name, "answer": "Yes" if true else "No"}
    return {"values": tuple(sides * rng.uniform(0.3, 2.0, 3)), "words": words, "margin": 3.0}


def _relation_to_observer(rng: np.random.Generator) -> Parts:
    sides = _sides(rng)
    names = ("left_right", "above_below", "front_behind")
    words = {name: _OBSERVER_SLOTS[name][side + 1] for name, side in zip(names, sides, strict=True)}
    values = sides * rng.uniform(0.3, 2.0, 3) * (1, 1, -1)
    return {"values": tuple(values), "words": words, "margin": 3.0}


SAMPLES: dict[str, Sample] = {
    "depth_prediction_oc": Sample(_depth_oc, ("red", "blue")),
    "depth_prediction_oo": Sample(_depth_oo, ("red", "blue", "green")),
    "distance_prediction_oc": Sample(_distance, ("red",)),
    "distance_prediction_oo": Sample(_distance, ("red", "blue")),
    "distance_infer_center_oo": Sample(_nearer, ("red", "green", "blue")),
    "obj_spatial_relation_oo": Sample(_relation_to_object, ("red", "blue"), "bbox"),
    "depth_prediction_oc_mv": Sample(_depth_oc, ("red", "blue"), images=3),
    "depth_prediction_oo_mv": Sample(_depth_oo, ("red", "blue", "green"), images=3),
    "distance_prediction_oc_mv": Sample(_distance, ("red",), images=3),
    "distance_prediction_oo_mv": Sample(_distance, ("red", "blue"), images=3),
    "distance_infer_center_oo_mv": Sample(_nearer, ("red", "green", "blue"), images=3),
    "distance_infer_center_oc": Sample(lambda rng: _extreme(rng, 1), objects=1),
    "distance_infer_center_oc_mv": Sample(lambda rng: _extreme(rng, 3), objects=1, images=3),
    "obj_spatial_relation_oo_mv": Sample(_relation_to_object, ("red", "blue"), "bbox", images=3),
    "obj_spatial_relation_oc_mv": Sample(_relation_to_observer, ("red",), "bbox", images=3),
}
