"""Size of an object: length, width and height of its oriented box, in whole centimetres."""

import re

import numpy as np

from factory.audit.case import Case, TaskAudit
from factory.audit.evidence import Thing
from factory.audit.findings import Kind
from factory.audit.numeric import check_values, is_rounded
from factory.audit.text import clauses, numbers

SIDES = ("length", "width", "height")
# How far the axis of the height may lean from the vertical: cosine of about 2.5 degrees.
_UPRIGHT = 0.999
_FILL = re.compile(r"length is (\d+) cm, width is (\d+) cm, and height is (\d+) cm")
_WORDS = {
    "length": re.compile(r"\b(?:length|long)\b"),
    "width": re.compile(r"\b(?:width|wide|across)\b"),
    "height": re.compile(r"\b(?:height|high|tall)\b"),
    "volume": re.compile(r"\b(?:volume|cubic|cm3|cm\^3)\b"),
}


def check_size(case: Case) -> None:
    """Height along gravity; of the other two the longer is the length."""
    sides = sides_cm(case.marked["red"])
    if not case.expect(sides is not None, Kind.RULE, f"object {case.row['object_ids']}", "an upright box"):
        return
    assert sides is not None
    check_values(case, sides)
    if case.format == "fill":
        match = _FILL.fullmatch(case.answer)
        right = match is not None and all(
            is_rounded(float(group), exact, "1") for group, exact in zip(match.groups(), sides, strict=True)
        )
        told = ", ".join(f"{side} {exact:.0f}" for side, exact in zip(SIDES, sides, strict=True))
        case.expect(right, Kind.ANSWER, case.answer, told)
    else:
        _check_sentence(case, sides)


def sides_cm(thing: Thing) -> list[float] | None:
    """Length, width and height [cm] of an upright box, None for one that leans."""
    rise = np.abs(thing.axes[2])
    upward = int(rise.argmax())
    if rise[upward] < _UPRIGHT:
        return None
    lengths = [200.0 * float(v) for v in thing.half]
    height = lengths.pop(upward)
    return [max(lengths), min(lengths), height]


def _check_sentence(case: Case, sides: list[float]) -> None:
    """Each number goes with the one word for a measure that its clause holds, or the clause before it.

    The volume may be left out.
    """
    exact = dict(zip((*SIDES, "volume"), (*sides, float(np.prod(sides))), strict=True))
    said: dict[str, float] = {}
    announced: list[str] = []
    for clause in clauses(case.tokens(case.answer)):
        found = numbers(clause)
        words = [word for word, pattern in _WORDS.items() if pattern.search(clause)]
        if not found:
            announced = words
            continue
        words, announced = words or announced, []
        readable = len(found) == len(words) == 1 and words[0] not in said
        if not case.expect(readable, Kind.ANSWER, case.answer, f"one number and one measure in {clause!r}"):
            return
        said[words[0]] = found[0]
    right = said.keys() >= set(SIDES) and all(is_rounded(value, exact[word], "1") for word, value in said.items())
    case.expect(right, Kind.ANSWER, case.answer, ", ".join(f"{word} {value:.0f}" for word, value in exact.items()))


AUDITS = (
    TaskAudit(
        name="spatial_volume_infer",
        level="high",
        view="single",
        relation="none",
        unit="cm",
        formats=("fill", "sentence"),
        options=0,
        images=1,
        has_margin=False,
        marks=(("bbox", "red"),),
        check=check_size,
    ),
)
