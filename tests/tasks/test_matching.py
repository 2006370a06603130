"""The box in the second view, and boxes that pass for it."""

from dataclasses import replace

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.marks import box_iou
from factory.tasks.records import SceneRecords
from tests.tasks.synthetic_records import synthetic_records

TASK = get_task("position_matching")


@pytest.fixture(scope="module")
def room() -> SceneRecords:
    return synthetic_records(6)


def sightings_in(records: SceneRecords, frame: str) -> dict[int, list[int]]:
    view = records.frame_ids.tolist().index(frame)
    rows = np.flatnonzero(records.sighting_view == view)
    return {int(records.object_ids[records.sighting_object[row]]): records.boxes[row].tolist() for row in rows}


def test_the_answer_is_the_box_of_the_same_object_in_the_second_view(room: SceneRecords) -> None:
    facts, _ = make_facts(TASK, room, 80, 0)
    assert len(facts) == 80
    for fact in facts:
        first, second = (sightings_in(room, frame) for frame in fact.frame_ids)
        assert fact.marks[0].coords == first[fact.object_ids[0]]
        assert list(fact.values) == second[fact.object_ids[0]]
        assert fact.unit == "0-1000"
        assert box_iou(np.array(fact.marks[0].coords), np.array(fact.values)) < 0.7


def test_alternatives_are_other_objects_boxes_there_and_wrong(room: SceneRecords) -> None:
    structural = room.object_ids[room.structural].tolist()
    total = 0
    for fact in make_facts(TASK, room, 80, 0)[0]:
        expected = []
        for object_id, box in sorted(sightings_in(room, fact.frame_ids[1]).items()):
            large = (box[2] - box[0]) * (box[3] - box[1]) >= 2000
            wrong = box_iou(np.array(box), np.array(fact.values)) < 0.5
            if object_id != fact.object_ids[0] and object_id not in structural and large and wrong:
                expected.append(tuple(map(float, box)))
        assert list(fact.alternatives) == expected
        total += len(expected)
    assert total > 200


def test_a_camera_that_stays_is_not_asked_about(room: SceneRecords) -> None:
    cameras = np.broadcast_to(room.world_from_camera[0], room.world_from_camera.shape).copy()
    facts, rejects = make_facts(TASK, replace(room, world_from_camera=cameras), 20, 0)
    assert facts == []
    assert set(rejects) == {"views nearly the same"}


def test_a_box_that_stays_is_not_asked_about(room: SceneRecords) -> None:
    still = replace(room, boxes=np.broadcast_to([300, 300, 500, 600], room.boxes.shape).copy())
    facts, rejects = make_facts(TASK, still, 20, 0)
    assert facts == []
    assert set(rejects) <= {"box hardly moves", "views nearly the same"}


def test_iou_by_counting_cells() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        low, size = rng.integers(0, 20, size=(2, 2)), rng.integers(1, 15, size=(2, 2))
        boxes = np.concatenate([low, low + size], axis=1)
        cells = np.zeros((2, 40, 40), dtype=bool)
        for image, (x1, y1, x2, y2) in zip(cells, boxes, strict=True):
            image[y1:y2, x1:x2] = True
        assert box_iou(boxes[0], boxes[1]) == pytest.approx((cells[0] & cells[1]).sum() / (cells[0] | cells[1]).sum())
