"""What scaling and mirroring the world must do to the facts of each task; all else must stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from factory.tasks.records import SceneRecords
from schemas.qa import Fact
from tests.tasks.synthetic_records import synthetic_records
from tests.tasks.synthetic_video import synthetic_video

Changes = dict[str, object]

_SWAP = {"left": "right", "right": "left"}


def unchanged(fact: Fact) -> Changes:
    return {}


def lengths(fact: Fact) -> Sequence[int]:
    return [1] * len(fact.values or ())


def no_lengths(fact: Fact) -> Sequence[int]:
    return [0] * len(fact.values or ())


def mirrored_coords(coords: Sequence[float]) -> list[float]:
    """A point or a box of 0..1000 in the mirror."""
    if len(coords) == 2:
        return [1000 - coords[0], coords[1]]
    return [1000 - coords[2], coords[1], 1000 - coords[0], coords[3]]


def swapped(text: str, separator: str = " ") -> str:
    """Left for right and right for left in words joined by the separator."""
    return separator.join(_SWAP.get(word, word) for word in text.split(separator))


@dataclass(frozen=True)
class Rule:
    """value_powers, number_powers : power of the scale factor that each value and number (1 if not named) takes;
    mirrored : the columns of a fact that change in the mirror (marks are mirrored for all); facts : at least so many;
    room : where the questions are asked.
    """

    value_powers: Callable[[Fact], Sequence[int]] = lengths
    number_powers: dict[str, int] = field(default_factory=dict)
    mirrored: Callable[[Fact], Changes] = unchanged
    facts: int = 6
    room: Callable[[int], SceneRecords] = synthetic_records


def _relation(fact: Fact) -> Changes:
    words = fact.words | {name: swapped(fact.words[name]) for name in ("left_right", "claim")}
    values = (-fact.values[0], *fact.values[1:])
    return {"words": words, "values": values, "candidate": fact.candidate.rpartition("|")[0] + "|" + words["claim"]}


def _view_change(fact: Fact) -> Changes:
    words = dict(fact.words)
    for name in ("landmark_from", "landmark_to"):
        words[name] = swapped(words[name], "-")
    words["landmark_shift"] = swapped(words["landmark_shift"])
    values = tuple(value * sign for value, sign in zip(fact.values, (-1, 1, 1, 1, -1), strict=True))
    numbers = fact.numbers | {name: -fact.numbers[name] for name in ("right", "yaw")}
    return {"words": words, "values": values, "numbers": numbers}


def _relation_to_observer(fact: Fact) -> Changes:
    words = fact.words | {"left_right": swapped(fact.words["left_right"])}
    return {"words": words, "values": (-fact.values[0], *fact.values[1:])}


def _box(fact: Fact) -> Changes:
    return {
        "values": _mirrored_box(fact.values),
        "alternatives": tuple(_mirrored_box(box) for box in fact.alternatives),
    }


def _mirrored_box(place: Sequence[float]) -> tuple[float, ...]:
    """A box, or the number of an image and a box, in the mirror."""
    return (*place[:-4], *mirrored_coords(place[-4:]))


def _imagined(fact: Fact) -> Changes:
    words = fact.words | {name: swapped(fact.words[name]) for name in ("left_right", "before_left_right")}
    values = tuple(-value if place in (0, 3) else value for place, value in enumerate(fact.values))
    return {"words": words, "values": values}


def _map(fact: Fact) -> Changes:
    return {"values": tuple(value * sign for value, sign in zip(fact.values, (-1, 1) * 7, strict=False))}


def _image_point(fact: Fact) -> Changes:
    u, v, depth = fact.values
    return {"values": (1000 - u, v, depth), "numbers": fact.numbers | {"u": 1000 - u}}


def _area(fact: Fact) -> Sequence[int]:
    return [2]


RULES: dict[str, Rule] = {
    "depth_prediction_oc": Rule(),
    "depth_prediction_oo": Rule(),
    "distance_prediction_oc": Rule(),
    "distance_prediction_oo": Rule(),
    "distance_infer_center_oo": Rule(),
    "distance_infer_center_oc": Rule(value_powers=no_lengths, mirrored=_box),
    "obj_spatial_relation_oo": Rule(mirrored=_relation),
    "depth_prediction_oc_mv": Rule(),
    "depth_prediction_oo_mv": Rule(),
    "distance_prediction_oc_mv": Rule(),
    "distance_prediction_oo_mv": Rule(),
    "distance_infer_center_oc_mv": Rule(value_powers=no_lengths, mirrored=_box),
    "distance_infer_center_oo_mv": Rule(),
    "obj_spatial_relation_oc_mv": Rule(mirrored=_relation_to_observer),
    "obj_spatial_relation_oo_mv": Rule(mirrored=_relation),
    "distance_prediction_oo_video": Rule(),
    "distance_infer_center_oo_video": Rule(),
    "obj_frame_locate": Rule(value_powers=no_lengths, room=synthetic_video),
    "appearance_order": Rule(value_powers=no_lengths, room=synthetic_video),
    "obj_count": Rule(value_powers=no_lengths, number_powers={"answer": 0}, facts=3),
    "room_size": Rule(value_powers=_area, number_powers={"answer": 2}, facts=1),
    "nav_video": Rule(facts=3, room=synthetic_video),
    "spatial_imagination_oc": Rule(mirrored=_imagined),
    "spatial_imagination_oo": Rule(mirrored=_imagined),
    "spatial_imagination_oc_mv": Rule(mirrored=_imagined),
    "spatial_imagination_oo_mv": Rule(mirrored=_imagined),
    "spatial_imagination_oc_video": Rule(mirrored=_imagined),
    "spatial_imagination_oo_video": Rule(mirrored=_imagined),
    "spatial_imagination_oc_video_hard": Rule(mirrored=_imagined),
    "spatial_imagination_oo_video_hard": Rule(mirrored=_imagined),
    "spatial_imagination_map_mv": Rule(mirrored=_map),
    "camera_motion_infer": Rule(
        value_powers=lambda fact: [0, 0, 1], number_powers={"u": 0, "v": 0}, mirrored=_image_point
    ),
    "spatial_volume_infer": Rule(number_powers={"volume": 3}),
    "position_matching": Rule(value_powers=no_lengths, mirrored=_box),
    "view_change_infer": Rule(
        value_powers=lambda fact: [1, 1, 1, 0, 0], number_powers={"pitch": 0, "yaw": 0}, mirrored=_view_change
    ),
}
