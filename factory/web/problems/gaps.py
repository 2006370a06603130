"""Problems about the free space between two objects, from left to right."""

import math

from factory.web.problems.arithmetic import Equation, equation
from factory.web.problems.facts import FactLine, SceneFacts
from factory.web.problems.solution import (
    MIN_ANSWER_M,
    ROUNDING,
    TOO_CLOSE,
    Rows,
    Solution,
    known,
    margin_of,
    require,
    require_close,
    shown,
)

_MAX_COUNT = 10
_COUNT_CLEARANCE = 0.2  # of one more, between a ratio and the whole numbers beside it


def _gap(scene: SceneFacts, first: int, second: int) -> tuple[tuple[FactLine, ...], dict[str, Equation], float]:
    """Free space from left to right between two objects: centre distance less both half widths."""
    facts = known(scene.across_of(first, second), scene.width_of(first), scene.width_of(second))
    apart, *widths = (shown(fact) for fact in facts)
    half_a, half_b = (equation(f"{width} / 2") for width in widths)
    gap = equation(f"{apart} - {half_a.result} - {half_b.result}")
    exact = facts[0].values[0] - (facts[1].values[0] + facts[2].values[0]) / 2
    require(exact >= MIN_ANSWER_M and gap.result > 0, "no gap")
    return facts, {"half_a": half_a, "half_b": half_b, "gap": gap}, exact


def free_gap(scene: SceneFacts, rows: Rows) -> Solution:
    """How much room is between A and B, from left to right."""
    facts, equations, exact = _gap(scene, *rows)
    require_close(equations["gap"], exact)
    return Solution(facts, equations, exact, said={"result": str(equations["gap"].result)})


def fits_in_gap(scene: SceneFacts, rows: Rows) -> Solution:
    """Whether C's width fits between A and B; the exact answer is the room that is left over."""
    a, b, c = rows
    facts, equations, gap = _gap(scene, a, b)
    (width,) = known(scene.width_of(c))
    room, wide = equations["gap"].result, shown(width)
    fits = gap > width.values[0]
    margin = margin_of(gap, width.values[0])
    require(margin >= 1.0, TOO_CLOSE)
    require((room > wide) == fits, ROUNDING)
    against = f"{room} > {wide}" if fits else f"{room} < {wide}"
    said = {"compared": against, "width_c": str(wide), "room": str(room)}
    return Solution((*facts, width), equations, gap - width.values[0], "yes" if fits else "no", margin, said)


def how_many_fit(scene: SceneFacts, rows: Rows) -> Solution:
    """How many things as wide as C fit side by side between A and B."""
    a, b, c = rows
    facts, equations, gap = _gap(scene, a, b)
    (width,) = known(scene.width_of(c))
    ratio = gap / width.values[0]
    count = math.floor(ratio)
    require(1 <= count <= _MAX_COUNT, "none or too many fit")
    clearance = min(ratio - count, count + 1 - ratio)
    require(clearance >= _COUNT_CLEARANCE, TOO_CLOSE)
    times = equation(f"{equations['gap'].result} / {shown(width)}")
    whole = equation(f"floor({times.result})")
    require(whole.result == count, ROUNDING)
    said = {"result": str(count), "times": "time" if count == 1 else "times"}
    equations = {**equations, "ratio": times, "count": whole}
    return Solution((*facts, width), equations, float(count), margin=clearance / _COUNT_CLEARANCE, said=said)
