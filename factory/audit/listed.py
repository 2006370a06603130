"""Which of four listed objects is closest to the anchor, or farthest from it."""

import numpy as np

from factory.audit.case import Array, Case, Placing, TaskAudit, video_frames
from factory.audit.extremes import asked_extreme, said_extremes
from factory.audit.findings import Kind
from factory.audit.noise import EMPTY_M, spread
from factory.audit.numeric import check_letter, check_values, is_rounded
from factory.audit.rules import check_margin
from factory.audit.text import numbers

ANCHOR = "point0"
LISTED = ("point1", "point2", "point3", "point4")


def check_listed(case: Case) -> None:
    """The extreme of four distances to the anchor."""
    points = np.array([case.center(color) for color in (ANCHOR, *LISTED)])
    away = dict(zip(LISTED, (float(v) for v in _away(points)), strict=True))
    check_values(case, list(away.values()))
    asked = asked_extreme(case)
    if asked is None:
        return
    winner = (min if asked == "closest" else max)(away, key=lambda color: away[color])
    case.answers.append(f"{asked}: {winner}")
    check_margin(case, _lead(points, LISTED.index(winner), asked))
    if case.format == "fill":
        case.expect(_named_by(case, case.answer) == winner, Kind.ANSWER, case.answer, case.marked[winner].label)
    elif case.format == "select":
        named = [_named_by(case, text) for text in case.options]
        one_each = sorted(str(color) for color in named) == list(LISTED)
        case.expect(one_each, Kind.OPTIONS, case.options, "the four objects")
        check_letter(case, [color == winner for color in named])
    else:
        _check_sentence(case, winner, away[winner], asked)


def _away(points: Array) -> Array:
    return np.asarray(np.linalg.norm(points[..., 1:, :] - points[..., :1, :], axis=-1))


def _lead(points: Array, winner: int, asked: str) -> float:
    """By how many standard deviations the winner keeps its lead over the next one."""
    rivals = [i for i in range(len(LISTED)) if i != winner]
    sign = 1.0 if asked == "closest" else -1.0

    def lead(moved: Array) -> Array:
        away = _away(moved)
        return np.asarray(sign * (away[..., rivals] - away[..., [winner]]))

    return float(((lead(points) - EMPTY_M) / spread(lead, points, camera=False)).min())


def _named_by(case: Case, text: str) -> str | None:
    """The listed object that a short text names: by its mark, or by a label that none of the others has."""
    labels = [case.marked[color].label for color in LISTED]
    for color, label, marks in case.named:
        alone = labels.count(label) == 1 and text == label
        if color in LISTED and (alone or text.lower() in {f"{label.lower()} ({mark})" for mark in marks}):
            return color
    return None


def _check_sentence(case: Case, winner: str, away: float, asked: str) -> None:
    text = case.tokens(case.answer)
    said = [color for color in LISTED if f"@{color} " in text]
    case.expect(said == [winner], Kind.ANSWER, case.answer, f"{case.marked[winner].label}, not {said}")
    case.expect(said_extremes(text) in ([asked], []), Kind.ANSWER, case.answer, asked)
    found = numbers(text)
    right = len(found) == 1 and is_rounded(found[0], away)
    case.expect(right, Kind.ANSWER, case.answer, f"{away:.1f}")


AUDITS = (
    TaskAudit(
        name="distance_infer_center_oo_video",
        level="high",
        view="video",
        relation="oo",
        unit="m",
        formats=("fill", "select", "sentence"),
        options=4,
        images=32,
        has_margin=True,
        marks=tuple(("point", color) for color in (ANCHOR, *LISTED)),
        check=check_listed,
        placing=Placing.ANY,
        frames=video_frames,
    ),
)
