"""What a problem asks of which object, read from its question, and the answer that follows from the objects."""

import math
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.case import WebCase, two_decimals
from factory.audit.web.evidence import Thing
from factory.audit.web.geometry import difference
from factory.audit.web.reading import first_slot, numbers

_ROOM_M = 0.02  # what two halves and a whole may add up to, each shown with two decimals


class Solved(NamedTuple):
    """exact : the stored value; margin : None for numbers; yes : the answer in words, winner : the slot that is the
    answer, both None where it is a number; others : further numbers that an answer may tell, each with its slack."""

    exact: float
    margin: float | None = None
    yes: bool | None = None
    winner: int | None = None
    others: tuple[tuple[float, float], ...] = ()


def _width(thing: Thing) -> float:
    return float(thing.sized[0])


def _height(thing: Thing) -> float:
    return float(thing.sized[1])


def _apart(first: Thing, second: Thing) -> float:
    return float(np.linalg.norm(first.center - second.center))


def _off(thing: Thing) -> float:
    return float(np.linalg.norm(thing.center))


def _at_least(case: WebCase, length: float) -> None:
    case.expect(length >= limits.PROBLEM_ANSWER_M, Kind.RULE, f"{length:.3f} m", f"{limits.PROBLEM_ANSWER_M} m")


_GAP = re.compile(r"(?:between|edges of|sides of) (?:the (?:facing )?(?:edges|sides) of )?@(\d) and @(\d)")


def _gap(case: WebCase) -> tuple[float, list[int]] | None:
    """Free width between the two objects of a gap, and the slots of both."""
    match = _GAP.search(case.question)
    if match is None:
        return None
    slots = [int(slot) for slot in match.groups()]
    first, second = (case.things[slot] for slot in slots)
    across = abs(float(first.center_in("gravity")[0] - second.center_in("gravity")[0]))
    gap = across - (_width(first) + _width(second)) / 2
    _at_least(case, gap)
    return gap, slots


def _free_gap(case: WebCase) -> Solved | None:
    gap = _gap(case)
    return None if gap is None else Solved(gap[0])


def _third(case: WebCase, slots: list[int]) -> Thing:
    return case.things[next(slot for slot in range(len(case.things)) if slot not in slots)]


def _fits(case: WebCase) -> Solved | None:
    found = _gap(case)
    if found is None or len(case.things) != 3:
        return None
    gap, slots = found
    width = _width(_third(case, slots))
    told = ((gap, _ROOM_M), (float(two_decimals(width)), 0.0)) if width == width else ()
    return Solved(gap - width, abs(difference(gap, width)), yes=gap > width, others=told)


def _how_many(case: WebCase) -> Solved | None:
    found = _gap(case)
    if found is None or len(case.things) != 3:
        return None
    gap, slots = found
    ratio = gap / _width(_third(case, slots))
    if ratio != ratio:
        return Solved(ratio)
    count = math.floor(ratio)
    low, high = limits.COUNTS
    case.expect(low <= count <= high, Kind.RULE, f"{count} fit", f"{low} to {high}")
    return Solved(float(count), min(ratio - count, count + 1 - ratio) / limits.FIT_CLEARANCE)


_TOP = re.compile(r"(?:than|height of|tall as) @(\d)|and @\d and @(\d), when")


def _stack(case: WebCase, sign: int) -> Solved | None:
    match = _TOP.search(case.question)
    if match is None or len(case.things) != 3:
        return None
    slot = int(match.group(1) or match.group(2))
    heights = [_height(thing) for thing in case.things]
    together = sum(heights) - heights[slot]
    more = sign * (together - heights[slot])
    _at_least(case, more)
    clear = abs(difference(together, heights[slot]))
    case.expect(not clear < 1.0 - 1e-9, Kind.RULE, f"margin {clear:.3f}", "a stack that clearly differs")
    return Solved(more)


_PAST = [re.compile(r"(?:by way of|stop at|one past|touch) @(\d)"), re.compile(r"camera to @(\d)")]


