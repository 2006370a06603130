"""Problems of several steps: what the question asks is worked out anew, and every line of the solution checked."""

import math
import re
from decimal import Decimal

from factory.audit.findings import Kind
from factory.audit.web import limits
from factory.audit.web.arithmetic import comparisons, equations, evaluate, operands
from factory.audit.web.case import WebCase
from factory.audit.web.facts import objection
from factory.audit.web.reading import numbers, tokens
from factory.audit.web.solutions import SOLUTIONS, Solved

_STEPS = re.compile(
    r"Step1: Plan\n(?P<plan>.+)\nStep2: Facts\n(?P<facts>.+)\nStep3: Reasoning with facts\n(?P<reasoning>.+)\n"
    r"Step4: Final answer\n(?P<final>.+)",
    re.DOTALL,
)
WRITTEN = "written"  # by a language model
_LOSER = re.compile(r"\b(?:farther|longer|smaller area|smaller rectangle)\b")
# Problems ask for what is nearer, shorter or larger, and how many there can be at most.
_OPPOSITE = re.compile(
    r"\b(?:is farther|to which one is it farther|farther to|greater distance|at least|smallest number|route longer"
    r"|right to left)\b"
)


def check_problem(case: WebCase) -> None:
    """The answer from the objects that the question names in their roles, and the chain that leads to it."""
    kind = str(case.row["pair_type"])
    if kind == WRITTEN:
        return _check_written(case)
    if kind not in SOLUTIONS:
        return case.report(Kind.UNKNOWN_TASK, kind, f"one of {sorted(SOLUTIONS)}")
    relation = "oo" if len(case.things) > 1 else "oc"
    case.expect(case.row["relation"] == relation, Kind.METADATA, case.row["relation"], relation)
    unit = {"how_many_fit": "count", "travel_time": "none", "larger_front": "none"}.get(kind, "m")
    case.expect(case.row["unit"] == unit, Kind.METADATA, case.row["unit"], unit)
    in_order = list(dict.fromkeys(tokens(case.question)))
    case.expect(in_order == sorted(in_order), Kind.OBJECT, case.row["object_ids"], "in the order of the question")
    case.expect(all(thing.kind != "box" for thing in case.things), Kind.RULE, case.names, "objects without boxes")
    solved = None if _OPPOSITE.search(case.question) else SOLUTIONS[kind](case)
    if solved is None:
        return case.unreadable(f"what {kind} asks of which object")
    if not case.expect(
        math.isfinite(solved.exact), Kind.RULE, case.row["question"], "sizes and distances that are known"
    ):
        return None
    case.check_values([solved.exact])
    case.check_margin(solved.margin)
    final = case.answer
    if case.format == "cot":
        steps = _STEPS.fullmatch(case.answer)
        if not case.expect(steps is not None, Kind.ANSWER, case.answer, "four steps under their headings"):
            return None
        assert steps is not None
        final = steps["final"]
        results = _check_chain(case, steps["facts"].split("\n"), case.read(steps["reasoning"]), final)
        if results and solved.yes is None and solved.winner is None:
            said = [Decimal(number) for number in numbers(case.read(final))]
            case.expect(said == [results[-1]], Kind.ANSWER, final, f"the last result, {results[-1]}")
    _check_final(case, final, solved)
    return None


def _check_final(case: WebCase, final: str, solved: Solved) -> None:
    text = case.read(final)
    told = [float(number) for number in numbers(re.sub(r"(?<=\d)m\b", "", text))]
    if solved.yes is not None:
        word = "yes" if solved.yes else "no"
        case.expect(text.startswith(f"{word},"), Kind.ANSWER, final, word)
        case.answers.append(word)
        for number in told:
            near = any(abs(number - value) <= slack + 1e-9 for value, slack in solved.others)
            case.expect(near, Kind.ANSWER, final, [round(value, 3) for value, _ in solved.others])
        return
    if solved.winner is not None:
        right = tokens(text) == [solved.winner] and not _LOSER.search(text)
        case.expect(right, Kind.ANSWER, final, case.names[solved.winner])
        case.answers.append(("first", "second")[sorted(_rivals(case, solved)).index(solved.winner)])
        return
    slack = 0.0 if case.row["unit"] == "count" else limits.ROUNDING_M
    right = len(told) == 1 and abs(told[0] - solved.exact) <= slack + 1e-9
    case.expect(right, Kind.ANSWER, final, f"{solved.exact:.4f} within {slack}")


def _rivals(case: WebCase, solved: Solved) -> set[int]:
    """The winner and the slot that it beat."""
    return {solved.winner or 0, *(int(value) for value, _ in solved.others)}


def _check_chain(case: WebCase, facts: list[str], reasoning: str, final: str) -> list[Decimal]:
    """Facts hold, equations come out, and the numbers of both and of the answer were told; the results, in order."""
    known = {Decimal(2), *map(Decimal, numbers(case.question))}
    for line in facts:
        wrong = objection(case, line)
        case.expect(wrong is None, Kind.VALUE, line, wrong)
        known |= {abs(Decimal(number)) for number in re.findall(r"-?\d+\.\d\d(?=m)", line)}
    found = equations(reasoning)
    if not case.expect(bool(found), Kind.ANSWER, reasoning, "equations"):
        return []
    for left, stated in found:
        strange = [number for number in operands(left) if number not in known]
        case.expect(not strange, Kind.VALUE, f"{left} = {stated}", f"numbers that were told, not {strange}")
        try:
            value = evaluate(left)
        except ValueError as error:
            case.report(Kind.VALUE, left, error)
            continue
        digits = stated.as_tuple().exponent
        step = Decimal(1).scaleb(digits if isinstance(digits, int) else 0)
        case.expect(abs(value - stated) <= step / 2, Kind.VALUE, f"{left} = {stated}", value)
        known.add(abs(stated))
    for first, sign, second in comparisons(reasoning):
        holds = (first < second) == (sign == "<") and {abs(first), abs(second)} <= known
        case.expect(holds, Kind.VALUE, f"{first} {sign} {second}", "a comparison of results that holds")
    said = [Decimal(number) for number in numbers(case.read(final))]
    strange = [number for number in said if number not in known]
    case.expect(not strange, Kind.ANSWER, final, f"numbers of the solution, not {strange}")
    return [stated for _, stated in found]


def _check_written(case: WebCase) -> None:
    """A problem of a language model: nobody knows how it should be solved, so its own solution is checked line by
    line, and the stored value against its end."""
    final = case.answer
    case.expect(all(thing.kind != "box" for thing in case.things), Kind.RULE, case.names, "objects without boxes")
    if case.format == "cot":
        steps = _STEPS.fullmatch(case.answer)
        if not case.expect(steps is not None, Kind.ANSWER, case.answer, "four steps under their headings"):
            return
        assert steps is not None
        final = steps["final"]
        results = _check_chain(case, steps["facts"].split("\n"), case.read(steps["reasoning"]), final)
        case.expect(len(results) > 1, Kind.RULE, case.answer, "two operations or more")
    told = [float(number) for number in numbers(re.sub(r"(?<=\d)m\b", "", case.read(final)))]
    (value,) = case.row["values"] or [math.nan]
    slack = 0.0 if case.row["unit"] == "count" else limits.ROUNDING_M
    case.expect(
        len(told) == 1 and abs(told[0] - value) <= slack + 1e-9, Kind.ANSWER, final, f"{value:.4f} within {slack}"
    )
