"""What should not have been asked, though its answer is right by the numbers."""

from collections.abc import Callable

import numpy as np
import pytest

from factory.audit.findings import Finding, Kind
from factory.audit.web.shard import audit_shard
from tests.audit.web.clean_rows import RED, Writer, clean_picture
from tests.audit.web.small_picture import SmallPicture


def broken_rules(picture: SmallPicture, task: str) -> list[Finding]:
    return [f for f in audit_shard(*picture.tables()) if f.kind == Kind.RULE and f.task == task]


def test_a_side_that_looks_narrow_is_not_told() -> None:
    picture = clean_picture()
    assert not broken_rules(picture, "vqa_orientation")
    thing = picture.thing(1)
    points = np.array(thing["points"]).reshape(-1, 3)
    points[:, 0] = -1.0  # edge on
    thing["points"] = points.ravel().tolist()
    assert "broad" in broken_rules(picture, "vqa_orientation")[0].stored


def test_what_is_right_in_space_and_left_in_the_picture_is_not_asked() -> None:
    """The chair is half a metre to the right of the sofa, which is twice as far and thus nearer to the middle."""
    writer = Writer()
    sofa = writer.picture.thing(6)
    sofa["aabb_min"][0], sofa["aabb_max"][0] = -1.8, -1.2  # too short to reach beyond the chair
    item = writer.item("vqa_object_relation_multi", (1, 6), [0.5, 0.2, -3.0], 3 / 0.45)
    question = "From the camera's point of view, where is the chair relative to the sofa?"
    writer.add(item, "text", "direction_text", question, "The chair is right of and in front of the sofa.")
    assert "right in space" in {f.stored for f in broken_rules(writer.picture, "vqa_object_relation_multi")}


def test_surfaces_that_come_in_another_order_are_not_compared() -> None:
    picture = clean_picture()
    thing = picture.thing(2)  # the table, which is closer to the chair
    thing["points"] = [one + 9.0 * (place % 3 == 0) for place, one in enumerate(thing["points"])]
    for task in ("vqa_distance_three_objects", "vqa_distance_three_objects_comparision"):
        assert "nearest points" in broken_rules(picture, task)[0].stored


def test_a_reference_that_says_a_side_is_not_used_for_the_sides_of_somebody_else() -> None:
    picture = clean_picture()
    picture.thing(2)["reference"] = "the table on the left"
    for row in picture.rows:
        row["question"] = row["question"].replace("the table", "the table on the left")
    stored = [f.stored for f in broken_rules(picture, "vqa_relative_position_new_perspective")]
    assert "['the table on the left']" in stored


@pytest.mark.parametrize(
    ("front", "box", "said"),
    [(None, [400.0, 350.0, 450.0, 380.0], "wider than it looks"), ([-0.8, 0.36, -0.48], None, "turned aside")],
)
def test_a_width_that_does_not_lie_across_the_view_is_not_told(
    front: list[float] | None, box: list[float] | None, said: str
) -> None:
    picture = clean_picture()
    thing = picture.thing(2)
    if box is not None:
        thing["box"] = box
    if front is not None:
        thing |= {"front_camera": front, "azimuth": 60.0, "symmetry": 1}
    assert said in {f.derived for f in broken_rules(picture, "vqa_object_size_single")}


def test_nearest_points_of_boxes_that_touch_are_not_the_nearest_parts() -> None:
    picture = clean_picture()
    thing = picture.thing(2)
    thing["gravity_min"] = [-1.0, 2.0, 2.0]
    assert "their boxes touch" in {f.derived for f in broken_rules(picture, "vqa_closest_distance_multi")}


def test_two_detections_of_one_thing_are_not_asked_about() -> None:
    picture = clean_picture()
    picture.thing(2)["box"] = picture.thing(1)["box"]
    assert "objects 1, 2" in {f.stored for f in broken_rules(picture, "vqa_distance_multi")}


@pytest.mark.parametrize(
    ("asked", "values"),
    [("largest", [0.001, 0.0012]), ("nearest", [np.sqrt(4.2), np.sqrt(6.77)])],
)
def test_a_winner_must_be_sure(asked: str, values: list[float]) -> None:
    """The second cup is a fifth larger, which the eye cannot tell; that the first one is nearer it can."""
    writer = Writer()
    green = RED.replace("red", "green")
    words = {"largest": "biggest by volume", "nearest": "closest to the camera"}[asked]
    item = writer.item("vqa_most_objects_in_class", (4, 5), values, _sureness(asked, values))
    winner = green if asked == "largest" else RED
    writer.add(
        item, "text", f"{asked}_text", f"Of {RED} and {green}, pick the one that is {words}.", f"T{winner[1:]}."
    )
    found = {f.kind for f in audit_shard(*writer.picture.tables())}
    assert (Kind.MARGIN in found) == (asked == "largest")
    assert not found - {Kind.MARGIN}


def _sureness(asked: str, values: list[float]) -> float:
    sure: dict[str, Callable[[], float]] = {
        "largest": lambda: float(np.log(1.2) / np.log(1.25)),
        "nearest": lambda: float(min(0.5 / 0.25, (values[1] - values[0]) / (0.1 * values[1]))),
    }
    return sure[asked]()
