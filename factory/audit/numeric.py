"""Answers that are one non-negative number with one decimal, in metres."""

import re
from fractions import Fraction
from itertools import pairwise

from factory.audit.case import Case
from factory.audit.findings import Kind
from factory.audit.text import number_words

TOLERANCE = 1e-6
_ROUNDING = 1e-9
_ONE_DECIMAL = re.compile(r"\d+\.\d")
_OPTION = re.compile(r"(\d+\.\d)(?: ?(?:m|meters?|metres?))?")
MIN_STEP_M, MIN_SHARE = 0.2, 0.1
LETTERS = "ABCD"


def is_rounded(printed: float, exact: float, step: str = "0.1", stored: float | None = None) -> bool:
    """Whether `printed` is `exact` in multiples of `step`, half to even.

    Floating point noise may decide a tie, unless the `stored` value is one exactly.
    """
    width = float(step)
    is_multiple = abs(printed / width - round(printed / width)) < _ROUNDING
    if not is_multiple or abs(printed - exact) > width / 2 + _ROUNDING:
        return False
    if stored is None or abs(abs(stored / width) % 1.0 - 0.5) > _ROUNDING:
        return True
    steps = Fraction(stored) / Fraction(step)
    return (2 * steps).denominator != 1 or Fraction(str(printed)) == round(steps) * Fraction(step)


def check_values(case: Case, exact: list[float]) -> None:
    """The stored values against the recomputed ones."""
    stored = case.row["values"]
    same = stored is not None and len(stored) == len(exact)
    same = same and all(abs(a - b) <= TOLERANCE for a, b in zip(stored, exact, strict=True))
    case.expect(same, Kind.VALUE, stored, [round(v, 6) for v in exact])


def check_number(case: Case, signed: float, given: float | None = None) -> None:
    """A row whose answer is one number. Its sentence may repeat the one that the question gives."""
    exact = abs(signed)
    stored = abs(case.row["values"][0]) if case.row["values"] else None
    if case.format == "fill":
        right = _ONE_DECIMAL.fullmatch(case.answer) and is_rounded(float(case.answer), exact, stored=stored)
        case.expect(bool(right), Kind.ANSWER, case.answer, f"{exact:.1f}")
    elif case.format == "select":
        check_number_options(case, exact, stored)
    else:
        _check_number_sentence(case, exact, stored, given)


def check_letter(case: Case, right: list[bool]) -> None:
    """The number of options, that they differ, that one of them is right, and that the letter names it."""
    options, expected = case.options, case.audit.options
    case.expect(len(options) == expected, Kind.OPTIONS, f"{len(options)} options", f"{expected}")
    distinct = len({" ".join(text.lower().split()) for text in options}) == len(options)
    case.expect(distinct, Kind.OPTIONS, options, "different options")
    one = sum(right) == 1
    case.expect(one, Kind.OPTIONS, options, f"one right option, {sum(right)} are")
    letter = case.answer
    known = len(letter) == 1 and letter in LETTERS[: len(options)]
    hit = known and right[LETTERS.index(letter)]
    truth = "".join(LETTERS[i] for i, good in enumerate(right) if good)
    case.expect(hit, Kind.LETTER, f"{letter}: {options}", truth or "none")
    if known:
        case.answers.append(letter)


def check_number_options(case: Case, exact: float, stored: float | None) -> None:
    """Four numbers, one of them right, the others wrong by enough and plausible."""
    parsed = [_OPTION.fullmatch(text.strip()) for text in case.options]
    if not case.expect(all(parsed), Kind.OPTIONS, case.options, "numbers with one decimal"):
        return
    values = [float(m.group(1)) for m in parsed if m]
    right = [is_rounded(v, exact, stored=stored) for v in values]
    check_letter(case, right)
    ordered = sorted(values)
    apart = all(high - low >= max(MIN_STEP_M, MIN_SHARE * high) - _ROUNDING for low, high in pairwise(ordered))
    case.expect(apart, Kind.OPTIONS, case.options, "each two apart by 0.2 and by 10 % of the larger")
    wrong = [v for v, good in zip(values, right, strict=True) if not good]
    likely = all(v > 0 and exact / 10 <= v <= max(10 * exact, 1.0) for v in wrong)
    case.expect(likely, Kind.OPTIONS, case.options, f"positive, of the order of {exact:.1f}")


def _check_number_sentence(case: Case, exact: float, stored: float | None, given: float | None) -> None:
    """The answer alone, or with the given number, in either order."""
    words = number_words(case.tokens(case.answer))
    found = [float(word) for word in words]
    decimals = all(_ONE_DECIMAL.fullmatch(word) for word in words)
    case.expect(decimals, Kind.ANSWER, case.answer, "one decimal in every number")
    orders = [found] if given is None or len(found) < 2 else [found, found[::-1]]
    right = any(
        len(order) in (1, len(orders))
        and is_rounded(order[0], exact, stored=stored)
        and all(given is not None and is_rounded(value, given) for value in order[1:])
        for order in orders
    )
    case.expect(
        right, Kind.ANSWER, case.answer, f"{exact:.1f}" if given is None else f"{exact:.1f}, given {given:.1f}"
    )
