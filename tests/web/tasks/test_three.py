"""Distances from one object to two others."""

from dataclasses import replace

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.task import WebCandidates
from tests.web.synthetic_pictures import synthetic_picture

WHICH, IS_IT = "vqa_distance_three_objects", "vqa_distance_three_objects_comparision"


def nearest(picture: Picture, one: int, other: int) -> float:
    gaps = picture.points[one][:, None].astype(np.float64) - picture.points[other]
    return float(np.sqrt((gaps**2).sum(axis=2)).min())


def test_both_distances_and_who_wins() -> None:
    for name in (WHICH, IS_IT):
        for seed in range(50):
            picture = synthetic_picture(seed)
            for fact in make_facts(get_web_task(name), picture, 0)[0]:
                a, b, c = (picture.centers[row] for row in fact.rows)
                to_b, to_c = float(np.sqrt(((a - b) ** 2).sum())), float(np.sqrt(((a - c) ** 2).sum()))
                np.testing.assert_allclose(fact.values, (to_b, to_c))
                assert abs(to_b - to_c) >= max(0.05, 0.1 * max(to_b, to_c)) - 1e-9
                nearest_b, nearest_c = (nearest(picture, fact.rows[0], other) for other in fact.rows[1:])
                assert nearest_b == nearest_c or (nearest_b < nearest_c) == (to_b < to_c)
                b_wins = to_b < to_c if fact.asked == "closer" else to_b > to_c
                if name == WHICH:
                    assert fact.words == {"winner": "second" if b_wins else "third"}
                else:
                    assert fact.words == {"truth": "yes" if b_wins else "no"}


def test_swapping_the_two_turns_the_answer() -> None:
    for name, word in ((WHICH, "winner"), (IS_IT, "truth")):
        task = get_web_task(name)
        for seed in range(10):
            picture = synthetic_picture(seed)
            for fact in make_facts(task, picture, 0)[0]:
                a, b, c = fact.rows
                choice = task.choices.index(fact.asked)
                asked = WebCandidates(np.array([(a, b, c), (a, c, b)]), np.array([choice, choice]))
                other_choice = WebCandidates(asked.rows, 1 - asked.choice)
                first, second = task.solve(picture, asked).words[word].tolist()
                assert first == fact.words[word] != second
                assert task.solve(picture, other_choice).words[word].tolist() == [second, first]


def test_two_that_are_about_as_far_are_not_compared() -> None:
    picture = synthetic_picture(0, 3)
    for other, asked in ((1.12, True), (1.08, False)):
        picture.centers[:] = [(0.0, 0.0, 3.0), (1.0, 0.0, 3.0), (-other, 0.0, 3.0)]
        about_b_and_c = [f for f in make_facts(get_web_task(WHICH), picture, 0)[0] if f.rows[0] == 0]
        rows = np.array([(0, 1, 2)])
        margin = get_web_task(WHICH).solve(picture, WebCandidates(rows, np.zeros(1, dtype=np.int64))).margin
        assert margin is not None
        assert (margin[0] >= 1) == asked
        assert asked or not about_b_and_c


def test_something_long_that_begins_close_is_not_called_far() -> None:
    """A pot beside a long counter, and a bottle between the pot and the middle of the counter."""
    picture = synthetic_picture(0, 3)
    picture.centers[:] = [(0.0, 0.0, 3.0), (1.0, 0.0, 3.0), (0.6, 0.0, 3.0)]
    for begins, asked in ((0.1, False), (0.7, True)):
        along = np.linspace(begins, 2.0 - begins, 100)
        counter = np.stack([along, np.zeros(100), np.full(100, 3.0)], axis=1)
        points = [np.array([picture.centers[row]]) for row in (0, 2)]
        changed = replace(picture, points=(points[0], counter.astype(np.float32), points[1]))
        for name in (WHICH, IS_IT):
            drawn = [make_facts(get_web_task(name), changed, seed) for seed in range(30)]
            assert any(fact.rows[0] == 0 for facts, _ in drawn for fact in facts) == asked
            assert any(rejects["nearest points say otherwise"] for _, rejects in drawn) != asked


def test_a_claim_about_three_things_is_made_once() -> None:
    """In words, closer to B than to C may be asked as farther from C: both ways of one set would be one question."""
    for seed in range(20):
        facts = make_facts(get_web_task(IS_IT), synthetic_picture(seed), 0)[0]
        sets = [tuple(sorted(fact.rows)) for fact in facts]
        assert len(set(sets)) == len(sets)
    asked = [f.asked for s in range(50) for f in make_facts(get_web_task(IS_IT), synthetic_picture(s), 0)[0]]
    assert 0.4 < asked.count("closer") / len(asked) < 0.6
