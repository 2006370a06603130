"""Objects in the order of an attribute, and the one of its class that has most of it."""

import math
import re
from itertools import pairwise

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase
from factory.audit.web.evidence import Thing, attribute_of
from factory.audit.web.plain import width_objection
from factory.audit.web.reading import matching, numbers, tokens, words

_ATTRIBUTE = words(
    depth=r"\bdepth\b",
    height=r"\b(?:tallest|shortest|height|vertical size)\b",
    width=r"\b(?:widest|narrowest|width)\b",
    x=r"\b(?:left|right|leftmost|rightmost|left-right)\b",
)
_RISING = re.compile(
    r"from (?:nearest|shortest|narrowest|left to|the leftmost)|starting (?:with the (?:smallest|shortest|narrowest)"
    r"|on the left)|order of increasing"
)
_FALLING = re.compile(
    r"from (?:farthest|tallest|widest|right to|the rightmost)|starting (?:with the (?:greatest|tallest|widest)"
    r"|on the right)|order of decreasing"
)
_LIST_ALONE = re.compile(r"@\d(?:(?: ->|, then|,) @\d)+\.")
_MOST: dict[str, tuple[str, bool]] = {
    "nearest": ("distance", False),
    "farthest": ("distance", True),
    "largest": ("volume", True),
    "smallest": ("volume", False),
    "tallest": ("height", True),
    "leftmost": ("x", False),
    "rightmost": ("x", True),
}
_MOST_SAID = words(
    nearest=r"nearest to the camera|closest to the camera|least distant",
    farthest=r"farthest from the camera|greatest distance|most distant",
    largest=r"\blargest\b|\bbiggest\b|most space",
    smallest=r"\bsmallest\b|least space",
    tallest=r"\btallest\b",
    leftmost=r"farthest to the left|\bleftmost\b|most to the left",
    rightmost=r"farthest to the right|\brightmost\b|most to the right",
)


def check_order(case: WebCase) -> None:
    """Three to six objects ranked."""
    asked = matching(_ATTRIBUTE, case.question)
    rising, falling = _RISING.search(case.question), _FALLING.search(case.question)
    if len(asked) != 1 or (rising is None) == (falling is None):
        return case.unreadable("one attribute and a direction")
    attribute = asked[0]
    values = [attribute_of(thing, attribute) for thing in case.things]
    case.check_values(values)
    if not case.expect(all(map(math.isfinite, values)), Kind.RULE, values, "an attribute that is known of all"):
        return None
    order = sorted(range(len(values)), key=lambda slot: values[slot] if rising else -values[slot])
    pairs = pairwise(order if falling else order[::-1])
    case.check_margin(min(case.scenery.exceeds(case.things[high], case.things[low], attribute) for high, low in pairs))
    _check_whole(case, case.things, attribute)
    if case.format == "true_false":
        said = tokens(case.question)
        complete = sorted(said) == sorted(order)
        case.expect(complete, Kind.MENTION, case.row["question"], f"each of {case.names} once")
        return case.check_yes_no(said == order)
    if case.format == "mcq":
        listed = [tokens(case.read(text)) for text in case.options]
        each = all(sorted(one) == sorted(order) for one in listed)
        case.expect(each, Kind.OPTIONS, case.options, f"each of {case.names} once")
        return case.check_choice([one == order for one in listed])
    answer = case.read(case.answer)
    case.expect(tokens(answer) == order, Kind.ANSWER, case.answer, [case.names[slot] for slot in order])
    if not _LIST_ALONE.fullmatch(answer):
        right, wrong = (_RISING, _FALLING) if rising else (_FALLING, _RISING)
        repeats = matching(_ATTRIBUTE, answer) == asked and right.search(answer) and not wrong.search(answer)
        case.expect(bool(repeats), Kind.ANSWER, case.answer, case.row["question"])
    return None


def check_most(case: WebCase) -> None:
    """The one instance of its class that wins over all others."""
    said = matching(_MOST_SAID, case.question)
    if len(said) != 1:
        return case.unreadable("what the winner has most of")
    asked = said[0]
    attribute, largest = _MOST[asked]
    label = case.things[0].label
    ids = sorted(thing.object_id for thing in case.scenery.of_label(label))
    case.expect(sorted(case.row["object_ids"]) == ids, Kind.OBJECT, case.row["object_ids"], f"all of {label!r}: {ids}")
    case.expect(label in case.scenery.closed, Kind.RULE, label, "a class of which all are known")
    if not tokens(case.question):
        named = re.search(rf"(?<![\w-]){re.escape(label)}(?![\w-])", case.question)
        case.expect(named is not None, Kind.MENTION, case.row["question"], label)
        boxed = any(thing.kind == "box" for thing in case.things)
        case.expect(not boxed, Kind.MENTION, case.row["question"], "the objects in boxes by name")
    values = [attribute_of(thing, attribute) for thing in case.things]
    case.check_values(values)
    leads = [_lead(case, thing, attribute, largest) for thing in case.things]
    winner = max(range(len(leads)), key=lambda slot: leads[slot])
    case.check_margin(leads[winner])
    end = {"text": "text", "mcq": "mcq"}.get(case.format, case.format)
    case.expect(case.row["pair_type"] == f"{asked}_{end}", Kind.METADATA, case.row["pair_type"], f"{asked}_{end}")
    _check_whole(case, case.things, attribute)
    if case.format == "mcq":
        named_options = [case.read(text) for text in case.options]
        each = sorted(named_options) == [f"@{slot}" for slot in range(len(case.names))]
        case.expect(each, Kind.OPTIONS, case.options, case.names)
        return case.check_choice([text == f"@{winner}" for text in named_options])
    answer = case.read(case.answer)
    case.expect(tokens(answer) == [winner], Kind.ANSWER, case.answer, case.names[winner])
    repeats = answer == f"@{winner}." or matching(_MOST_SAID, answer) == said
    case.expect(repeats, Kind.ANSWER, case.answer, asked)
    case.expect(not numbers(answer), Kind.ANSWER, case.answer, "no numbers")
    return None


def _lead(case: WebCase, thing: Thing, attribute: str, largest: bool) -> float:
    """By how much one object beats the best of the others."""
    others = [other for other in case.things if other is not thing]
    pairs = [(thing, other) if largest else (other, thing) for other in others]
    leads = [case.scenery.exceeds(first, second, attribute) for first, second in pairs]
    return min((lead if lead == lead else float("-inf") for lead in leads), default=float("-inf"))


def _check_whole(case: WebCase, things: list[Thing], attribute: str) -> None:
    """Sizes are compared of what shows whole, and in the gravity frame."""
    if attribute in ("width", "height", "volume"):
        known = all(attribute_of(thing, attribute) > 0 for thing in things)
        doubts = [width_objection(case.scenery, thing) for thing in things] if attribute == "width" else []
        case.expect(not any(doubts), Kind.RULE, case.row["object_ids"], doubts)
        case.expect(known, Kind.RULE, case.row["object_ids"], f"whole objects of at least {limits.SIZE_M} m")
