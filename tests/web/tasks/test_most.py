"""The one of a class that has most of something."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from tests.web.synthetic_pictures import synthetic_picture
from tests.web.tasks.changed_pictures import with_objects, without_gravity

TASK = get_web_task("vqa_most_objects_in_class")
LARGEST_WINS = {"farthest", "largest", "tallest", "rightmost"}


def value_of(picture: Picture, row: int, asked: str) -> float:
    sides = picture.gravity_max[row] - picture.gravity_min[row]
    if asked in ("nearest", "farthest"):
        return float(np.sqrt((picture.centers[row] ** 2).sum()))
    if asked in ("leftmost", "rightmost"):
        return float(picture.centers[row, 0])
    return float(sides[1] if asked == "tallest" else sides[0] * sides[1] * sides[2])


def test_winners_by_brute_force() -> None:
    asked = Counter()
    for seed in range(150):
        picture = synthetic_picture(seed)
        for fact in make_facts(TASK, picture, 0)[0]:
            label = fact.words["label"]
            assert sorted(fact.rows) == [row for row, other in enumerate(picture.labels) if other == label]
            assert 2 <= len(fact.rows) <= 5
            values = [value_of(picture, row, fact.asked) for row in fact.rows]
            np.testing.assert_allclose(fact.values, values)
            pick = max if fact.asked in LARGEST_WINS else min
            winner = values.index(pick(values))
            assert fact.words["winner"] == str(winner)
            rest = [value for place, value in enumerate(values) if place != winner]
            second = pick(rest)
            larger, smaller = max(values[winner], second), min(values[winner], second)
            if fact.asked in ("largest", "smallest"):
                assert larger / smaller >= 1.25 - 1e-9
            else:
                assert larger - smaller >= 0.05 - 1e-9
            if fact.asked in ("nearest", "farthest", "tallest"):
                assert larger - smaller >= 0.1 * larger - 1e-9
            if fact.asked in ("largest", "smallest", "tallest"):
                assert picture.whole[list(fact.rows)].all()
            if fact.asked in ("leftmost", "rightmost"):
                bearing = picture.centers[list(fact.rows), 0] / picture.centers[list(fact.rows), 2]
                assert winner == (bearing.argmax() if fact.asked == "rightmost" else bearing.argmin())
            asked[fact.asked] += 1
    assert set(asked) == set(TASK.choices)


def test_every_place_wins_alike() -> None:
    """Also where the objects come in the order of their distances."""
    places: dict[int, Counter[str]] = {}
    for seed in range(800):
        picture = synthetic_picture(seed)
        picture = with_objects(picture, np.linalg.norm(picture.centers, axis=1).argsort().tolist())
        for fact in make_facts(TASK, picture, 0)[0]:
            if fact.asked == "nearest":
                places.setdefault(len(fact.rows), Counter())[fact.words["winner"]] += 1
    for size in (2, 3):
        for place in range(size):
            assert places[size][str(place)] / places[size].total() == pytest.approx(1 / size, abs=0.08)


def test_classes_that_are_not_known_in_full_or_by_name_are_left_out() -> None:
    picture = synthetic_picture(3, 8, labels=("chair", "lamp"))
    labels = {fact.words["label"] for fact in make_facts(TASK, picture, 0)[0]}
    assert labels == {"chair", "lamp"}
    opened = replace(picture, closed_classes=frozenset({"lamp"}))
    facts, rejects = make_facts(TASK, opened, 0)
    assert {fact.words["label"] for fact in facts} == {"lamp"}
    assert rejects["class not closed"] == 1
    general = replace(
        picture,
        labels=tuple(label.replace("lamp", "armchair") for label in picture.labels),
        closed_classes=frozenset({"chair", "armchair"}),
    )
    facts, rejects = make_facts(TASK, general, 0)
    assert {fact.words["label"] for fact in facts} == {"armchair"}
    assert rejects["class may be mistaken for another"] == 1


def test_one_alone_or_too_many_are_not_asked_about() -> None:
    for count, asked in ((1, False), (2, True), (5, True), (6, False)):
        facts = [f for seed in range(30) for f in make_facts(TASK, synthetic_picture(seed, count, ("cup",)), 0)[0]]
        assert bool(facts) == asked


def test_a_reference_must_not_answer() -> None:
    """The second chair from the left is not asked for by its side."""
    told = {
        "the {} from the left": {"leftmost", "rightmost"},
        "the {} at the back": {"nearest", "farthest"},
        "the tall {}": {"tallest", "largest", "smallest"},
        "the {} of wood": set(),
    }
    for words, hidden in told.items():
        asked = set()
        for seed in range(60):
            picture = synthetic_picture(seed, 6, ("cup", "car"))
            names = tuple(words.format(f"{n}th {label}") for n, label in enumerate(picture.labels))
            asked |= {fact.asked for fact in make_facts(TASK, replace(picture, references=names), 0)[0]}
        assert asked == set(TASK.choices) - hidden


def test_without_gravity_nothing_is_large_or_tall() -> None:
    asked = {f.asked for seed in range(30) for f in make_facts(TASK, without_gravity(synthetic_picture(seed)), 0)[0]}
    assert asked == {"nearest", "farthest", "leftmost", "rightmost"}
