"""Problems about widths and heights."""

import math

from factory.web.problems.arithmetic import Equation, equation
from factory.web.problems.facts import FactLine, SceneFacts
from factory.web.problems.solution import (
    MIN_ANSWER_M,
    ROUNDING,
    TOO_CLOSE,
    Rows,
    Solution,
    compared,
    known,
    margin_of,
    require,
    require_close,
    shown,
)
from factory.web.tasks.parameters import DEFAULTS


def _stack(scene: SceneFacts, rows: Rows) -> tuple[tuple[FactLine, ...], Equation, float]:
    """Heights of A, B and C; A and B on top of each other, less C."""
    facts = known(*map(scene.height_of, rows))
    first, second, _ = (shown(fact) for fact in facts)
    one, two, other = (fact.values[0] for fact in facts)
    require(margin_of(one + two, other) >= 1.0, TOO_CLOSE)
    return facts, equation(f"{first} + {second}"), one + two - other


def stack_taller(scene: SceneFacts, rows: Rows) -> Solution:
    """By how much B on top of A would be taller than C."""
    facts, stack, more = _stack(scene, rows)
    require(more >= MIN_ANSWER_M, "the stack is not taller")
    result = equation(f"{stack.result} - {shown(facts[2])}")
    require_close(result, more)
    return Solution(facts, {"stack": stack, "more": result}, more, said={"result": str(result.result)})


def stack_short(scene: SceneFacts, rows: Rows) -> Solution:
    """What B on top of A would still lack to be as tall as C."""
    facts, stack, more = _stack(scene, rows)
    require(-more >= MIN_ANSWER_M, "the stack is taller")
    result = equation(f"{shown(facts[2])} - {stack.result}")
    require_close(result, -more)
    return Solution(facts, {"stack": stack, "less": result}, -more, said={"result": str(result.result)})


def larger_front(scene: SceneFacts, rows: Rows) -> Solution:
    """Whether width times height of A or of B is larger; the exact answer is their ratio."""
    a, b = rows
    facts = known(scene.width_of(a), scene.height_of(a), scene.width_of(b), scene.height_of(b))
    wide_a, tall_a, wide_b, tall_b = (shown(fact) for fact in facts)
    area_a, area_b = equation(f"{wide_a} * {tall_a}"), equation(f"{wide_b} * {tall_b}")
    first, second = facts[0].values[0] * facts[1].values[0], facts[2].values[0] * facts[3].values[0]
    margin = abs(math.log(first / second)) / math.log(DEFAULTS.min_volume_ratio)
    require(margin >= 1.0, TOO_CLOSE)
    require(area_a.result != area_b.result and (area_a.result > area_b.result) == (first > second), ROUNDING)
    return Solution(
        facts,
        {"area_a": area_a, "area_b": area_b},
        first / second,
        "first" if first > second else "second",
        margin,
        {"compared": compared(area_a, area_b)},
    )


def scaled_width(scene: SceneFacts, rows: Rows) -> Solution:
    """How wide A would be if, in its proportions, it were as tall as B."""
    a, b = rows
    facts = known(scene.width_of(a), scene.height_of(a), scene.height_of(b))
    wide, tall, other = (shown(fact) for fact in facts)
    require(margin_of(facts[1].values[0], facts[2].values[0]) >= 1.0, "nothing to scale")
    factor = equation(f"{other} / {tall}")
    result = equation(f"{wide} * {factor.result}")
    exact = facts[0].values[0] * facts[2].values[0] / facts[1].values[0]
    require(exact >= MIN_ANSWER_M, "too narrow to tell")
    require_close(result, exact)
    return Solution(facts, {"factor": factor, "scaled": result}, exact, said={"result": str(result.result)})
