"""Where one object is from another: along three axes, or in one of eight directions of the plan."""

import math
import re
from collections.abc import Sequence

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.reading import first_slot, matching, tokens, words

Array = np.ndarray

AXES = (("x", "left", "right"), ("y", "above", "below"), ("z", "front", "behind"))
"""Of A seen from B: at the smaller and at the larger coordinate."""
_OF = {word: axis for axis, *pair in AXES for word in pair}

_WORDS = words(
    left=r"\bleft\b(?!-right)",
    right=r"(?<!left-)\bright\b",
    above=r"\babove\b(?! the ground)|\bhigher\b|\bgreater physical height\b",
    below=r"\bbelow\b|\blower\b|\bcloser to the ground\b|\bsmaller physical height\b",
    front=r"\bin front\b|\bto the front\b|\bsmaller (?:horizontal )?depth\b|\bnearer (?:in depth|along the ground)\b",
    behind=r"\bbehind\b|\bto the back\b|\bgreater (?:horizontal )?depth\b"
    r"|\bfarther away (?:in depth|along the ground)\b",
)
_ENUMERATED = re.compile(r"left or right, above or below, front or behind")
_SPOKEN_AXIS = words(
    x=r"(?:left-right|sideways) (?:\w+ )?(?:direction|positions|offset|intervals)",
    y=r"(?:up-down|vertical|top-bottom|height|gravity) (?:\w+ )?(?:direction|positions|offset|intervals)",
    z=r"(?:front-back|depth|near-far|forward) (?:\w+ )?(?:direction|positions|offset|intervals)",
)

# What the other object is compared with: behind a relation, else behind a preposition.
_GROUND = [
    re.compile(
        r"(?:left of|right of|side of|front of|than|above|below|behind) "
        r"(?:that of |the (?:center|middle) of )?@(\d)"
    ),
    re.compile(
        r"(?:relative to|respect to|in relation to|take|compared with|relation of @\d to|starting at|know where|when"
        r"|in terms of|with|around|from) (?:that of )?@(\d)"
    ),
]
_IN_ORDER = re.compile(r"the former|the first")
_FRAME = {
    "gravity": re.compile(r"gravity|real world|upright|ground plane"),
    "camera": re.compile(r"camera's|camera coordinates|as the camera sees"),
}


def check_relation(case: WebCase) -> None:
    """Along each axis a side, an overlap, or nothing to say."""
    gap, margin, sides = sides_of(case)
    decided = {axis: word for axis, word in sides.items() if word in _OF}
    case.check_values(gap.tolist())
    if not case.expect(bool(decided), Kind.RULE, case.row["values"], "a sure direction along some axis"):
        return
    case.check_margin(float(min(abs(margin["xyz".index(axis)]) for axis in decided)))
    check_eye(case, [word for word in decided.values() if case.frame == "camera" or _OF[word] == "x"])
    check_frame(case)
    pair_type = case.row["pair_type"]
    axis, _, what = pair_type.partition("_")
    if case.format == "true_false":
        if what == "overlap_tf":
            _check_overlap(case, axis, sides)
        else:
            _check_claim(case, pair_type, decided, sides)
    elif case.format == "mcq" and pair_type != "direction_mcq":
        _check_which(case, axis, decided)
    elif pair_type == "direction_mcq":
        _check_whole(case, decided)
    else:
        _check_text(case, pair_type, decided)


def sides_of(case: WebCase) -> tuple[Array, Array, dict[str, str]]:
    """Gap (3,) [m] from B to A, signed margins (3,), and per axis the word for A: a side, overlap, or empty."""
    first, second = case.things
    gap, margin = case.scenery.margins(first, second, case.frame)
    low = np.maximum(first.low[case.frame], second.low[case.frame])
    high = np.minimum(first.high[case.frame], second.high[case.frame])
    sides = {}
    for place, (axis, smaller, larger) in enumerate(AXES):
        if abs(margin[place]) > 1.0:
            sides[axis] = "" if within(case, place) else larger if gap[place] > 0 else smaller
        else:
            shared = high[place] > low[place] and abs(margin[place]) < limits.OVERLAP_MARGIN
            sides[axis] = "overlap" if shared else ""
    return gap, margin, sides


def within(case: WebCase, place: int) -> bool:
    """Whether along one axis (0, 1, 2 for x, y, z) one of two things reaches beyond the other at both ends."""
    first, second = case.things
    (a, b), (c, d) = ((thing.low[case.frame][place], thing.high[case.frame][place]) for thing in (first, second))
    return bool((a < c and d < b) or (c < a and b < d))


