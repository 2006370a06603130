"""Sides that face the camera, and fronts compared."""

from dataclasses import replace

import numpy as np
import pytest

from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.task import WebCandidates
from tests.web.synthetic_pictures import azimuths, synthetic_picture


def side_by_frame(center: np.ndarray, front: np.ndarray) -> str:
    """From the object's own axes: which of its sides the camera is on."""
    up = np.array([0.0, -1.0, 0.0])
    right = np.cross(front, up)
    to_camera = -center
    sides = {"front": front, "back": -front, "right": right, "left": -right}
    return max(sides, key=lambda name: float(sides[name] @ to_camera))


def facing(front: tuple[float, float, float], center: tuple[float, float, float] = (0.0, 0.0, 3.0)) -> Picture:
    """One object of a picture, turned."""
    picture = synthetic_picture(0, 1)
    centers, fronts = np.array([center]), np.array([front])
    return replace(picture, centers=centers, fronts=fronts, azimuths=azimuths(centers, fronts))


@pytest.mark.parametrize(
    ("front", "side"),
    [((0, 0, -1), "front"), ((-1, 0, 0), "left"), ((0, 0, 1), "back"), ((1, 0, 0), "right")],
)
def test_the_side_that_faces_the_camera(front: tuple[float, float, float], side: str) -> None:
    """What faces image-left shows its left side."""
    picture = facing(front)
    ((fact,), _) = make_facts(get_web_task("vqa_orientation"), picture, 0)
    assert fact.words == {"side": side}
    assert fact.values == (picture.azimuths[0],)
    assert side == side_by_frame(picture.centers[0], picture.fronts[0])


def test_sides_by_the_axes_of_the_object() -> None:
    checked = 0
    for seed in range(60):
        picture = synthetic_picture(seed)
        upright = replace(picture, centers=picture.centers * (1.0, 0.0, 1.0))
        upright = replace(upright, azimuths=azimuths(upright.centers, picture.fronts))
        for fact in make_facts(get_web_task("vqa_orientation"), upright, 0)[0]:
            (row,) = fact.rows
            front = picture.fronts[row] * (1.0, 0.0, 1.0)
            assert fact.words["side"] == side_by_frame(upright.centers[row], front / np.linalg.norm(front))
            assert fact.values == (upright.azimuths[row],)
            off = abs((upright.azimuths[row] + 45.0) % 90.0 - 45.0)
            assert off <= DEFAULTS.yaw_tolerance_deg
            assert fact.margin == pytest.approx((45.0 - off) / 15.0)
            checked += 1
    assert checked > 100


def test_a_side_is_not_told_halfway_to_the_next() -> None:
    for degrees in range(0, 360, 5):
        angle = np.radians(degrees)
        facts, rejects = make_facts(get_web_task("vqa_orientation"), facing((-np.sin(angle), 0.0, -np.cos(angle))), 0)
        off = min(degrees % 90, 90 - degrees % 90)
        if off != 30:  # the border itself may round either way
            assert bool(facts) == (off < 30)
            assert rejects == ({} if facts else {"between two sides": 1})


@pytest.mark.parametrize(
    ("width", "depth", "degrees", "asked"),
    [
        (0.6, 0.02, 70, False),  # a picture on a wall: what shows is its front, however oblique
        (0.6, 0.02, 280, False),
        (0.6, 0.02, 160, True),
        (2.0, 0.6, 65, False),  # a counter
        (1.5, 0.6, 70, False),
        (2.0, 0.6, 85, True),
        (0.5, 0.5, 65, True),
        (0.2, 0.6, 28, False),  # a computer tower
        (0.2, 0.6, 5, True),
    ],
)
def test_a_side_is_told_where_no_other_shows_as_well(width: float, depth: float, degrees: float, asked: bool) -> None:
    angle = np.radians(degrees)
    front, across = np.array([-np.sin(angle), 0.0, -np.cos(angle)]), np.array([np.cos(angle), 0.0, -np.sin(angle)])
    picture = replace(facing(tuple(front)), gravity_from_camera=None)
    along, aside = np.meshgrid(np.linspace(-0.5, 0.5, 9) * depth, np.linspace(-0.5, 0.5, 9) * width)
    points = picture.centers[0] + along[..., None] * front + aside[..., None] * across
    picture = replace(picture, points=(points.reshape(-1, 3).astype(np.float32),))
    facts, rejects = make_facts(get_web_task("vqa_orientation"), picture, 0)
    assert bool(facts) == asked
    assert rejects == ({} if asked else {"another side shows as well": 1})


@pytest.mark.parametrize("name", ["vqa_orientation", "vqa_orientation_comparison_two_objects"])
def test_fronts_that_point_up_are_not_asked_about(name: str) -> None:
    for gravity in (True, False):
        picture = synthetic_picture(1)
        if not gravity:
            picture = replace(picture, gravity_from_camera=None)
        down = picture.gravity_from_camera[1] if gravity else np.array([0.0, 1.0, 0.0])
        level = np.cross(down, (1.0, 0.0, 0.0))
        level /= np.linalg.norm(level)
        for degrees, asked in ((55, True), (65, False), (-65, False)):
            angle = np.radians(degrees)
            front = np.cos(angle) * level + np.sin(angle) * down
            of_all = replace(picture, fronts=np.tile(front, (10, 1)), azimuths=np.zeros(10))
            facts, rejects = make_facts(get_web_task(name), of_all, 0)
            assert bool(facts) == asked
            assert ("front points up or down" in rejects) == (not asked)


def test_angles_between_fronts() -> None:
    task = get_web_task("vqa_orientation_comparison_two_objects")
    checked = 0
    for seed in range(150):
        picture = synthetic_picture(seed)
        for fact in make_facts(task, picture, 0)[0]:
            first, second = picture.fronts[list(fact.rows)]
            angle = np.degrees(np.arccos(np.clip(first @ second, -1, 1)))
            assert fact.values[0] == pytest.approx(angle, abs=1e-5)
            assert fact.words["similar"] == ("yes" if angle <= 30 else "no")
            assert angle <= 30 + 1e-6 or angle >= 60 - 1e-6
            assert fact.margin == pytest.approx(abs(angle - 45) / 15, abs=1e-5)
            swapped = WebCandidates(np.array([fact.rows[::-1]]), np.zeros(1, dtype=np.int64))
            assert task.solve(picture, swapped).words["similar"].tolist() == [fact.words["similar"]]
            checked += 1
    assert checked > 200
