"""Counts of a class, all of it or on one side of an anchor."""

from collections import Counter
from dataclasses import replace

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from tests.web.synthetic_pictures import synthetic_picture

TASK = get_web_task("vqa_counting_objects")


def related(picture: Picture, row: int, anchor: int, asked: str) -> bool:
    one, other = picture.centers[row], picture.centers[anchor]
    if asked in ("nearer", "farther"):
        return bool((np.sqrt((one**2).sum()) > np.sqrt((other**2).sum())) == (asked == "farther"))
    return bool((one[0] > other[0]) == (asked == "right"))


def surely(picture: Picture, row: int, anchor: int, asked: str) -> bool:
    one, other = picture.centers[row], picture.centers[anchor]
    if asked in ("nearer", "farther"):
        lengths = [(np.linalg.norm(one), np.linalg.norm(other)), (one[2], other[2])]
        clear = [abs(a - b) >= max(0.05, 0.1 * max(a, b)) - 1e-9 for a, b in lengths]
        begin = picture.aabb_min[row, 2] > picture.aabb_min[anchor, 2]
        return all(clear) and {a > b for a, b in lengths} == {bool(begin)}
    edges = {bool(picture.boxes[row, side] > picture.boxes[anchor, side]) for side in (0, 2)}
    if edges != {bool(one[0] > other[0])} and not (picture.boxes[row] == picture.boxes[anchor]).any():
        return False
    return abs(one[0] - other[0]) >= 0.05 and ((one[0] / one[2] > other[0] / other[2]) == (one[0] > other[0]))


def test_counts_by_brute_force() -> None:
    asked = Counter()
    for seed in range(120):
        picture = synthetic_picture(seed)
        for fact in make_facts(TASK, picture, 0)[0]:
            label = fact.words["label"]
            instances = [row for row, other in enumerate(picture.labels) if other == label]
            if fact.asked == "all":
                counted, anchored = instances, []
            else:
                anchored = [fact.rows[0]]
                assert picture.labels[fact.rows[0]] != label
                assert all(surely(picture, row, fact.rows[0], fact.asked) for row in instances)
                counted = [row for row in instances if related(picture, row, fact.rows[0], fact.asked)]
            assert list(fact.rows) == anchored + counted
            assert fact.values == (float(len(counted)),)
            assert fact.numbers == {"count": len(counted)}
            assert 1 <= len(counted) <= 10
            asked[fact.asked] += 1
    assert set(asked) == set(TASK.choices)
    assert min(asked.values()) > 0.1 * asked.total()


def test_counts_are_spread() -> None:
    counts = Counter(
        fact.values[0] for seed in range(100) for fact in make_facts(TASK, synthetic_picture(seed, 16), 0)[0]
    )
    assert counts[1] < 0.35 * counts.total()
    assert all(counts[count] > 0.15 * counts.total() for count in (1, 2, 3))
    singles = [make_facts(TASK, synthetic_picture(seed, 3, ("cup", "car", "dog")), 0)[0] for seed in range(50)]
    alone = [facts for facts in singles if all(fact.values == (1.0,) for fact in facts)]
    assert alone
    assert max(map(len, alone)) <= 1


def test_more_than_ten_are_not_counted() -> None:
    for count, asked in ((10, True), (11, False)):
        picture = synthetic_picture(1, count, ("cup",))
        facts, rejects = make_facts(TASK, picture, 0)
        assert [fact.values for fact in facts] == ([(10.0,)] if asked else [])
        assert rejects == ({} if asked else {"too few or too many to count": 1})


def test_only_closed_classes_that_no_other_can_be_taken_for() -> None:
    picture = synthetic_picture(5, 9, ("table", "lamp", "cup"))
    names = {"lamp": "coffee table"}
    labels = tuple(names.get(label, label) for label in picture.labels)
    assert set(labels) == {"table", "coffee table", "cup"}
    changed = replace(picture, labels=labels, closed_classes=frozenset({"table", "coffee table"}))
    facts, rejects = make_facts(TASK, changed, 0)
    assert {fact.words["label"] for fact in facts} == {"coffee table"}
    assert rejects["class not closed"] == rejects["class may be mistaken for another"] == 1


def test_two_detections_of_one_thing_are_not_counted() -> None:
    picture = synthetic_picture(5, 6, ("cup", "car"))
    first, second = [row for row, label in enumerate(picture.labels) if label == "cup"][:2]
    centers = picture.centers.copy()
    centers[second] = centers[first] + 0.001
    facts, rejects = make_facts(TASK, replace(picture, centers=centers), 0)
    assert "cup" not in {fact.words["label"] for fact in facts}
    assert rejects["same thing"] > 0
