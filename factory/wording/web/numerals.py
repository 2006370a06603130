"""Lengths as texts, wrong lengths for options, and claims about a length."""

import math
from typing import NamedTuple

from factory.wording.web.draws import Draws

SMALLEST_M = 0.05
"""Shorter lengths leave no room for smaller options at two decimals."""

_OPTION_RATIO = (1.3, 1.6)  # between neighbouring options
_BOUND_RATIO = (1.25, 1.9)  # between a length and a bound that is claimed of it
_WRONG_RATIO = (1.5, 2.2)  # between a length and a wrong one that is claimed to be about it
_ABOUT_SHARE = 0.4


class Claim(NamedTuple):
    """That a length is `more`, `less` or `about` some metres, and whether it holds."""

    kind: str
    length: str
    truth: bool


def two_decimals(value: float) -> str:
    """Two decimals, half to even from the exact value, never -0.00."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def meters(value: float) -> str:
    """`0.72 meters`."""
    return f"{two_decimals(value)} meters"


def length_options(value: float, draws: Draws) -> tuple[list[float], int]:
    """Four lengths [m] in order of size and the place of the true one, every place as likely.

    value : at least `SMALLEST_M`. Printed with two decimals, neighbours differ by a factor of 1.3 or more.
    """
    smaller = draws.index(4)
    truth = round(float(two_decimals(value)) * 100)
    options = [truth]
    for left in reversed(range(smaller)):
        # leave room for those that are still smaller: 1, 2 and 3 hundredths differ enough
        options.insert(0, max(math.floor(options[0] / draws.between(*_OPTION_RATIO)), left + 1))
    while len(options) < 4:
        options.append(math.ceil(options[-1] * draws.between(*_OPTION_RATIO)))
    return [option / 100 for option in options], smaller


def length_claim(value: float, draws: Draws) -> Claim:
    """A claim about a length [m], at least `SMALLEST_M`; it holds half of the time."""
    truth = draws.coin()
    if draws.uniform() < _ABOUT_SHARE:
        stated = value if truth else _off(value, draws.coin(), draws.between(*_WRONG_RATIO))
        return Claim("about", meters(stated), truth)
    kind = draws.pick(("more", "less"))
    above = (kind == "less") == truth
    return Claim(kind, meters(_off(value, above, draws.between(*_BOUND_RATIO))), truth)


def _off(value: float, above: bool, ratio: float) -> float:
    """The length off by a factor or a bit more, in whole centimetres."""
    return math.ceil(value * ratio * 100) / 100 if above else math.floor(value / ratio * 100) / 100
