"""Lengths in words: rounding, options, claims."""

import itertools
import math
from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from factory.wording.web.draws import Draws, DrawSource
from factory.wording.web.numerals import SMALLEST_M, length_claim, length_options, meters, two_decimals
from tests.wording.web.web_facts import named_picture

lengths = st.floats(SMALLEST_M, 60.0)
seeds = st.integers(0, 2**32)


def draws(seed: int) -> Draws:
    return DrawSource(seed, named_picture(), "task", 1).of("mcq", "pair", "candidate")


@given(st.floats(-100, 100))
@example(-0.004)
@example(0.125)
@example(0.375)
def test_two_decimals_round_half_to_even(value: float) -> None:
    exact = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert two_decimals(value) == str(exact if exact else abs(exact))
    assert meters(value) == f"{two_decimals(value)} meters"


@given(lengths, seeds)
@example(SMALLEST_M, 0)
@example(0.06, 1)
def test_options_differ_by_the_factor_and_hold_the_truth(value: float, seed: int) -> None:
    options, place = length_options(value, draws(seed))
    assert len(options) == 4
    assert two_decimals(options[place]) == two_decimals(value)
    printed = [round(float(two_decimals(option)) * 100) for option in options]
    assert printed[0] >= 1
    assert all(10 * b >= 13 * a for a, b in itertools.pairwise(printed))
    assert printed[3] <= 2 * 1.61**3 * max(printed[place], 5)


@given(lengths, seeds)
def test_claims_are_safely_true_or_false(value: float, seed: int) -> None:
    claim = length_claim(value, draws(seed))
    claimed = float(claim.length.removesuffix(" meters"))
    if claim.kind == "about":
        assert claim.truth == (claim.length == meters(value))
        ratio = math.inf if claimed == 0 else max(value / claimed, claimed / value)
        assert claim.truth or ratio >= 1.5
    else:
        assert claim.truth == (value > claimed if claim.kind == "more" else value < claimed)
        assert abs(claimed - value) >= 0.2 * value * (1 - 1e-9)
    assert claimed > 0
