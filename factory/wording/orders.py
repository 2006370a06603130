"""Orders: which of four kinds of objects a video shows first, second, third, fourth."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice, frame_name, listed
from schemas.qa import Fact, Format

_PLACES = ("first", "second", "third", "fourth")
_ORDERS = tuple(itertools.permutations(range(4)))[1:]  # all but the right one


class OrderSpeaker:
    """The labels in the order of the fact, `a, b, c, d`; the question has them in the order `fact.words["order"]`."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ()
    option_draws = 3

    def objection(self, fact: Fact, format_: Format) -> str | None:
        """A reader takes an office chair for a chair, too."""
        general = any(a.endswith(f" {b}") for a, b in itertools.permutations(fact.labels, 2))
        return "one label names a kind of another" if general else None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        asked = [fact.labels[int(place)] for place in fact.words["order"]]
        slots = {"listed": listed(asked), "the_listed": listed([f"the {label}" for label in asked])}
        for place, label, frame in zip(_PLACES, fact.labels, fact.values or (), strict=True):
            slots[place] = label
            slots[f"{place}_frame"] = frame_name(round(frame))
        return slots

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return ", ".join(fact.labels)

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        """All wrong orders are equally likely, so that no option looks like the original of the others."""
        rows = []
        for fact, row in zip(facts, draws.tolist(), strict=True):
            left = list(_ORDERS)
            wrong = [left.pop(int(draw * len(left))) for draw in row]
            rows.append([", ".join(fact.labels[place] for place in order) for order in (range(4), *wrong)])
        return rows
