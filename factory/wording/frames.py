"""Frames of a video that show an object."""

from collections.abc import Mapping

from factory.wording.speaker import PhraseChoice, frame_name, listed
from schemas.qa import Fact, Format


class FramesSpeaker:
    """The frames other than the marked one: `Frame-3, Frame-7 and Frame-12`."""

    lists: Mapping[Format, tuple[str, ...]] = {"sentence": ("question", "answer")}
    phrase_groups: tuple[str, ...] = ()

    def objection(self, fact: Fact, format_: Format) -> str | None:
        return None if fact.values else "in no other frame"

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        return {"frames": self.short_answer(fact, "fill")}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        return listed([frame_name(round(frame)) for frame in fact.values or ()])
