"""The words of one row, and what a speaker says them with."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from factory.web.tasks.spec import WebFact
from factory.wording.web.draws import Draws, DrawSource
from factory.wording.web.mentions import Mention
from factory.wording.web.slots import Slots
from factory.wording.web.templates import WebWording
from schemas.web import WebFormat

LETTERS = "ABCDEFGHIJ"
OBJECT_SLOTS = "abcdef"


class Line(NamedTuple):
    """The words of one row; `right` is the text of the right answer, which is an option for mcq."""

    format: WebFormat
    pair_type: str
    question: str
    answer: str
    right: str
    options: list[str] | None
    template_id: str


class Said:
    """A fact to put in words: its objects as mentions, the wording of its task, where its numbers come from."""

    __slots__ = ("_draws", "_wording", "fact", "mentions", "names", "several")

    def __init__(self, fact: WebFact, mentions: Sequence[Mention], wording: WebWording, draws: DrawSource) -> None:
        self.fact = fact
        self.mentions = mentions
        self.names = {slot: mention.text for slot, mention in zip(OBJECT_SLOTS, mentions, strict=False)}
        self.several = {slot for slot, mention in zip(OBJECT_SLOTS, mentions, strict=False) if mention.several}
        self._wording = wording
        self._draws = draws

    def voice(self, format_: WebFormat, pair_type: str) -> "Voice":
        """What says the row of that format and pair type."""
        draws = self._draws.of(format_, pair_type, self.fact.candidate)
        return Voice(self, self._wording, format_, pair_type, draws)


class Voice:
    """Says one row: draws its sentences and phrases, and remembers which."""

    __slots__ = ("_format", "_ids", "_pair_type", "_said", "_wording", "draws")

    def __init__(self, said: Said, wording: WebWording, format_: WebFormat, pair_type: str, draws: Draws) -> None:
        self._said = said
        self._wording = wording
        self._format = format_
        self._pair_type = pair_type
        self.draws = draws
        self._ids = [wording.task]

    def say(self, pool: str, several: Sequence[str] = (), **texts: str) -> str:
        """A sentence of a pool; `several` are the slots among `texts` that need plural verbs."""
        template = self.draws.pick(self._wording.pools[pool])
        self._ids.append(template.id)
        said = self._said
        return template.render(Slots({*said.several, *several} if several else said.several, said.names, **texts))

    def phrases(self, group: str) -> Mapping[str, str]:
        """A table of a group of phrases."""
        return self.draws.pick(self._wording.phrases[group])

    def exact(self, name: str) -> None:
        """Remembers a text that no pool has."""
        self._ids.append(name)

    def text(self, question: str, answer: str) -> Line:
        """A row with a free answer."""
        return self._line(question, answer, answer, None)

    def choice(self, question: str, right: str, wrong: Sequence[str]) -> Line:
        """A row with options: the right one at a drawn letter, the wrong ones around it in random order."""
        letter = self.draws.index(len(wrong) + 1)
        options = self.draws.sample(wrong, len(wrong))
        options.insert(letter, right)
        return self._line(question, LETTERS[letter], right, options)

    def ordered_choice(self, question: str, options: list[str], place: int) -> Line:
        """A row with options in the given order, the right one at `place`."""
        return self._line(question, LETTERS[place], options[place], options)

    def claim(self, question: str, truth: bool) -> Line:
        """A row that is answered by yes or no."""
        answer = "Yes" if truth else "No"
        return self._line(question, answer, answer, None)

    def _line(self, question: str, answer: str, right: str, options: list[str] | None) -> Line:
        return Line(self._format, self._pair_type, question, answer, right, options, "/".join(self._ids))


def sentence(text: str) -> str:
    """A noun phrase as a whole answer: a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def listed(texts: Sequence[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b, and c`."""
    if len(texts) < 3:
        return f" {conjunction} ".join(texts)
    return f"{', '.join(texts[:-1])}, {conjunction} {texts[-1]}"
