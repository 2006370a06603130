"""Three views of one question, and the objects that they show."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.eligibility import screen
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.rng import rng_for
from factory.tasks.triples import draw_triples, pool_in_three_views
from schemas.qa import Fact
from tests.tasks.synthetic_records import synthetic_records

# Roles per task, and whether they may lie on the observer's own view.
MARKED = {
    "depth_prediction_oc_mv": (2, True),
    "depth_prediction_oo_mv": (3, True),
    "distance_prediction_oc_mv": (1, False),
    "distance_prediction_oo_mv": (2, True),
    "distance_infer_center_oo_mv": (3, True),
    "obj_spatial_relation_oo_mv": (2, True),
    "obj_spatial_relation_oc_mv": (1, False),
}
TASKS = [*MARKED, "distance_infer_center_oc_mv"]
QUOTA = 60


@pytest.fixture(scope="module")
def room() -> SceneRecords:
    return synthetic_records(11, objects=24, views=60)


@lru_cache(maxsize=16)
def facts_of(name: str, room: SceneRecords) -> list[Fact]:
    return make_facts(get_task(name), room, QUOTA, seed=0)[0]


def eligible_in(room: SceneRecords) -> dict[str, set[int]]:
    """Ids of the objects that may be asked about, by frame."""
    shown: dict[str, set[int]] = {frame: set() for frame in room.frame_ids}
    for row in np.flatnonzero(screen(room, DEFAULTS).eligible):
        shown[room.frame_ids[room.sighting_view[row]]].add(int(room.object_ids[room.sighting_object[row]]))
    return shown


def are_partners(room: SceneRecords, shown: dict[str, set[int]], one: str, other: str) -> bool:
    """They share an object, and the camera has moved by 0.2 m or turned by 10 degrees in between."""
    first, second = (room.world_from_camera[room.frame_ids.tolist().index(frame)] for frame in (one, other))
    moved = np.linalg.norm(first[:3, 3] - second[:3, 3])
    turned = np.degrees(np.arccos(np.clip((np.trace(first[:3, :3].T @ second[:3, :3]) - 1) / 2, -1, 1)))
    return bool(shown[one] & shown[other]) and (moved >= 0.2 or turned >= 10)


@pytest.mark.parametrize("name", TASKS)
def test_views_overlap_and_do_not_repeat_each_other(name: str, room: SceneRecords) -> None:
    shown = eligible_in(room)
    facts = facts_of(name, room)
    assert len(facts) == QUOTA
    for fact in facts:
        assert len(set(fact.frame_ids)) == len(fact.images) == 3
        assert all(are_partners(room, shown, *pair) for pair in combinations(fact.frame_ids, 2))


def test_near_duplicates_and_strangers_are_left_out(room: SceneRecords) -> None:
    cameras = room.world_from_camera.copy()
    cameras[1::2] = cameras[::2]
    doubled = replace(room, world_from_camera=cameras)
    shown = eligible_in(doubled)
    pairs = [p for p in combinations(range(60), 2) if are_partners(doubled, shown, *doubled.frame_ids[list(p)])]
    assert not any(first // 2 == second // 2 for first, second in pairs)
    triples = draw_triples(doubled, screen(doubled, DEFAULTS).eligible, 4000, DEFAULTS, rng_for(0))
    drawn = {tuple(sorted(pair)) for triple in triples.tolist() for pair in combinations(triple, 2)}
    assert drawn <= set(pairs)
    assert len(drawn) > 0.9 * len(pairs)


def test_the_third_view_is_any_that_overlaps_both_others(room: SceneRecords) -> None:
    shown = eligible_in(room)
    partners = np.zeros((60, 60), dtype=bool)
    for one, other in combinations(range(60), 2):
        partners[one, other] = partners[other, one] = are_partners(room, shown, *room.frame_ids[[one, other]])
    common = partners.astype(np.int64) @ partners
    # a pair is drawn first, then one of the views that both overlap
    chance = np.where(partners, 1.0 / np.maximum(common, 1), 0.0) / np.triu(partners).sum()
    triples = np.sort(draw_triples(room, screen(room, DEFAULTS).eligible, 200_000, DEFAULTS, rng_for(0)), axis=1)
    found, counts = np.unique(triples, axis=0, return_counts=True)
    a, b, c = found.T
    expected = 200_000 * (chance[a, b] + chance[a, c] + chance[b, c])
    assert expected.sum() == pytest.approx(len(triples), rel=0.03)  # of rare triples some do not come
    assert np.square(counts - expected).sum() / expected.sum() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("name", MARKED)
def test_marked_objects_are_eligible_on_their_own_image(name: str, room: SceneRecords) -> None:
    shown = eligible_in(room)
    roles, main_too = MARKED[name]
    task = get_task(name)
    for fact in facts_of(name, room):
        assert [(mark.kind, mark.color) for mark in fact.marks] == [(role.kind, role.color) for role in task.marks]
        assert len(fact.marks) == len(set(fact.object_ids)) == roles
        assert fact.shown_in == tuple(mark.image_index for mark in fact.marks)
        assert len(set(fact.shown_in)) == roles  # each on an image of its own
        assert main_too or 0 not in fact.shown_in
        for mark in fact.marks:
            frame = room.frame_ids.tolist().index(fact.frame_ids[mark.image_index])
            assert mark.object_id in shown[fact.frame_ids[mark.image_index]]
            thing = room.object_ids.tolist().index(mark.object_id)
            row = np.flatnonzero((room.sighting_view == frame) & (room.sighting_object == thing))[0]
            assert mark.coords == (room.points if mark.kind == "point" else room.boxes)[row].tolist()


@pytest.mark.parametrize("name", TASKS)
def test_frames_and_objects_get_their_share(name: str, room: SceneRecords) -> None:
    facts = facts_of(name, room)
    frames = Counter(frame for fact in facts for frame in fact.frame_ids)
    things = Counter(thing for fact in facts for thing in fact.object_ids)
    assert max(frames.values()) <= 0.15 * frames.total()
    assert max(things.values()) <= 0.25 * things.total()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("depth_prediction_oc_mv", *DEFAULTS.depth_range_m),
        ("distance_prediction_oc_mv", *DEFAULTS.distance_range_m),
        ("distance_prediction_oo_mv", *DEFAULTS.distance_range_m),
    ],
)
def test_numbers_of_all_sizes_come_alike(name: str, low: float, high: float, room: SceneRecords) -> None:
    place = [np.log(fact.values[0] / low) / np.log(high / low) for fact in facts_of(name, room)]
    counts = np.sort(np.histogram(place, bins=8, range=(0, 1))[0])
    assert counts[-1] - counts[-4] <= 2  # of these there is enough
    assert (counts > 0).sum() >= 5


@pytest.mark.parametrize("name", TASKS)
def test_candidates_are_unique_and_name_the_images(name: str, room: SceneRecords) -> None:
    facts = facts_of(name, room)
    assert len({fact.candidate for fact in facts}) == len(facts)
    for fact in facts:
        frames, objects, choice = fact.candidate.split("|")
        assert frames == ",".join(fact.frame_ids)
        things, _, places = objects.partition("@")
        assert things == ",".join(map(str, fact.object_ids))
        shown_in = fact.shown_in or (int(fact.values[0]),)
        assert places == (",".join(map(str, shown_in)) if any(shown_in) else "")
        assert choice == fact.words.get("claim", fact.words.get("asked", ""))


@pytest.mark.parametrize("name", TASKS)
def test_same_seed_same_facts_other_seed_other_facts(name: str, room: SceneRecords) -> None:
    task = get_task(name)
    assert make_facts(task, room, 30, seed=5) == make_facts(get_task(name), room, 30, seed=5)
    assert make_facts(task, room, 30, seed=5)[0] != make_facts(task, room, 30, seed=6)[0]


@pytest.mark.parametrize("name", TASKS)
def test_what_is_not_in_a_keyframe_or_hardly_visible_is_not_asked_about(name: str, room: SceneRecords) -> None:
    unseen = replace(room, visible_fractions=np.zeros(len(room.sighting_view)))
    assert make_facts(get_task(name), unseen, 10, 0) == ([], {})
    two = np.flatnonzero(room.is_keyframe)[:2]
    pair = replace(room, is_keyframe=np.isin(np.arange(60), two))
    assert make_facts(get_task(name), pair, 10, 0) == ([], {})


@pytest.mark.parametrize(("size", "main_too"), [(1, True), (1, False), (2, True), (2, False), (3, True), (4, True)])
def test_objects_are_spread_evenly_over_the_images(size: int, main_too: bool, room: SceneRecords) -> None:
    eligible = screen(room, DEFAULTS).eligible
    pool = pool_in_three_views(room, eligible, size, 60, DEFAULTS, rng_for(3), main_too=main_too)
    images = 3 if main_too else 2
    uses = np.stack([(pool.images == place).sum(axis=1) for place in range(3)], axis=1)
    assert len(pool.views) > 500
    assert uses[:, 0].any() == main_too
    used = uses[:, 3 - images :]
    assert (used.sum(axis=1) == size).all()
    assert (np.ptp(used, axis=1) <= 1).all()
    np.testing.assert_allclose(used.mean(axis=0), size / images, rtol=0.12)  # no image is favoured
    ordered = np.sort(pool.objects, axis=1)
    assert (ordered[:, 1:] != ordered[:, :-1]).all()
    assert eligible[room.sighting_of[pool.object_views, pool.objects]].all()
    keys = np.concatenate([pool.views, pool.objects, pool.images], axis=1)
    assert len(np.unique(keys, axis=0)) == len(keys)


def test_every_view_of_a_triple_may_come_first(room: SceneRecords) -> None:
    triples = draw_triples(room, screen(room, DEFAULTS).eligible, 3000, DEFAULTS, rng_for(1))
    places = np.argsort(triples, axis=1)[:, 0]  # where the earliest frame stands
    np.testing.assert_allclose(np.bincount(places) / len(places), 1 / 3, atol=0.04)


def test_no_views_no_triples() -> None:
    records = synthetic_records(0, views=2)
    assert draw_triples(records, screen(records, DEFAULTS).eligible, 100, DEFAULTS, rng_for(0)).shape == (0, 3)