def check_eye(case: WebCase, words: Sequence[str]) -> None:
    """What is to a side in space is to that side for the eye, in the picture or in one that is held level."""
    first, second = (thing.center_in(case.frame) for thing in case.things)
    for word in words:
        if word in ("front", "behind"):
            continue
        place = "xyz".index(_OF[word])
        seen = math.atan2(first[place], first[2]) - math.atan2(second[place], second[2])
        agrees = seen < 0 if word in ("left", "above") else seen > 0
        case.expect(agrees, Kind.RULE, f"{word} in space", "the same in the picture")


def check_frame(case: WebCase) -> None:
    """The question says whose directions it means."""
    said = matching(_FRAME, case.question)
    right = "gravity" in said if case.frame == "gravity" else said == ["camera"]
    case.expect(right, Kind.QUESTION, case.row["question"], f"directions of the {case.frame}")


def roles(case: WebCase, text: str) -> bool:
    """Whether a text speaks of A relative to B; adds a finding if it does not."""
    ground = first_slot(_GROUND, text)
    if ground is None and _IN_ORDER.search(text) and tokens(text):
        ground = 1 - tokens(text)[0]
    return case.expect(ground == 1, Kind.MENTION, text, f"where {case.names[0]} is from {case.names[1]}")


def _check_claim(case: WebCase, pair_type: str, decided: dict[str, str], sides: dict[str, str]) -> None:
    claimed = matching(_WORDS, case.question)
    if len(claimed) != 1:
        return case.unreadable("one direction")
    case.expect(pair_type == f"{_OF[claimed[0]]}_{claimed[0]}_tf", Kind.METADATA, pair_type, claimed[0])
    roles(case, case.question)
    axis = _OF[claimed[0]]
    case.expect(axis in decided, Kind.RULE, case.row["question"], f"an axis with a side, not {sides[axis]!r}")
    return case.check_yes_no(sides[axis] == claimed[0])


def _check_overlap(case: WebCase, axis: str, sides: dict[str, str]) -> None:
    said = matching(_SPOKEN_AXIS, case.question)
    if len(said) != 1:
        return case.unreadable("one axis")
    case.expect(said == [axis], Kind.METADATA, case.row["pair_type"], said[0])
    case.expect(sides[said[0]] == "overlap", Kind.RULE, case.row["question"], f"an overlap, not {sides[said[0]]!r}")
    # loaders use these rows as switches only: they do not count for the balance of yes and no
    case.answers.append("overlap")
    case.expect(case.answer == "Yes", Kind.ANSWER, case.answer, "Yes")
    return None


def _check_which(case: WebCase, axis: str, decided: dict[str, str]) -> None:
    """Which of both is more to a side."""
    asked = matching(_WORDS, case.question)
    if len(asked) != 1:
        return case.unreadable("one direction")
    case.expect(_OF[asked[0]] == axis, Kind.METADATA, case.row["pair_type"], asked[0])
    winner = int(decided.get(_OF[asked[0]]) != asked[0])
    case.expect(_OF[asked[0]] in decided, Kind.RULE, case.row["question"], "an axis with a side")
    said = [case.read(text) for text in case.options]
    case.expect(sorted(said) == ["@0", "@1"], Kind.OPTIONS, case.options, case.names)
    return case.check_choice([text == f"@{winner}" for text in said])


def _check_whole(case: WebCase, decided: dict[str, str]) -> None:
    """All sides together; each option says something of every axis."""
    roles(case, case.question)
    said = [matching(_WORDS, text.lower()) for text in case.options]
    each = all(sorted(_OF[word] for word in one) == sorted(decided) for one in said)
    case.expect(each, Kind.OPTIONS, case.options, f"a word for each of {sorted(decided)}")
    case.check_choice([set(one) == set(decided.values()) for one in said])


def _check_text(case: WebCase, pair_type: str, decided: dict[str, str]) -> None:
    """All sides, or that of the axis which the question offers."""
    asked = matching(_WORDS, _ENUMERATED.sub("~", case.question))
    if pair_type == "direction_text":
        case.expect(not asked, Kind.QUESTION, case.row["question"], "a question for all directions")
        truth = set(decided.values())
    else:
        axes = {_OF[word] for word in asked}
        if len(asked) != 2 or len(axes) != 1:
            return case.unreadable("both directions of one axis")
        truth = {decided.get(axes.pop(), "")}
    roles(case, case.question)
    answer = case.read(case.answer)
    said = matching(_WORDS, answer)
    case.expect(set(said) == truth, Kind.ANSWER, case.answer, ", ".join(sorted(truth)))
    if 1 in tokens(answer):
        roles(case, answer)
    if len(said) == 1 and pair_type == "axis_text":
        case.answers.append(said[0])
    return None
