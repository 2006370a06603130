"""The closest or farthest object, shown by its box; among several images, by an image and the box on it."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.boxes import OPTIONS, box_text, shuffled, take_apart
from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

_IMAGES = ("the first image", "the second image", "the third image")
_ORDER_DRAWS = 16


class ShownBoxSpeaker:
    """Where the object is: `[x1, y1, x2, y2]`, or `the second image, [x1, y1, x2, y2]`.

    A wrong option is the box of another object; where the scene has too few of them, there is no choice to offer.
    """

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ("asked",)
    option_draws = _ORDER_DRAWS

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        image, box = _split(_place(fact))
        return {
            "asked_to": phrases["asked"][fact.words["asked"]],
            "winner": fact.labels[0],
            "image": image,
            "box": box,
        }

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return place_text(_place(fact))

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        rows = []
        for fact, row in zip(facts, draws, strict=True):
            places = [_place(fact)]
            take_apart(places, shuffled(fact.alternatives, row))
            rows.append([place_text(place) for place in places] if len(places) == OPTIONS else [])
        return rows


def _place(fact: Fact) -> tuple[int, ...]:
    return tuple(round(value) for value in fact.values or ())


def _split(place: Sequence[int]) -> tuple[str, str]:
    """The image in words, empty for a box alone, and the box."""
    return " ".join(_IMAGES[image] for image in place[:-4]), box_text(place[-4:])


def place_text(place: Sequence[int]) -> str:
    """A box, or an image (counted from 0) and a box, as answers and options write them."""
    return ", ".join(part for part in _split(place) if part)
