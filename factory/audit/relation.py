"""Where red is for the observer at the first camera: relative to blue, or to the observer himself."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from factory.audit.case import Array, Case, Placing, TaskAudit
from factory.audit.claims import claims
from factory.audit.findings import Kind
from factory.audit.noise import EMPTY_M
from factory.audit.numeric import check_values
from factory.audit.readings import (
    FRONT,
    HEIGHT,
    RANGE,
    SIDE,
    SLOT,
    Reading,
    WordPair,
    check_triples,
    drop,
    least_margin,
    read,
    settle,
)
from factory.audit.rules import check_main_view, check_margin
from factory.audit.text import numbers

OBSERVER = "observer"


def check_relation_oo(case: Case) -> None:
    """All three slots, or the one that a judge row asks about."""
    points = np.array([case.seen("red"), case.seen("blue")])
    heights = np.array([case.center("red"), case.center("blue")])
    readings = [
        *read(_differences, points, (SIDE, HEIGHT, RANGE, RANGE), camera=True),
        *read(drop, heights, (HEIGHT,), camera=False),
    ]
    check_values(case, [reading.quantity for reading in readings[:3]])
    _check_directions(case, points)
    _check_words(case, readings, (SIDE, HEIGHT, RANGE), "blue")


def check_relation_oc(case: Case) -> None:
    """Side and height relative to the camera, and whether red is in front of it."""
    foot = case.cameras[0].position
    readings = [
        *read(lambda points: points[..., 0, :], case.seen("red")[None], (SIDE, HEIGHT, FRONT), camera=True),
        *read(lambda points: foot[2:] - points[..., 0, 2:], case.center("red")[None], (HEIGHT,), camera=False),
    ]
    check_values(case, [reading.quantity for reading in readings[:3]])
    _check_words(case, readings, (SIDE, HEIGHT, FRONT), OBSERVER)


def _check_directions(case: Case, points: Array) -> None:
    """What is to one side in space is seen on that side: the nearer of two things appears farther off the axis."""
    if not case.expect(bool(points[:, 2].min() > 0), Kind.RULE, "an object behind the observer", "both ahead"):
        return
    red, blue = points[:, :2] / points[:, 2:]
    for axis, words in enumerate((SIDE, HEIGHT)):
        offset = points[0, axis] - points[1, axis]
        agrees = abs(offset) < EMPTY_M or offset * (red - blue)[axis] > 0
        case.expect(bool(agrees), Kind.RULE, f"{SLOT[words]} {offset:+.2f} m", "the same side for the eye")


def _differences(points: Array) -> Array:
    """dx, dy, difference of the distances to the observer, difference of the depths."""
    difference = points[..., 0, :] - points[..., 1, :]
    away = np.linalg.norm(points, axis=-1)
    farther = away[..., 0:1] - away[..., 1:2]
    return np.concatenate([difference[..., :2], farther, difference[..., 2:]], axis=-1)


def _check_words(case: Case, readings: list[Reading], slots: Sequence[WordPair], other: str) -> None:
    """What is said of red, seen against the other contestant."""
    check_main_view(case)
    settled = settle(readings)
    truth = [settled[SLOT[words]] for words in slots]
    if case.format == "judge":
        margins = [least_margin([r for r in readings if r.words == words]) for words in slots]
        _check_judge(case, truth, margins, slots, other)
        return
    check_margin(case, least_margin(readings))
    if case.expect(None not in truth, Kind.RULE, f"slots {truth}", "readings that agree"):
        agreed = [word or "" for word in truth]
        case.expect(any(agreed), Kind.RULE, "all slots empty", "something to say")
        case.answers += [word for word in agreed if word]
        if case.format == "select":
            check_triples(case, agreed, slots)
        else:
            said = _said(case, case.answer, slots, other, named_only=False)
            expected = [word for word in chain.from_iterable(slots) if word in agreed]
            case.expect(said == expected, Kind.ANSWER, case.answer, f"red is {', '.join(expected)}")
            case.expect(not numbers(case.tokens(case.answer)), Kind.ANSWER, case.answer, "no numbers")


def _said(case: Case, text: str, slots: Sequence[WordPair], other: str, *, named_only: bool) -> list[str]:
    """The relation words of a text, as if said of red, in the order of the slots."""
    words = list(chain.from_iterable(slots))
    opposite = {a: b for pair in slots for a, b in (pair, pair[::-1])}
    found = claims(case.tokens(text), words, ("red", other), named_only=named_only)
    said = {opposite[word] if holder == other else word for word, holder in found}
    return [word for word in words if word in said]


def _check_judge(
    case: Case, truth: list[str | None], margins: list[float], slots: Sequence[WordPair], other: str
) -> None:
    asked = _said(case, case.row["question"], slots, other, named_only=True)
    if not case.expect(len(asked) == 1, Kind.QUESTION, case.row["question"], f"one relation, not {asked}"):
        return
    slot = next(index for index, words in enumerate(slots) if asked[0] in words)
    check_margin(case, margins[slot], min(margins))
    actual = truth[slot]
    if case.expect(bool(actual), Kind.RULE, case.row["question"], "a slot that is not empty, readings that agree"):
        derived = "Yes" if asked[0] == actual else "No"
        case.expect(case.answer == derived, Kind.ANSWER, case.answer, f"{derived}: red is {actual}")
        case.answers.append(derived)


OO = TaskAudit(
    name="obj_spatial_relation_oo",
    level="high",
    view="single",
    relation="oo",
    unit="m",
    formats=("select", "sentence", "judge"),
    options=4,
    images=1,
    has_margin=True,
    marks=(("bbox", "red"), ("bbox", "blue")),
    check=check_relation_oo,
)
OC_MV = TaskAudit(
    name="obj_spatial_relation_oc_mv",
    level="high",
    view="multi",
    relation="oc",
    unit="m",
    formats=("select", "sentence"),
    options=4,
    images=3,
    has_margin=True,
    marks=(("bbox", "red"),),
    check=check_relation_oc,
    placing=Placing.LATER,
)
AUDITS = (OO, OO.in_three_images(Placing.APART), OC_MV)
