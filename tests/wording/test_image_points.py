"""Points with a depth: the strings that clients parse, and options that do not give the right one away."""

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from factory.wording.image_points import PointSpeaker
from tests.wording.sample_facts import make_fact, make_facts, rows_of

TASK = "camera_motion_infer"
FILL = re.compile(r"\((\d+),(\d+)\),(\d+\.\d)")
OPTION = re.compile(r"Image Coor: \((\d+), (\d+)\), Depth: (\d+\.\d) meters")
Told = tuple[float, float, float]


def told(match: re.Match[str] | None) -> Told:
    assert match
    u, v, depth = (float(group) for group in match.groups())
    return u, v, depth


def options_of(count: int, seed: int) -> list[list[Told]]:
    """Options of sample facts, the right one first."""
    draws = np.random.default_rng(seed).random((count, PointSpeaker.option_draws))
    facts = make_facts(TASK, count, seed)
    return [[told(OPTION.fullmatch(text)) for text in row] for row in PointSpeaker().options(facts, draws)]


def test_fill_is_what_clients_parse() -> None:
    for fact, row in rows_of(TASK, 200, "fill"):
        u, v, depth = told(FILL.fullmatch(row["answer"]))
        assert (u, v) == (round(fact.numbers["u"]), round(fact.numbers["v"]))
        assert f"{depth:.1f}" == f"{fact.numbers['depth']:.1f}"


def test_sentence_tells_point_and_depth() -> None:
    for fact, row in rows_of(TASK, 300, "sentence"):
        assert f"({round(fact.numbers['u'])}, {round(fact.numbers['v'])})" in row["answer"]
        assert f"{fact.numbers['depth']:.1f} meters" in row["answer"]
        assert "second" in row["answer"] or "camera" in row["answer"] or "The point is" in row["answer"]


def test_options_differ_clearly_and_stay_inside_the_image() -> None:
    for fact, row in rows_of(TASK, 400, "select"):
        options = [told(OPTION.fullmatch(text)) for text in row["options"]]
        right = options["ABCD".index(row["answer"])]
        assert right[:2] == (round(fact.numbers["u"]), round(fact.numbers["v"]))
        assert all(0 <= u <= 1000 and 0 <= v <= 1000 and depth > 0 for u, v, depth in options)
        for a, b in combinations(options, 2):
            apart = max(abs(a[0] - b[0]), abs(a[1] - b[1]))
            deeper = abs(a[2] - b[2])
            assert apart >= 100 or deeper >= max(0.2, 0.1 * max(a[2], b[2])) - 1e-9


@pytest.mark.parametrize("corner", [(0.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0), (499.6, 500.4)])
def test_points_at_the_border_have_options(corner: tuple[float, float]) -> None:
    fact = make_fact(TASK, 0, np.random.default_rng(0))
    fact.numbers.update(u=corner[0], v=corner[1])
    draws = np.random.default_rng(3).random((200, PointSpeaker.option_draws))
    for row in PointSpeaker().options([fact] * 200, draws):
        places = [told(OPTION.fullmatch(text)) for text in row]
        assert len(set(places)) == 4
        assert all(0 <= u <= 1000 and 0 <= v <= 1000 for u, v, _ in places)


def agreement(options: list[Told], k: int) -> float:
    return sum(a == b for other in options for a, b in zip(options[k], other, strict=True))


def middle_depth(options: list[Told], k: int) -> float:
    return -abs(options[k][2] - float(np.median([depth for _, _, depth in options])))


def middle_place(options: list[Told], k: int) -> float:
    return -float(np.linalg.norm(np.array(options[k][:2]) - np.mean([o[:2] for o in options], axis=0)))


def deepest(options: list[Told], k: int) -> float:
    return options[k][2]


def rightmost(options: list[Told], k: int) -> float:
    return options[k][0]


@pytest.mark.parametrize("score", [agreement, middle_depth, middle_place, deepest, rightmost])
def test_options_alone_do_not_tell_the_right_one(score) -> None:  # type: ignore[no-untyped-def]
    hits, count = 0.0, 3000
    for options in options_of(count, 5):
        scores = [score(options, k) for k in range(4)]
        best = [k for k, value in enumerate(scores) if value > max(scores) - 1e-9]
        hits += (0 in best) / len(best)
    assert abs(hits / count - 0.25) < 0.035


def test_the_two_ways_to_build_options_are_equally_frequent() -> None:
    ways = Counter(len({(u, v) for u, v, _ in options}) for options in options_of(1000, 7))
    assert set(ways) == {2, 4}
    assert abs(ways[2] - 500) < 80
