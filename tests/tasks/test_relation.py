"""Relations of two objects: slots, their two readings, margins and claims."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.relation import RelationOfObjects
from factory.tasks.task import Candidates, Task
from schemas.qa import Fact
from tests.tasks.synthetic_records import in_world, synthetic_records

TASK = get_task("obj_spatial_relation_oo")
ACROSS = get_task("obj_spatial_relation_oo_mv")
TO_OBSERVER = get_task("obj_spatial_relation_oc_mv")
SLOTS = {slot.name: slot.words for slot in RelationOfObjects.slots}
OPPOSITE = {
    "left": "right",
    "right": "left",
    "above": "below",
    "below": "above",
    "closer": "farther",
    "farther": "closer",
}


def facts_of(task: Task) -> list[tuple[SceneRecords, Fact]]:
    pairs = []
    for seed in range(8):
        records = synthetic_records(seed, objects=26, views=60)
        pairs += [(records, fact) for fact in make_facts(task, records, 75, seed)[0]]
    assert len(pairs) == 600
    return pairs


@pytest.fixture(scope="module", params=[TASK, ACROSS], ids=lambda task: task.spec.name)
def facts(request: pytest.FixtureRequest) -> list[tuple[SceneRecords, Fact]]:
    return facts_of(request.param)


def word(difference: float, low: str, high: str) -> str:
    if abs(difference) <= 0.1:
        return ""
    return low if difference < 0 else high


def test_slots_follow_from_coordinates_in_both_readings(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for records, fact in facts:
        frame = records.frame_ids.tolist().index(fact.frame_ids[0])
        rows = [records.object_ids.tolist().index(object_id) for object_id in fact.object_ids]
        camera = records.world_from_camera[frame]
        red, blue = (np.linalg.solve(camera, np.append(records.centers[row], 1.0))[:3] for row in rows)
        higher = records.centers[rows[0], 2] - records.centers[rows[1], 2]
        farther = np.linalg.norm(red) - np.linalg.norm(blue)
        assert fact.values == pytest.approx([red[0] - blue[0], red[1] - blue[1], farther])
        assert fact.words["left_right"] == word(red[0] - blue[0], "left", "right")
        assert fact.words["above_below"] == word(red[1] - blue[1], "above", "below") == word(higher, "below", "above")
        seen = red[:2] / red[2] - blue[:2] / blue[2]
        for axis, slot in enumerate(("left_right", "above_below")):
            assert not fact.words[slot] or fact.words[slot] == SLOTS[slot][int(np.sign(seen[axis])) + 1]
        depth = red[2] - blue[2]
        assert fact.words["distance"] == word(farther, "closer", "farther") == word(depth, "closer", "farther")

        delta = red - blue
        still = 0.02 * np.sqrt(2)
        turned = [np.hypot(still, np.radians(1) * np.hypot(*np.delete(delta, axis))) for axis in range(3)]
        readings = [
            (delta[0], turned[0]),
            (delta[1], turned[1]),
            (higher, still),
            (farther, still),
            (delta[2], turned[2]),
        ]
        assert fact.margin == pytest.approx(min(abs(abs(q) - 0.1) / sigma for q, sigma in readings))
        assert fact.margin >= 2.6


def test_the_relation_to_the_main_observer_follows_from_coordinates_in_the_first_camera() -> None:
    words: Counter[tuple[str, ...]] = Counter()
    for records, fact in facts_of(TO_OBSERVER):
        frame = records.frame_ids.tolist().index(fact.frame_ids[0])
        center = records.centers[records.object_ids.tolist().index(fact.object_ids[0])]
        camera = records.world_from_camera[frame]
        x, y, z = np.linalg.solve(camera, np.append(center, 1.0))[:3]
        higher = center[2] - camera[2, 3]
        assert fact.values == pytest.approx([x, y, z])
        assert fact.words["left_right"] == word(x, "left", "right")
        assert fact.words["above_below"] == word(y, "above", "below") == word(higher, "below", "above")
        assert fact.words["front_behind"] == word(z, "behind", "front")
        assert any(fact.words.values())
        turned = [np.hypot(0.02, np.radians(1) * np.hypot(*others)) for others in ((y, z), (x, z), (x, y))]
        readings = zip((x, y, z, higher), (*turned, 0.02), strict=True)
        assert fact.margin == pytest.approx(min(abs(abs(q) - 0.1) / sigma for q, sigma in readings))
        assert fact.margin >= 2.6
        assert fact.marks[0].image_index in (1, 2)
        words[tuple(fact.words.values())] += 1
    four = [count for _, count in words.most_common(4)]  # of these there is enough everywhere
    assert len(words) >= 12
    assert max(four) - min(four) <= 12
    assert max(four) < 0.17 * 600  # by chance it would be 0.31


def test_objects_behind_the_observer_are_not_compared() -> None:
    behind = 0
    for records, fact in facts_of(ACROSS):
        assert all(depth(records, fact.frame_ids[0], object_id) > 0 for object_id in fact.object_ids)
        behind += any(depth(records, fact.frame_ids[0], i) <= 0 for i in records.object_ids.tolist())
    assert behind > 100
    _, rejects = make_facts(ACROSS, synthetic_records(0), 40, 0)
    assert rejects["an object behind the observer"] > 10


def depth(records: SceneRecords, frame_id: str, object_id: int) -> float:
    camera = records.world_from_camera[records.frame_ids.tolist().index(frame_id)]
    center = records.centers[records.object_ids.tolist().index(object_id)]
    return np.linalg.solve(camera, np.append(center, 1.0))[2]


def test_every_word_is_used_and_no_fact_is_empty(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for slot, words in SLOTS.items():
        assert {fact.words[slot] for _, fact in facts} | {""} == set(words)
    assert all(any(fact.words[slot] for slot in SLOTS) for _, fact in facts)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ((-0.5, 0.0, 2.0), (0.5, 0.0, 2.0), ("left", "", "")),
        ((0.0, -0.5, 2.0), (0.0, 0.5, 2.0), ("", "above", "")),
        ((0.0, 0.0, 2.0), (0.0, 0.0, 3.0), ("", "", "closer")),
        ((-0.5, 0.6, 3.0), (0.5, 0.0, 2.0), ("left", "below", "farther")),
    ],
)
def test_slots_may_be_empty(first: tuple, second: tuple, words: tuple[str, str, str]) -> None:
    fact = make_facts(TASK, pair_in_view(first, second), 5, 0)[0][0]
    swapped = fact.marks[0].label == "jar"
    expected = tuple(OPPOSITE.get(word, "") for word in words) if swapped else words
    assert tuple(fact.words[slot] for slot in SLOTS) == expected


def test_claims_are_about_filled_slots_and_half_of_them_hold(facts: list[tuple[SceneRecords, Fact]]) -> None:
    slots: Counter[str] = Counter()
    held: Counter[str] = Counter()
    claims: Counter[str] = Counter()
    for _, fact in facts:
        slot, claim = fact.words["claim_slot"], fact.words["claim"]
        assert claim in SLOTS[slot]
        truth = fact.words[slot]
        assert truth
        assert fact.words["answer"] == ("Yes" if claim == truth else "No")
        assert claim in (truth, OPPOSITE[truth])
        slots[slot] += 1
        claims[claim] += 1
        held[slot] += fact.words["answer"] == "Yes"
    for slot in SLOTS:
        assert 180 < slots[slot] < 220
        assert abs(2 * held[slot] - slots[slot]) <= 8  # each scene is even up to one
    assert min(claims.values()) > 60


def test_claims_go_round_the_slots_even_where_one_is_often_empty() -> None:
    records = synthetic_records(3, objects=30, views=80)
    level = np.zeros_like(records.world_from_camera)
    for camera, matrix in zip(records.world_from_camera, level, strict=True):
        ahead = np.array([camera[0, 2], camera[1, 2], 0.0]) / np.hypot(*camera[:2, 2])
        down = np.array([0.0, 0.0, -1.0])
        matrix[:3] = np.stack([np.cross(down, ahead), down, ahead, camera[:3, 3]], axis=1)
        matrix[3, 3] = 1.0
    heights = np.where(np.arange(30) % 4 == 0, 0.4, 1.2)
    centers = np.stack([records.centers[:, 0], records.centers[:, 1], heights], axis=1)
    facts, _ = make_facts(TASK, in_world(records, centers=centers, world_from_camera=level), 90, 0)
    assert len(facts) == 90
    filled = [sum(bool(fact.words[slot]) for fact in facts) for slot in SLOTS]
    assert 30 < filled[1] < 60 < min(filled[0], filled[2])
    claimed = Counter(fact.words["claim_slot"] for fact in facts)
    assert max(claimed.values()) - min(claimed.values()) <= 4


def pair_in_view(
    red: tuple[float, float, float], blue: tuple[float, float, float], pitch_deg: float = 0.0
) -> SceneRecords:
    """Two things at given places [m, camera], seen by a camera that is pitched."""
    records = synthetic_records(0, objects=4, views=1, keyframes=1.0)
    forward = np.array([0.0, np.cos(np.radians(pitch_deg)), np.sin(np.radians(pitch_deg))])
    right = np.array([1.0, 0.0, 0.0])
    camera = np.eye(4)
    camera[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    centers = records.centers.copy()
    centers[2:] = np.array([red, blue]) @ camera[:3, :3].T
    seen = replace(
        records,
        sighting_view=np.array([0, 0]),
        sighting_object=np.array([2, 3]),
        boxes=np.array([[100, 100, 300, 300], [500, 500, 700, 700]]),
        points=np.array([[200, 200], [600, 600]]),
        visible_fractions=np.ones(2),
        pixel_counts=np.array([10_000, 10_000]),
        labels=np.array(["wall", "", "cup", "jar"], dtype=object),
    )
    return in_world(seen, centers=centers, world_from_camera=camera[None])


@pytest.mark.parametrize(
    ("red", "blue", "pitch_deg", "reason"),
    [
        ((0.5, 0.0, 2.0), (-0.5, 0.0, 2.0), 0.0, None),
        ((0.05, 0.0, 2.0), (-0.05, 0.0, 3.0), 0.0, "left or right within the noise"),
        ((0.0, 0.0, 2.0), (0.0, 0.1, 3.0), 0.0, "above or below within the noise"),
        ((0.0, 0.0, 2.0), (0.0, 0.0, 2.1), 0.0, "closer or farther within the noise"),
        ((0.0, 0.0, 2.0), (0.0, 0.0, 2.01), 0.0, "no slot to fill"),
        ((0.0, 0.0, 2.0), (0.0, 0.0, 3.0), -30.0, "above or below differs between camera and world"),
        ((1.0, 0.0, 2.0), (1.3, 0.0, 3.0), 0.0, "left or right differs between space and image"),
        ((1.0, 0.0, 2.0), (1.55, 0.0, 3.0), 0.0, "left or right differs between space and image"),  # within noise
        ((1.0, 0.0, 2.0), (1.8, 0.0, 3.0), 0.0, None),
        ((0.0, 0.6, 2.0), (0.0, 0.8, 3.0), 0.0, "above or below differs between space and image"),
        ((2.0, 0.0, 2.0), (0.0, 0.0, 2.4), 0.0, "closer or farther differs between distance and depth"),
    ],
)
def test_each_doubt_is_counted(
    red: tuple[float, float, float], blue: tuple[float, float, float], pitch_deg: float, reason: str | None
) -> None:
    facts, rejects = make_facts(TASK, pair_in_view(red, blue, pitch_deg), 5, 0)
    assert rejects == ({reason: 1} if reason else {})
    assert len(facts) == (reason is None)


def test_marks_that_coincide_are_not_asked_about() -> None:
    records = pair_in_view((0.5, 0.0, 2.0), (-0.5, 0.0, 2.0))
    same = replace(records, boxes=np.array([[100, 100, 300, 300], [105, 100, 305, 300]]))
    assert make_facts(TASK, same, 5, 0) == ([], {"marked boxes nearly the same": 1})


@pytest.mark.parametrize("task", [TASK, ACROSS], ids=lambda task: task.spec.name)
def test_swapping_the_two_objects_swaps_every_word(task: Task) -> None:
    records = synthetic_records(1)
    first = task.propose(records, np.random.default_rng(0), 60).candidates
    second = Candidates(first.views, first.objects[:, ::-1], first.choice, first.images[:, ::-1])
    forth, back = task.solve(records, first), task.solve(records, second)
    np.testing.assert_allclose(forth.values, -back.values)
    np.testing.assert_allclose(forth.margin, back.margin)
    for slot in SLOTS:
        assert [OPPOSITE.get(name, "") for name in forth.words[slot]] == back.words[slot].tolist()
    assert (forth.words["answer"] != back.words["answer"]).all()


def test_a_looser_margin_lets_more_through() -> None:
    records = synthetic_records(2)
    loose = RelationOfObjects(replace(DEFAULTS, required_margin=0.5))
    assert len(make_facts(loose, records, 500, 0)[0]) > len(make_facts(TASK, records, 500, 0)[0])
