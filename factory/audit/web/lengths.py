"""Lengths in metres: to the camera, of an object, between two, along an axis; as a text, as options, as a claim."""

import re

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase, prints
from factory.audit.web.plain import closest_objection, width_objection
from factory.audit.web.reading import matching, numbers, words

_AMOUNT = re.compile(
    r"(?P<more>more than|over|no less than|at least)?(?P<less>less than|under|no more than|at most)?"
    r"(?P<about>about|roughly|approximately|around)? (?P<number>\d+\.\d\d) meters"
)
_OPTION = re.compile(r"(\d+\.\d\d)(m| meters)")
_SHORT = re.compile(r"(\d+\.\d\d)(m| meters\.)")

_SIZES = words(
    width=r"\bwide\b|\bwidth\b|left to right|left-to-right|left-right|horizontal|side to side|\bbroad\b|\bbreadth\b"
    r"|sideways|leftmost|one side of @0|level across",
    height=r"\btall\b|\bheight\b|bottom|\bhigh\b|vertical|lowest|up-down|upright|\bgravity\b",
)
# Between surfaces; and what would turn it into something else.
_LEAST = re.compile(
    r"\b(?:minimum|nearest|close|closest|shortest|smallest|(?<!at )least|at least between|clearance|narrowest|tightest"
    r"|surface)\b"
)
_MOST = re.compile(r"\b(?:maximum|farthest|longest|largest|tallest|widest|at most between)\b")
_AXES = {
    "camera": words(
        x=r"left-right axis|sideways in the camera|camera's x direction",
        y=r"up-down axis|up and down in the camera|camera's y direction",
        z=r"viewing direction|in depth in the camera|camera's z direction",
    ),
    "gravity": words(
        x=r"sideways and level|sideways on the ground|left-right direction with its tilt",
        y=r"vertically in the real|in physical height|in height above",
        z=r"in level depth|in depth on the ground|forward direction with its tilt",
    ),
}


def check_camera_distance(case: WebCase) -> None:
    """From the camera to the centre."""
    _check_length(case, float(np.linalg.norm(case.things[0].center)), unit="m")


def check_size(case: WebCase) -> None:
    """The width or the height of what shows whole, as the question asks."""
    thing = case.things[0]
    asked = matching(_SIZES, case.question)
    if len(asked) != 1:
        return case.unreadable("width or height")
    case.expect(thing.whole, Kind.RULE, f"object {thing.object_id}", "an object that shows whole")
    size = float(thing.extents()[("width", "height").index(asked[0])])
    case.expect(size >= limits.SIZE_M, Kind.RULE, f"{size:.3f} m", f"at least {limits.SIZE_M} m")
    doubt = width_objection(case.scenery, thing) if asked == ["width"] else None
    case.expect(doubt is None, Kind.RULE, f"the width of object {thing.object_id}", doubt)
    _check_pair_type(case, asked[0])
    _check_length(case, size)
    if case.format == "text" and not _SHORT.fullmatch(case.answer):
        said = matching(_SIZES, case.read(case.answer))
        case.expect(said == asked, Kind.ANSWER, case.answer, f"the {asked[0]}")
    return None


def check_center_distance(case: WebCase) -> None:
    """Between the centres of two objects."""
    first, second = case.things
    if _LEAST.search(case.question) or _MOST.search(case.question):
        return case.unreadable("a distance between centers")
    return _check_length(case, float(np.linalg.norm(first.center - second.center)))


def check_closest_distance(case: WebCase) -> None:
    """Between the nearest points of two objects."""
    texts = [case.question, case.read(case.answer)] if case.format == "text" else [case.question]
    if not _LEAST.search(case.question) or any(_MOST.search(text) for text in texts):
        return case.unreadable("the least distance")
    first, second = case.things
    distance = case.scenery.closest(first, second)
    doubt = closest_objection(first, second, distance)
    case.expect(doubt is None, Kind.RULE, f"points {distance:.2f} m apart", doubt)
    return _check_length(case, distance)


