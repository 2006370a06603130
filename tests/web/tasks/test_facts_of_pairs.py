"""What holds for every task of pixels, single objects and pairs: balance, determinism, scale, mirror, tilt."""

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.web.tasks import all_web_tasks, get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.spec import WebFact
from factory.web.tasks.task import WebTask
from tests.web.synthetic_pictures import synthetic_picture
from tests.web.tasks.changed_pictures import (
    mirrored,
    scaled,
    scaled_parameters,
    tilted,
    with_objects,
    without_gravity,
)

NAMES = [task.spec.name for task in all_web_tasks() if task.spec.objects[1] <= 2 and "front" not in task.spec.needs]
OF_OBJECTS = [name for name in NAMES if name != "level0"]
OF_GRAVITY = [name for name in OF_OBJECTS if get_web_task(name).spec.frame == "gravity"]
OF_PAIRS = [name for name in OF_OBJECTS if get_web_task(name).spec.objects == (2, 2)]
SWAPPED = str.maketrans({"\0": "right", "\1": "left"})


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def facts_of(task: WebTask, seeds: range, objects: int = 10) -> Iterator[WebFact]:
    for seed in seeds:
        yield from make_facts(task, synthetic_picture(seed, objects), 0)[0]


@pytest.mark.parametrize("name", [name for name in NAMES if "relation" in name or "multiangle" in name] + ["level0"])
def test_two_way_answers_are_balanced(name: str) -> None:
    told = Counter(word for fact in facts_of(get_web_task(name), range(500)) for word in answers(fact))
    pairs = [("left", "right"), ("above", "below"), ("front", "behind"), ("first", "second")]
    checked = [told[here] / (told[here] + told[there]) for here, there in pairs if min(told[here], told[there]) > 100]
    assert len(checked) == {"relation": 3, "multiangle": 2, "level0": 1}[kind(name)]
    assert all(0.45 < share < 0.55 for share in checked), told


def kind(name: str) -> str:
    return next(part for part in ("relation", "multiangle", "level0") if part in name)


def answers(fact: WebFact) -> list[str]:
    return [part for word in fact.words.values() for part in word.split("-")]


@pytest.mark.parametrize("name", ["vqa_spatial_mcq_multiangle", "vqa_spatial_mcq_multiangle_world"])
def test_sectors_are_asked_alike(name: str) -> None:
    told = Counter(fact.words["sector"] for fact in facts_of(get_web_task(name), range(150)))
    assert len(told) == 8
    assert min(told.values()) > 0.75 * sum(told.values()) / 8, told


@pytest.mark.parametrize("name", NAMES)
def test_facts_depend_on_the_picture_and_the_seed_alone(name: str) -> None:
    task = get_web_task(name)
    alone = make_facts(task, synthetic_picture(7), 0)
    make_facts(task, synthetic_picture(8), 0)
    assert make_facts(get_web_task(name), synthetic_picture(7), 0) == alone
    assert make_facts(task, synthetic_picture(7), 1)[0] != alone[0]
    assert make_facts(task, replace(synthetic_picture(7), image_id="other"), 0)[0] != alone[0]
    assert make_facts(task, replace(synthetic_picture(7), shard_id="other"), 0)[0] != alone[0]


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_well_formed(name: str) -> None:
    task = get_web_task(name)
    objects_asked: Counter[int] = Counter()
    for seed in range(10):
        facts, rejects = make_facts(task, synthetic_picture(seed), 0)
        assert 0 < len(facts) <= DEFAULTS.items
        assert all(count > 0 for count in rejects.values())
        assert len({fact.candidate for fact in facts}) == len(facts)
        for fact in facts:
            assert task.spec.objects[0] <= len(set(fact.rows)) == len(fact.rows) <= task.spec.objects[1]
            assert fact.asked in task.choices
            assert all(isinstance(value, float) and np.isfinite(value) for value in fact.values)
            assert all(isinstance(word, str) for word in fact.words.values())
            assert fact.margin is None or fact.margin >= 1
            objects_asked.update(fact.rows)
    assert len(objects_asked) == (0 if name == "level0" else 10), "spread over the objects"


@pytest.mark.parametrize("name", OF_OBJECTS)
@pytest.mark.parametrize("objects", [0, 1, 2])
def test_small_pictures(name: str, objects: int) -> None:
    task = get_web_task(name)
    facts, rejects = make_facts(task, synthetic_picture(2, objects), 0)
    if objects < task.spec.objects[0]:
        assert (facts, rejects) == ([], Counter())
    else:
        candidates = (objects if task.spec.objects == (1, 1) else 1) * len(task.choices)
        assert len(facts) + sum(rejects.values()) == candidates


