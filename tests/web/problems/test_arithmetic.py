"""Written arithmetic: read, worked out, rounded."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.web.problems.arithmetic import Equation, equation, equations_in, evaluate, numbers_in, rounded

lengths = st.decimals("0.01", "99.99", places=2)


@given(lengths, lengths, lengths, st.sampled_from("+-*"), st.sampled_from("+-*/"))
def test_values_are_those_of_fractions(a: Decimal, b: Decimal, c: Decimal, one: str, two: str) -> None:
    x, y, z = map(Fraction, (a, b, c))
    ours = evaluate(f"({a} {one} {b}) {two} {c}")
    inner = {"+": x + y, "-": x - y, "*": x * y}[one]
    whole = {"+": inner + z, "-": inner - z, "*": inner * z, "/": inner / z}[two]
    assert abs(Fraction(ours) - whole) < Fraction(1, 10**20)


@given(lengths, lengths, lengths)
def test_products_come_before_sums(a: Decimal, b: Decimal, c: Decimal) -> None:
    assert evaluate(f"{a} - {b} * {c}") == a - b * c
    assert evaluate(f"{a} + {b}^2") == a + b * b
    assert float(evaluate(f"sqrt({a}^2 + ({b} - {c})^2)")) == pytest.approx(math.hypot(a, b - c))


@given(lengths, lengths)
def test_equations_hold_and_wrong_ones_do_not(a: Decimal, b: Decimal) -> None:
    made = equation(f"{a} * {b}")
    assert made.holds()
    assert made.result == round(a * b, 2)
    assert equations_in(f"So {made.text}m.") == [made]
    assert not Equation(made.left, made.result + Decimal("0.02")).holds()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.125, "0.12"), (0.375, "0.38"), (2.675, "2.67"), (-0.001, "0.00"), (-1.5, "-1.50"), (3, "3.00")],
)
def test_rounding_is_half_to_even_of_the_exact_value(value: float, text: str) -> None:
    assert str(rounded(value)) == text == f"{value:.2f}".replace("-0.00", "0.00")


def test_counts_are_rounded_down() -> None:
    assert equation("floor(3.97)").text == "floor(3.97) = 3"
    assert evaluate("floor(-0.5)") == -1


@pytest.mark.parametrize(
    ("text", "lefts", "results"),
    [
        ("The gap is 2.11m - 0.35m - 0.23 m = 1.53m.", ["2.11 - 0.35 - 0.23"], ["1.53"]),
        ("1.20 × 2 ≈ 2.40 meters, and 2.40 ÷ 4 = 0.60", ["1.20 * 2", "2.40 / 4"], ["2.40", "0.60"]),
        ("√(0.30² + 0.40²) = 0.50 meters", ["sqrt(0.30^2 + 0.40^2)"], ["0.50"]),
        ("x from (-0.01 + (-0.34)) / 2 = -0.18, y from (3.57 + 1.28) / 2 = 2.42", None, ["-0.18", "2.42"]),
        ("it lies at x = 0.40m, y = -0.35m", [], []),
        ("abs(1.00 - 1.50) = 0.50", ["abs(1.00 - 1.50)"], ["0.50"]),
        ("no numbers here, 1.20 > 0.80", [], []),
    ],
)
def test_equations_in_sentences(text: str, lefts: list[str] | None, results: list[str]) -> None:
    found = equations_in(text)
    assert [str(equation.result) for equation in found] == results
    assert lefts is None or [equation.left for equation in found] == lefts
    assert all(equation.holds() for equation in found)


def test_numbers_in_sentences() -> None:
    assert numbers_in("0.70m and 12 of A4, x2, v1.2, at -3.50 meters.") == [Decimal("0.70"), 12, Decimal("3.50")]


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1 +",
        "(1",
        "__import__('os')",
        "x + 1",
        "9 ** 9 ** 9",
        "2 ^ 3",
        "1 / 0",
        "sqrt(0 - 1)",
        "sqrt(1, 2)",
        "'a'",
        "True + 1",
        "1 if 2 else 3",
        "(1).real",
        "[1][0]",
        "1 + " * 100 + "1",
        "1_000 // 3",
    ],
)
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"arithmetic|too long|no value"):
        evaluate(expression)


def test_exact_numbers_stand_behind_the_written_ones() -> None:
    exact = {Decimal("0.70"): Decimal("0.7049"), Decimal("2"): Decimal("2")}
    assert evaluate("0.7 / 2", exact) == Decimal("0.7049") / 2
    assert Equation("1 + 2 * (3 - 1)", Decimal(5)).operations == 3
    assert Equation("sqrt(1.00^2 + 2.00^2)", Decimal("2.24")).operations == 4
