"""Depth: z of the box centre along the viewing direction of the camera whose image carries the mark."""

import numpy as np

from factory.audit.case import Array, Case, Placing, TaskAudit
from factory.audit.claims import bind_numbers, claims
from factory.audit.findings import Kind
from factory.audit.noise import EMPTY_M, spread
from factory.audit.numeric import check_number, check_values, is_rounded
from factory.audit.rules import check_margin
from factory.audit.text import numbers

SAME_DEPTH_M = 0.1


def check_depth_oc(case: Case) -> None:
    """Blue's depth, red's given."""
    red, blue = (float(case.seen_on_its_image(color)[2]) for color in ("red", "blue"))
    check_values(case, [blue])
    _check_given(case, red)
    gap = case.evidence.gap(case.marked["red"].object_id, case.marked["blue"].object_id)
    case.expect(gap > -1e-6, Kind.RULE, "red and blue", f"boxes that do not overlap (by {-gap:.3f} m)")
    case.expect(abs(blue - red) > SAME_DEPTH_M - 1e-9, Kind.RULE, f"depths {red:.3f}, {blue:.3f}", "0.1 m apart")
    check_number(case, blue, red)
    if case.format == "sentence":
        bound = bind_numbers(case.tokens(case.answer), ("red", "blue"))
        if sorted(str(color) for color, _ in bound) == ["blue", "red"]:
            truth = {"red": red, "blue": blue}
            right = all(is_rounded(value, truth[str(color)]) for color, value in bound)
            case.expect(right, Kind.ANSWER, case.answer, f"red {red:.1f}, blue {blue:.1f}")


def check_depth_oo(case: Case) -> None:
    """How much deeper green is than blue, red's depth given."""
    red, green, blue = (float(case.seen_on_its_image(color)[2]) for color in ("red", "green", "blue"))
    difference = green - blue
    check_values(case, [difference])
    _check_given(case, red)
    check_number(case, difference, red)
    word = "deeper" if difference > 0 else "shallower"
    points = np.array([case.seen_on_its_image(color) for color in ("green", "blue")])
    cameras = [case.marked_in[color].frame_id for color in ("green", "blue")]
    check_margin(case, (abs(difference) - EMPTY_M) / float(spread(_depth_difference, points, camera=cameras)[0]))
    if case.format == "sentence":
        said = claims(case.tokens(case.answer), ("deeper", "shallower"), ("green", "blue"))
        case.expect(bool(said), Kind.ANSWER, case.answer, f"green is {word}")
        for found, holder in said:
            right = (found == word) != (holder == "blue")
            case.expect(right, Kind.ANSWER, case.answer, f"green is {word} than blue")
        case.answers.append(word)


def _depth_difference(points: Array) -> Array:
    return np.asarray(points[..., 0, 2:] - points[..., 1, 2:])


def _check_given(case: Case, red: float) -> None:
    found = numbers(case.tokens(case.row["question"]))
    right = bool(found) and all(is_rounded(value, red) for value in found)
    case.expect(right, Kind.QUESTION, case.row["question"], f"red at a depth of {red:.1f}")


OC = TaskAudit(
    name="depth_prediction_oc",
    level="low",
    view="single",
    relation="oc",
    unit="m",
    formats=("fill", "select", "sentence"),
    options=4,
    images=1,
    has_margin=False,
    marks=(("point", "red"), ("point", "blue")),
    check=check_depth_oc,
)
OO = TaskAudit(
    name="depth_prediction_oo",
    level="low",
    view="single",
    relation="oo",
    unit="m",
    formats=("fill", "select", "sentence"),
    options=4,
    images=1,
    has_margin=True,
    marks=(("point", "red"), ("point", "blue"), ("point", "green")),
    check=check_depth_oo,
)
AUDITS = (OC, OO, OC.in_three_images(Placing.APART), OO.in_three_images(Placing.APART))
