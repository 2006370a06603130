"""Imagined moves: where an object is before the observer goes elsewhere, and after it."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.relations import Triple, slot_triple, triple_options
from factory.wording.speaker import PhraseChoice, frame_name, listed, short_mention
from factory.wording.templates import fill_phrase
from schemas.qa import Fact, Format

_ROLES = ("green", "blue", "red", "yellow")
"""Where the observer goes, what it faces, the object asked about, what that is compared with."""
_STILLS = 3
"""More images than that are the frames of a video."""
_FILL_EMPTY = 0.15
"""See `relations.wrong_triples`: up to a third of the truths leave a slot empty, more than of other relations."""


class ImaginedSpeaker:
    """A state before the move and one after it, each with three slots: the third is the distance from the observer
    where objects are compared, else in front or behind."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "select": ("question_after",),
        "sentence": ("question", "answer_change", "answer_same"),
    }
    phrase_groups: tuple[str, ...] = ("before", "after")
    option_draws = 5

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None if any(_state(fact)) else "no relation to state after the move"

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question_after" if format_ == "select" else "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer_same" if _state(fact) == _state(fact, "before_") else "answer_change"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        slots = _names_in_video(fact) if fact.marks else _names_by_frame(fact)
        short = {mark.color: short_mention(fact, mark) for mark in fact.marks} or dict(
            zip(_ROLES, fact.labels, strict=False)
        )
        slots["before"] = _clause(_state(fact, "before_"), phrases["before"], short)
        slots["after"] = _clause(_state(fact), phrases["after"], short)
        if "red_front_behind" in fact.words:
            slots["sides"] = _sides(fact, phrases["after"], short)
        return slots

    def short_answer(self, fact: Fact, format_: Format) -> str:
        raise NotImplementedError("imagined moves are answered by a letter or a sentence")

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        return [
            [", ".join(triple) for triple in triple_options(fact, _slots(fact), row, _FILL_EMPTY)]
            for fact, row in zip(facts, draws.tolist(), strict=True)
        ]


def _slots(fact: Fact) -> tuple[str, str, str]:
    return "left_right", "above_below", "distance" if "distance" in fact.words else "front_behind"


def _state(fact: Fact, time: str = "") -> Triple:
    return slot_triple(fact, [time + slot for slot in _slots(fact)])


def _names_in_video(fact: Fact) -> dict[str, str]:
    """Slots of marks in a video: `lamp (object0, green bbox in Frame-7)`, since loaders write these names beside them.

    The colour alone would not do: the yellow boxes of videos are drawn cyan.
    """
    if len(fact.images) <= _STILLS:
        return {}
    return {
        mark.color: f"{mark.label} (object{place}, {mark.color} bbox in {frame_name(mark.image_index)})"
        for place, mark in enumerate(fact.marks)
    }


def _names_by_frame(fact: Fact) -> dict[str, str]:
    """Slots of objects that nothing marks: `lamp (in Frame-30)`, in short the label, which only one object has."""
    slots = {}
    for role, label, image in zip(_ROLES, fact.labels, fact.shown_in, strict=False):
        slots[role] = f"{label} (in {frame_name(image)})"
        slots[f"{role}_name"] = label
    return slots


def _clause(state: Triple, phrase: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What is said of one time: places alone, a distance alone, both, or that nothing is clear."""
    compared = "range" in phrase
    places = listed([phrase[word] for word in (state[:2] if compared else state) if word])
    distance = phrase[state[2]] if compared and state[2] else ""
    key = "both" if places and distance else "place" if places else "range" if distance else "none"
    return fill_phrase(phrase[key], **names, place=places, range=distance)


def _sides(fact: Fact, phrase: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Whether red and yellow are in front of the moved observer."""
    red, yellow = fact.words["red_front_behind"], fact.words["yellow_front_behind"]
    key = "same" if red == yellow else "different"
    return fill_phrase(phrase[key], **names, red_side=phrase[red], yellow_side=phrase[yellow])
