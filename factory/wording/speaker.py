"""What each kind of answer contributes to a row; one module per kind implements it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from schemas.qa import Fact, Format, Mark

PhraseChoice = Mapping[str, Mapping[str, str]]
"""The table drawn for a row from each group of phrases."""


class Speaker(Protocol):
    """Says one kind of answer. Stateless; a new kind is one class.

    lists : per format, the lists of templates that its rows may use, questions and answers;
    phrase_groups : the groups of phrases that `slots` reads.
    """

    lists: Mapping[Format, tuple[str, ...]]
    phrase_groups: tuple[str, ...]

    def objection(self, fact: Fact, format_: Format) -> str | None:
        """Why the fact is not said in that format, None when it can be."""

    def question_list(self, fact: Fact, format_: Format) -> str:
        """The list of templates that the question comes from."""

    def sentence_list(self, fact: Fact) -> str:
        """The list of templates that a sentence answer comes from."""

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        """What templates of this kind may mention beyond `basic_slots`."""

    def short_answer(self, fact: Fact, format_: Format) -> str:
        """The exact answer string of fill or judge."""


@runtime_checkable
class Chooser(Protocol):
    """Offers one kind of answer for choice; `option_draws` is how many random numbers a row takes."""

    option_draws: int

    def options(self, facts: Sequence[Fact], draws: np.ndarray) -> list[list[str]]:
        """Per fact the right option, then the wrong ones in any order; [] where no good options exist.

        draws : (n, option_draws) uniform numbers in [0, 1).
        """


def one_decimal(value: float) -> str:
    """One decimal, half to even from the exact value, never -0.0."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text


def listed(parts: Sequence[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {conjunction} ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def frame_name(index: int) -> str:
    """A frame of a video as texts call it, counted from 0."""
    return f"Frame-{index}"


def marked(fact: Fact, color: str) -> Mark:
    """The mark of that colour."""
    return next(mark for mark in fact.marks if mark.color == color)


def drawn_name(mark: Mark) -> str:
    """What a mark is called: by its colour, or by the name that loaders draw beside it.

    Of listed points the first is the anchor, drawn as `objectA`; the i-th is drawn as `object{i-1}`.
    """
    if mark.color.startswith("object"):
        return mark.color
    if mark.color.startswith("point"):
        place = int(mark.color.removeprefix("point"))
        return f"object{place - 1}" if place else "objectA"
    return f"{mark.color} {mark.kind}"


def mention(mark: Mark, *, in_video: bool = False) -> str:
    """An object as questions mention it: `towel (red point)`, `towel (red point in Frame-7)` in a video."""
    frame = f" in {frame_name(mark.image_index)}" if in_video else ""
    return f"{mark.label} ({drawn_name(mark)}{frame})"


def short_mention(fact: Fact, mark: Mark) -> str:
    """The label alone, with the mark only where two marked objects share the label."""
    alone = [other.label for other in fact.marks].count(mark.label) == 1
    return mark.label if alone else mention(mark)


def answer_name(fact: Fact, mark: Mark) -> str:
    """An object as a short answer: its label, with its mark where labels of the fact repeat."""
    return mention(mark) if fact.words.get("name_marks") == "yes" else mark.label


def basic_slots(fact: Fact, *, in_video: bool) -> dict[str, str]:
    """Slots of every kind: marked objects (`{red}` a mention, `{red_name}` a short one), numbers, words."""
    slots = dict(fact.words)
    for name, value in fact.numbers.items():
        slots[name] = one_decimal(value)
    for mark in fact.marks:
        slots[mark.color] = mention(mark, in_video=in_video)
        slots[f"{mark.color}_name"] = short_mention(fact, mark)
    return slots
