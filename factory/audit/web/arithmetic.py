"""Arithmetic in texts: `(0.40 + (-0.12)) / 2 = 0.14`, read and worked out with exact decimals."""

import re
from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal, DecimalException

_EQUATION = re.compile(
    r"(?P<left>(?:(?:sqrt|floor|abs)\(|[-(]|\d)(?:[-+*/^().\d ]|sqrt|floor|abs)*?) = (?P<right>-?\d+(?:\.\d+)?)"
)
_COMPARISON = re.compile(r"(?<![\d.)] )(?<!\d)(-?\d+(?:\.\d+)?) ([<>]) (-?\d+(?:\.\d+)?)")
_PIECE = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|(sqrt|floor|abs)|([-+*/^()]))")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def equations(text: str) -> list[tuple[str, Decimal]]:
    """Left side and stated result of every equation of a text, in order."""
    return [(match["left"].strip(), Decimal(match["right"])) for match in _EQUATION.finditer(text)]


def comparisons(text: str) -> list[tuple[Decimal, str, Decimal]]:
    """`0.32 < 0.40` as its parts."""
    return [(Decimal(first), sign, Decimal(second)) for first, sign, second in _COMPARISON.findall(text)]


def operands(expression: str) -> list[Decimal]:
    """The numbers of an expression, without signs."""
    return [Decimal(number) for number in _NUMBER.findall(expression)]


def evaluate(expression: str) -> Decimal:
    """The value of numbers with + - * / ^, brackets, sqrt, floor and abs.

    Raises ValueError for anything else.
    """
    pieces = _pieces(expression)
    parser = _Parser(list(pieces))
    try:
        return parser.whole()
    except (DecimalException, IndexError) as error:
        raise ValueError(f"{expression!r} has no value") from error


def _pieces(expression: str) -> Iterator[str]:
    place, end = 0, len(expression.rstrip())
    while place < end:
        match = _PIECE.match(expression, place)
        if match is None:
            raise ValueError(f"{expression!r} is no arithmetic at {expression[place:]!r}")
        place = match.end()
        yield match.group(match.lastindex or 0)


class _Parser:
    """Recursive descent: sums of products of powers of numbers, brackets and functions."""

    def __init__(self, pieces: list[str]) -> None:
        self._left = pieces

    def whole(self) -> Decimal:
        value = self._sum()
        if self._left:
            raise ValueError(f"left over: {' '.join(self._left)}")
        return value

    def _next_is(self, signs: str) -> bool:
        return bool(self._left) and self._left[0] in list(signs)

    def _sum(self) -> Decimal:
        value = self._product()
        while self._next_is("+-"):
            value = value + self._product() if self._left.pop(0) == "+" else value - self._product()
        return value

    def _product(self) -> Decimal:
        value = self._power()
        while self._next_is("*/"):
            value = value * self._power() if self._left.pop(0) == "*" else value / self._power()
        return value

    def _power(self) -> Decimal:
        if self._next_is("-"):
            self._left.pop(0)
            return -self._power()
        value = self._atom()
        while self._next_is("^"):
            self._left.pop(0)
            value = value ** self._atom()
        return value

    def _atom(self) -> Decimal:
        piece = self._left.pop(0)
        if piece == "(":
            value = self._sum()
            if self._left.pop(0) != ")":
                raise ValueError("a bracket is not closed")
            return value
        if piece in ("sqrt", "floor", "abs"):
            value = self._atom()
            if piece == "sqrt":
                return value.sqrt()
            return abs(value) if piece == "abs" else value.to_integral_value(ROUND_FLOOR)
        return Decimal(piece)
