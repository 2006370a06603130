"""Numbers about two objects, against a loop over the pairs."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.spec import WebFact
from tests.web.synthetic_pictures import synthetic_picture
from tests.web.tasks.changed_pictures import without_gravity

EVERYTHING = replace(DEFAULTS, items=1000)
CENTERS, DIRECTION, CLOSEST = "vqa_distance_multi", "vqa_object_direction_multi", "vqa_closest_distance_multi"
AXIS, AXIS_WORLD = "vqa_distance_each_axis_multi", "vqa_distance_each_axis_multi_world"


def facts_of(name: str, picture: Picture) -> tuple[list[WebFact], dict[str, int]]:
    facts, rejects = make_facts(type(get_web_task(name))(EVERYTHING), picture, 0)
    return facts, dict(rejects)


def between_centers(picture: Picture, a: int, b: int, asked: str) -> float:
    return math.dist(picture.centers[a], picture.centers[b])


def between_points(picture: Picture, a: int, b: int, asked: str) -> float:
    return float(cdist(picture.points[a], picture.points[b]).min())


def along_camera(picture: Picture, a: int, b: int, asked: str) -> float:
    axis = "xyz".index(asked)
    return abs(float(picture.centers[a, axis] - picture.centers[b, axis]))


def along_gravity(picture: Picture, a: int, b: int, asked: str) -> float:
    axis = "xyz".index(asked)
    middle = [(float(picture.gravity_min[row, axis]) + float(picture.gravity_max[row, axis])) / 2 for row in (a, b)]
    return abs(middle[0] - middle[1])


@pytest.mark.parametrize(
    ("name", "length", "choices"),
    [
        (CENTERS, between_centers, ("",)),
        (AXIS, along_camera, "xyz"),
        (AXIS_WORLD, along_gravity, "xyz"),
    ],
)
def test_all_lengths_in_range_are_asked_once(
    name: str, length: Callable[[Picture, int, int, str], float], choices: tuple[str, ...]
) -> None:
    out_of_range = 0
    for seed in range(15):
        picture = synthetic_picture(seed)
        expected = {
            (a, b, asked): length(picture, a, b, asked) for a, b in combinations(range(10), 2) for asked in choices
        }
        allowed = {key: pytest.approx(value) for key, value in expected.items() if 0.05 <= value <= 50}
        facts, rejects = facts_of(name, picture)
        assert {(*sorted(fact.rows), fact.asked): fact.values[0] for fact in facts} == allowed
        assert len(facts) == len(allowed)
        assert rejects == ({"distance out of range": n} if (n := len(expected) - len(allowed)) else {})
        assert all(fact.numbers == {"answer": fact.values[0]} and fact.margin is None for fact in facts)
        out_of_range += len(expected) - len(allowed)
    assert name == CENTERS or out_of_range > 0


def gap_of_boxes(picture: Picture, a: int, b: int) -> float:
    """Between level boxes: the length of what is between them along each axis."""
    low, high = picture.gravity_min, picture.gravity_max
    between = [max(low[a, k] - high[b, k], low[b, k] - high[a, k], 0.0) for k in range(3)]
    return math.hypot(*between)


def test_closest_distances_are_asked_where_nothing_nearer_can_be_hidden() -> None:
    found: Counter[str] = Counter()
    for seed in range(20):
        picture = synthetic_picture(seed, objects=14)
        allowed, expected = {}, Counter[str]()
        for a, b in combinations(range(14), 2):
            gap, distance = gap_of_boxes(picture, a, b), between_points(picture, a, b, "")
            if gap == 0:
                expected["their boxes touch"] += 1
            elif not 0.05 <= distance <= 50:
                expected["distance out of range"] += 1
            elif distance > 1.5 * gap + 0.05:
                expected["nearer parts may be hidden"] += 1
            else:
                allowed[a, b] = pytest.approx(distance)
        facts, rejects = facts_of(CLOSEST, picture)
        assert {tuple(sorted(fact.rows)): fact.values[0] for fact in facts} == allowed
        assert len(facts) == len(allowed)
        assert rejects == expected
        assert all(fact.numbers == {"answer": fact.values[0]} and fact.margin is None for fact in facts)
        found += expected
    assert found["their boxes touch"] > 10
    assert found["nearer parts may be hidden"] > 10


def test_a_lamp_without_its_foot_is_not_far_from_what_stands_beside_it() -> None:
    picture = synthetic_picture(0, objects=2)
    low, high = np.array([[0.0, -1.0, 2.0], [0.5, 0.2, 2.0]]), np.array([[0.4, 0.6, 2.4], [0.8, 0.6, 2.3]])
    basket = np.array([[0.5, 0.55, 2.2], [0.8, 0.3, 2.1]])
    shade, foot = np.array([[0.0, -1.0, 2.2], [0.4, -0.7, 2.2]]), np.array([[0.38, 0.58, 2.2]])
    changed = replace(picture, gravity_from_camera=np.eye(3), gravity_min=low, gravity_max=high)
    for lamp, asked in ((shade, False), (np.concatenate([shade, foot]), True)):
        points = (lamp.astype(np.float32), basket.astype(np.float32))
        facts, rejects = facts_of(CLOSEST, replace(changed, points=points))
        assert bool(facts) == asked
        assert rejects == ({} if asked else {"nearer parts may be hidden": 1})


def test_directions_point_from_a_to_b() -> None:
    picture = synthetic_picture(1)
    facts, _ = facts_of(DIRECTION, picture)
    assert len(facts) == 45
    for fact in facts:
        a, b = fact.rows
        reached = picture.centers[a] + math.dist(picture.centers[a], picture.centers[b]) * np.array(fact.values)
        np.testing.assert_allclose(reached, picture.centers[b])


def test_the_quota_holds_and_what_is_beyond_it_is_counted() -> None:
    for name, pairs in ((CENTERS, 190), (CLOSEST, 190), (AXIS, 570)):
        facts, rejects = make_facts(get_web_task(name), synthetic_picture(1, objects=20), 0)
        assert len(facts) == DEFAULTS.items
        assert len(facts) + sum(rejects.values()) == pairs


@pytest.mark.parametrize("name", [AXIS, AXIS_WORLD])
def test_all_axes_are_asked_alike(name: str) -> None:
    for seed in range(20):
        asked = [fact.asked for fact in make_facts(get_web_task(name), synthetic_picture(seed), 0)[0]]
        assert {asked.count(axis) for axis in "xyz"} == {2, 3}


def test_things_that_touch_or_have_no_points_have_no_closest_distance() -> None:
    picture = synthetic_picture(1, objects=3)
    touching = picture.points[0][:5] + np.float32(0.01)
    picture = replace(picture, points=(picture.points[0], touching, np.zeros((0, 3), dtype=np.float32)))
    facts, rejects = facts_of(CLOSEST, picture)
    assert not facts
    assert rejects["distance out of range"] + rejects.get("their boxes touch", 0) == 3


def test_without_gravity_there_is_no_vertical() -> None:
    picture = without_gravity(synthetic_picture(1, objects=3))
    facts, rejects = facts_of(AXIS_WORLD, picture)
    assert not facts
    assert rejects == {"no gravity": 9}
    assert facts_of(AXIS, picture)[0]


@pytest.mark.parametrize("sizes", [(1, 1), (1, 50), (40, 41), (1024, 700), (0, 3)])
def test_gaps_between_points(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(sizes))
    points = tuple(rng.normal(size=(size, 3)).astype(np.float32) for size in sizes)
    picture = replace(synthetic_picture(0, objects=2), points=points)
    expected = cdist(*points).min() if min(sizes) else math.inf
    np.testing.assert_allclose(picture.closest_of(np.array([[0, 1], [1, 0]])), expected, rtol=1e-12)
