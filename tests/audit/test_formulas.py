"""The formulas of the audit against values worked out by hand."""

import math
from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from factory.audit.balance import chance, check_balance
from factory.audit.case import Placing
from factory.audit.claims import bind_numbers, claims
from factory.audit.evidence import Evidence, Thing, box_gap
from factory.audit.findings import Kind
from factory.audit.noise import CAMERA_NOISE_RAD, spread
from factory.audit.numeric import is_rounded
from factory.audit.rules import turn_deg
from factory.audit.text import Named, number_words, tokenise, wrong_mentions
from tests.audit.clean_world import clean_world


@pytest.mark.parametrize(
    ("printed", "exact", "stored", "right"),
    [
        (1.5, 1.5, None, True),
        (1.5, 1.5499999, None, True),
        (1.5, 1.5500001, None, False),
        (1.5, 1.4499999, None, False),
        (2.2, 2.25, 2.25, True),  # half to even
        (2.3, 2.25, 2.25, False),
        (2.3, 2.25, None, True),  # a tie that noise may have decided
        (0.4, 0.35, 0.35, True),  # 0.35 is no tie in binary
        (0.0, -0.04, -0.04, True),
        (1.52, 1.54, 1.54, False),
        (-0.1, 0.1, 0.1, False),
    ],
)
def test_one_decimal(printed: float, exact: float, stored: float | None, right: bool) -> None:
    assert is_rounded(printed, exact, stored=stored) is right


@pytest.mark.parametrize(
    ("printed", "exact", "right"),
    [(0, 2.5, True), (21, 19.7, False), (5, 2.5, False), (10, 7.5, True), (5, 7.4, True)],
)
def test_steps_of_five(printed: float, exact: float, right: bool) -> None:
    assert is_rounded(printed, exact, "5", stored=exact) is right


def test_spread_of_a_distance() -> None:
    points = np.array([[0.0, 0.0, 0.0], [3.0, 4.0, 0.0]])

    def apart(p: np.ndarray) -> np.ndarray:
        return np.linalg.norm(p[..., 0, :] - p[..., 1, :], axis=-1)[..., None]

    assert spread(apart, points, camera=False) == pytest.approx([0.02 * math.sqrt(2)], rel=1e-6)
    # a turn of the camera changes no distance
    assert spread(apart, points, camera=True) == pytest.approx([0.02 * math.sqrt(2)], rel=1e-6)


def test_spread_under_a_turn() -> None:
    points = np.array([[0.0, 3.0, 4.0]])
    sideways = spread(lambda p: p[..., 0, :1], points, camera=True)
    assert sideways == pytest.approx([math.hypot(0.02, 5.0 * CAMERA_NOISE_RAD)], rel=1e-6)


def test_two_cameras_turn_by_themselves() -> None:
    """Points 3 m above and below the axes of their cameras: a turn lifts one depth and lowers the other."""
    points = np.array([[0.0, 3.0, 4.0], [0.0, -3.0, 4.0]])

    def deeper(p: np.ndarray) -> np.ndarray:
        return p[..., 0, 2:] - p[..., 1, 2:]

    still = 0.02 * math.sqrt(2)
    together, apart = (spread(deeper, points, camera=names) for names in (["a", "a"], ["a", "b"]))
    assert together == pytest.approx([math.hypot(still, 6.0 * CAMERA_NOISE_RAD)], rel=1e-6)
    assert apart == pytest.approx([math.hypot(still, math.sqrt(18.0) * CAMERA_NOISE_RAD)], rel=1e-6)
    assert spread(deeper, points, camera=True) == pytest.approx(together)
    assert spread(deeper, points, camera=False) == pytest.approx([still])


@pytest.mark.parametrize("degrees", [0.0, 9.99, 90.0, 180.0])
def test_turn_between_cameras(degrees: float) -> None:
    views = clean_world().views[:2]
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    first = np.array(views[0]["world_from_camera"]).reshape(4, 4)
    turned = first @ np.array([[c, -s, 0, 5], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    views[1]["world_from_camera"] = [float(v) for v in turned.ravel()]
    evidence = Evidence(clean_world().scene, [], views)
    assert turn_deg(*evidence.cameras.values()) == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize(
    ("images", "allowed"),
    [
        ([0, 0], {"FIRST", "ANY"}),
        ([1, 1], {"LATER", "ANY"}),
        ([0, 2], {"APART", "SPREAD", "ANY"}),
        ([1, 2], {"LATER", "APART", "SPREAD", "ANY"}),
        ([0, 1, 1], {"SPREAD", "ANY"}),
    ],
)
def test_images_of_marks(images: list[int], allowed: set[str]) -> None:
    assert {placing.name for placing in Placing if placing.allows(images)} == allowed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Start at @blue: look to the left of and below @blue to see @red.", {"left": "red", "below": "red"}),
        ("@blue is right of @red, and @red is lower than @blue.", {"right": "blue", "below": "red"}),
        ("@red is lower and closer to the camera than @blue.", {"below": "red", "closer": "red"}),
        ("Compared with @blue, @red is closer.", {"closer": "red"}),
        ("The person behind the camera has @red behind @blue.", {"behind": "red"}),
        ("See @red and @blue: the former is left.", {"left": "red"}),
    ],
)
def test_who_is_said_to_be_what(text: str, said: dict[str, str]) -> None:
    assert dict(claims(text, ("left", "right", "below", "closer", "behind"), ("red", "blue"))) == said


