"""Sizes: length, width and height in whole centimetres."""

from collections.abc import Mapping

from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

_SIDES = ("length", "width", "height")


class SizeSpeaker:
    """The three sides of an upright box, `length is 12 cm, width is 11 cm, and height is 38 cm`."""

    lists: Mapping[Format, tuple[str, ...]] = {"fill": ("question",), "sentence": ("question", "answer")}
    phrase_groups: tuple[str, ...] = ()

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return "a side rounds to zero" if "0" in _centimetres(fact).values() else None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        return _centimetres(fact)

    def short_answer(self, fact: Fact, format_: Format) -> str:
        side = _centimetres(fact)
        return f"length is {side['length']} cm, width is {side['width']} cm, and height is {side['height']} cm"


def _centimetres(fact: Fact) -> dict[str, str]:
    return {side: str(round(fact.numbers[side])) for side in _SIDES}
