"""Names: which of two marked objects, green or blue, is closer to or farther from red."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice, marked, mention, one_decimal, short_mention
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
        return _name(fact, fact.words["answer"])

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        other = {"green": "blue", "blue": "green"}
        return [[_name(f, f.words["answer"]), _name(f, other[f.words["answer"]])] for f in facts]


def _name(fact: Fact, color: str) -> str:
    mark = marked(fact, color)
    return mention(mark) if fact.words.get("name_marks") == "yes" else mark.label
