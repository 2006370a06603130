"""Sample facts of the tasks on videos."""

import numpy as np

from tests.wording.fact_parts import LABELS, Parts, Sample

COUNTED = ("chair", "office chair", "trash can", "towel", "potted plant", "bookshelf", "coffee box", "tv", "mouse")
INSTRUCTIONS = (
    "Turn left and walk forward past the couch. Go through the door on your right and stop.",
    "You begin next to a bed. Walk straight ahead to the stairs, go up the stairs, and turn slightly to your right.",
    "With the sink to the left of you, take a right, then keep straight until there is a plant in front of you. "
    "That is the end.",
    "Leave the bathroom, make a slight left turn and go across the hall. Right next to the piano you turn around.",
    "Step to the right and enter the bedroom.",
)
_PERMUTATIONS = ("2031", "0123", "3210", "1302")


def _distance(rng: np.random.Generator) -> Parts:
    far = rng.uniform(0.3, 6.0)
    return {"values": (far,), "numbers": {"answer": far}}


def _listed(rng: np.random.Generator) -> Parts:
    away = rng.uniform(0.3, 6.0, 4)
    asked = ("closest", "farthest")[rng.integers(2)]
    winner = int(away.argmin() if asked == "closest" else away.argmax())
    return {
        "values": away,
        "numbers": {"answer": away[winner]},
        "words": {"asked": asked, "answer": f"point{winner + 1}"},
        "margin": 3.0,
    }


def _frames(rng: np.random.Generator) -> Parts:
    others = rng.choice(31, int(rng.integers(1, 8)), replace=False)
    return {"values": np.sort(others), "unit": "none"}


def _order(rng: np.random.Generator) -> Parts:
    return {
        "values": np.sort(rng.choice(32, 4, replace=False)),
        "labels": tuple(str(label) for label in rng.choice(LABELS, 4, replace=False)),
        "words": {"order": str(rng.choice(_PERMUTATIONS))},
        "unit": "none",
    }


def _count(rng: np.random.Generator) -> Parts:
    count, label = int(rng.integers(2, 13)), str(rng.choice(COUNTED))
    return {
        "values": (count,),
        "numbers": {"answer": count},
        "labels": (label,) * count,
        "object_ids": tuple(int(i) for i in rng.choice(60, count, replace=False)),
        "unit": "count",
    }


def _room(rng: np.random.Generator) -> Parts:
    area = rng.uniform(4.0, 60.0)
    return {"values": (area,), "numbers": {"answer": area}, "unit": "m2"}


def _walk(rng: np.random.Generator) -> Parts:
    return {
        "values": (),
        "words": {"instruction": str(rng.choice(INSTRUCTIONS)), "language": "en-US"},
        "unit": "none",
    }


SAMPLES: dict[str, Sample] = {
    "distance_prediction_oo_video": Sample(_distance, ("red", "blue"), images=32),
    "distance_infer_center_oo_video": Sample(_listed, tuple(f"point{i}" for i in range(5)), images=32),
    "obj_frame_locate": Sample(_frames, ("red",), "bbox", images=32),
    "appearance_order": Sample(_order, images=32, objects=4),
    "obj_count": Sample(_count, images=32, objects=2),
    "room_size": Sample(_room, images=32),
    "nav_video": Sample(_walk, images=12),
}
