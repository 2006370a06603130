"""Arithmetic as a person writes it down: `2.11 - 0.35 - 0.23 = 1.53`, exact decimals, two of them kept."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, DecimalException

CENT = Decimal("0.01")

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "sqrt": Decimal.sqrt,
    "floor": lambda value: value.to_integral_value(ROUND_FLOOR),
    "abs": abs,
}
_LONGEST = 200
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\d|\.\d)")
# What stands before an equals sign, back to the first sign that is no arithmetic.
_EQUATION = re.compile(
    r"(?P<left>(?:(?:sqrt|floor|abs)\s*\(|[-\d.+*/^() ])+?)\s*=\s*(?P<right>-?\d+(?:\.\d+)?)(?![\d.]*\d)"
)


@dataclass(frozen=True)
class Equation:
    """`text` is the whole of it, as it is written; `result` what its right side says."""

    left: str
    result: Decimal

    @property
    def text(self) -> str:
        return f"{self.left} = {self.result}"

    @property
    def operations(self) -> int:
        """How many signs and functions the left side has."""
        return sum(isinstance(node, ast.BinOp | ast.Call) for node in ast.walk(_parsed(self.left)))

    def holds(self) -> bool:
        """Whether the right side is what the left one comes to, at the decimals that it shows."""
        exponent = self.result.as_tuple().exponent
        step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
        return abs(evaluate(self.left) - self.result) <= step / 2


def rounded(value: float | Decimal) -> Decimal:
    """Two decimals, half to even from the exact value, never -0.00."""
    cents = Decimal(value).quantize(CENT, ROUND_HALF_EVEN)
    return abs(cents) if cents == 0 else cents


def equation(left: str) -> Equation:
    """A left side with its result: two decimals, a whole number where it is rounded down as a whole."""
    value = evaluate(left)
    whole = left.startswith("floor(") and left.endswith(")")
    return Equation(left, value if whole else rounded(value))


def evaluate(expression: str, exact: Mapping[Decimal, Decimal] | None = None) -> Decimal:
    """The value of an expression of numbers, + - * / ^2, brackets, sqrt, floor and abs. Raises ValueError else.

    exact : what stands behind the numbers that are written; one that is not there stands for itself.
    """
    try:
        return _value(_parsed(expression).body, exact or {})
    except DecimalException as error:
        raise ValueError(f"{expression!r} has no value") from error


def equations_in(text: str) -> list[Equation]:
    """The equations of a text, in order; units after numbers do not matter. Raises ValueError for one that is none."""
    plain = _without_units(text)
    found = []
    for match in _EQUATION.finditer(plain):
        left = match["left"].strip()
        if re.fullmatch(r"-?[\d.]*", left):
            continue  # x = 0.40
        found.append(Equation(left, Decimal(match["right"])))
        evaluate(left)
    return found


def numbers_in(text: str) -> list[Decimal]:
    """The numbers of a text, without signs, in order."""
    return [Decimal(number) for number in NUMBER.findall(_without_units(text))]


def _without_units(text: str) -> str:
    plain = re.sub(r"(?<=\d)\s*(?:meters?|seconds?|m|s)\b", "", text)
    for written, plainly in {
        "×": "*",
        "·": "*",
        "÷": "/",
        "−": "-",
        "–": "-",
        "²": "^2",
        "√": "sqrt",
        "≈": "=",
    }.items():
        plain = plain.replace(written, plainly)
    return plain


def _parsed(expression: str) -> ast.Expression:
    if len(expression) > _LONGEST:
        raise ValueError(f"{expression[:_LONGEST]!r}... is too long")
    try:
        return ast.parse(expression.strip().replace("^", "**"), mode="eval")
    except (SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"{expression!r} is no arithmetic") from error


def _value(node: ast.expr, exact: Mapping[Decimal, Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            written = Decimal(str(number))
            return exact.get(written, written)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, exact)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
            return _value(left, exact) ** 2
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, exact), _value(right, exact))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](_value(argument, exact))
    raise ValueError(f"{ast.unparse(node)!r} is no plain arithmetic")
