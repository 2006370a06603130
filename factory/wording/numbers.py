"""Numbers: metres with one decimal, and wrong numbers for options."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice, one_decimal
from schemas.qa import Fact, Format

# Integers below are tenths of a metre.
_MIN_GAP = 2
_MIN_RATIO = 0.9  # a pair of options differs by at least a tenth of the larger one
_SPREAD = 0.15  # on top of the smallest gap, up to this share of the number it starts from
_SMALLEST_SHARE = 4  # no option is less than a quarter of the truth


class NumberSpeaker:
    """A length that is never negative; for a signed one the magnitude, `{direction}` tells the sign."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ()
    option_draws = 4

    def objection(self, fact: Fact, format_: Format) -> str | None:
        zero = format_ != "fill" and one_decimal(fact.numbers["answer"]) == "0.0"
        return "answer rounds to zero" if zero else None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        return {}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return one_decimal(fact.numbers["answer"])

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        exact = np.array([fact.numbers["answer"] for fact in facts])
        wrong = wrong_numbers(exact, draws)
        return [
            [one_decimal(value), *(f"{tenths // 10}.{tenths % 10}" for tenths in row)]
            for value, row in zip(exact.tolist(), wrong.tolist(), strict=True)
        ]


def _next_below(tenths: np.ndarray) -> np.ndarray:
    below: np.ndarray = np.minimum(tenths - _MIN_GAP, np.floor(tenths * _MIN_RATIO + 1e-9))
    return below


def _next_above(tenths: np.ndarray) -> np.ndarray:
    above: np.ndarray = np.maximum(tenths + _MIN_GAP, np.ceil(tenths / _MIN_RATIO - 1e-9))
    return above


def wrong_numbers(exact: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Three wrong numbers per truth, (n, 3) int, in tenths of a metre.

    exact : (n,) [m], at least 0.05; draws : (n, 4) uniform. All four numbers differ pairwise, and the wrong ones from
    the exact truth, by at least 0.2 m and 10 % of the larger. How many are smaller than the truth is drawn uniformly
    among what fits, so that the place of the truth in their order tells nothing.
    """
    truth = np.array([float(one_decimal(value)) for value in exact.tolist()]) * 10.0
    truth = np.rint(truth)
    # The printed and the exact truth are both kept away from.
    low, high = np.minimum(truth, exact * 10.0), np.maximum(truth, exact * 10.0)
    first_below, first_above = np.floor(_next_below(low)), np.ceil(_next_above(high))
    smallest = np.maximum(1.0, truth // _SMALLEST_SHARE)
    second_below = _next_below(first_below)
    ends = np.stack([truth, first_below, second_below, _next_below(second_below)])
    room = (ends[1:] >= smallest).sum(axis=0)
    smaller = np.floor(draws[:, 0] * (room + 1)).astype(np.int64)
    slack = np.maximum(0.0, np.take_along_axis(ends, smaller[None], axis=0)[0] - smallest)

    below, above = truth, truth
    columns = []
    for step in range(3):
        goes_down = step < smaller
        spread = np.maximum(_MIN_GAP, np.floor(_SPREAD * truth))
        extra = np.floor(draws[:, 1 + step] * (spread + 1))
        extra_down = np.where(goes_down, np.minimum(extra, slack), 0.0)
        slack = slack - extra_down
        next_below = (first_below if step == 0 else _next_below(below)) - extra_down
        next_above = np.where(above == truth, first_above, _next_above(above)) + extra
        columns.append(np.where(goes_down, next_below, next_above))
        below = np.where(goes_down, next_below, below)
        above = np.where(goes_down, above, next_above)
    wrong: np.ndarray = np.stack(columns, axis=1).astype(np.int64)
    return wrong
