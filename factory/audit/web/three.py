"""Which of two objects is closer to a third, or farther from it."""

import re

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.geometry import difference
from factory.audit.web.reading import first_slot, matching, tokens, words

_NEAR_TO = r"(?:closer to|nearer to|less distant from|farther (?:away )?from|more distant from)"
_ANCHOR = [
    re.compile(rf"{_NEAR_TO} @(\d)"),
    re.compile(r"(?:measured from|starting at|distances from|stood at|seen from) @(\d)"),
]
_ASKED = words(closer=r"\b(?:closer|nearer|less distant)\b", farther=r"\b(?:farther|more distant)\b")
_COMPARED = re.compile(rf"{_NEAR_TO} @(\d) than (?:to|from) @(\d)")
_LOSER = [re.compile(r"(?:than|compared with) @(\d)")]


def _distances(case: WebCase) -> list[float]:
    anchor, *others = case.things
    lengths = [float(np.linalg.norm(other.center - anchor.center)) for other in others]
    case.check_values(lengths)
    case.check_margin(abs(difference(*lengths)))
    low, high = limits.DISTANCE_M
    near = [case.scenery.closest(anchor, other) for other in others]
    agreed = near[0] == near[1] or (near[0] < near[1]) == (lengths[0] < lengths[1])
    case.expect(agreed, Kind.RULE, f"nearest points {near}", "in the order of the centers")
    case.expect(all(low <= length <= high for length in lengths), Kind.RULE, lengths, f"{low} to {high} m")
    return lengths


def check_which(case: WebCase) -> None:
    """Of the two candidates, the one that the question asks for."""
    lengths = _distances(case)
    anchor, asked = first_slot(_ANCHOR, case.question), matching(_ASKED, case.question)
    if anchor is None or len(asked) != 1:
        return case.unreadable("closer or farther, and from what")
    if not case.expect(anchor == 0, Kind.MENTION, case.row["question"], f"distances from {case.names[0]}"):
        return None
    nearest = 1 if lengths[0] < lengths[1] else 2
    winner = nearest if asked == ["closer"] else 3 - nearest
    if case.format == "mcq":
        said = [case.read(text) for text in case.options]
        case.expect(sorted(said) == ["@1", "@2"], Kind.OPTIONS, case.options, case.names[1:])
        return case.check_choice([text == f"@{winner}" for text in said])
    answer = case.read(case.answer)
    loser = first_slot(_LOSER, answer)
    named = [slot for slot in tokens(answer) if slot not in (0, loser)]
    case.expect(named == [winner], Kind.ANSWER, case.answer, case.names[winner])
    case.expect(loser in (None, 3 - winner), Kind.ANSWER, case.answer, f"than {case.names[3 - winner]}")
    repeats = answer == f"@{winner}." or (matching(_ASKED, answer) == asked and first_slot(_ANCHOR, answer) == 0)
    case.expect(repeats, Kind.ANSWER, case.answer, f"{asked[0]} to {case.names[0]}")
    case.answers += [("first", "second")[slot - 1] for slot in named[:1] if slot in (1, 2)]
    return None


def check_compared(case: WebCase) -> None:
    """Whether the first object is closer to the second than to the third, or farther."""
    lengths = _distances(case)
    compared, asked = _COMPARED.search(case.question), matching(_ASKED, case.question)
    if compared is None or len(asked) != 1:
        return case.unreadable("closer or farther than what")
    near, far = (int(slot) for slot in compared.groups())
    if not case.expect({near, far} == {1, 2}, Kind.MENTION, case.row["question"], f"distances from {case.names[0]}"):
        return None
    first, second = lengths[near - 1], lengths[far - 1]
    return case.check_yes_no(first < second if asked == ["closer"] else first > second)
