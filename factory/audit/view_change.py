"""View change: how the camera moves from the first image to the second."""

import math
import re
from dataclasses import dataclass

from factory.audit.case import Case, TaskAudit
from factory.audit.common import check_plain_label
from factory.audit.findings import Kind
from factory.audit.landmark import false_landmark_claims
from factory.audit.numeric import check_values, is_rounded
from factory.audit.rules import check_pair
from factory.audit.text import Named, clauses, tokenise

MAX_ROLL_DEG = 15.0
# 2.6 standard deviations of two cameras short of half a turn, where right and left are the same.
MAX_YAW_DEG = 180.0 - 2.6 * math.sqrt(2.0)


@dataclass(frozen=True)
class Axis:
    """One of the five quantities: its words for positive and negative, and the word of a zero."""

    verb: str
    positive: str
    negative: str
    zero: str
    step: str


AXES = (
    Axis("move", "right", "left", "left", "0.1"),
    Axis("move", "up", "down", "down", "0.1"),
    Axis("move", "forward", "backward", "forward", "0.1"),
    Axis("rotate", "up", "down", "down", "5"),
    Axis("rotate", "right", "left", "left", "5"),
)
_FILL = re.compile(",".join(rf"{a.verb}_(?P<d{i}>[a-z]+):(?P<n{i}>\d+(?:\.\d)?)" for i, a in enumerate(AXES)))
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?(m\b|met|deg|°)")
_DIRECTION = re.compile(r"\b(left|right|up|higher|down|lower|forward|ahead|backward|back)(?:wards?)?\b")
_SAME = {"higher": "up", "lower": "down", "ahead": "forward", "back": "backward"}


def check_view_change(case: Case) -> None:
    """Translation and viewing direction of the second camera along the axes of the first."""
    first, second = case.cameras
    for camera in (first, second):
        roll = camera.roll_deg
        case.expect(abs(roll) <= MAX_ROLL_DEG, Kind.RULE, f"view {camera.frame_id}: roll {roll:.1f}", "<= 15 degrees")
    check_pair(case)
    x, y, z = first.see(second.position)
    ahead = first.rotation.T @ second.rotation[:, 2]
    yaw = math.degrees(math.atan2(ahead[0], ahead[2]))
    pitch = math.degrees(math.asin(max(-1.0, min(1.0, -ahead[1] / float((ahead @ ahead) ** 0.5)))))
    exact = [float(x), float(-y), float(z), pitch, yaw]
    case.expect(abs(yaw) <= MAX_YAW_DEG, Kind.RULE, f"turn of {yaw:.1f} degrees to a side", "a turn with a side")
    check_values(case, exact)
    stored = case.row["values"]
    if stored is None or len(stored) != len(exact):
        stored = exact
    moves = any(not is_rounded(0.0, value, axis.step) for axis, value in zip(AXES, exact, strict=True))
    case.expect(moves, Kind.RULE, "two views that are the same after rounding", "a change")
    if case.format == "fill":
        _check_fill(case, exact, stored)
    else:
        _check_sentence(case, exact, stored)
    _check_landmark(case)


def _check_fill(case: Case, exact: list[float], stored: list[float]) -> None:
    match = _FILL.fullmatch(case.answer)
    expected = ",".join(_part(axis, value) for axis, value in zip(AXES, exact, strict=True))
    if not case.expect(match is not None, Kind.ANSWER, case.answer, expected):
        return
    assert match is not None
    right = True
    for i, axis in enumerate(AXES):
        word, text = match[f"d{i}"], match[f"n{i}"]
        amount = float(text)
        right = right and word in (axis.positive, axis.negative) and _is_right(axis, word, amount, exact[i], stored[i])
        if amount == 0:
            right = right and text == "0" and word == axis.zero
        else:
            right = right and ("." in text) == ("." in axis.step)
            case.answers.append(f"{axis.verb} {word}")
    case.expect(right, Kind.ANSWER, case.answer, expected)


def _is_right(axis: Axis, word: str, amount: float, exact: float, stored: float) -> bool:
    sign = 1.0 if word == axis.positive else -1.0
    return is_rounded(sign * amount, exact, axis.step, stored)


def _part(axis: Axis, value: float) -> str:
    step = float(axis.step)
    steps = round(value / step)
    if steps == 0:
        return f"{axis.verb}_{axis.zero}:0"
    word = axis.positive if steps > 0 else axis.negative
    return f"{axis.verb}_{word}:{abs(steps) * step:.{1 if '.' in axis.step else 0}f}"


def _check_sentence(case: Case, exact: list[float], stored: list[float]) -> None:
    """Each clause with an amount says one direction; axes that are not said must round to zero."""
    said: dict[int, tuple[str, float]] = {}
    for clause in _clauses(case):
        amounts = _AMOUNT.findall(clause)
        if not amounts:
            continue
        words = {_SAME.get(word, word) for word in _DIRECTION.findall(clause)}
        verb = "move" if amounts[0][1].startswith("m") else "rotate"
        hits = [i for i, a in enumerate(AXES) if a.verb == verb and words & {a.positive, a.negative}]
        readable = len(amounts) == len(words) == len(hits) == 1 and hits[0] not in said
        if not case.expect(readable, Kind.ANSWER, case.answer, f"one amount and one direction in {clause!r}"):
            return
        said[hits[0]] = (words.pop(), float(amounts[0][0]))
    expected = ", ".join(_part(axis, value) for axis, value in zip(AXES, exact, strict=True))
    for i, axis in enumerate(AXES):
        word, amount = said.get(i, (axis.zero, 0.0))
        case.expect(_is_right(axis, word, amount, exact[i], stored[i]), Kind.ANSWER, case.answer, expected)


def _clauses(case: Case) -> list[str]:
    """The clauses of the answer, the landmark's label replaced by a token."""
    named = tuple(Named("landmark", label) for label in case.row["labels"])
    return clauses(tokenise(case.answer, named))


def _check_landmark(case: Case) -> None:
    """The object that tells how the picture shifts: unambiguous in both images, and described as it is."""
    for object_id, label in zip(case.row["object_ids"], case.row["labels"], strict=True):
        check_plain_label(case, label)
        boxes = []
        for camera in case.cameras:
            shown = camera.shown.get(object_id)
            if shown is None:
                case.report(Kind.OBJECT, label, f"pixels in view {camera.frame_id}")
                continue
            count = camera.label_counts[label]
            case.expect(count == 1, Kind.MENTION, f"{count} {label} in view {camera.frame_id}", "a unique name")
            boxes.append(shown["box"])
        if case.format == "sentence" and len(boxes) == 2:
            told = [clause for clause in _clauses(case) if not _AMOUNT.search(clause)]
            wrong = false_landmark_claims(told, *boxes)
            case.expect(not wrong, Kind.ANSWER, case.answer, f"{label} from {boxes[0]} to {boxes[1]}, not {wrong}")


AUDITS = (
    TaskAudit(
        name="view_change_infer",
        level="medium",
        view="multi",
        relation="none",
        unit="none",
        formats=("fill", "sentence"),
        options=0,
        images=2,
        has_margin=False,
        marks=(),
        check=check_view_change,
    ),
)
