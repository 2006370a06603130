"""A kind of problem, and the solution of one: facts, arithmetic on their shown numbers, and the exact answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from factory.web.problems.arithmetic import CENT, Equation, rounded
from factory.web.problems.facts import FactLine, SceneFacts
from factory.web.tasks.margins import difference_margin
from factory.web.tasks.parameters import DEFAULTS
from schemas.web import WebUnit

Rows = tuple[int, ...]

MIN_ANSWER_M = 0.10
TOO_CLOSE = "too close to call"
ROUNDING = "rounding changes the answer"


class UnfitError(Exception):
    """These objects make no problem of the kind; the message is the reason, for the count."""


@dataclass(frozen=True)
class Solution:
    """facts : what is cited; equations : by the slot of the reasoning that shows them; said : other slots;
    exact : the answer from exact numbers; outcome : the answer where it is a word, else empty; margin : as in
    `Problem`."""

    facts: tuple[FactLine, ...]
    equations: Mapping[str, Equation]
    exact: float
    outcome: str = ""
    margin: float | None = None
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """slots : objects of a question; sized : whether they are such as show whole;
    outcomes : the answers in words, of which both are asked alike, or none."""

    name: str
    slots: int
    unit: WebUnit
    solve: Callable[[SceneFacts, Rows], Solution]
    sized: bool = False
    outcomes: tuple[str, ...] = ()


def known(*facts: FactLine | None) -> tuple[FactLine, ...]:
    """The facts, where all of them are known."""
    found = tuple(fact for fact in facts if fact is not None)
    if len(found) < len(facts):
        raise UnfitError("a fact is not known")
    return found


def shown(fact: FactLine) -> Decimal:
    """The number of a fact as its line says it."""
    return rounded(fact.values[0])


def require(holds: bool, reason: str) -> None:
    """Gives up for the reason unless it holds."""
    if not holds:
        raise UnfitError(reason)


def require_close(result: Equation, exact: float) -> None:
    """Gives up where the shown numbers lead elsewhere: more than a centimetre from the exact answer."""
    require(abs(result.result - Decimal(exact)) <= CENT, ROUNDING)


def margin_of(first: float, second: float) -> float:
    """How often two lengths [m] differ by what they must to be compared."""
    return float(difference_margin(np.array(first), np.array(second), DEFAULTS))


def compared(first: Equation, second: Equation) -> str:
    """Two results side by side: `1.20 < 1.35`."""
    return f"{first.result} {'<' if first.result < second.result else '>'} {second.result}"
