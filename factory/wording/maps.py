"""Maps: the ground coordinates of marked objects, in the line that clients parse."""

from collections.abc import Mapping

from factory.wording.speaker import PhraseChoice, listed, mention, one_decimal
from schemas.qa import Fact, Format


class MapSpeaker:
    """Two numbers per object, `Object0 :(-0.3,1.4). Object1 :(-1.1,2.0).`, the last period left to the sentence."""

    lists: Mapping[Format, tuple[str, ...]] = {"sentence": ("question", "answer")}
    phrase_groups: tuple[str, ...] = ()

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        values = [one_decimal(value) for value in fact.values or ()]
        places = zip(fact.marks, values[0::2], values[1::2], strict=True)
        return {
            "objects": listed([f"the {mention(mark)}" for mark in fact.marks]),
            "map": ". ".join(f"{mark.color.capitalize()} :({x},{y})" for mark, x, y in places),
        }

    def short_answer(self, fact: Fact, format_: Format) -> str:
        raise NotImplementedError("maps are told in a sentence")
