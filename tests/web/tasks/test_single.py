"""Numbers about one object, against a loop over the objects."""

import math
from dataclasses import replace

import numpy as np
import pytest

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.spec import WebFact
from tests.web.synthetic_pictures import synthetic_picture
from tests.web.tasks.changed_pictures import without_gravity

EVERYTHING = replace(DEFAULTS, items=1000)
DISTANCE, BOX, SIZE = "vqa_distance_single", "vqa_query_aabb", "vqa_object_size_single"


def facts_of(name: str, picture: Picture) -> tuple[list[WebFact], dict[str, int]]:
    facts, rejects = make_facts(type(get_web_task(name))(EVERYTHING), picture, 0)
    return facts, dict(rejects)


def test_distances_of_all_objects() -> None:
    picture = synthetic_picture(1)
    facts, rejects = facts_of(DISTANCE, picture)
    assert not rejects
    assert {fact.rows[0]: fact.values[0] for fact in facts} == {
        row: pytest.approx(math.dist((0, 0, 0), picture.centers[row])) for row in range(10)
    }
    assert all(fact.numbers == {"answer": fact.values[0]} and fact.margin is None for fact in facts)


def test_boxes_of_all_objects() -> None:
    picture = synthetic_picture(1)
    facts, rejects = facts_of(BOX, picture)
    assert not rejects
    assert {fact.rows[0]: fact.values for fact in facts} == {
        row: (*picture.aabb_min[row].tolist(), *picture.aabb_max[row].tolist()) for row in range(10)
    }


@pytest.mark.parametrize("name", [DISTANCE, BOX])
def test_what_is_too_far_is_not_asked(name: str) -> None:
    picture = synthetic_picture(1, objects=4)
    centers = picture.centers.copy()
    centers[1] = (30.0, 0.0, 41.0)
    centers[2] = (30.0, 0.0, 39.0)
    centers[3] = (0.0, 0.0, 0.04)
    facts, rejects = facts_of(name, replace(picture, centers=centers))
    assert sorted(fact.rows[0] for fact in facts) == [0, 2]
    assert rejects == {"distance out of range": 2}


def shows_its_width(picture: Picture, row: int) -> bool:
    """Whether a front, if any, looks toward the camera or away from it, and the box is no wider than what shows."""
    assert picture.gravity_from_camera is not None
    x, _, z = picture.gravity_from_camera @ picture.fronts[row]
    left, _, right, _ = picture.boxes[row]
    seen = (right - left) * picture.centers[row, 2] / picture.intrinsics[0, 0]
    wide = float(picture.gravity_max[row, 0] - picture.gravity_min[row, 0])
    return bool((np.isnan(x) or abs(x) <= np.hypot(x, z) / 2) and wide <= 1.2 * seen)


def test_sizes_stand_upright_and_are_of_whole_objects() -> None:
    seen = 0
    for seed in range(20):
        picture = synthetic_picture(seed)
        facts, rejects = facts_of(SIZE, picture)
        expected = {
            (row, asked): float(picture.gravity_max[row, axis] - picture.gravity_min[row, axis])
            for row in range(10)
            if picture.whole[row]
            for axis, asked in enumerate(("width", "height"))
            if asked == "height" or shows_its_width(picture, row)
        }
        assert {(fact.rows[0], fact.asked): fact.values[0] for fact in facts} == expected
        assert rejects.get("not whole", 0) == 2 * int((~picture.whole).sum())
        seen += len(facts)
    assert seen > 100


def test_the_size_of_a_thin_thing_is_not_asked() -> None:
    picture = replace(synthetic_picture(2, objects=1), whole=np.array([True]))
    low = picture.gravity_min
    picture = replace(picture, gravity_max=low + np.array([[0.049, 0.6, 0.3]]))
    facts, rejects = facts_of(SIZE, picture)
    assert [(fact.asked, fact.values[0]) for fact in facts] == [("height", pytest.approx(0.6))]
    assert rejects == {"too small": 1}


@pytest.mark.parametrize(
    ("yaw", "pixels", "reason"),
    [(None, 200, ""), (25, 200, ""), (160, 200, ""), (35, 200, "turned aside"), (90, 200, "turned aside"),
     (None, 160, "wider than it looks"), (0, 160, "wider than it looks")],
)  # fmt: skip
def test_a_width_lies_across_the_view_and_shows(yaw: float | None, pixels: float, reason: str) -> None:
    """0.9 m wide at 2 m would be 234 px; at a width ratio of 1.2 they are 195."""
    picture = replace(synthetic_picture(2, objects=1), whole=np.array([True]), gravity_from_camera=np.eye(3))
    center, half = np.array([[0.0, 0.0, 2.0]]), np.array([[0.45, 0.3, 0.2]])
    angle = np.radians(yaw) if yaw is not None else np.nan
    picture = replace(
        picture,
        centers=center,
        gravity_min=center - half,
        gravity_max=center + half,
        boxes=np.array([[300.0, 100.0, 300.0 + pixels, 200.0]]),
        fronts=np.array([[np.sin(angle), 0.0, -np.cos(angle)]]),
    )
    facts, rejects = facts_of(SIZE, picture)
    assert {fact.asked for fact in facts} == ({"height"} if reason else {"width", "height"})
    assert rejects == ({reason: 1} if reason else {})


def test_without_gravity_nothing_has_a_height() -> None:
    facts, rejects = facts_of(SIZE, without_gravity(synthetic_picture(2, objects=3)))
    assert not facts
    assert rejects == {"no gravity": 6}


def test_width_and_height_are_asked_alike() -> None:
    for seed in range(20):
        picture = replace(synthetic_picture(seed, objects=12), whole=np.ones(12, dtype=bool))
        facts, _ = make_facts(get_web_task(SIZE), picture, 0)
        assert [fact.asked for fact in facts].count("width") == len(facts) // 2 == 4
