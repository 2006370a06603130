"""Rankings: the sets that are compared, and their order."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from factory.tasks.rng import rng_for
from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.attributes import attribute
from factory.web.tasks.comparison import comparable_sets
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from tests.web.synthetic_pictures import synthetic_picture
from tests.web.tasks.changed_pictures import without_gravity

NAME = "vqa_comparison_multiple_objects"
TASK = get_web_task(NAME)
FIRST_IS_LARGEST = {"depth_far", "height_tall", "width_wide", "x_right"}


def value_of(picture: Picture, row: int, asked: str) -> float:
    low, high = picture.gravity_min[row], picture.gravity_max[row]
    kind = asked.split("_")[0]
    return float(
        {
            "depth": picture.centers[row, 2],
            "x": picture.centers[row, 0],
            "height": high[1] - low[1],
            "width": high[0] - low[0],
        }[kind]
    )


def test_orders_by_sorting() -> None:
    asked = Counter()
    for seed in range(80):
        picture = synthetic_picture(seed)
        for fact in make_facts(TASK, picture, 0)[0]:
            values = [value_of(picture, row, fact.asked) for row in fact.rows]
            np.testing.assert_allclose(fact.values, values)
            order = [int(place) for place in fact.words["order"].split(",")]
            assert order == sorted(range(len(values)), key=values.__getitem__, reverse=fact.asked in FIRST_IS_LARGEST)
            for one, other in combinations(values, 2):
                assert abs(one - other) >= 0.05 - 1e-9
                if not fact.asked.startswith("x"):
                    assert abs(one - other) >= 0.1 * max(one, other) - 1e-9
            asked[fact.asked] += 1
    assert set(asked) == set(TASK.choices)
    assert min(asked.values()) > 0.5 * max(asked.values())


def test_depth_and_distance_agree_and_so_do_place_and_bearing() -> None:
    for seed in range(80):
        picture = synthetic_picture(seed)
        bearing = picture.centers[:, 0] / picture.centers[:, 2]
        distance = np.linalg.norm(picture.centers, axis=1)
        for fact in make_facts(TASK, picture, 0)[0]:
            for one, other in combinations(fact.rows, 2):
                nearer = picture.centers[one, 2] < picture.centers[other, 2]
                further_left = picture.centers[one, 0] < picture.centers[other, 0]
                if fact.asked.startswith("depth"):
                    assert nearer == (picture.aabb_min[one, 2] < picture.aabb_min[other, 2])
                    assert nearer == (distance[one] < distance[other])
                    assert abs(distance[one] - distance[other]) >= 0.1 * max(distance[one], distance[other]) - 1e-9
                if fact.asked.startswith("x"):
                    assert further_left == (bearing[one] < bearing[other])
                    left, right = (one, other) if further_left else (other, one)
                    assert picture.boxes[left, 0] <= picture.boxes[right, 0]
                    assert picture.boxes[left, 2] <= picture.boxes[right, 2]


def test_what_stands_within_the_extent_of_another_is_neither_nearer_nor_further_left() -> None:
    """A cup on a table, off its middle."""
    picture = synthetic_picture(0, 2)
    table, cup = np.array((0.0, 0.3, 3.0)), np.array((-0.5, -0.1, 2.4))
    half = {"long": np.array((0.9, 0.3, 0.9)), "short": np.array((0.1, 0.3, 0.1)), "cup": np.full(3, 0.05)}
    for table_is in ("long", "short"):
        low = np.stack([table - half[table_is], cup - half["cup"]])
        high = np.stack([table + half[table_is], cup + half["cup"]])
        edges = [300 + 200 * side[:, 0] for side in (low, high)]
        boxes = np.stack([edges[0], [100, 50], edges[1], [200, 150]], axis=1)
        changed = replace(picture, centers=np.stack([table, cup]), aabb_min=low, aabb_max=high, boxes=boxes)
        for name in ("depth", "distance", "x"):
            exceeds = attribute(changed, name, DEFAULTS).exceeds
            assert (exceeds[0, 1] >= 1) == (table_is == "short")
            assert exceeds[1, 0] < 1


def test_sizes_are_those_of_whole_things_in_the_gravity_frame() -> None:
    for seed in range(40):
        picture = synthetic_picture(seed)
        for fact in make_facts(TASK, picture, 0)[0]:
            if fact.asked.startswith(("height", "width")):
                assert picture.whole[list(fact.rows)].all()
            if fact.asked.startswith("width"):
                rows = list(fact.rows)
                ahead = picture.fronts[rows] @ picture.gravity_from_camera.T
                across = np.abs(ahead[:, 0]) / np.hypot(ahead[:, 0], ahead[:, 2])
                assert not (across > 0.5 + 1e-9).any()
                looks = (picture.boxes[rows, 2] - picture.boxes[rows, 0]) * picture.centers[rows, 2] / 520.0
                assert (fact.values <= 1.2 * looks).all()
        asked = {fact.asked for fact in make_facts(TASK, without_gravity(picture), 0)[0]}
        assert not any(name.startswith(("height", "width")) for name in asked)


def test_the_listed_order_is_right_as_often_as_any_other() -> None:
    orders: dict[int, Counter[str]] = {}
    for seed in range(400):
        for fact in make_facts(TASK, synthetic_picture(seed), 0)[0]:
            orders.setdefault(len(fact.rows), Counter())[fact.words["order"]] += 1
    assert set(orders) == {3, 4, 5, 6}
    for size, counts in orders.items():
        expected = counts.total() / np.prod(np.arange(1, size + 1))
        listed = counts[",".join(map(str, range(size)))]
        assert abs(listed - expected) < 4 * np.sqrt(expected) + 1
    assert len(orders[3]) == 6
    assert max(orders[3].values()) < 1.35 * orders[3].total() / 6


def test_no_set_is_asked_about_twice_for_one_attribute() -> None:
    for seed in range(40):
        facts = make_facts(TASK, synthetic_picture(seed, 5), 0)[0]
        keys = [(fact.asked.split("_")[0], frozenset(fact.rows)) for fact in facts]
        assert len(set(keys)) == len(keys)


def test_no_more_boxes_than_colors_and_no_hints() -> None:
    for seed in range(40):
        picture = synthetic_picture(seed, 14)
        boxed = replace(picture, reference_kinds=("box",) * 14)
        facts, rejects = make_facts(TASK, boxed, 0)
        assert facts
        assert max(len(fact.rows) for fact in facts) <= 5
        assert rejects["too many boxes"] > 0
    told = replace(picture, references=tuple(f"the {n}th thing from the left" for n in range(14)))
    asked = {fact.asked for fact in make_facts(TASK, told, 0)[0]}
    assert asked
    assert not asked & {"x_left", "x_right"}


@pytest.mark.parametrize("count", [0, 1, 6, 12])
def test_comparable_sets_are_cliques_and_all_of_them_come(count: int) -> None:
    rng = np.random.default_rng(count)
    sure = rng.random((count, count)) < 0.6
    sure = np.triu(sure, 1) | np.triu(sure, 1).T
    sizes = rng.integers(3, 7, size=4000)
    found = comparable_sets(sure, sizes, 6, rng_for(count))
    assert found.shape == (4000, 6)
    of_three = set()
    for row, size in zip(found.tolist(), sizes.tolist(), strict=True):
        named = [place for place in row if place >= 0]
        assert row == named + [-1] * (6 - len(named))
        assert len(named) <= size
        assert all(sure[one, other] for one, other in combinations(named, 2))
        if size == 3 and len(named) == 3:
            of_three.add(frozenset(named))
    possible = {frozenset(s) for s in combinations(range(count), 3) if all(sure[i, j] for i, j in combinations(s, 2))}
    assert of_three <= possible
    assert len(of_three) >= 0.9 * len(possible)


def test_places_do_not_tell_how_a_set_was_found() -> None:
    """Of 0, 1 and 2 together, 0 is hardly ever found first: most that goes with it goes with nothing else."""
    sure = np.zeros((10, 10), dtype=bool)
    sure[0, 1:] = sure[1:, 0] = True
    sure[1, 2] = sure[2, 1] = True
    found = comparable_sets(sure, np.full(30_000, 3), 6, rng_for(0))
    triples = found[(found >= 0).sum(axis=1) == 3, :3]
    assert len(triples) > 3000
    np.testing.assert_allclose((triples == 0).mean(axis=0), 1 / 3, atol=0.03)
