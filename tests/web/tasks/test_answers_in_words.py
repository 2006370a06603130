"""Rankings, comparisons and perspectives: what holds for all of them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks.rng import rng_for
from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.plain_fronts import with_front
from factory.web.tasks.spec import WebFact
from factory.web.tasks.task import WebTask
from tests.web.synthetic_pictures import azimuths, synthetic_picture
from tests.web.tasks.changed_pictures import mirrored, scaled, scaled_parameters, with_objects, without_gravity

WORD = {
    "vqa_orientation": "side",
    "vqa_orientation_comparison_two_objects": "similar",
    "vqa_distance_three_objects": "winner",
    "vqa_distance_three_objects_comparision": "truth",
    "vqa_comparison_multiple_objects": "order",
    "vqa_most_objects_in_class": "winner",
    "vqa_relative_position_new_perspective": "side",
    "vqa_relative_position_new_perspective_no_orient": "side",
}
TASKS = [*WORD, "vqa_counting_objects"]
TWO_WAY = [
    "vqa_orientation_comparison_two_objects",
    "vqa_distance_three_objects",
    "vqa_distance_three_objects_comparision",
    "vqa_relative_position_new_perspective",
    "vqa_relative_position_new_perspective_no_orient",
]
SWAPPED = {"left": "right", "right": "left"}
ASKED_SWAPPED = {
    **SWAPPED,
    "leftmost": "rightmost",
    "rightmost": "leftmost",
    "x_left": "x_right",
    "x_right": "x_left",
}


def facts_of(task: WebTask, picture: Picture, seed: int = 0) -> list[WebFact]:
    return make_facts(task, picture, seed)[0]


def answered(task: WebTask, picture: Picture, drawn_on: Picture, choices: dict[str, str]) -> list[list[str]]:
    """Answers for `picture` to the questions drawn on another one, where `choices` asks for something else."""
    candidates = task.propose(drawn_on, rng_for(4), 40).candidates
    places = np.array([task.choices.index(choices.get(name, name)) for name in task.choices])
    answers = task.solve(picture, replace(candidates, choice=places[candidates.choice]))
    counts = [[str(value) for value in answers.numbers.get("count", ())]]
    columns = [column.tolist() for column in answers.words.values()] + [column for column in counts if column]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize("name", TASKS)
def test_facts_are_unique_repeatable_and_sure(name: str) -> None:
    task = get_web_task(name)
    fewest, most = task.spec.objects
    total = 0
    for seed in range(40):
        picture = synthetic_picture(seed)
        facts, rejects = make_facts(task, picture, 0)
        assert (facts, rejects) == make_facts(get_web_task(name), picture, 0)
        assert len(facts) <= DEFAULTS.items
        assert len({fact.candidate for fact in facts}) == len(facts)
        assert all(count > 0 for count in rejects.values())
        for fact in facts:
            assert fewest <= len(fact.rows) == len(set(fact.rows)) <= most
            assert fact.asked in task.choices
            assert np.isfinite(fact.values).all()
            assert fact.margin is None or 1.0 <= fact.margin < np.inf
            assert (fact.margin is None) == (name not in WORD)
        total += len(facts)
    assert total > 50
    assert any(facts_of(task, synthetic_picture(s)) != facts_of(task, synthetic_picture(s), 1) for s in range(5))


@pytest.mark.parametrize("name", TASKS)
def test_small_pictures(name: str) -> None:
    task = get_web_task(name)
    for objects in range(5):
        for seed in range(20):
            for picture in (synthetic_picture(seed, objects), without_gravity(synthetic_picture(seed, objects))):
                for fact in facts_of(task, picture):
                    assert max(fact.rows) < objects
    assert facts_of(task, synthetic_picture(0, 0)) == []


@pytest.mark.parametrize("name", TASKS)
def test_what_is_needed(name: str) -> None:
    task = get_web_task(name)
    no_gravity = [fact for seed in range(20) for fact in facts_of(task, without_gravity(synthetic_picture(seed)))]
    no_fronts = [fact for seed in range(20) for fact in facts_of(task, synthetic_picture(seed, fronts=False))]
    assert ("gravity" in task.spec.needs) == (not no_gravity)
    assert ("front" in task.spec.needs) == (not no_fronts)


@pytest.mark.parametrize("name", TASKS)
def test_a_scaled_world_has_the_same_answers(name: str) -> None:
    for seed in range(20):
        picture = synthetic_picture(seed)
        task = get_web_task(name)
        in_scaled = type(task)(scaled_parameters(DEFAULTS, 4.0))
        ours, theirs = facts_of(task, picture), facts_of(in_scaled, scaled(picture, 4.0))
        assert [fact.candidate for fact in ours] == [fact.candidate for fact in theirs]
        assert [fact.words for fact in ours] == [fact.words for fact in theirs]
        margins = [(a.margin, b.margin) for a, b in zip(ours, theirs, strict=True) if a.margin is not None]
        assert all(a == pytest.approx(b) for a, b in margins)


@pytest.mark.parametrize("name", TASKS)
def test_in_a_mirrored_world_left_and_right_swap(name: str) -> None:
    task = get_web_task(name)
    seen = 0
    for seed in range(20):
        picture = synthetic_picture(seed)
        ours = answered(task, picture, picture, {})
        theirs = answered(task, mirrored(picture), picture, ASKED_SWAPPED)
        assert theirs == [[SWAPPED.get(word, word) for word in words] for words in ours]
        seen += len(ours)
    assert seen > 20


def with_noise(picture: Picture, rng: np.random.Generator) -> Picture:
    """Everything moved by a centimetre, every size off by a percent, every front turned by three degrees."""
    count = len(picture)
    shift = rng.normal(0, 0.01, size=(count, 3))
    assert picture.gravity_from_camera is not None
    level_shift = shift @ picture.gravity_from_camera.T
    half = (picture.gravity_max - picture.gravity_min) / 2 * rng.normal(1, 0.01, size=(count, 3))
    middle = picture.gravity_centers + level_shift
    turn = Rotation.from_rotvec(rng.normal(0, np.radians(3), size=(count, 3)))
    fronts = np.full_like(picture.fronts, np.nan)
    known = np.isfinite(picture.fronts[:, 0])
    fronts[known] = turn[known].apply(picture.fronts[known])
    centers = picture.centers + shift
    return replace(
        picture,
        centers=centers,
        aabb_min=picture.aabb_min + shift,
        aabb_max=picture.aabb_max + shift,
        gravity_min=middle - half,
        gravity_max=middle + half,
        fronts=fronts,
        azimuths=np.where(known, azimuths(centers, fronts), np.nan),
    )


@pytest.mark.parametrize("name", TASKS)
def test_answers_survive_noise(name: str) -> None:
    rng = np.random.default_rng(3)
    task = get_web_task(name)
    same = []
    for seed in range(15):
        picture = synthetic_picture(seed)
        candidates = task.propose(picture, rng_for(seed), 40).candidates
        truth = task.solve(picture, candidates)
        for _ in range(10):
            noisy = task.solve(with_noise(picture, rng), candidates)
            columns = [noisy.words[word] == truth.words[word] for word in truth.words]
            if name not in WORD:
                columns.append(np.asarray(noisy.values)[:, 0] == np.asarray(truth.values)[:, 0])
            same.extend(np.all(columns, axis=0).tolist())
    assert np.mean(same) >= 0.99


@pytest.mark.parametrize("name", TWO_WAY)
@pytest.mark.parametrize("objects", [3, 10])
def test_two_answers_come_alike(name: str, objects: int) -> None:
    task = get_web_task(name)
    answers: dict[str, Counter[str]] = {}
    for seed in range(500):
        for fact in facts_of(task, synthetic_picture(seed, objects)):
            answers.setdefault(fact.asked, Counter())[fact.words[WORD[name]]] += 1
    assert set(answers) == set(task.choices)
    for counts in answers.values():
        assert len(counts) == 2
        tolerance = 0.05 if objects == 10 else 0.03 + 1.2 / np.sqrt(counts.total())
        assert all(abs(count / counts.total() - 0.5) < tolerance for count in counts.values())


def test_pictures_of_two_alike_things_that_face_one_way_are_not_all_there_is() -> None:
    """A picture with a single pair is asked about, and yes and no come alike over many of them."""
    task = get_web_task("vqa_orientation_comparison_two_objects")
    counts: Counter[str] = Counter()
    for seed in range(1500):
        picture = synthetic_picture(seed, 12)
        known = np.flatnonzero(with_front(picture))[:2].tolist()
        counts.update(fact.words["similar"] for fact in facts_of(task, with_objects(picture, known)))
    assert counts.total() > 300
    assert abs(counts["yes"] / counts.total() - 0.5) < 0.07
