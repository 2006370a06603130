"""In which of eight directions of the plan one object is from another."""

import re

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.geometry import bearing, off_middle
from factory.audit.web.reading import matching, words
from factory.audit.web.relation import check_eye, check_frame, roles, within

SECTORS = ("behind", "right-behind", "right", "right-front", "front", "left-front", "left", "left-behind")
"""Clockwise as seen from above, 45 degrees each; behind is farther away."""
_NO_WORD = re.compile(
    r"neither \w+ nor \w+|with front meaning toward the camera|if the side toward the camera is the front"
    r"|behind means farther from the camera|and the camera below|front is the side toward the camera"
    r"|if front means toward the camera|a compass whose front points at the camera|front being nearer to the camera"
    r"|if in front is the side nearer to the camera|combine left-right with front-behind"
    r"|counting what is closer to the camera as front|seen from above|with the camera at the bottom"
)
_REDEFINED = re.compile(r"\b(?:meaning|below|is the front|is the back)\b")
_STRAY = re.compile(r"\b(?:left|right|front|back|behind|near|nearer|closer|far|farther|away|above|below|top)\b")
_PARTS = words(
    left=r"\bleft\b", right=r"\bright\b", front=r"\bfront\b|\bnear\b|\bcloser\b|\btoward\b",
    behind=r"\bbehind\b|\bfar\b|\bfarther\b|\baway\b",
)  # fmt: skip


def check_sector(case: WebCase) -> None:
    """In which eighth of the plan the first object is from the second."""
    first, second = case.things
    gap, margin = case.scenery.margins(first, second, case.frame)
    angle = bearing(gap)
    number, off = off_middle(angle, 45.0)
    truth = SECTORS[number % 8]
    case.check_values([angle])
    case.check_margin((22.5 - off) / (22.5 - limits.SECTOR_DEG))
    level = float(np.hypot(gap[0], gap[2]))
    case.expect(level >= limits.SECTOR_M, Kind.RULE, f"{level:.3f} m apart on the plan", f"{limits.SECTOR_M} m")
    for axis, place in (("left", 0), ("right", 0), ("front", 2), ("behind", 2)):
        if axis in truth:
            case.expect(abs(margin[place]) > 1.0, Kind.RULE, f"margin {margin[place]:.2f} of {axis}", "over 1")
            case.expect(not within(case, place), Kind.RULE, f"{axis}, by their centers", "by both their ends, too")
    check_eye(case, [word for word in ("left", "right") if word in truth])
    check_frame(case)
    roles(case, _NO_WORD.sub("~", case.question))
    if case.format == "mcq":
        if _STRAY.search(_NO_WORD.sub("~", case.question)):
            return case.unreadable("what is front, and asks for one of eight directions")
        said = [_sector(text.lower()) for text in case.options]
        case.expect(
            None not in said and len(set(said)) == len(said), Kind.OPTIONS, case.options, "different directions"
        )
        return case.check_choice([one == truth for one in said])
    claimed = _sector(case.question)
    if claimed is None or _REDEFINED.search(_NO_WORD.sub("~", case.question)):
        return case.unreadable("one of eight directions")
    turn = (SECTORS.index(claimed) - number) % 8
    case.expect(turn not in (1, 7), Kind.QUESTION, case.row["question"], f"{truth}, or two directions off it")
    return case.check_yes_no(claimed == truth)


def _sector(text: str) -> str | None:
    """The direction that a text says."""
    said = matching(_PARTS, _NO_WORD.sub("~", text))
    side = "-".join(word for word in ("left", "right", "front", "behind") if word in said)
    return side if side in SECTORS else None
