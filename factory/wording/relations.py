"""Relations: three slots, left-right, above-below and closer-farther or front-behind, each possibly empty."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

Triple = tuple[str, str, str]

SLOT_WORDS: Mapping[str, tuple[str, str]] = {
    "left_right": ("left", "right"),
    "above_below": ("above", "below"),
    "distance": ("closer", "farther"),
    "front_behind": ("front", "behind"),
}
# How often an empty slot meets a filled one among the options. Nearly all truths fill three slots, and few leave one
# empty, so that the second number is small: an empty slot then tells nothing about which option is right.
_FILL_EMPTY, _EMPTY_FILLED = 0.5, 0.05


class RelationSpeaker:
    """Where red is: relative to blue as the observer sees them, or relative to the observer.

    third : the third slot, distance or front_behind.
    """

    lists: Mapping[Format, tuple[str, ...]] = {
        "select": ("question",),
        "sentence": ("question", "answer_place", "answer_range", "answer_both"),
        "judge": ("question_place", "question_range"),
    }
    phrase_groups: tuple[str, ...] = ("relation",)
    option_draws = 5

    def __init__(self, third: str = "distance") -> None:
        self._slots = ("left_right", "above_below", third)

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None if any(self._triple(fact)) else "no relation to state"

    def question_list(self, fact: Fact, format_: Format) -> str:
        if format_ != "judge":
            return "question"
        return "question_range" if fact.words["claim_slot"] == self._slots[2] else "question_place"

    def sentence_list(self, fact: Fact) -> str:
        side, height, third = self._triple(fact)
        if not third:
            return "answer_place"
        return "answer_both" if side or height else "answer_range"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        words = phrases["relation"]
        side, height, third = self._triple(fact)
        slots = {
            "place": " and ".join(words[word] for word in (side, height) if word),
            "range": words[third] if third else "",
        }
        if "claim" in fact.words:
            slots["claim"] = words[fact.words["claim"]]
        return slots

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return fact.words["answer"]

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        return [
            [", ".join(triple) for triple in triple_options(fact, self._slots, row)]
            for fact, row in zip(facts, draws.tolist(), strict=True)
        ]

    def _triple(self, fact: Fact) -> Triple:
        return slot_triple(fact, self._slots)


def slot_triple(fact: Fact, slots: Sequence[str]) -> Triple:
    """The words of three slots, empty where the two sides cannot be told apart."""
    a, b, c = (fact.words[slot] for slot in slots)
    return a, b, c


def triple_options(
    fact: Fact, slots: Sequence[str], draws: Sequence[float], fill_empty: float = _FILL_EMPTY
) -> list[Triple]:
    """The triple of a fact, then three that are wrong; the slots are keys of `SLOT_WORDS`."""
    truth = slot_triple(fact, slots)
    return [truth, *wrong_triples(truth, [SLOT_WORDS[slot] for slot in slots], draws, fill_empty)]


def _replaced(triple: Triple, changes: dict[int, str]) -> Triple:
    a, b, c = (changes.get(slot, word) for slot, word in enumerate(triple))
    return a, b, c


def _opposite(pair: tuple[str, str], word: str) -> str:
    first, second = pair
    return second if word == first else first


def wrong_triples(
    truth: Triple, words: Sequence[tuple[str, str]], draws: Sequence[float], fill_empty: float = _FILL_EMPTY
) -> list[Triple]:
    """Three triples that are wrong under any reading: each denies a filled slot of the truth.

    words : the two words of each slot; draws : 5 uniform numbers; fill_empty : how often an empty slot of the truth
    meets a filled one. A filled slot is sure, since the task asks only beyond the noise; an empty one depends on the
    threshold, so a triple that only fills it would not be safely wrong. The four triples treat all options alike: no
    word or pattern among them occurs more often in the right one than in the others.
    """
    filled = [slot for slot in range(3) if truth[slot]]
    if len(filled) == 1:
        return _one_filled(truth, filled[0], words, draws)
    partner = {slot: _opposite(words[slot], truth[slot]) for slot in filled}
    third = int(draws[0] * 3)
    if len(filled) == 2:
        third = next(slot for slot in range(3) if not truth[slot])
        if draws[1] < fill_empty:
            partner[third] = words[third][int(draws[2] * 2)]
    elif draws[1] < _EMPTY_FILLED:
        partner[third] = ""
    elif draws[1] < 0.5:
        del partner[third]
    if third not in partner:
        # two slots in all combinations, the third the same in all
        a, b = partner
        return [_replaced(truth, {s: partner[s] for s in slots}) for slots in ((a,), (b,), (a, b))]
    # two changes each: every slot has each of its two words in two of the four
    return [_replaced(truth, {s: partner[s] for s in slots}) for slots in ((0, 1), (0, 2), (1, 2))]


def _one_filled(truth: Triple, filled: int, words: Sequence[tuple[str, str]], draws: Sequence[float]) -> list[Triple]:
    """One slot is filled in each of four triples, two of them fill the same one; any may be the truth's."""
    empty: Triple = ("", "", "")
    others = [slot for slot in range(3) if slot != filled]
    drawn = {slot: words[slot][int(draws[1 + k] * 2)] for k, slot in enumerate(others)}
    wrong = [_replaced(empty, {slot: word}) for slot, word in drawn.items()]
    # the pair holds two of the four options, so it has the truth half of the time
    twice = filled if draws[0] < 0.5 else others[int(draws[3] * 2)]
    word = truth[filled] if twice == filled else drawn[twice]
    return [*wrong, _replaced(empty, {twice: _opposite(words[twice], word)})]
