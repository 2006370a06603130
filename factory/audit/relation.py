"""Where red is relative to blue for the observer: left/right, above/below, closer/farther."""

import numpy as np

from factory.audit.case import Array, Case, TaskAudit
from factory.audit.claims import claims
from factory.audit.findings import Kind
from factory.audit.noise import EMPTY_M, spread
from factory.audit.numeric import check_letter, check_values
from factory.audit.rules import check_margin
from factory.audit.text import numbers

# Per slot: the word for a positive quantity and for a negative one.
SLOTS = (("right", "left"), ("below", "above"), ("farther", "closer"))
WORDS = tuple(word for slot in SLOTS for word in slot)
# The quantities of `_readings`, and the slot that each of them decides.
SLOT_OF_READING = (0, 1, 2, 2, 1)


def check_relation_oo(case: Case) -> None:
    """All three slots, or the one that a judge row asks about."""
    red, blue = case.seen("red"), case.seen("blue")
    points = np.array([red, blue])
    heights = np.array([case.center("red"), case.center("blue")])
    quantities = np.concatenate([_readings(points), _drop(heights)])
    sigmas = np.concatenate([spread(_readings, points, camera=True), spread(_drop, heights, camera=False)])
    check_values(case, [float(v) for v in quantities[:3]])
    margins = np.abs(np.abs(quantities) - EMPTY_M) / sigmas
    truth: list[str | None] = []
    slot_margins = []
    for slot in range(3):
        mine = [i for i, decides in enumerate(SLOT_OF_READING) if decides == slot]
        words = {_word(float(quantities[i]), slot) for i in mine}
        truth.append(words.pop() if len(words) == 1 else None)
        slot_margins.append(float(min(margins[i] for i in mine)))
    if case.format == "judge":
        _check_judge(case, truth, slot_margins)
        return
    check_margin(case, min(slot_margins))
    if case.expect(None not in truth, Kind.RULE, f"slots {truth}", "readings that agree"):
        slots = [word or "" for word in truth]
        case.expect(any(slots), Kind.RULE, "all slots empty", "something to say")
        case.answers += [word for word in slots if word]
        (_check_select if case.format == "select" else _check_sentence)(case, slots)


def _readings(points: Array) -> Array:
    """dx, dy, difference of the distances to the observer, difference of the depths."""
    difference = points[..., 0, :] - points[..., 1, :]
    away = np.linalg.norm(points, axis=-1)
    farther = away[..., 0:1] - away[..., 1:2]
    return np.concatenate([difference[..., :2], farther, difference[..., 2:]], axis=-1)


def _drop(centers: Array) -> Array:
    """How much lower in the world the first centre is."""
    return np.asarray(centers[..., 1, 2:] - centers[..., 0, 2:])


def _word(quantity: float, slot: int) -> str:
    if abs(quantity) < EMPTY_M:
        return ""
    return SLOTS[slot][0 if quantity > 0 else 1]


def _slot(word: str) -> int:
    return next(index for index, slot in enumerate(SLOTS) if word in slot)


def _opposite(word: str) -> str:
    first, second = SLOTS[_slot(word)]
    return second if word == first else first


def _said(case: Case, text: str, *, named_only: bool) -> list[str]:
    """Every relation word of a text, as if said of red."""
    found = claims(case.tokens(text), WORDS, ("red", "blue"), named_only=named_only)
    return [_opposite(word) if holder == "blue" else word for word, holder in found]


def _check_select(case: Case, truth: list[str]) -> None:
    stated = numbers(case.tokens(case.row["question"]))
    case.expect(set(stated) <= {EMPTY_M}, Kind.QUESTION, case.row["question"], f"empty below {EMPTY_M} m")
    right = []
    for text in case.options:
        parts = [part.strip() for part in text.split(",")]
        valid = len(parts) == 3 and all(p == "" or p in slot for p, slot in zip(parts, SLOTS, strict=True))
        case.expect(valid, Kind.OPTIONS, text, "left or right, above or below, closer or farther; each may be empty")
        right.append(parts == truth)
    check_letter(case, right)


def _check_sentence(case: Case, truth: list[str]) -> None:
    said = sorted(set(_said(case, case.answer, named_only=False)), key=WORDS.index)
    expected = sorted((word for word in truth if word), key=WORDS.index)
    case.expect(said == expected, Kind.ANSWER, case.answer, f"red is {', '.join(expected)}")


def _check_judge(case: Case, truth: list[str | None], slot_margins: list[float]) -> None:
    asked = sorted(set(_said(case, case.row["question"], named_only=True)), key=WORDS.index)
    if not case.expect(len(asked) == 1, Kind.QUESTION, case.row["question"], f"one relation, not {asked}"):
        return
    slot = _slot(asked[0])
    check_margin(case, slot_margins[slot], min(slot_margins))
    actual = truth[slot]
    if case.expect(bool(actual), Kind.RULE, case.row["question"], "a slot that is not empty, readings that agree"):
        derived = "Yes" if asked[0] == actual else "No"
        case.expect(case.answer == derived, Kind.ANSWER, case.answer, f"{derived}: red is {actual}")
        case.answers.append(derived)


AUDITS = (
    TaskAudit(
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
    ),
)
