"""Relations: three slots, left-right, above-below and closer-farther, each possibly empty."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

Triple = tuple[str, str, str]

_SLOTS = ("left_right", "above_below", "distance")
_WORDS = (("left", "right"), ("above", "below"), ("closer", "farther"))
_RANGE = _WORDS[2]
# How often an empty slot meets a filled one among the options. Nearly all truths fill three slots, and few leave one
# empty, so that the second number is small: an empty slot then tells nothing about which option is right.
_FILL_EMPTY, _EMPTY_FILLED = 0.5, 0.05


class RelationSpeaker:
    """Red relative to blue as the observer sees them."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "select": ("question",),
        "sentence": ("question", "answer_place", "answer_range", "answer_both"),
        "judge": ("question_place", "question_range"),
    }
    phrase_groups: tuple[str, ...] = ("relation",)
    option_draws = 5

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None if any(_triple(fact)) else "no relation to state"

    def question_list(self, fact: Fact, format_: Format) -> str:
        if format_ != "judge":
            return "question"
        return "question_range" if fact.words["claim"] in _RANGE else "question_place"

    def sentence_list(self, fact: Fact) -> str:
        side, height, distance = _triple(fact)
        if not distance:
            return "answer_place"
        return "answer_both" if side or height else "answer_range"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        words = phrases["relation"]
        side, height, distance = _triple(fact)
        return {
            "place": " and ".join(words[word] for word in (side, height) if word),
            "range": words[distance] if distance else "",
            "claim": words[fact.words["claim"]],
        }

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return fact.words["answer"]

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        return [
            [", ".join(triple) for triple in [_triple(fact), *wrong_triples(_triple(fact), row)]]
            for fact, row in zip(facts, draws.tolist(), strict=True)
        ]


def _triple(fact: Fact) -> Triple:
    left_right, above_below, distance = (fact.words[slot] for slot in _SLOTS)
    return left_right, above_below, distance


def _replaced(triple: Triple, changes: dict[int, str]) -> Triple:
    a, b, c = (changes.get(slot, word) for slot, word in enumerate(triple))
    return a, b, c


def _opposite(slot: int, word: str) -> str:
    first, second = _WORDS[slot]
    return second if word == first else first


def wrong_triples(truth: Triple, draws: Sequence[float]) -> list[Triple]:
    """Three triples that are wrong under any reading: each denies a filled slot of the truth.

    draws : 5 uniform numbers. A filled slot is sure, since the task asks only beyond the noise; an empty one depends
    on the threshold, so a triple that only fills it would not be safely wrong. The four triples treat all options
    alike: no word or pattern among them occurs more often in the right one than in the others.
    """
    filled = [slot for slot in range(3) if truth[slot]]
    if len(filled) == 1:
        return _one_filled(truth, filled[0], draws)
    partner = {slot: _opposite(slot, truth[slot]) for slot in filled}
    third = int(draws[0] * 3)
    if len(filled) == 2:
        third = next(slot for slot in range(3) if not truth[slot])
        if draws[1] < _FILL_EMPTY:
            partner[third] = _WORDS[third][int(draws[2] * 2)]
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


def _one_filled(truth: Triple, filled: int, draws: Sequence[float]) -> list[Triple]:
    """One slot is filled in each of four triples, two of them fill the same one; any may be the truth's."""
    empty: Triple = ("", "", "")
    others = [slot for slot in range(3) if slot != filled]
    words = {slot: _WORDS[slot][int(draws[1 + k] * 2)] for k, slot in enumerate(others)}
    wrong = [_replaced(empty, {slot: word}) for slot, word in words.items()]
    # the pair holds two of the four options, so it has the truth half of the time
    twice = filled if draws[0] < 0.5 else others[int(draws[3] * 2)]
    word = truth[filled] if twice == filled else words[twice]
    return [*wrong, _replaced(empty, {twice: _opposite(twice, word)})]