@pytest.mark.parametrize("name", NAMES)
def test_what_needs_gravity_is_not_asked_without_it(name: str) -> None:
    task, picture = get_web_task(name), synthetic_picture(2)
    facts, rejects = make_facts(task, without_gravity(picture), 0)
    assert ("gravity" in task.spec.needs) == (name in OF_GRAVITY) == (not facts)
    if name in OF_GRAVITY:
        assert set(rejects) == {"no gravity"}
        assert not make_facts(task, replace(picture, gravity_from_camera=None), 0)[0], "boxes of no frame"
    else:
        assert facts == make_facts(task, picture, 0)[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_world_has_larger_lengths_and_the_same_words(name: str) -> None:
    task, large = get_web_task(name), type(get_web_task(name))(scaled_parameters(DEFAULTS, 4.0))
    for seed in range(6):
        picture = synthetic_picture(seed)
        before, rejects = make_facts(task, picture, 0)
        after, rejects_after = make_facts(large, scaled(picture, 4.0), 0)
        factor = 4.0 if task.spec.unit == "m" else 1.0
        assert rejects == rejects_after
        assert [fact.candidate for fact in after] == [fact.candidate for fact in before]
        for small, big in zip(before, after, strict=True):
            assert big.words == small.words
            assert big.values == pytest.approx([factor * value for value in small.values], rel=1e-5)
            assert big.margin == (None if small.margin is None else pytest.approx(small.margin, rel=1e-4))


@pytest.mark.parametrize("name", OF_OBJECTS)
def test_in_the_mirror_left_and_right_swap_and_nothing_else(name: str) -> None:
    task = get_web_task(name)
    for seed in range(6):
        picture = synthetic_picture(seed)
        before, rejects = make_facts(task, picture, 0)
        after, rejects_after = make_facts(task, mirrored(picture), 0)
        assert rejects == rejects_after
        assert [fact.candidate for fact in after] == [fact.candidate for fact in before]
        for fact, image in zip(before, after, strict=True):
            assert image.words == {name: in_the_mirror(word) for name, word in fact.words.items()}
            assert image.values == pytest.approx(mirrored_values(task, fact), rel=1e-6, abs=1e-9)
            assert image.margin == (None if fact.margin is None else pytest.approx(fact.margin))


def in_the_mirror(word: str) -> str:
    return word.replace("left", "\0").replace("right", "\1").translate(SWAPPED)


def mirrored_values(task: WebTask, fact: WebFact) -> list[float]:
    values = list(fact.values)
    if task.spec.unit == "deg":
        return [-values[0] % 360]
    if len(values) == 3:
        return [-values[0], *values[1:]]
    if len(values) == 6:
        return [-values[3], values[1], values[2], -values[0], values[4], values[5]]
    return values


@pytest.mark.parametrize(
    "name", [*OF_GRAVITY, "vqa_distance_single", "vqa_distance_multi", "vqa_closest_distance_multi"]
)
def test_a_tilted_camera_changes_no_length_and_nothing_in_the_gravity_frame(name: str) -> None:
    task = get_web_task(name)
    for seed in range(6):
        picture = synthetic_picture(seed)
        turn = Rotation.from_euler("xz", np.random.default_rng(seed).uniform(-15, 15, 2), degrees=True).as_matrix()
        before, rejects = make_facts(task, picture, 0)
        after, rejects_after = make_facts(task, tilted(picture, turn), 0)
        assert rejects == rejects_after
        for fact, other in zip(before, after, strict=True):
            assert (other.candidate, other.words) == (fact.candidate, fact.words)
            assert other.values == pytest.approx(fact.values, rel=1e-5)


def test_directions_turn_with_the_camera() -> None:
    task, picture = get_web_task("vqa_object_direction_multi"), synthetic_picture(3)
    turn = Rotation.from_euler("xyz", [10, -20, 5], degrees=True).as_matrix()
    for fact, other in zip(*(make_facts(task, p, 0)[0] for p in (picture, tilted(picture, turn))), strict=True):
        assert other.values == pytest.approx(turn @ fact.values)


@pytest.mark.parametrize("name", OF_PAIRS)
def test_other_objects_do_not_change_an_answer(name: str) -> None:
    everything = type(get_web_task(name))(replace(DEFAULTS, items=1000))
    picture = synthetic_picture(5)
    whole = {answer_of(fact) for fact in make_facts(everything, picture, 0)[0] if set(fact.rows) <= {0, 1, 2, 3}}
    part = {answer_of(fact) for fact in make_facts(everything, with_objects(picture, [0, 1, 2, 3]), 0)[0]}
    assert whole == part


def answer_of(fact: WebFact) -> tuple[object, ...]:
    """Which pair is asked what, and a length; slots are drawn, so that signs are not compared."""
    return frozenset(fact.rows), fact.asked, tuple(round(abs(value) % 180, 9) for value in fact.values)
