"""Facts: marks, ids, quotas, counts, determinism."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.eligibility import screen
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.task import Task
from schemas.qa import Fact
from tests.tasks.synthetic_records import synthetic_records, to_tables

EVERYTHING = 100_000

MARKS = {
    "depth_prediction_oc": [("point", "red"), ("point", "blue")],
    "depth_prediction_oo": [("point", "red"), ("point", "blue"), ("point", "green")],
    "distance_prediction_oc": [("point", "red")],
    "distance_prediction_oo": [("point", "red"), ("point", "blue")],
    "distance_infer_center_oo": [("point", "red"), ("point", "green"), ("point", "blue")],
    "obj_spatial_relation_oo": [("bbox", "red"), ("bbox", "blue")],
    "position_matching": [("bbox", "red")],
    "view_change_infer": [],
}
IMAGES = {"position_matching": 2, "view_change_infer": 2}
TASKS = [get_task(name) for name in MARKS]


@pytest.fixture(scope="module")
def room() -> SceneRecords:
    return synthetic_records(11, objects=24, views=60)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_marks_lie_on_the_objects_of_the_first_image(task: Task, room: SceneRecords) -> None:
    facts, _ = make_facts(task, room, 60, seed=0)
    assert len(facts) == 60
    ids, frames = room.object_ids.tolist(), room.frame_ids.tolist()
    for fact in facts:
        assert [(mark.kind, mark.color) for mark in fact.marks] == MARKS[task.spec.name]
        assert len(fact.images) == len(fact.frame_ids) == IMAGES.get(task.spec.name, 1)
        assert fact.images == tuple(f"color/{frame}.jpg" for frame in fact.frame_ids)
        assert len(set(fact.frame_ids)) == len(fact.frame_ids)
        assert fact.labels == tuple(room.labels[ids.index(i)] for i in fact.object_ids)
        if fact.marks:
            assert tuple(mark.object_id for mark in fact.marks) == fact.object_ids
            assert tuple(mark.label for mark in fact.marks) == fact.labels
            assert len(set(fact.object_ids)) == len(fact.object_ids)
        for mark in fact.marks:
            view, thing = frames.index(fact.frame_ids[mark.image_index]), ids.index(mark.object_id)
            rows = np.flatnonzero((room.sighting_view == view) & (room.sighting_object == thing))
            column = room.points if mark.kind == "point" else room.boxes
            assert mark.image_index == 0
            assert mark.coords == column[rows[0]].tolist()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_facts_are_about_eligible_sightings_only(task: Task, room: SceneRecords) -> None:
    rows = screen(room, DEFAULTS).eligible
    allowed = set(
        zip(
            room.frame_ids[room.sighting_view[rows]],
            room.object_ids[room.sighting_object[rows]].tolist(),
            strict=True,
        )
    )
    for fact in make_facts(task, room, 60, seed=1)[0]:
        for frame in fact.frame_ids:
            assert all((frame, object_id) in allowed for object_id in fact.object_ids)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_candidates_are_canonical_and_unique(task: Task, room: SceneRecords) -> None:
    facts, _ = make_facts(task, room, 200, seed=0)
    assert len({fact.candidate for fact in facts}) == len(facts)
    for fact in facts:
        frames, objects, choice = fact.candidate.split("|")
        assert frames == ",".join(fact.frame_ids)
        assert objects == ",".join(map(str, fact.object_ids))
        assert choice == fact.words.get("claim", fact.words.get("asked", ""))


@pytest.mark.parametrize("name", IMAGES)
def test_either_view_may_come_first(name: str, room: SceneRecords) -> None:
    facts, _ = make_facts(get_task(name), room, 100, seed=0)
    forwards = sum(fact.frame_ids[0] < fact.frame_ids[1] for fact in facts)
    assert 0.3 < forwards / len(facts) < 0.7


def test_tasks_draw_independently(room: SceneRecords) -> None:
    names = ("depth_prediction_oc", "distance_prediction_oo")
    pairs = [
        {
            (fact.frame_ids, frozenset(fact.object_ids)): fact.object_ids
            for fact in make_facts(get_task(name), room, 400, 0)[0]
        }
        for name in names
    ]
    common = pairs[0].keys() & pairs[1].keys()
    assert len(common) > 100
    same_order = sum(pairs[0][pair] == pairs[1][pair] for pair in common)
    assert 0.35 < same_order / len(common) < 0.65


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_same_seed_same_facts_other_seed_other_facts(task: Task, room: SceneRecords) -> None:
    assert make_facts(task, room, 30, seed=5) == make_facts(get_task(task.spec.name), room, 30, seed=5)
    assert make_facts(task, room, 30, seed=5)[0] != make_facts(task, room, 30, seed=6)[0]
    elsewhere = replace(room, scene_id="another")
    assert make_facts(task, room, 30, seed=5)[0] != make_facts(task, elsewhere, 30, seed=5)[0]


def possible(task: Task, records: SceneRecords) -> int:
    """How many candidates there are before any test, counted independently."""
    rows = np.flatnonzero(screen(records, DEFAULTS).eligible)
    views, things = records.sighting_view[rows].tolist(), records.sighting_object[rows].tolist()
    if task.spec.name == "position_matching":
        return sum(comb(things.count(thing), 2) for thing in set(things))
    if task.spec.name == "view_change_infer":
        shown = {view: {t for v, t in zip(views, things, strict=True) if v == view} for view in set(views)}
        return sum(bool(shown[a] & shown[b]) for a in shown for b in shown if a < b)
    return sum(comb(views.count(view), len(task.marks)) for view in set(views))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
@pytest.mark.parametrize("quota", [25, EVERYTHING])
def test_every_candidate_is_kept_or_counted(task: Task, room: SceneRecords, quota: int) -> None:
    generous = type(task)(replace(DEFAULTS, pool_per_question=EVERYTHING))
    facts, rejects = make_facts(generous, room, quota, seed=0)
    assert len(facts) + rejects.total() == possible(task, room)
    assert len(facts) <= quota
    assert ("beyond the quota" in rejects) == (quota == 25)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_frames_and_objects_get_their_share(task: Task) -> None:
    records = synthetic_records(12, objects=20, views=60)
    facts, _ = make_facts(task, records, 60, seed=0)
    frames = [frame for fact in facts for frame in fact.frame_ids]
    things = [thing for fact in facts for thing in fact.object_ids]
    assert max(frames.count(frame) for frame in set(frames)) <= 0.15 * len(frames)
    assert max(things.count(thing) for thing in set(things)) <= 0.25 * len(things)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.spec.name)
def test_a_scene_with_nothing_to_ask_about_gives_no_facts(task: Task) -> None:
    records = synthetic_records(0)
    unseen = replace(records, visible_fractions=np.zeros(len(records.sighting_view)))
    assert make_facts(task, unseen, 10, 0) == ([], {})
    scenes, objects, views = to_tables(records)
    empty = SceneRecords.from_tables(scenes, objects.slice(0, 0), views.slice(0, 0))
    assert make_facts(task, empty, 10, 0) == ([], {})


@pytest.mark.parametrize("name", [name for name, marks in MARKS.items() if len(marks) > 1])
def test_marks_are_named_where_labels_repeat(name: str, room: SceneRecords) -> None:
    facts: list[Fact] = make_facts(get_task(name), room, 300, seed=0)[0]
    repeated = [len(set(fact.labels)) < len(fact.labels) for fact in facts]
    assert any(repeated) and not all(repeated)
    assert [fact.words.get("name_marks") == "yes" for fact in facts] == repeated


@pytest.mark.parametrize("name", [name for name, marks in MARKS.items() if len(marks) > 1])
def test_marks_of_one_image_can_be_told_apart(name: str, room: SceneRecords) -> None:
    facts, _ = make_facts(get_task(name), room, 300, seed=0)
    for fact in facts:
        for i, first in enumerate(fact.marks):
            for second in fact.marks[i + 1 :]:
                a, b = np.array(first.coords, float), np.array(second.coords, float)
                if first.kind == "point":
                    assert np.hypot(*(a - b)) >= 30
                    assert np.hypot(*((a - b) * [1.296, 0.968])) >= 40
                else:
                    assert iou(a, b) <= 0.8


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """On a grid of 1000 x 1000 cells."""
    cells = np.zeros((2, 1000, 1000), dtype=bool)
    for image, box in zip(cells, (a.astype(int), b.astype(int)), strict=True):
        image[box[1] : box[3], box[0] : box[2]] = True
    return float((cells[0] & cells[1]).sum() / (cells[0] | cells[1]).sum())
