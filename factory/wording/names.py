"""Names: which of two marked objects, green or blue, is closer to or farther from red."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice, answer_name, marked, one_decimal, short_mention
from schemas.qa import Fact, Format


class NameSpeaker:
    """The object's label; with its mark (`towel (green point)`) where labels repeat."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ("asked",)
    option_draws = 0

    def objection(self, fact: Fact, format_: Format) -> str | None:
        if format_ != "sentence":
            return None
        green, blue = fact.numbers["green_distance"], fact.numbers["blue_distance"]
        return "both distances round to the same number" if one_decimal(green) == one_decimal(blue) else None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        winner = short_mention(fact, marked(fact, fact.words["answer"]))
        return {"asked_to": phrases["asked"][fact.words["asked"]], "winner": winner}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return answer_name(fact, marked(fact, fact.words["answer"]))

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        other = {"green": "blue", "blue": "green"}
        return [
            [answer_name(fact, marked(fact, color)) for color in (fact.words["answer"], other[fact.words["answer"]])]
            for fact in facts
        ]