def _detour(case: WebCase) -> Solved | None:
    stop = first_slot(_PAST, case.question)
    if stop is None or len(case.things) != 2:
        return None
    on, end = case.things[stop], case.things[1 - stop]
    more = _off(on) + _apart(on, end) - _off(end)
    _at_least(case, more)
    return Solved(more)


def _round_trip(case: WebCase) -> Solved | None:
    if len(case.things) != 3:
        return None
    a, b, c = case.things
    return Solved(_apart(a, b) + _apart(b, c) + _apart(c, a))


_VISITED = [re.compile(r"(?:camera to|camera past|visits|reach) @(\d)")]


def _travel(case: WebCase) -> Solved | None:
    stop, speeds = first_slot(_VISITED, case.question), numbers(case.question)
    if stop is None or len(speeds) != 1 or len(case.things) != 2:
        return None
    on, end = case.things[stop], case.things[1 - stop]
    return Solved((_off(on) + _apart(on, end)) / float(speeds[0]))


_ENDS = re.compile(r"from @(\d) (?:past @\d )?(?:to|you must reach) @(\d)|between @(\d) and @(\d)")


def _route(case: WebCase) -> Solved | None:
    match = _ENDS.search(case.question)
    if match is None or len(case.things) != 4:
        return None
    ends = [int(slot) for slot in match.groups() if slot]
    start, end = (case.things[slot] for slot in ends)
    stops = [slot for slot in range(4) if slot not in ends]
    ways = [_apart(start, case.things[slot]) + _apart(case.things[slot], end) for slot in stops]
    return _smaller(ways, stops)


_HALFWAY = re.compile(r"(?:between|midpoint of|line from) @(\d) (?:and|to) @(\d)")


def _midpoint(case: WebCase) -> Solved | None:
    match = _HALFWAY.search(case.question)
    if match is None or len(case.things) != 4:
        return None
    ends = [int(slot) for slot in match.groups()]
    middle = sum(case.things[slot].center_in("gravity") for slot in ends) / 2
    rivals = [slot for slot in range(4) if slot not in ends]
    return _smaller(
        [float(np.linalg.norm(case.things[slot].center_in("gravity") - middle)) for slot in rivals], rivals
    )


def _smaller(lengths: list[float], slots: list[int]) -> Solved:
    winner = int(lengths[1] < lengths[0])
    return Solved(
        abs(lengths[0] - lengths[1]),
        abs(difference(*lengths)),
        winner=slots[winner],
        others=((float(slots[1 - winner]), 0.0),),
    )


def _front(case: WebCase) -> Solved | None:
    if len(case.things) != 2:
        return None
    first, second = (_width(thing) * _height(thing) for thing in case.things)
    ratio = first / second
    if ratio != ratio:
        return Solved(ratio)
    margin = abs(math.log(ratio)) / math.log(limits.VOLUME_RATIO)
    winner = int(ratio < 1)
    return Solved(ratio, margin, winner=winner, others=((float(1 - winner), 0.0),))


_MODEL = [re.compile(r"(?:that of|tall as) @(\d)"), re.compile(r"height of @(\d)")]


def _scaled(case: WebCase) -> Solved | None:
    model = first_slot(_MODEL, case.question)
    if model is None or len(case.things) != 2:
        return None
    scaled, by = case.things[1 - model], case.things[model]
    return Solved(_width(scaled) * _height(by) / _height(scaled))


SOLUTIONS: dict[str, Callable[[WebCase], Solved | None]] = {
    "free_gap": _free_gap,
    "fits_in_gap": _fits,
    "how_many_fit": _how_many,
    "stack_taller": lambda case: _stack(case, 1),
    "stack_short": lambda case: _stack(case, -1),
    "detour": _detour,
    "round_trip": _round_trip,
    "travel_time": _travel,
    "shorter_route": _route,
    "nearer_to_midpoint": _midpoint,
    "larger_front": _front,
    "scaled_width": _scaled,
}
