"""Distances between box centres, and to the observer at the first camera."""

import re

import numpy as np

from factory.audit.case import Array, Case, Placing, TaskAudit
from factory.audit.claims import bind_numbers, claims
from factory.audit.findings import Kind
from factory.audit.noise import EMPTY_M, spread
from factory.audit.numeric import check_letter, check_number, check_values, is_rounded
from factory.audit.rules import check_main_view, check_margin

MIN_DISTANCE_M = 0.2
_POLARITY = {
    "closer": re.compile(r"\b(closer|nearer|closest|nearest)\b"),
    "farther": re.compile(r"\b(farther|further|farthest|furthest)\b"),
}


def check_distance_oc(case: Case) -> None:
    """Red to the observer."""
    check_main_view(case)
    away = float(np.linalg.norm(case.seen("red")))
    check_values(case, [away])
    check_number(case, away)


def check_distance_oo(case: Case) -> None:
    """Red to blue."""
    apart = float(np.linalg.norm(case.center("red") - case.center("blue")))
    check_values(case, [apart])
    gap = case.evidence.gap(case.marked["red"].object_id, case.marked["blue"].object_id)
    case.expect(gap > -1e-6, Kind.RULE, "red and blue", f"boxes that do not overlap (by {-gap:.3f} m)")
    case.expect(apart >= MIN_DISTANCE_M - 1e-9, Kind.RULE, f"{apart:.3f} m apart", "at least 0.2 m")
    check_number(case, apart)


def check_infer_center_oo(case: Case) -> None:
    """Which of green and blue is closer to red, or farther from it."""
    points = np.array([case.center(color) for color in ("red", "green", "blue")])
    to_green, to_blue = (float(np.linalg.norm(p - points[0])) for p in points[1:])
    check_values(case, [to_green, to_blue])
    check_margin(
        case, (abs(to_green - to_blue) - EMPTY_M) / float(spread(_distance_difference, points, camera=False)[0])
    )
    question = case.tokens(case.row["question"])
    asked = [name for name, pattern in _POLARITY.items() if pattern.search(question)]
    if not case.expect(len(asked) == 1, Kind.QUESTION, case.row["question"], "either closer or farther"):
        return
    closer = "green" if to_green < to_blue else "blue"
    other = {"green": "blue", "blue": "green"}
    winner = closer if asked[0] == "closer" else other[closer]
    case.answers.append(f"{asked[0]}: {winner}")
    if case.format == "fill":
        names = _names(case, winner, other[winner])
        case.expect(case.answer in names, Kind.ANSWER, case.answer, " or ".join(names))
    elif case.format == "select":
        right = [_named_by(case, text) == winner for text in case.options]
        one_each = sorted(str(_named_by(case, text)) for text in case.options) == ["blue", "green"]
        case.expect(one_each, Kind.OPTIONS, case.options, "green and blue")
        check_letter(case, right)
    else:
        _check_sentence(case, {"green": to_green, "blue": to_blue}, closer)


def _names(case: Case, winner: str, other: str) -> list[str]:
    label = case.marked[winner].label
    full = f"{label} ({winner} point)"
    return [full] if label == case.marked[other].label else [label, full]


def _named_by(case: Case, text: str) -> str | None:
    named = {
        color for color in ("green", "blue") if text in _names(case, color, "blue" if color == "green" else "green")
    }
    return named.pop() if len(named) == 1 else None


def _check_sentence(case: Case, truth: dict[str, float], closer: str) -> None:
    text = case.tokens(case.answer)
    said = claims(text, ("closer", "farther"), ("green", "blue"))
    case.expect(bool(said), Kind.ANSWER, case.answer, f"{closer} is closer")
    for word, holder in said:
        right = holder is not None and (word == "closer") == (holder == closer)
        case.expect(right, Kind.ANSWER, case.answer, f"{closer} is closer")
    numbers = bind_numbers(text, ("green", "blue"))
    right = len(numbers) == 2 and {color for color, _ in numbers} == {"green", "blue"}
    right = right and all(color is not None and is_rounded(value, truth[color]) for color, value in numbers)
    case.expect(right, Kind.ANSWER, case.answer, f"green {truth['green']:.1f}, blue {truth['blue']:.1f}")


def _distance_difference(points: Array) -> Array:
    away = np.linalg.norm(points[..., 1:, :] - points[..., :1, :], axis=-1)
    return np.asarray(away[..., 0:1] - away[..., 1:2])


OC = TaskAudit(
    name="distance_prediction_oc",
    level="low",
    view="single",
    relation="oc",
    unit="m",
    formats=("fill", "select", "sentence"),
    options=4,
    images=1,
    has_margin=False,
    marks=(("point", "red"),),
    check=check_distance_oc,
)
OO = TaskAudit(
    name="distance_prediction_oo",
    level="low",
    view="single",
    relation="oo",
    unit="m",
    formats=("fill", "select", "sentence"),
    options=4,
    images=1,
    has_margin=False,
    marks=(("point", "red"), ("point", "blue")),
    check=check_distance_oo,
)
INFER_CENTER = TaskAudit(
    name="distance_infer_center_oo",
    level="high",
    view="single",
    relation="oo",
    unit="m",
    formats=("fill", "select", "sentence"),
    options=2,
    images=1,
    has_margin=True,
    marks=(("point", "red"), ("point", "green"), ("point", "blue")),
    check=check_infer_center_oo,
)
AUDITS = (
    OC,
    OO,
    INFER_CENTER,
    OC.in_three_images(Placing.LATER),
    OO.in_three_images(Placing.APART),
    INFER_CENTER.in_three_images(Placing.APART),
    OO.in_video(),
)
