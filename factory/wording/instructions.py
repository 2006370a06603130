"""Instructions for a walk: their action words are taken out, numbered blanks are left, the answer lists the words."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from factory.wording.lexicon import lexicon
from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

MAX_BLANKS = 16
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_KEPT = "kept"


class InstructionSpeaker:
    """The removed words in order: `(1) turn left, (2) past`."""

    lists: Mapping[Format, tuple[str, ...]] = {"sentence": ("question", "answer")}
    phrase_groups: tuple[str, ...] = ()

    def objection(self, fact: Fact, format_: Format) -> str | None:
        instruction = fact.words["instruction"]
        if not fact.words["language"].lower().startswith("en"):
            return "instruction is not in English"
        if "[" in instruction or '"' in instruction:
            return "instruction has quotes or brackets, as the question does"
        text, removed = blanked(instruction)
        count = len(removed)
        if not count:
            return "instruction without action words"
        if len(_WORD.findall(text)) < 2 * count:  # a blank is a word, too
            return "instruction with little but action words"
        return f"instruction with more than {MAX_BLANKS} action words" if count > MAX_BLANKS else None

    def question_list(self, fact: Fact, format_: Format) -> str:
        return "question"

    def sentence_list(self, fact: Fact) -> str:
        return "answer"

    def slots(self, fact: Fact, phrases: PhraseChoice) -> dict[str, str]:
        return {"text": blanked(fact.words["instruction"])[0], "removed": self.short_answer(fact, "fill")}

    def short_answer(self, fact: Fact, format_: Format) -> str:
        removed = blanked(fact.words["instruction"])[1]
        return ", ".join(f"({number}) {words}" for number, words in enumerate(removed, 1))


@lru_cache(maxsize=1024)
def blanked(instruction: str) -> tuple[str, tuple[str, ...]]:
    """The instruction, its ends trimmed, with blanks `[__1__]`, `[__2__]`, ..., and the words that fill them."""
    text = instruction.strip()
    pieces, removed, done = [], [], 0
    for start, end in action_words(text):
        removed.append(text[start:end])
        pieces += [text[done:start], f"[__{len(removed)}__]"]
        done = end
    return "".join([*pieces, text[done:]]), tuple(removed)


def action_words(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each phrase of the lexicon in a text; of several that begin with the same word, the longest.

    Phrases of the list `kept` win over shorter ones and are left in the text (`right next to`).
    """
    known = _phrases()
    found = list(_WORD.finditer(text))
    words = [match.group().lower() for match in found]
    place = 0
    while place < len(words):
        for phrases in known.get(words[place], ()):
            after = place + phrases.length
            keep = phrases.kept.get(tuple(words[place:after]))
            if keep is not None and _in_one_piece(text, found[place:after]):
                if not keep:
                    yield found[place].start(), found[after - 1].end()
                place = after
                break
        else:
            place += 1


def _in_one_piece(text: str, words: list[re.Match[str]]) -> bool:
    return all(text[a.end() : b.start()].isspace() for a, b in pairwise(words))


class _Phrases(NamedTuple):
    """Phrases of the same length and first word, and whether they stay in the text."""

    length: int
    kept: dict[tuple[str, ...], bool]


@cache
def _phrases() -> dict[str, list[_Phrases]]:
    """By first word, the longest phrases first."""
    by_first: dict[str, dict[int, dict[tuple[str, ...], bool]]] = {}
    for group, phrases in lexicon("action_words").items():
        for phrase in phrases:
            words = tuple(phrase.split(" "))
            by_first.setdefault(words[0], {}).setdefault(len(words), {})[words] = group == _KEPT
    return {
        first: [_Phrases(length, lengths[length]) for length in sorted(lengths, reverse=True)]
        for first, lengths in by_first.items()
    }
