"""Sides as somebody in the picture sees them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks.rng import rng_for
from factory.web.picture import Picture
from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.task import WebCandidates
from tests.web.synthetic_pictures import synthetic_picture

FRONT = "vqa_relative_position_new_perspective"
FACING = "vqa_relative_position_new_perspective_no_orient"


def heading(vector: np.ndarray) -> float:
    """Compass angle [deg] of a vector of the gravity frame: 0 is away from the camera, clockwise seen from above."""
    return float(np.degrees(np.arctan2(vector[0], vector[2])))


def overlap_from_above(picture: Picture, one: int, other: int) -> bool:
    shared = [
        min(picture.gravity_max[one, axis], picture.gravity_max[other, axis])
        - max(picture.gravity_min[one, axis], picture.gravity_min[other, axis])
        for axis in (0, 2)
    ]
    return min(shared) > 0


@pytest.mark.parametrize("name", [FRONT, FACING])
def test_sides_by_compass(name: str) -> None:
    """Another way to the answer: turning from the observer's heading to the target's."""
    checked = 0
    for seed in range(60):
        picture = synthetic_picture(seed)
        places = (picture.gravity_min + picture.gravity_max) / 2
        for fact in make_facts(get_web_task(name), picture, 0)[0]:
            observer, target = places[fact.rows[0]], places[fact.rows[-1]]
            for other in fact.rows[1:]:
                assert not overlap_from_above(picture, fact.rows[0], other)
            if name == FRONT:
                ahead = picture.gravity_from_camera @ picture.fronts[fact.rows[0]]
            else:
                ahead = places[fact.rows[1]] - observer
                assert np.hypot(ahead[0], ahead[2]) >= 0.5
            turn = (heading(target - observer) - heading(ahead) + 180) % 360 - 180
            away = np.hypot(*(target - observer)[[0, 2]])
            assert away >= 0.3
            right, forward = away * np.sin(np.radians(turn)), away * np.cos(np.radians(turn))
            np.testing.assert_allclose(fact.values, (right, observer[1] - target[1], forward), atol=1e-9)
            if fact.asked == "left_right":
                assert fact.words == {"side": "right" if turn > 0 else "left"}
                assert abs(right) >= 0.3 * away - 1e-9
                assert fact.margin == pytest.approx(abs(right) / (0.3 * away))
            else:
                assert fact.words == {"side": "front" if abs(turn) < 90 else "behind"}
                assert abs(forward) >= 0.3 * away - 1e-9
            checked += 1
    assert checked > 300


def turned(picture: Picture, degrees: float) -> Picture:
    """Everything turned about the vertical through the camera; boxes keep their sizes."""
    yaw = Rotation.from_rotvec(np.array([0.0, np.radians(degrees), 0.0])).as_matrix()
    down = picture.gravity_from_camera
    in_camera = down.T @ yaw @ down
    half = (picture.gravity_max - picture.gravity_min) / 2
    middle = picture.gravity_centers @ yaw.T
    return replace(
        picture,
        centers=picture.centers @ in_camera.T,
        fronts=picture.fronts @ in_camera.T,
        gravity_min=middle - half,
        gravity_max=middle + half,
    )


@pytest.mark.parametrize("name", [FRONT, FACING])
def test_where_the_camera_stands_does_not_matter(name: str) -> None:
    task = get_web_task(name)
    for seed in range(15):
        picture = synthetic_picture(seed)
        candidates = task.propose(picture, rng_for(seed), 40).candidates
        truth = task.solve(picture, candidates)
        for degrees in (30, 135, 250):
            other = task.solve(turned(picture, degrees), candidates)
            assert other.words["side"].tolist() == truth.words["side"].tolist()
            np.testing.assert_allclose(other.values, truth.values, atol=1e-9)


def test_swapping_what_is_faced_and_what_is_asked_about_swaps_sides() -> None:
    task = get_web_task(FACING)
    for seed in range(20):
        picture = synthetic_picture(seed)
        for fact in make_facts(task, picture, 0)[0]:
            if fact.asked == "left_right":
                a, b, c = fact.rows
                swapped = WebCandidates(np.array([(a, c, b)]), np.zeros(1, dtype=np.int64))
                (side,) = task.solve(picture, swapped).words["side"].tolist()
                assert {side, fact.words["side"]} == {"left", "right"}


def test_who_turns_round_sees_everything_on_the_other_side() -> None:
    task = get_web_task(FRONT)
    for seed in range(20):
        picture = synthetic_picture(seed)
        candidates = task.propose(picture, rng_for(seed), 40).candidates
        truth = task.solve(picture, candidates)
        turned_round = task.solve(replace(picture, fronts=-picture.fronts), candidates)
        assert (truth.words["side"] != turned_round.words["side"]).all()


def test_somebody_who_looks_at_the_camera_sees_the_picture_mirrored() -> None:
    picture = synthetic_picture(0, 2)
    places = np.array([(0.0, 0.0, 4.0), (1.0, 0.3, 4.0)])  # the second is to the right in the picture
    picture = replace(
        picture,
        gravity_from_camera=np.eye(3),
        centers=places,
        gravity_min=places - 0.1,
        gravity_max=places + 0.1,
        fronts=np.array([(0.0, 0.0, -1.0), (np.nan, np.nan, np.nan)]),
    )
    (fact,) = (fact for fact in make_facts(get_web_task(FRONT), picture, 0)[0] if fact.asked == "left_right")
    assert fact.rows == (0, 1)
    assert fact.words == {"side": "left"}
    np.testing.assert_allclose(fact.values, (-1.0, -0.3, 0.0), atol=1e-12)


@pytest.mark.parametrize("name", [FRONT, FACING])
@pytest.mark.parametrize(
    ("words", "left"), [("the {}th from the left", "front_behind"), ("the {}th in the back", "left_right")]
)
def test_a_name_by_a_side_in_the_picture_is_not_asked_for_a_side_of_somebody(name: str, words: str, left: str) -> None:
    asked = set()
    for seed in range(20):
        picture = synthetic_picture(seed)
        named = replace(picture, references=tuple(words.format(n) for n in range(len(picture))))
        asked |= {fact.asked for fact in make_facts(get_web_task(name), named, 0)[0]}
    assert asked == {left}


def test_what_stands_on_a_table_is_on_no_side_of_it() -> None:
    picture = synthetic_picture(0, 2, ("cabinet", "statue"))
    places = np.array([(0.0, 0.0, 4.0), (0.6, 0.5, 4.0)])
    picture = replace(picture, gravity_from_camera=np.eye(3), centers=places, fronts=np.array([(0.0, 0.0, -1.0)] * 2))
    for half, asked in ((0.4, True), (0.7, False)):
        sides = np.array((0.1, 0.4, 0.1))
        low, high = places - sides, places + sides
        low[0, 0], high[0, 0] = -half, half
        facts, rejects = make_facts(get_web_task(FRONT), replace(picture, gravity_min=low, gravity_max=high), 0)
        assert bool(facts) == asked
        assert (rejects["on what the observer stands for"] > 0) != asked
