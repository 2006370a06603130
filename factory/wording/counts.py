"""Counts: how many things of a label a video shows."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.plurals import plural
from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

_SPREAD = 6  # options lie up to a sixth of the truth farther apart than they need


class CountSpeaker:
    """A whole number; asked only where the label names one thing, so that its things are what a reader counts."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ()
    option_draws = 4

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None if plural(fact.labels[0]) else "label is a plural or a mass noun: its instances are no count"

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        return {"plural": plural(fact.labels[0]) or "", "answer": self.short_answer(fact, "fill")}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return str(_count(fact))

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        return [
            [str(count) for count in (_count(fact), *wrong_counts(_count(fact), row))]
            for fact, row in zip(facts, draws.tolist(), strict=True)
        ]


def _count(fact: Fact) -> int:
    return round(fact.numbers["answer"])


def wrong_counts(truth: int, draws: Sequence[float]) -> list[int]:
    """Three other positive counts near the truth, which is positive; draws : 4 uniform numbers.

    How many of them are smaller is drawn uniformly among what fits, so that the place of the truth tells nothing.
    """
    smaller = int(draws[0] * (min(3, truth - 1) + 1))
    slack = truth - 1 - smaller
    below = above = truth
    wrong = []
    for step, draw in enumerate(draws[1:]):
        extra = int(draw * (truth // _SPREAD + 1))
        if step < smaller:
            extra = min(extra, slack)
            slack -= extra
            below -= 1 + extra
            wrong.append(below)
        else:
            above += 1 + extra
            wrong.append(above)
    return wrong
