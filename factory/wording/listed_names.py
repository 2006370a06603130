"""Names out of a list: which of four objects of a video is closest to the anchor, or farthest from it."""

from collections.abc import Mapping, Sequence

import numpy as np

from factory.wording.speaker import PhraseChoice, answer_name, listed, marked, mention, short_mention
from schemas.qa import Fact, Format

_ANCHOR = "point0"


class ListedNameSpeaker:
    """The winner's label; with the name that is drawn beside it (`chair (object1)`) where labels repeat."""

    lists: Mapping[Format, tuple[str, ...]] = {
        "fill": ("question",),
        "select": ("question",),
        "sentence": ("question", "answer"),
    }
    phrase_groups: tuple[str, ...] = ("asked",)
    option_draws = 0

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        anchor = marked(fact, _ANCHOR)
        candidates = [mark for mark in fact.marks if mark is not anchor]
        return {
            "asked_to": phrases["asked"][fact.words["asked"]],
            "anchor": mention(anchor, in_video=True),
            "anchor_name": short_mention(fact, anchor),
            "candidates": listed([f"the {mention(mark, in_video=True)}" for mark in candidates]),
            "winner": short_mention(fact, marked(fact, fact.words["answer"])),
        }

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return answer_name(fact, marked(fact, fact.words["answer"]))

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        rows = []
        for fact in facts:
            winner = fact.words["answer"]
            others = [mark for mark in fact.marks if mark.color not in (_ANCHOR, winner)]
            rows.append([answer_name(fact, mark) for mark in (marked(fact, winner), *others)])
        return rows
