"""Imagined moves, maps, plurals and blanks against values worked out by hand."""

import math

import numpy as np
import pytest

from factory.audit.counting import plurals
from factory.audit.evidence import Camera
from factory.audit.imagined import (
    after_to_observer,
    after_to_other,
    before_to_observer,
    before_to_other,
    sides_seen,
    tilt_deg,
)
from factory.audit.map import on_map, pitch_deg
from factory.audit.navigation import removed_words
from factory.audit.readings import Reading, settle


def camera(yaw_deg: float, pitch_up_deg: float, position: tuple[float, float, float]) -> Camera:
    """A camera without roll that looks along +y, turned to the left, then up."""
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_up_deg)
    ahead = (-math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), math.sin(pitch))
    right = (math.cos(yaw), math.sin(yaw), 0.0)
    rotation = np.stack([right, np.cross(ahead, right), ahead], axis=1)
    return Camera("1", "1.jpg", True, 0, rotation, np.array(position), np.eye(3), 640, 480, 640, 480, {})


def test_the_map_does_not_depend_on_pitch() -> None:
    # turned to the left by a quarter: ahead is -x, right is +y
    for pitch in (-40.0, 0.0, 30.0):
        seen = on_map(camera(90.0, pitch, (1.0, 2.0, 1.5)), np.array([-2.0, 2.5, 7.0]))
        assert seen == pytest.approx([0.5, 3.0])
        assert pitch_deg(camera(90.0, pitch, (0.0, 0.0, 0.0))) == pytest.approx(pitch)


def test_before_the_move_sides_go_by_the_camera_and_heights_by_the_world() -> None:
    looking_down = camera(0.0, -45.0, (0.0, 0.0, 2.0))
    state = before_to_observer(looking_down, np.array([0.5, 1.0, 1.0]))
    assert state.values == pytest.approx([0.5, 1.0, math.sqrt(2.0)])
    assert settle(state.readings) == {"left_right": "right", "above_below": "below", "front_behind": "front"}


def test_depth_is_compared_only_in_front() -> None:
    level = camera(0.0, 0.0, (0.0, 0.0, 1.0))
    red, yellow = np.array([3.0, 0.5, 1.0]), np.array([0.0, 2.0, 1.0])
    assert settle(before_to_other(level, red, yellow).readings)["distance"] is None  # farther, and less deep
    red[1] = -0.5
    assert settle(before_to_other(level, red, yellow).readings)["distance"] == "farther"


def test_after_the_move_right_is_horizontal() -> None:
    green, blue = np.array([0.0, 0.0, 1.0]), np.array([0.0, 3.0, 5.0])  # up by 4 in 3
    state = after_to_observer(green, blue, np.array([1.0, -1.0, 2.0]))
    assert state.values == pytest.approx([1.0, -1.0, -0.6 + 0.8])
    assert settle(state.readings)["front_behind"] is None  # in front of a tilted head, behind a level one
    assert tilt_deg(green, blue) == pytest.approx(math.degrees(math.atan2(4.0, 3.0)))
    assert tilt_deg(green, green) == 90.0


def test_noise_of_the_places_turns_the_view() -> None:
    """Ahead of the moved observer, red's side moves with red, with green, and with the gaze in proportion."""
    for ahead, way in ((4.0, 2.0), (1.0, 4.0)):
        green, blue, red = np.zeros(3), np.array([0.0, way, 0.0]), np.array([0.5, ahead, 0.0])
        side = after_to_observer(green, blue, red).readings[0]
        factor = ahead / way
        assert side.sigma == pytest.approx(0.02 * math.sqrt(1.0 + factor**2 + (1.0 - factor) ** 2), rel=1e-5)
        assert side.margin == pytest.approx(0.4 / side.sigma)


def test_who_is_nearer_to_the_new_place_and_in_front_of_it() -> None:
    green, blue = np.zeros(3), np.array([2.0, 0.0, 0.0])
    state = after_to_other(green, blue, np.array([3.0, 0.0, 0.5]), np.array([-1.0, -1.0, 0.0]), fronts=True)
    assert state.values == pytest.approx([-1.0, -0.5, math.sqrt(9.25) - math.sqrt(2.0), 3.0, -1.0])
    assert settle(state.readings) == {
        "left_right": "left",
        "above_below": "above",
        "distance": "farther",
        "red_front_behind": "front",
        "yellow_front_behind": "behind",
    }


def test_readings_that_disagree_settle_nothing() -> None:
    pair = ("right", "left")
    assert settle([Reading("side", pair, 0.5, 0.1), Reading("side", pair, 0.05, 0.1)]) == {"side": None}
    assert settle([Reading("side", pair, -0.5, 0.1), Reading("side", pair, -0.2, 0.1)]) == {"side": "left"}
    assert Reading("side", pair, -0.5, 0.1).margin == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("label", "several"),
    [
        ("stool", "stools"),
        ("bookshelf", "bookshelves"),
        ("chest of drawers", "chests of drawers"),
        ("box", "boxes"),
        ("battery", "batteries"),
        ("person", "people"),
        ("Mouse", "mice"),
        ("potato", "potatoes"),
    ],
)
def test_plurals(label: str, several: str) -> None:
    assert several in plurals(label)


TEXT = "Turn left, go past the door and turn left."


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ('Say "[__1__], go [__2__] the door and [__3__]." again.', ("Turn left", "past", "turn left")),
        ('Say "Turn [__1__], go past the door and turn [__2__]." again.', ("left", "left")),
        ('Say "Turn [__1__], go past the window and turn [__2__]." again.', ()),
        ('Say "Turn left, go [__1__] the door." again.', ()),
        ('Say "Turn [__1__] and turn left." again.', ()),  # words do not reach over a comma
    ],
)
def test_blanks(question: str, words: tuple[str, ...]) -> None:
    assert removed_words(question, TEXT) == words


@pytest.mark.parametrize(
    ("red", "yellow", "expected"),
    [
        ((1.0, 4.0, 1.5), (0.6, 1.0, 1.5), ["before", "after"]),  # farther right, but 14 against 31 degrees
        ((1.0, 1.0, 1.5), (0.6, 4.0, 1.5), []),
        ((1.0, 4.0, 1.5), (0.95, 1.0, 1.5), []),  # neither right nor left
        ((1.0, 4.0, 1.5), (0.6, -1.0, 1.5), []),  # behind: nobody sees it
    ],
)
def test_perspective_may_turn_sides_round(
    red: tuple[float, ...], yellow: tuple[float, ...], expected: list[str]
) -> None:
    places = (np.array(point) for point in ((0.0, 0.0, 1.5), (0.0, 3.0, 1.5), red, yellow))
    assert sides_seen(camera(0.0, 0.0, (0.0, 0.0, 1.5)), *places) == expected