def check_axis_distance(case: WebCase) -> None:
    """Between the centres of two boxes along the axis that the question names."""
    asked = matching(_AXES[case.frame], case.question)
    if len(asked) != 1:
        return case.unreadable(f"one axis of the {case.frame} frame")
    axis = "xyz".index(asked[0])
    first, second = case.things
    gap = abs(float(first.center_in(case.frame)[axis] - second.center_in(case.frame)[axis]))
    _check_pair_type(case, asked[0])
    _check_length(case, gap)
    if case.format == "text" and not _SHORT.fullmatch(case.answer):
        said = matching(_AXES[case.frame], case.read(case.answer))
        case.expect(said == asked, Kind.ANSWER, case.answer, f"along {asked[0]}")
    return None


def _check_pair_type(case: WebCase, asked: str) -> None:
    end = {"true_false": "tf"}.get(case.format, case.format)
    case.expect(case.row["pair_type"] == f"{asked}_{end}", Kind.METADATA, case.row["pair_type"], f"{asked}_{end}")


def _check_length(case: WebCase, exact: float, unit: str = " meters") -> None:
    case.check_values([exact])
    case.check_margin(None)
    low, high = limits.DISTANCE_M
    case.expect(low <= exact <= high, Kind.RULE, f"{exact:.4f} m", f"{low} to {high} m")
    if case.format == "true_false":
        _check_claim(case, exact)
    elif case.format == "mcq":
        _check_options(case, exact, unit)
    else:
        _check_text(case, exact, unit)


def _check_text(case: WebCase, exact: float, unit: str) -> None:
    right = prints(case, exact)
    text = case.read(case.answer)
    found = numbers(re.sub(r"(?<=\d)m\b", "", text))
    case.expect(len(found) == 1 and found[0] in right, Kind.ANSWER, case.answer, f"{min(right)} m")
    short = _SHORT.fullmatch(case.answer)
    if short:
        case.expect(short.group(2).rstrip(".") == unit, Kind.ANSWER, case.answer, f"{min(right)}{unit}")
    else:
        case.expect(f"{found[0] if found else ''} meters" in text, Kind.ANSWER, case.answer, "a number of meters")
        told = {int(slot) for slot in re.findall(r"@(\d)", text)} == set(range(len(case.names)))
        case.expect(told, Kind.MENTION, case.answer, f"all of {case.names}")


def _check_options(case: WebCase, exact: float, unit: str) -> None:
    parsed = [_OPTION.fullmatch(text) for text in case.options]
    well = all(found is not None and found.group(2) == unit for found in parsed)
    if not case.expect(well, Kind.OPTIONS, case.options, f"numbers with two decimals and {unit!r}"):
        return
    values = [found.group(1) for found in parsed if found]
    truth = prints(case, exact)
    right = [value in truth for value in values]
    case.check_choice(right)
    for value, good in zip(values, right, strict=True):
        apart = good or _ratio(float(value), float(min(truth))) >= limits.OPTION_RATIO
        case.expect(apart, Kind.OPTIONS, case.options, f"off {min(truth)} by a factor of {limits.OPTION_RATIO}")


def _check_claim(case: WebCase, exact: float) -> None:
    """Whether the amount that the question states holds, and by enough."""
    said = [match for match in _AMOUNT.finditer(case.question) if any(match.group(kind) for kind in _KINDS)]
    found = numbers(case.question)
    if len(said) != 1 or len(found) != 1:
        return case.unreadable("one amount")
    stated = float(said[0]["number"])
    ratio = _ratio(stated, exact)
    if said[0]["about"]:
        truth = said[0]["number"] in prints(case, exact)
        clear = truth or ratio >= limits.ABOUT_RATIO
    else:
        truth = exact > stated if said[0]["more"] else exact < stated
        clear = ratio >= limits.BOUND_RATIO
    case.expect(clear, Kind.QUESTION, case.row["question"], f"an amount that {exact:.2f} m clearly is or is not")
    return case.check_yes_no(truth)


_KINDS = ("more", "less", "about")


def _ratio(first: float, second: float) -> float:
    low, high = sorted((first, second))
    return high / low if low > 0 else np.inf
