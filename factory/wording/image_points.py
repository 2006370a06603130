"""Points of an image with their depth: where another camera is, and where it is not."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.numbers import wrong_numbers
from factory.wording.speaker import PhraseChoice, one_decimal
from schemas.qa import Fact, Format

# On the 0-1000 scale: a wrong place is this far to the side of the truth, or above or below it.
_SIDEWAYS, _VERTICAL = (100, 500), (100, 200)
_PLACES, _CORNERS = 6, ((0, 0), (0, 1), (1, 0), (1, 1))


class PointSpeaker:
    """`(514,95),4.8`: a point on the 0-1000 scale and a depth in metres."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ()
    option_draws = _PLACES + 4

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        u, v = _point(fact)
        return {"point": f"({u}, {v})"}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        u, v = _point(fact)
        return f"({u},{v}),{one_decimal(fact.numbers['depth'])}"

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        depths = np.array([fact.numbers["depth"] for fact in facts])
        wrong = wrong_numbers(depths, draws[:, _PLACES:])
        rows = []
        for fact, depth, other_depths, row in zip(facts, depths, wrong.tolist(), draws.tolist(), strict=True):
            told = [one_decimal(depth), *(f"{tenths // 10}.{tenths % 10}" for tenths in other_depths)]
            rows.append(
                [f"Image Coor: ({u}, {v}), Depth: {z} meters" for u, v, z in _choices(_point(fact), told, row)]
            )
        return rows


def _point(fact: Fact) -> tuple[int, int]:
    return round(fact.numbers["u"]), round(fact.numbers["v"])


def _choices(point: tuple[int, int], depths: Sequence[str], draws: Sequence[float]) -> list[tuple[int, int, str]]:
    """The truth and three wrong answers, in which every value of the truth occurs no more often than another one.

    Either both coordinates have two values and the four places are the corners of a box, each with its own depth; or
    there are two places and two depths, in all combinations. So neither the place of the truth among the options nor
    what it shares with them tells that it is right.
    """
    across = (point[0], _elsewhere(point[0], _SIDEWAYS, draws[0], draws[1]))
    down = (point[1], _elsewhere(point[1], _VERTICAL, draws[2], draws[3]))
    if draws[4] < 0.5:
        return [(across[i], down[k], depth) for (i, k), depth in zip(_CORNERS, depths, strict=True)]
    two = (depths[0], depths[1 + int(draws[5] * 3)])
    return [(across[i], down[i], two[k]) for i, k in _CORNERS]


def _elsewhere(value: int, away: tuple[int, int], side: float, amount: float) -> int:
    """Another coordinate in 0..1000, `away` from this one, to either side where there is room."""
    nearest, farthest = away
    room = (value, 1000 - value)
    sides = [k for k in (0, 1) if room[k] >= nearest]
    chosen = sides[int(side * len(sides))]
    step = nearest + int(amount * (min(farthest, room[chosen]) - nearest + 1))
    return value - step if chosen == 0 else value + step
