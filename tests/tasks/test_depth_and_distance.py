"""Depths and distances against plain formulas, one fact at a time."""

from dataclasses import replace

import numpy as np
import pytest

from factory.tasks import get_task
from factory.tasks.engine import make_facts
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from schemas.qa import Fact
from tests.tasks.synthetic_records import in_world, synthetic_records


def facts_of(name: str) -> list[tuple[SceneRecords, Fact]]:
    pairs = []
    for seed in range(4):
        records = synthetic_records(seed)
        pairs += [(records, fact) for fact in make_facts(get_task(name), records, 50, seed)[0]]
    assert len(pairs) == 200
    return pairs


def in_camera(records: SceneRecords, fact: Fact, color: str) -> np.ndarray:
    """Centre of the marked object in the camera, solved from the camera's place in the world."""
    mark = next(mark for mark in fact.marks if mark.color == color)
    world = np.append(in_the_world(records, fact, color), 1.0)
    frame = records.frame_ids.tolist().index(fact.frame_ids[mark.image_index])
    return np.linalg.solve(records.world_from_camera[frame], world)[:3]


def in_the_world(records: SceneRecords, fact: Fact, color: str) -> np.ndarray:
    mark = next(mark for mark in fact.marks if mark.color == color)
    return records.centers[records.object_ids.tolist().index(mark.object_id)]


@pytest.mark.parametrize("name", ["depth_prediction_oc", "depth_prediction_oc_mv"])
def test_depth_of_an_object(name: str) -> None:
    for records, fact in facts_of(name):
        red, blue = (in_camera(records, fact, color)[2] for color in ("red", "blue"))
        assert fact.values == pytest.approx([blue])
        assert fact.numbers == pytest.approx({"answer": blue, "red_depth": red})
        assert abs(red - blue) > 0.1
        assert (fact.unit, fact.margin, fact.words.get("direction")) == ("m", None, None)


@pytest.mark.parametrize("name", ["depth_prediction_oo", "depth_prediction_oo_mv"])
def test_depth_difference(name: str) -> None:
    directions = []
    for records, fact in facts_of(name):
        red, blue, green = (in_camera(records, fact, color) for color in ("red", "blue", "green"))
        difference = green[2] - blue[2]
        assert fact.values == pytest.approx([difference])
        assert fact.numbers == pytest.approx({"answer": abs(difference), "red_depth": red[2]})
        assert fact.words["direction"] == ("deeper" if difference > 0 else "shallower")
        # turning by an angle about a camera's y and x axes moves depth by that times x and y; one camera turns once
        arms = [green - blue] if len(fact.images) == 1 else [green, blue]
        turn = np.radians(1.0) * np.sqrt(sum(arm[0] ** 2 + arm[1] ** 2 for arm in arms))
        sigma = np.sqrt(2 * 0.02**2 + turn**2)
        assert fact.margin == pytest.approx((abs(difference) - 0.1) / sigma)
        assert fact.margin >= 2.6
        directions.append(fact.words["direction"])
    assert 70 < directions.count("deeper") < 130


@pytest.mark.parametrize("name", ["distance_prediction_oc", "distance_prediction_oc_mv"])
def test_distance_to_the_observer_of_the_first_image(name: str) -> None:
    for records, fact in facts_of(name):
        frame = records.frame_ids.tolist().index(fact.frame_ids[0])
        eye = records.world_from_camera[frame, :3, 3]
        distance = np.sqrt(sum((in_the_world(records, fact, "red") - eye) ** 2))
        assert fact.values == pytest.approx([distance])
        assert fact.numbers == pytest.approx({"answer": distance})


@pytest.mark.parametrize("name", ["distance_prediction_oo", "distance_prediction_oo_mv"])
def test_distance_between_objects(name: str) -> None:
    for records, fact in facts_of(name):
        gap = in_the_world(records, fact, "red") - in_the_world(records, fact, "blue")
        assert fact.values == pytest.approx([np.sqrt(gap @ gap)])
        assert fact.numbers["answer"] == fact.values[0] >= 0.2


