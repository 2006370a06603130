"""Sides of two objects, against a loop over pairs and axes, one number at a time."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

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
CAMERA, WORLD = "vqa_object_relation_multi", "vqa_object_relation_multi_world"
OPPOSITE = {"left": "right", "above": "below", "front": "behind"}
OPPOSITE |= {after: before for before, after in OPPOSITE.items()} | {"overlap": "overlap", "": ""}


def facts_of(name: str, picture: Picture) -> tuple[list[WebFact], dict[str, int]]:
    facts, rejects = make_facts(type(get_web_task(name))(EVERYTHING), picture, 0)
    return facts, dict(rejects)


def axis_word(picture: Picture, name: str, a: int, b: int, axis: int) -> tuple[str, float]:
    """The word of one axis and |gap| / margin, from the definition."""
    if name == WORLD:
        low, high = picture.gravity_min[:, axis], picture.gravity_max[:, axis]
        center = (low + high) / 2
    else:
        low, high, center = picture.aabb_min[:, axis], picture.aabb_max[:, axis], picture.centers[:, axis]
    gap = float(center[a] - center[b])
    if axis == 2:
        margin = max(0.05, 0.1 * (abs(center[a]) + abs(center[b])) / 2)
    else:
        margin = max(0.05, 0.1 * max(high[a] - low[a], high[b] - low[b]))
    words = (("left", "right"), ("above", "below"), ("front", "behind"))[axis]
    inside = (low[a] < low[b] and high[a] > high[b]) or (low[b] < low[a] and high[b] > high[a])
    if abs(gap) > margin and inside:
        return "", abs(gap) / margin
    if abs(gap) > margin:
        return words[gap > 0], abs(gap) / margin
    if low[a] < high[b] and low[b] < high[a] and abs(gap) < margin / 2:
        return "overlap", abs(gap) / margin
    return "", abs(gap) / margin


def crowded(picture: Picture, share: float) -> Picture:
    """All objects around the first: only a share of the offsets of their centers is left."""
    shift = (1 - share) * (picture.centers[0] - picture.centers)
    assert picture.gravity_from_camera is not None
    level = shift @ picture.gravity_from_camera.T
    return replace(
        picture,
        centers=picture.centers + shift,
        aabb_min=picture.aabb_min + shift,
        aabb_max=picture.aabb_max + shift,
        gravity_min=picture.gravity_min + level,
        gravity_max=picture.gravity_max + level,
    )


def eye_contradicts(picture: Picture, name: str, words: dict[str, str], a: int, b: int) -> bool:
    """Whether the pixels of the centers are ordered otherwise than the words say, in the picture or in one that the
    same camera takes when it is held level; heights along gravity may be."""
    centers = picture.centers if name == CAMERA else picture.gravity_centers
    assert (centers[:, 2] > 0).all()
    (ax, ay), (bx, by) = (((k := picture.intrinsics @ centers[row])[0] / k[2], k[1] / k[2]) for row in (a, b))
    return (
        (words["x"] == "left" and ax > bx)
        or (words["x"] == "right" and ax < bx)
        or (name == CAMERA and words["y"] == "above" and ay > by)
        or (name == CAMERA and words["y"] == "below" and ay < by)
    )


@pytest.mark.parametrize("name", [CAMERA, WORLD])
def test_all_pairs_against_the_definition(name: str) -> None:
    found: Counter[str] = Counter()
    for seed in range(60):
        picture = synthetic_picture(seed)
        if seed % 3 == 0:
            picture = crowded(picture, 0.06)
        facts, rejects = facts_of(name, picture)
        by_pair = {tuple(sorted(fact.rows)): fact for fact in facts}
        assert len(by_pair) == len(facts)
        expected: Counter[str] = Counter()
        for pair in combinations(range(10), 2):
            a, b = by_pair[pair].rows if pair in by_pair else pair
            told = [axis_word(picture, name, a, b, axis) for axis in range(3)]
            words = dict(zip("xyz", (word for word, _ in told), strict=True))
            sure = [margin for word, margin in told if word not in ("", "overlap")]
            if np.linalg.norm(picture.centers[a] - picture.centers[b]) < 0.05:
                expected["same thing"] += 1
            elif not sure:
                expected["no clear direction"] += 1
            elif eye_contradicts(picture, name, words, a, b):
                expected["space and eye disagree"] += 1
            else:
                assert by_pair[pair].words == words
                assert by_pair[pair].margin == pytest.approx(min(sure))
                assert min(sure) > 1
                centers = picture.centers if name == CAMERA else picture.gravity_centers
                np.testing.assert_allclose(by_pair[pair].values, centers[a] - centers[b])
                found.update(words.values())
        assert rejects == expected
        assert len(facts) == 45 - sum(expected.values())
        found.update(expected)
    assert min(found[word] for word in OPPOSITE) > 20, "all words occur"
    assert found["no clear direction"] > 5
    assert found["space and eye disagree"] > 20


@pytest.mark.parametrize("name", [CAMERA, WORLD])
def test_turned_about_the_words_are_the_opposite(name: str) -> None:
    task = get_web_task(name)
    picture = synthetic_picture(3)
    candidates = task.propose(picture, np.random.default_rng(0), 20).candidates
    there = task.solve(picture, candidates)
    back = task.solve(picture, replace(candidates, rows=candidates.rows[:, ::-1]))
    np.testing.assert_array_equal(back.values, -there.values)
    np.testing.assert_array_equal(back.margin, there.margin)
    for axis in "xyz":
        assert [OPPOSITE[word] for word in there.words[axis]] == back.words[axis].tolist()


def test_what_lies_left_of_a_thing_but_is_seen_to_its_right_is_not_asked() -> None:
    picture = synthetic_picture(0, objects=2)
    centers = np.array([[0.5, 0.0, 1.0], [1.0, 0.0, 4.0]])  # the nearer is farther right in the picture
    picture = replace(picture, centers=centers, aabb_min=centers - 0.1, aabb_max=centers + 0.1)
    facts, rejects = facts_of(CAMERA, picture)
    assert not facts
    assert rejects == {"space and eye disagree": 1}
    picture = replace(picture, centers=centers * [4.0, 1.0, 1.0], aabb_min=centers * [4, 1, 1] - 0.1)
    assert not facts_of(CAMERA, picture)[0]
    centers = centers * [-1.0, 1.0, 1.0] + [3.0, 0.0, 0.0]  # 2.5 at 1 m against 2 at 4 m
    facts, _ = facts_of(CAMERA, replace(picture, centers=centers, aabb_min=centers - 0.1, aabb_max=centers + 0.1))
    (fact,) = facts
    assert fact.words == {"x": "right" if fact.rows[0] == 0 else "left", "y": "overlap", "z": fact.words["z"]}


def test_a_cup_on_a_table_is_above_it_but_on_no_side_of_it() -> None:
    picture = synthetic_picture(0, objects=2)
    low = np.array([[0.3, 0.2, 2.8], [-0.8, 0.3, 2.0]])  # the cup stands at the far right of the table
    high = np.array([[0.4, 0.3, 2.9], [0.8, 1.0, 3.0]])
    for right, facing in ((0.0, ""), (0.6, "right")):  # and then juts out
        low[0, 0], high[0, 0] = 0.3 + right, 0.4 + right
        changed = replace(picture, centers=(low + high) / 2, aabb_min=low, aabb_max=high)
        ((fact,), rejects) = facts_of(CAMERA, changed)
        cup = fact.rows[0] == 0
        words = {"x": facing, "y": "above", "z": ""}
        assert fact.words == (words if cup else {axis: OPPOSITE[word] for axis, word in words.items()})
        assert rejects == {}


def test_their_places_in_a_row_are_not_asked_back() -> None:
    picture = synthetic_picture(0, objects=3)
    picture = replace(picture, labels=("chair",) * 3, reference_kinds=("ordinal", "ordinal", "description"))
    _, rejects = facts_of(WORLD, picture)
    assert rejects == {"named by their order": 1}


def test_without_gravity_there_is_no_world() -> None:
    picture = without_gravity(synthetic_picture(1, objects=3))
    assert facts_of(WORLD, picture) == ([], {"no gravity": 3})
    assert facts_of(CAMERA, picture)[0]


@pytest.mark.parametrize("name", [CAMERA, WORLD])
def test_noise_within_the_margin_turns_no_side_over(name: str) -> None:
    """Centers move by a fifth of the margin each: a side stays or is no longer sure, an overlap is never a side."""
    task, rng, told = get_web_task(name), np.random.default_rng(0), 0
    for seed in range(30):
        picture = synthetic_picture(seed)
        candidates = task.propose(picture, rng, 30).candidates
        before = task.solve(picture, candidates).words
        for row, (a, b) in enumerate(candidates.rows.tolist()):
            noisy = moved(picture, name, a, b, rng)
            after = task.solve(noisy, replace(candidates, rows=candidates.rows[row : row + 1])).words
            for axis in "xyz":
                was, now = before[axis][row], after[axis][0]
                if was in ("", "overlap"):
                    continue
                assert now in (was, ""), (was, now)
                told += 1
    assert told > 1000


def moved(picture: Picture, name: str, a: int, b: int, rng: np.random.Generator) -> Picture:
    """Both objects moved along each axis by up to 0.2 margins, with their boxes."""
    low, high = ("gravity_min", "gravity_max") if name == WORLD else ("aabb_min", "aabb_max")
    extents = getattr(picture, high) - getattr(picture, low)
    centers = picture.centers if name == CAMERA else picture.gravity_centers
    margin = np.maximum(0.05, 0.1 * np.maximum(extents[a], extents[b]))
    margin[2] = max(0.05, 0.05 * (abs(centers[a, 2]) + abs(centers[b, 2])))
    shift = np.zeros_like(picture.centers)
    shift[[a, b]] = rng.uniform(-0.2, 0.2, size=(2, 3)) * margin
    changes = {field: getattr(picture, field) + shift for field in (low, high)}
    return replace(picture, **changes, **({"centers": picture.centers + shift} if name == CAMERA else {}))
