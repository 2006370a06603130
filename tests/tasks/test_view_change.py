"""Moves and turns between two cameras, landmarks, and which pairs of views are asked about."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.pairs import near_duplicates, shared_objects
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.task import Candidates
from factory.tasks.view_change import roll_against_gravity
from schemas.qa import Fact
from tests.tasks.synthetic_records import in_world, synthetic_records

TASK = get_task("view_change_infer")
# Camera axes of a level camera that looks along the world's y: right x, down -z, forward y.
LEVEL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def camera(
    yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0, place: tuple = (0, 0, 0)
) -> np.ndarray:
    """A camera turned right, then up, then about its own axis."""
    matrix = np.eye(4)
    matrix[:3, :3] = LEVEL @ Rotation.from_euler("YXZ", [yaw_deg, pitch_deg, roll_deg], degrees=True).as_matrix()
    matrix[:3, 3] = place
    return matrix


def two_views(first: np.ndarray, second: np.ndarray, boxes: list[list[int]] | None = None) -> SceneRecords:
    """Two keyframes that both show one cup, in `boxes`."""
    records = synthetic_records(0, objects=3, views=2, keyframes=1.0)
    return replace(
        records,
        labels=np.array(["wall", "", "cup"], dtype=object),
        world_from_camera=np.stack([first, second]),
        sighting_view=np.array([0, 1]),
        sighting_object=np.array([2, 2]),
        boxes=np.array(boxes or [[150, 150, 250, 250], [450, 450, 550, 550]]),
        points=np.array([[200, 200], [500, 500]]),
        visible_fractions=np.ones(2),
        pixel_counts=np.array([10_000, 10_000]),
        centers_camera=np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 2.0]]),
    )


def the_fact(records: SceneRecords) -> Fact:
    """The fact about the first view, then the second."""
    task = TASK.solve(records, Candidates(np.array([[0, 1]]), np.array([[2]]), np.array([0]), np.array([[0]])))
    facts, rejects = make_facts(TASK, records, 5, 0)
    assert (len(facts), rejects) == (1, {})
    if facts[0].frame_ids[0] == records.frame_ids[0]:
        np.testing.assert_array_equal(facts[0].values, task.values[0])
        return facts[0]
    words = {name: column[0] for name, column in task.words.items()}
    return replace(facts[0], values=tuple(task.values[0].tolist()), words=words)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (camera(place=(0.5, 0, 0)), [0.5, 0, 0, 0, 0]),
        (camera(place=(0, 0, 0.4)), [0, 0.4, 0, 0, 0]),
        (camera(place=(0, 0.7, 0)), [0, 0, 0.7, 0, 0]),
        (camera(yaw_deg=30), [0, 0, 0, 0, 30]),
        (camera(yaw_deg=-100), [0, 0, 0, 0, -100]),
        (camera(pitch_deg=20), [0, 0, 0, 20, 0]),
        (camera(roll_deg=12), None),
        (camera(25, -15, 10, (-0.3, -0.2, -0.6)), [-0.3, -0.6, -0.2, -15, 25]),
    ],
)
def test_signs_and_axes(second: np.ndarray, expected: list[float] | None) -> None:
    records = two_views(camera(), second)
    if expected is None:
        assert make_facts(TASK, records, 5, 0) == ([], {"no change after rounding": 1})
        return
    fact = the_fact(records)
    np.testing.assert_allclose(fact.values, expected, atol=1e-9)
    assert (fact.unit, fact.marks, fact.margin) == ("none", (), None)


def test_numbers_repeat_the_values() -> None:
    for fact in make_facts(TASK, synthetic_records(5), 30, 0)[0]:
        assert list(fact.numbers) == ["right", "up", "forward", "pitch", "yaw"]
        assert tuple(fact.numbers.values()) == fact.values


def test_values_are_those_of_the_second_camera_seen_from_the_first() -> None:
    records = synthetic_records(5)
    facts, _ = make_facts(TASK, records, 60, 0)
    assert len(facts) > 30
    for fact in facts:
        first, second = (records.world_from_camera[records.frame_ids.tolist().index(f)] for f in fact.frame_ids)
        place = np.linalg.solve(first, second[:, 3])
        ahead = np.linalg.solve(first[:3, :3], second[:3, 2])
        assert fact.values[:3] == pytest.approx([place[0], -place[1], place[2]])
        # looking from the first camera, turn right by yaw, then up by pitch: that is where the second looks
        pitch, yaw = np.radians(fact.values[3:])
        expected = [np.cos(pitch) * np.sin(yaw), -np.sin(pitch), np.cos(pitch) * np.cos(yaw)]
        np.testing.assert_allclose(ahead, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (camera(roll_deg=16), camera(place=(1, 0, 0)), "a camera rolled by more than 15 degrees"),
        (camera(), camera(roll_deg=-16, place=(1, 0, 0)), "a camera rolled by more than 15 degrees"),
        (camera(roll_deg=14), camera(roll_deg=-14, place=(1, 0, 0)), None),
        (camera(), camera(roll_deg=180, place=(1, 0, 0)), "a camera rolled by more than 15 degrees"),
        (camera(), camera(yaw_deg=9, place=(0.1, 0.1, 0)), "views nearly the same"),
        (camera(), camera(yaw_deg=11, place=(0.1, 0.1, 0)), None),
        (camera(), camera(yaw_deg=9, place=(0.21, 0, 0)), None),
        (camera(pitch_deg=20), camera(pitch_deg=-42, place=(1, 0, 0)), "turn of more than 60 degrees up or down"),
        (camera(), camera(yaw_deg=171, place=(1, 0, 0)), "turn of more than 170 degrees to a side"),
        (camera(), camera(yaw_deg=-178, place=(1, 0, 0)), "turn of more than 170 degrees to a side"),
        (camera(), camera(yaw_deg=-169, place=(1, 0, 0)), None),
    ],
)
def test_which_pairs_are_asked_about(first: np.ndarray, second: np.ndarray, reason: str | None) -> None:
    facts, rejects = make_facts(TASK, two_views(first, second), 5, 0)
    assert rejects == ({reason: 1} if reason else {})
    assert len(facts) == (reason is None)


def test_roll_is_the_tilt_of_the_horizon() -> None:
    for yaw, pitch, roll in [(0, 0, 10), (70, -40, -8), (-130, 50, 14)]:
        # turning the camera clockwise lowers its right side
        assert np.degrees(roll_against_gravity(camera(yaw, pitch, roll))) == pytest.approx(-roll)


def test_views_must_share_a_quarter_of_the_poorer_ones_objects() -> None:
    records = two_views(camera(), camera(place=(1, 0, 0)))
    others = 6  # in the first view 1 + 6 objects, in the second 1 + 3: one shared is a quarter of four
    for extra, reason in ((3, None), (4, "views share too few objects")):
        count = others + extra
        crowded = replace(
            records,
            object_ids=np.arange(3 + count),
            labels=np.array([*records.labels, *(f"thing {i}" for i in range(count))], dtype=object),
            structural=np.append(records.structural, np.zeros(count, dtype=bool)),
            centers=np.concatenate([records.centers, np.zeros((count, 3))]),
            sighting_view=np.array([0] + [0] * others + [1] + [1] * extra),
            sighting_object=np.array([2, *range(3, 3 + others), 2, *range(3 + others, 3 + count)]),
            boxes=np.array([[150, 150, 250, 250]] * (1 + others) + [[450, 450, 550, 550]] * (1 + extra)),
            visible_fractions=np.ones(2 + count),
            pixel_counts=np.full(2 + count, 10_000),
            centers_camera=np.full((2 + count, 3), 2.0),
        )
        assert make_facts(TASK, crowded, 5, 0)[1] == ({reason: 1} if reason else {})


def test_shared_objects_by_sets() -> None:
    records = synthetic_records(8)
    eligible = np.random.default_rng(0).random(len(records.sighting_view)) < 0.5
    shared, share = shared_objects(records, eligible)
    shown = [set(records.sighting_object[(records.sighting_view == v) & eligible].tolist()) for v in range(40)]
    for a in range(40):
        for b in range(40):
            assert shared[a, b] == len(shown[a] & shown[b])
            assert share[a, b] == pytest.approx(shared[a, b] / max(min(len(shown[a]), len(shown[b])), 1))


def test_near_duplicates_need_both_a_small_move_and_a_small_turn() -> None:
    cameras = [
        camera(),
        camera(place=(0.19, 0, 0)),
        camera(roll_deg=9),
        camera(roll_deg=11),
        camera(place=(0.3, 0, 0)),
    ]
    records = replace(synthetic_records(0, views=5), world_from_camera=np.stack(cameras))
    views = np.array([[0, i] for i in range(1, 5)])
    assert near_duplicates(records, views, DEFAULTS).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ([[150, 150, 250, 250], [450, 450, 550, 550]], ("top-left", "center", "right and down")),
        ([[450, 450, 550, 550], [150, 150, 250, 250]], ("center", "top-left", "left and up")),
        ([[750, 450, 850, 550], [750, 470, 850, 570]], ("right", "right", "")),
        ([[750, 450, 850, 550], [450, 450, 550, 550]], ("right", "center", "left")),
        ([[450, 750, 550, 850], [450, 150, 550, 250]], ("bottom", "top", "up")),
        ([[150, 750, 250, 850], [750, 750, 850, 850]], ("bottom-left", "bottom-right", "right")),
        ([[750, 150, 850, 250], [150, 450, 250, 550]], ("top-right", "left", "left and down")),
    ],
)
def test_where_a_landmark_goes(boxes: list[list[int]], expected: tuple[str, str, str]) -> None:
    words = the_fact(two_views(camera(), camera(place=(1, 0, 0)), boxes)).words
    assert words["landmark"] == "cup"
    assert (words["landmark_from"], words["landmark_to"], words["landmark_shift"]) == expected


@pytest.mark.parametrize(
    "boxes",
    [
        [[280, 150, 380, 250], [450, 450, 550, 550]],  # first centre on the border of two thirds
        [[150, 150, 250, 250], [450, 560, 550, 700]],  # second centre near one
        [[450, 450, 550, 550], [500, 450, 600, 550]],  # moves by 50: neither still nor clearly moved
    ],
)
def test_a_doubtful_landmark_is_none(boxes: list[list[int]]) -> None:
    records = two_views(camera(), camera(place=(1, 0, 0)), boxes)
    assert make_facts(TASK, records, 5, 0) == ([], {"no landmark to name": 1})


def test_a_landmark_whose_label_shows_twice_is_none() -> None:
    records = synthetic_records(9)
    facts, _ = make_facts(TASK, records, 200, 0)
    for fact in facts:
        for frame in fact.frame_ids:
            view = records.frame_ids.tolist().index(frame)
            labels = Counter(records.labels[records.sighting_object[records.sighting_view == view]])
            assert labels[fact.words["landmark"]] == 1
        assert fact.labels == (fact.words["landmark"],)
    twins = in_world(records, labels=np.where(records.structural, "wall", "cup").astype(object))
    facts, rejects = make_facts(TASK, twins, 200, 0)
    assert facts == [] or all(fact.words["landmark"] == "cup" for fact in facts)
    assert rejects["no landmark to name"] > 100