@pytest.mark.parametrize("name", ["distance_infer_center_oo", "distance_infer_center_oo_mv"])
def test_nearer_to_the_anchor(name: str) -> None:
    asked, answers, nearer_ones = [], [], []
    for records, fact in facts_of(name):
        red, green, blue = (in_the_world(records, fact, color) for color in ("red", "green", "blue"))
        to_green, to_blue = np.linalg.norm(green - red), np.linalg.norm(blue - red)
        assert fact.values == pytest.approx([to_green, to_blue])
        assert fact.numbers == pytest.approx({"green_distance": to_green, "blue_distance": to_blue})
        nearer = "green" if to_green < to_blue else "blue"
        farther = "blue" if nearer == "green" else "green"
        assert fact.words["answer"] == {"closer": nearer, "farther": farther}[fact.words["asked"]]
        assert fact.words["winner_is"] == fact.words["asked"]
        between = np.degrees(np.arccos((green - red) @ (blue - red) / to_green / to_blue))
        # red's own noise acts along the difference of the two directions, 2 sin(angle / 2) long
        sigma = 0.02 * np.sqrt(2 + (2 * np.sin(np.radians(between) / 2)) ** 2)
        assert fact.margin == pytest.approx((abs(to_green - to_blue) - 0.1) / sigma)
        assert fact.margin >= 2.6
        asked.append(fact.words["asked"])
        nearer_ones.append(nearer)
        answers.append(fact.words["answer"])
    assert asked.count("closer") == 100
    assert 70 < answers.count("green") < 130
    assert 96 <= nearer_ones.count("green") <= 104  # each scene is even up to one


def test_overlapping_boxes_are_left_out_where_a_gap_is_asked() -> None:
    records = synthetic_records(0)
    swollen = in_world(records, extents=records.extents * 100)
    for name in (
        "depth_prediction_oc",
        "depth_prediction_oc_mv",
        "distance_prediction_oo",
        "distance_prediction_oo_mv",
    ):
        facts, rejects = make_facts(get_task(name), swollen, 20, 0)
        assert facts == []
        assert set(rejects) == {"boxes overlap in space"}


def test_centres_close_together_are_left_out_where_a_gap_is_asked() -> None:
    records = synthetic_records(0)
    small = in_world(records, centers=records.centers * 0.05, extents=records.extents * 0.001)
    shown = replace(small, centers_camera=records.centers_camera)
    facts, rejects = make_facts(get_task("distance_prediction_oo"), shown, 1000, 0)
    assert rejects["centres within 0.2 m"] > 50
    assert all(fact.values[0] >= 0.2 for fact in facts)


def test_differences_within_the_indistinct_zone_or_the_noise_are_counted() -> None:
    records = synthetic_records(3)
    flat = in_world(records, centers=records.centers * 0.01 + [3.0, 2.5, 1.0], extents=records.extents * 0.001)
    for name in ("depth_prediction_oc", "depth_prediction_oo"):
        facts, rejects = make_facts(get_task(name), flat, 20, 0)
        assert facts == []
        assert {"depths agree within 0.1 m"} <= set(rejects) <= {"depths agree within 0.1 m", "boxes overlap in space"}
    noisy = type(get_task("depth_prediction_oo"))(replace(DEFAULTS, center_sigma_m=50.0))
    facts, rejects = make_facts(noisy, records, 20, 0)
    assert facts == []
    assert rejects["deeper or shallower within the noise"] > 100


def test_two_annotations_of_one_thing_are_no_reason_to_fail() -> None:
    records = synthetic_records(0)
    centers = records.centers.copy()
    centers[4:] = centers[3]
    facts, rejects = make_facts(get_task("distance_infer_center_oo"), in_world(records, centers=centers), 50, 0)
    assert rejects["distances agree within 0.1 m"] > 50
    assert all(0.0 in fact.values and np.isfinite(fact.margin) for fact in facts)
    assert facts
