"""Whether a problem that a language model wrote follows from the facts that it was given.

Every number of its solution is a fact's, one that the question tells, a small whole number, or the result of an
equation before it; every equation is worked out again; the final answer is the result of one. What cannot be checked
by machine is whether the equations are those that the question calls for.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from factory.web.problems.arithmetic import CENT, Equation, equations_in, evaluate, numbers_in, rounded
from factory.web.problems.facts import FactLine, SceneFacts
from schemas.web import WebUnit

_CONSTANTS = frozenset(map(Decimal, (2, 3, 4)))  # halves, means, squares
_MOST_PREMISES = 2
_MIN_OPERATIONS = 2
_COMPARISON = re.compile(r"(-?\d+(?:\.\d+)?)\s*([<>])\s*(-?\d+(?:\.\d+)?)")
_LONGEST = {"question": 300, "plan": 400, "reasoning": 900, "final": 200}


class ObjectionError(Exception):
    """Why a problem is refused: `reason` for the count, the message with the detail for the model."""

    def __init__(self, reason: str, detail: object = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Written:
    """A problem as the model wrote it."""

    question: str
    plan: str
    facts: list[str]
    reasoning: list[str]
    final: str


@dataclass(frozen=True)
class Checked:
    """What the check found: the facts cited, the objects in the order of the question, and the exact answer."""

    facts: tuple[FactLine, ...]
    rows: tuple[int, ...]
    exact: float
    unit: WebUnit


def parse_written(reply: str) -> Written:
    """The JSON object of a reply, whatever stands around it."""
    try:
        fields: Any = json.loads(reply[reply.find("{") : reply.rfind("}") + 1])
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise ObjectionError("no JSON object")
    facts, reasoning = (_lines(fields.get(name)) for name in ("facts", "reasoning"))
    texts = [fields.get(name) for name in ("question", "plan", "final")]
    question, plan, final = (" ".join(text.split()) if isinstance(text, str) else "" for text in texts)
    if not (question and plan and final and facts and reasoning):
        raise ObjectionError("a part is missing")
    return Written(question, plan, facts, reasoning, final)


def _lines(value: object) -> list[str]:
    lines = value.split("\n") if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return []
    return [" ".join(line.split()) for line in lines if line.strip()]


def check(written: Written, scene: SceneFacts, offered: Sequence[FactLine]) -> Checked:
    """Raises ObjectionError with the reason when something does not follow from the facts that were offered."""
    for part, longest in _LONGEST.items():
        text = getattr(written, part)
        if len(text if isinstance(text, str) else "\n".join(text)) > longest:
            raise ObjectionError(f"the {part} is too long")
    by_text = {fact.text: fact for fact in offered}
    if unknown := [line for line in written.facts if line not in by_text]:
        raise ObjectionError("cites what is no fact of the list", repr(unknown[0]))
    facts = tuple(by_text[line] for line in dict.fromkeys(written.facts))
    rows = _objects_in(written.question, scene)
    if strangers := {row for fact in facts for row in fact.rows} - set(rows):
        raise ObjectionError(
            "cites a fact about an object that the question does not name", scene.name(min(strangers))
        )
    exact = _known_before(written, offered, facts)
    known = set(exact) - _CONSTANTS
    equations = []
    for line in written.reasoning:
        equations += _worked_out(line, exact)
        _require_known(line, exact)
        _require_true_comparisons(line)
    if sum(equation.operations for equation in equations) < _MIN_OPERATIONS:
        raise ObjectionError("takes less than two operations")
    final = _final_number(written.final, equations, known)
    unit = _unit(written.final, final, equations)
    if abs(exact[final] - final) > (0 if unit == "count" else CENT):
        raise ObjectionError("rounding changes the answer")
    return Checked(facts, rows, float(exact[final]), unit)


def _known_before(written: Written, offered: Sequence[FactLine], facts: Sequence[FactLine]) -> dict[Decimal, Decimal]:
    """The exact number behind each that the reasoning may start from."""
    premises = numbers_in(written.question)
    told = {abs(rounded(value)) for fact in offered for value in fact.values}
    if leaked := [number for number in premises if number in told]:
        raise ObjectionError("the question tells a fact's number", leaked[0])
    if len(premises) > _MOST_PREMISES:
        raise ObjectionError("the question tells too many numbers")
    exact = {number: number for number in (*_CONSTANTS, *premises)}
    if unknown := [number for number in numbers_in(written.plan) if number not in exact]:
        raise ObjectionError("the plan says a number that is not known yet", unknown[0])
    for fact in facts:
        for value in fact.values:
            exact.setdefault(abs(rounded(value)), abs(Decimal(value)))
    return exact


def _worked_out(line: str, exact: dict[Decimal, Decimal]) -> list[Equation]:
    """The equations of a line, each from known numbers; their results are known from here on."""
    try:
        equations = equations_in(line)
        for equation in equations:
            _require_known(equation.left, exact)
            if not equation.holds():
                raise ObjectionError("an equation is wrong", equation.text)
            value = evaluate(equation.left, exact)
            exact[abs(equation.result)] = abs(value)
    except ValueError as error:
        raise ObjectionError("an equation cannot be read", error) from error
    return equations


def _require_known(text: str, exact: dict[Decimal, Decimal]) -> None:
    if unknown := [number for number in numbers_in(text) if number not in exact]:
        raise ObjectionError("a number is neither a cited fact's nor the result of an equation before it", unknown[0])


def _require_true_comparisons(line: str) -> None:
    for first, sign, second in _COMPARISON.findall(line):
        if (Decimal(first) < Decimal(second)) != (sign == "<") or Decimal(first) == Decimal(second):
            raise ObjectionError("a comparison is wrong", f"{first} {sign} {second}")


def _final_number(final: str, equations: Sequence[Equation], known: set[Decimal]) -> Decimal:
    numbers = numbers_in(final)
    results = {abs(equation.result) for equation in equations}
    if len(numbers) != 1:
        raise ObjectionError("the final answer must tell one number")
    if numbers[0] not in results or numbers[0] in known:
        raise ObjectionError("the final answer is not the result of an equation", numbers[0])
    return numbers[0]


def _unit(final: str, number: Decimal, equations: Sequence[Equation]) -> WebUnit:
    if re.search(r"\d\s*(?:m|meters?)\b", final):
        return "m"
    whole = any(equation.left.startswith("floor(") and equation.result == number for equation in equations)
    return "count" if whole else "none"


def _objects_in(question: str, scene: SceneFacts) -> tuple[int, ...]:
    """The objects that a question names, in order. Longer names first: a coffee table is no table."""
    rest = question.casefold()
    places: dict[int, int] = {}
    for row in sorted(scene.rows.tolist(), key=lambda row: (-len(scene.name(row)), row)):
        pattern = rf"(?<!\w){re.escape(scene.name(row).casefold())}(?!\w)"
        if found := re.search(pattern, rest):
            places[row] = found.start()
            rest = re.sub(pattern, lambda match: " " * len(match[0]), rest)
    for label in sorted(set(scene.picture.labels)):
        if re.search(rf"(?<!\w){re.escape(label.casefold())}(?!\w)", rest):
            raise ObjectionError("the question says what does not name one object", repr(label))
    if not places:
        raise ObjectionError("the question names no object of the facts")
    return tuple(sorted(places, key=places.__getitem__))