def box(center: tuple[float, ...], extents: tuple[float, ...], yaw_deg: float = 0.0) -> Thing:
    c, s = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    axes = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    low, high = np.zeros(3), np.ones(3)
    return Thing(1, "box", False, np.array(center), np.array(extents) / 2, axes, low, high, ())


@pytest.mark.parametrize(
    ("other", "gap"),
    [
        (box((3.0, 0.0, 0.0), (1.0, 1.0, 1.0)), 2.0),
        (box((0.9, 0.0, 0.0), (1.0, 1.0, 1.0)), -0.1),
        (box((0.0, 0.0, 5.0), (1.0, 1.0, 1.0), 30.0), 4.0),
        # the corner of a turned square reaches out by half its diagonal
        (box((2.0, 0.0, 0.0), (1.0, 1.0, 1.0), 45.0), 1.5 - math.sqrt(0.5)),
    ],
)
def test_gap_of_boxes(other: Thing, gap: float) -> None:
    unit = box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    assert box_gap(unit, other) == pytest.approx(gap)
    assert box_gap(other, unit) == pytest.approx(gap)


def test_boxes_that_only_edges_tell_apart() -> None:
    """Two long beams, one leaning: no face separates them, the product of two edges does."""
    lying = box((0.0, 0.0, 0.0), (10.0, 1.0, 1.0))
    c, s = math.cos(math.radians(45)), math.sin(math.radians(45))
    tilted = np.array([[c, 0.0, s], [s * s, c, -s * c], [-s * c, s, c * c]])
    assert np.allclose(tilted.T @ tilted, np.eye(3))
    gaps = []
    for height in np.linspace(0.5, 12.0, 200):
        leaning = Thing(2, "beam", False, np.array([0.0, 0.0, height]), lying.half, tilted, lying.half, lying.half, ())
        gaps.append(box_gap(lying, leaning))
        corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * lying.half
        inside = np.abs((leaning.center + corners @ tilted.T) @ lying.axes) <= lying.half
        assert gaps[-1] < 0 or not inside.all(axis=1).any()
    assert gaps[0] < 0 < gaps[-1]


@pytest.mark.parametrize("observed", [[50, 60, 40, 50], [300, 100], [100, 100], [400, 0, 0, 0], [260, 240, 270, 230]])
def test_chance(observed: list[int]) -> None:
    assert chance(observed) == pytest.approx(chisquare(observed).pvalue)


def test_unequal_letters_are_found() -> None:
    skewed = Counter({("depth", "select", "A"): 150, ("depth", "select", "B"): 50, ("rel", "judge", "Yes"): 260})
    findings = check_balance(skewed, {"depth": 4, "rel": 4})
    assert [(f.task, f.format, f.kind) for f in findings] == [
        ("depth", "select", Kind.BALANCE),
        ("rel", "judge", Kind.BALANCE),
    ]
    fair = Counter({("depth", "select", letter): 60 for letter in "ABCD"} | {("rel", "judge", "Yes"): 199})
    assert check_balance(fair, {"depth": 4, "rel": 4}) == []


def test_labels_do_not_leak_words() -> None:
    named = (Named("red", "right door", ("red bbox",)), Named("blue", "door 2.5", ("blue bbox",)))
    text = tokenise("Right door (red bbox) is left of the door 2.5.", named)
    assert claims(text, ("left", "right"), ("red", "blue")) == [("left", "red")]
    assert number_words(text) == []


def test_label_inside_a_label() -> None:
    named = (Named("red", "table", ("red point",)), Named("blue", "coffee table", ("blue point",)))
    text = tokenise("The coffee table is 1.0 m and the table 2.0 m away.", named)
    assert bind_numbers(text, ("red", "blue")) == [("blue", 1.0), ("red", 2.0)]
    longer = {"table": ["coffee table"]}
    assert wrong_mentions("the coffee table (red point)", named, longer) != []
    assert wrong_mentions("the coffee table (blue point), the table (red point)", named, longer) == []
