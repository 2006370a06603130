"""Bird's-eye maps: coordinates below the first camera, how many objects, which views."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.marks import box_iou
from factory.tasks.records import SceneRecords
from factory.tasks.task import Candidates
from schemas.qa import Fact
from tests.tasks.synthetic_records import in_world, synthetic_records

TASK = get_task("spatial_imagination_map_mv")
LEVEL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # looks along y


@pytest.fixture(scope="module")
def facts() -> list[tuple[SceneRecords, Fact]]:
    rooms = [synthetic_records(seed, objects=40, views=60) for seed in range(4)]
    return [(room, fact) for room in rooms for fact in make_facts(TASK, room, 50, 1)[0]]


def test_coordinates_by_bearing_and_range(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for records, fact in facts:
        camera = records.world_from_camera[records.frame_ids.tolist().index(fact.frame_ids[0])]
        heading = np.arctan2(camera[1, 2], camera[0, 2])
        expected = []
        for object_id in fact.object_ids:
            offset = records.centers[records.object_ids.tolist().index(object_id)] - camera[:3, 3]
            to_the_left = np.arctan2(offset[1], offset[0]) - heading
            expected += [-np.hypot(*offset[:2]) * np.sin(to_the_left), np.hypot(*offset[:2]) * np.cos(to_the_left)]
        assert fact.values == pytest.approx(tuple(expected), abs=1e-9)
        assert (fact.unit, fact.margin, fact.words.get("left_right")) == ("m", None, None)
        assert abs(np.degrees(np.arcsin(camera[2, 2]))) < 60


def test_three_to_seven_objects_equally_often(facts: list[tuple[SceneRecords, Fact]]) -> None:
    assert Counter(len(fact.object_ids) for _, fact in facts) == dict.fromkeys(range(3, 8), 40)


def test_objects_are_listed_in_order_over_all_three_images(facts: list[tuple[SceneRecords, Fact]]) -> None:
    for _, fact in facts:
        count = len(fact.object_ids)
        assert len(set(fact.object_ids)) == count == len(fact.labels) == len(fact.values) // 2
        assert [mark.color for mark in fact.marks] == [f"object{i}" for i in range(count)]
        assert [mark.object_id for mark in fact.marks] == list(fact.object_ids)
        assert {mark.image_index for mark in fact.marks} == {0, 1, 2}
        assert len(set(fact.frame_ids)) == 3
        for i, first in enumerate(fact.marks):
            for second in fact.marks[:i]:
                if first.image_index == second.image_index:
                    assert box_iou(np.array(first.coords), np.array(second.coords)) <= 0.8


@pytest.mark.parametrize(("pitch_deg", "asked"), [(59.0, True), (-59.0, True), (61.0, False), (-61.0, False)])
def test_a_steep_first_camera_has_no_map(pitch_deg: float, asked: bool) -> None:
    room = synthetic_records(0, objects=40, views=60)
    turn = Rotation.from_euler("x", pitch_deg, degrees=True).as_matrix()
    cameras = room.world_from_camera.copy()
    cameras[:, :3, :3] = LEVEL @ turn
    facts, rejects = make_facts(TASK, replace(room, world_from_camera=cameras), 10, 0)
    assert bool(facts) == asked
    assert ("first camera pitched by more than 60 degrees" in rejects) != asked


def test_roll_and_pitch_of_the_camera_do_not_move_the_map() -> None:
    records = synthetic_records(0, objects=5, views=3)
    places = []
    for pitch, roll in ((0, 0), (-40, 0), (30, 12)):
        turn = Rotation.from_euler("YXZ", [0, pitch, roll], degrees=True).as_matrix()
        cameras = np.tile(np.eye(4), (3, 1, 1))
        cameras[:, :3, :3] = LEVEL @ turn
        cameras[:, :3, 3] = [1.0, 2.0, 1.5]
        room = in_world(records, world_from_camera=cameras)
        asked = Candidates(
            np.array([[0, 1, 2]]),
            np.array([[2, 3, 4, -1, -1, -1, -1]]),
            np.array([0]),
            np.array([[0, 1, 2, -1, -1, -1, -1]]),
        )
        places.append(TASK.solve(room, asked).values[0])
    expected = (records.centers[2:, :2] - [1.0, 2.0]).ravel()
    np.testing.assert_allclose(places, [expected] * 3, atol=1e-12)


def test_a_scene_with_few_objects_gives_small_maps() -> None:
    room = synthetic_records(3, objects=40, views=60)
    kept = np.isin(room.sighting_object, np.unique(room.sighting_object[room.visible_fractions > 0.3])[:9])
    columns = ("sighting_view", "sighting_object", "boxes", "pixel_counts", "points", "centers_camera")
    columns += ("visible_fractions",)
    poor = replace(room, **{name: getattr(room, name)[kept] for name in columns})
    sizes = Counter(len(fact.object_ids) for fact in make_facts(TASK, poor, 30, 0)[0])
    assert sizes[3] >= sizes[7]
    assert sizes[3] >= 6
