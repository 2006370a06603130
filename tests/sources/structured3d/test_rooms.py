"""Outlines of floors, from planes, lines and corners."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.geometry.footprint import polygon_area
from factory.sources.structured3d.rooms import Room, only_floor, read_rooms
from tests.sources.structured3d.tiny_house import plan, tiny_plan

SQUARE = [(0.0, 0.0), (4000.0, 0.0), (4000.0, 3000.0), (0.0, 3000.0)]
L_SHAPE = [(0.0, 0.0), (4000.0, 0.0), (4000.0, 1000.0), (1500.0, 1000.0), (1500.0, 3000.0), (0.0, 3000.0)]


def read(annotation: object) -> tuple[list[Room], Counter[str]]:
    return read_rooms(json.dumps(annotation).encode())


def test_rooms_have_their_numbers_kinds_and_floors_in_metres() -> None:
    rooms, counts = read(tiny_plan())
    assert not counts
    assert [(room.room_id, room.kind) for room in rooms] == [(17, "kitchen"), (9001, "bedroom")]
    assert rooms[1].floor.tolist() == [[0, 0], [4, 0], [4, 4], [0, 4]]
    assert polygon_area(rooms[0].floor) == pytest.approx(3.88 * 4)


@pytest.mark.parametrize("kind", ["door", "window", "outwall"])
def test_floors_within_walls_are_no_rooms(kind: str) -> None:
    rooms, counts = read(plan({1: SQUARE, 2: SQUARE}, {2: kind}))
    assert [room.room_id for room in rooms] == [1] and not counts


@settings(max_examples=40, deadline=None)
@given(
    lines=st.permutations(range(6)),
    corners=st.permutations(range(6)),
    start=st.integers(0, 5),
    backwards=st.booleans(),
    angle=st.floats(-3.0, 3.0),
)
def test_the_order_of_lines_and_corners_does_not_matter(
    lines: list[int], corners: list[int], start: int, backwards: bool, angle: float
) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    outline = np.roll(np.array(L_SHAPE) @ turn.T, start, axis=0)[:: -1 if backwards else 1]
    annotation = plan({3: [tuple(corner) for corner in outline.tolist()]})
    incidence = np.array(annotation["lineJunctionMatrix"])[lines][:, corners]
    annotation["lineJunctionMatrix"] = incidence.tolist()
    annotation["planeLineMatrix"] = np.array(annotation["planeLineMatrix"])[:, lines].tolist()
    annotation["junctions"] = [annotation["junctions"][k] for k in corners]
    rooms, counts = read(annotation)
    assert not counts and len(rooms[0].floor) == 6
    expected = outline / 1000.0
    if backwards:
        expected = expected[::-1]
    first = int(np.argmin(np.linalg.norm(expected - rooms[0].floor[0], axis=1)))
    np.testing.assert_allclose(rooms[0].floor, np.roll(expected, -first, axis=0), atol=1e-9)  # counter-clockwise
    assert polygon_area(rooms[0].floor) == pytest.approx(4.0 * 1.0 + 1.5 * 2.0)


def test_planes_are_named_by_their_ids_and_not_by_their_places() -> None:
    annotation = plan({1: SQUARE, 2: L_SHAPE})
    for place, ident in enumerate((70, 30)):
        annotation["planes"][place]["ID"] = ident
        annotation["semantics"][place]["planeID"] = [ident]
    rooms, _ = read(annotation)
    assert [len(room.floor) for room in rooms] == [4, 6]


def test_walls_and_ceilings_of_a_room_are_not_its_floor() -> None:
    annotation = plan({1: SQUARE, 2: L_SHAPE, 3: L_SHAPE})
    annotation["planes"][1]["type"], annotation["planes"][2]["type"] = "wall", "ceiling"
    annotation["semantics"] = [{"ID": 1, "type": "study", "planeID": [2, 0, 1]}]
    rooms, counts = read(annotation)
    assert [len(room.floor) for room in rooms] == [4] and not counts


def test_holes_in_a_floor_are_passed_over() -> None:
    rooms, counts = read(plan({1: SQUARE}, holes=[[(500.0, 500.0), (900.0, 500.0), (900.0, 900.0), (500.0, 900.0)]]))
    assert not counts and polygon_area(rooms[0].floor) == pytest.approx(12.0)


CROSSING = {
    "bow tie": [(0, 0), (4000, 3000), (4000, 0), (0, 3000)],
    "spike": [(0, 0), (6000, 0), (4000, 0), (4000, 3000), (0, 3000)],
    "corner on another side": [(0, 0), (4000, 0), (4000, 3000), (2000, 0), (0, 3000)],
    "no inside": [(0, 0), (4000, 0), (2000, 0)],
    "no number": [(0, 0), (4000, 0), (float("nan"), 3000), (0, 3000)],
}
SOUND = {
    "corners on a straight side": [(0, 0), (1000, 0), (2000, 0), (4000, 0), (4000, 3000), (0, 3000)],
    "sides on one line": [
        (0, 0), (3000, 0), (3000, 1000), (2000, 1000), (2000, 500), (1000, 500), (1000, 1000), (0, 1000),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CROSSING)
def test_outlines_that_cross_themselves_are_counted(name: str) -> None:
    rooms, counts = read(plan({1: CROSSING[name], 2: SQUARE}))
    assert counts == {"room: floor outline crosses itself": 1}
    assert [room.room_id for room in rooms] == [2]


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("angle", [0.0, 0.37])
def test_outlines_that_do_not_cross_themselves_are_kept(name: str, angle: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    rooms, counts = read(plan({1: (np.array(SOUND[name]) @ turn.T).tolist()}))
    assert not counts and len(rooms[0].floor) == len(SOUND[name])


def test_a_corner_out_of_place_and_an_open_outline_are_counted() -> None:
    annotation = plan({1: SQUARE, 2: SQUARE, 3: SQUARE, 4: SQUARE})
    annotation["junctions"][0]["coordinate"][2] = 2400.0
    annotation["planeLineMatrix"][1][4] = 0
    annotation["lineJunctionMatrix"][8] = [0] * 16
    rooms, counts = read(annotation)
    assert counts == {"room: floor not level": 1, "room: floor outline not closed": 2}
    assert [room.room_id for room in rooms] == [4]


def test_rooms_without_a_floor_are_counted() -> None:
    annotation = plan({1: SQUARE})
    annotation["planes"][0]["type"] = "ceiling"
    assert read(annotation) == ([], {"room: no floor": 1})


@pytest.mark.parametrize("key", ["junctions", "planes", "semantics", "planeLineMatrix", "lineJunctionMatrix"])
def test_damaged_plans_are_counted(key: str) -> None:
    annotation = plan({1: SQUARE})
    for broken in (
        {**annotation, key: None},
        {**annotation, key: [[1]]},
        {k: v for k, v in annotation.items() if k != key},
    ):
        rooms, counts = read(broken)
        assert rooms == [] and sum(counts.values()) == 1
    assert read_rooms(b"") == ([], {"room: annotation damaged": 1})
    assert read([1]) == ([], {"room: annotation damaged": 1})


def test_only_a_scene_of_one_sound_room_has_a_floor() -> None:
    one, two = read(plan({1: SQUARE})), read(plan({1: SQUARE, 2: L_SHAPE}))
    assert only_floor(*one) == [0, 0, 4, 0, 4, 3, 0, 3]
    assert only_floor(*two) is None
    assert only_floor(*read(plan({1: SQUARE, 2: CROSSING["bow tie"]}))) is None
