"""Fact lines say what the arrays say, about things that their names alone tell apart."""

import re
from dataclasses import replace

import numpy as np
import pytest

from factory.web.picture import Picture
from factory.web.problems.facts import SceneFacts, scene_facts
from tests.web.problems.things import room
from tests.web.tasks.changed_pictures import without_gravity

MEASURED = {
    "object_size_width": re.compile(r"(.+) (?:is|are) (\d+\.\d\d)m wide"),
    "object_size_height": re.compile(r"(.+) (?:is|are) (\d+\.\d\d)m tall"),
    "object_camera_distance": re.compile(r"(.+) (?:is|are) (\d+\.\d\d)m from the camera"),
    "object_center_distance": re.compile(r"(.+) and (.+) are (\d+\.\d\d)m apart"),
    "object_left_right_distance": re.compile(r"(.+) and (.+) are (\d+\.\d\d)m apart from left to right"),
    "object_position": re.compile(r"(.+) (?:is|are) at x = (-?\d+\.\d\d)m, y = (-?\d+\.\d\d)m, z = (-?\d+\.\d\d)m"),
}


def exact(picture: Picture, type_: str, rows: list[int]) -> list[float]:
    low, high = picture.gravity_min[rows], picture.gravity_max[rows]
    middle = (low + high) / 2
    centers = picture.centers[rows]
    return {
        "object_size_width": lambda: [high[0, 0] - low[0, 0]],
        "object_size_height": lambda: [high[0, 1] - low[0, 1]],
        "object_camera_distance": lambda: [np.linalg.norm(centers[0])],
        "object_center_distance": lambda: [np.linalg.norm(centers[0] - centers[1])],
        "object_left_right_distance": lambda: [abs(middle[0, 0] - middle[1, 0])],
        "object_position": lambda: middle[0].tolist(),
    }[type_]()


def test_numbers_and_names() -> None:
    types = set()
    for seed in range(30):
        picture = room(seed)
        rows_of = {name.removeprefix("the "): row for row, name in enumerate(picture.references)}
        for fact in scene_facts(picture):
            types.add(fact.type)
            assert all(picture.reference_kinds[row] != "box" for row in fact.rows)
            if fact.type not in MEASURED:
                continue
            match = MEASURED[fact.type].fullmatch(fact.statement)
            assert match, fact.text
            names = [part for part in match.groups() if part in rows_of]
            numbers = [float(part) for part in match.groups() if part not in rows_of]
            rows = [rows_of[name] for name in names]
            assert fact.rows == tuple(rows)
            np.testing.assert_allclose(fact.values, exact(picture, fact.type, rows))
            np.testing.assert_allclose(fact.values, numbers, atol=0.005 + 1e-9)
            if "size" in fact.type:
                assert picture.whole[rows].all()
            assert "-0.00" not in fact.text
    assert types == {*MEASURED, "objects_relative_direction", "objects_occlusion_relation"}


def test_directions_are_sure_and_right() -> None:
    axis = {"left of": (0, -1), "right of": (0, 1), "above": (1, -1), "below": (1, 1)}
    axis |= {"in front of": (2, -1), "behind": (2, 1)}
    for seed in range(30):
        picture = room(seed)
        for fact in scene_facts(picture):
            if fact.type == "objects_relative_direction":
                first, second = fact.rows
                gap = picture.gravity_centers[first] - picture.gravity_centers[second]
                said = [words for words in axis if f" {words}" in fact.statement]
                assert said
                assert all(gap[axis[words][0]] * axis[words][1] > 0.05 for words in said)


def test_what_hides_what() -> None:
    for seed in range(30):
        picture = room(seed, 8)
        for fact in scene_facts(picture):
            if fact.type == "objects_occlusion_relation":
                row, *hidden = fact.rows
                behind = [other for other in range(8) if row in picture.occluded_by[other]]
                assert set(hidden) <= set(behind)
                assert ("does not" in fact.statement or "do not" in fact.statement) == (not hidden)
                assert ("any object" in fact.statement) == (not behind)


def test_plural_names_have_plural_verbs() -> None:
    lines = [fact.statement for seed in range(60) for fact in scene_facts(room(seed))]
    assert any(line.startswith("stairs are ") for line in lines)
    assert any(line.startswith("shoes do not occlude") for line in lines)
    assert not any(line.startswith(("stairs is", "shoes is", "curtains does", "books occludes")) for line in lines)


def test_names_that_are_not_unique_are_not_used() -> None:
    picture = room(1, 4)
    picture = replace(
        picture, references=("the cup", "the Cup", "the desk", "the bed"), reference_kinds=("class",) * 4
    )
    assert SceneFacts(picture).rows.tolist() == [2, 3]
    boxed = replace(picture, reference_kinds=("class", "box", "box", "class"))
    assert SceneFacts(boxed).rows.tolist() in ([3], [0, 3])
    assert all(1 not in fact.rows and 2 not in fact.rows for fact in scene_facts(boxed))


def test_without_gravity_only_distances_are_known() -> None:
    types = {fact.type for seed in range(5) for fact in scene_facts(without_gravity(room(seed)))}
    assert types == {"object_camera_distance", "object_center_distance", "objects_occlusion_relation"}


@pytest.mark.parametrize("objects", [0, 1, 2])
def test_small_pictures(objects: int) -> None:
    for seed in range(5):
        assert all(max(fact.rows) < objects for fact in scene_facts(room(seed, objects)))
    assert scene_facts(room(0, 0)) == []


def test_facts_of_some_objects() -> None:
    picture = room(2, 12)
    wanted = SceneFacts(picture).rows[:3]
    about = [fact for fact in scene_facts(picture, wanted) if fact.type != "objects_occlusion_relation"]
    assert about == [fact for fact in scene_facts(picture) if set(fact.rows) <= set(wanted.tolist()) and fact in about]
    assert {row for fact in about for row in fact.rows} == set(wanted.tolist())


def test_widths_of_what_is_turned_aside_are_not_known() -> None:
    told = {True: 0, False: 0}
    for seed in range(20):
        picture = room(seed)
        scene = SceneFacts(picture)
        ahead = picture.fronts @ picture.gravity_from_camera.T
        aside = np.abs(ahead[:, 0]) > 0.5  # 30 degrees; fronts are level there
        for row in scene.sized.tolist():
            told[bool(aside[row])] += scene.width_of(row) is not None
            assert scene.height_of(row) is not None
    assert told[False] > 20
    assert told[True] == 0
