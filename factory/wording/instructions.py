"""Instructions for a walk: their action words are taken out, numbered blanks are left, the answer lists the words."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from factory.wording.lexicon import lexicon
from factory.wording.speaker import PhraseChoice
from schemas.qa import Fact, Format

MAX_BLANKS = 16
LANGUAGES = ("en", "hi", "te")
"""Those with words in the lexicon."""

# Vowel signs of Devanagari and Telugu are no `\w`; the dandas that end a sentence (U+0964, U+0965) are no letters.
_LETTER = r"[\w\u0900-\u0963\u0966-\u097f\u0c00-\u0c7f\u200c\u200d]"
_WORD = re.compile(rf"{_LETTER}+(?:[-'’]{_LETTER}+)*")
_JOINERS = re.compile("[\u200c\u200d]")  # show how letters join, and are left out as often
# What says nothing about the way: "Right, we begin ...", "... the sofa, right?"
_FILLER = re.compile(r"(?:(?:^|[.!?]\s+)(?:right|ok right|okay right)(?=,)|\bright(?=\s*\?))", re.IGNORECASE)
_KEPT = "kept"


class InstructionSpeaker:
    """The removed words in order: `(1) turn left, (2) past`."""

    lists: Mapping[Format, tuple[str, ...]] = {"sentence": ("question", "answer")}
    phrase_groups: tuple[str, ...] = ()

    def objection(self, fact: Fact, format_: Format) -> str | None:
        instruction = fact.words["instruction"]
        if language_of(fact.words["language"]) not in LANGUAGES:
            return f"no action words are known in its language ({fact.words['language']})"
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


def language_of(code: str) -> str:
    """The language of a code that may name a region: `en` of `en-IN`."""
    return code.lower().partition("-")[0]


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
    """Start and end of what is taken out, by phrases of the lexicon; of several that begin with the same word, the
    longest.

    Phrases of the list `kept` win over shorter ones and are left in the text (`right next to`).
    """
    known = _phrases()
    found = list(_WORD.finditer(text))
    words = [_JOINERS.sub("", match.group()).lower() for match in found]
    fillers = {match.end() for match in _FILLER.finditer(text)}
    place = 0
    while place < len(words):
        for phrases in known.get(words[place], ()):
            after = place + phrases.length
            taken = phrases.taken.get(tuple(words[place:after]))
            if taken is not None and _in_one_piece(text, found[place:after]):
                start, end = place + taken.start, place + taken.stop
                if start < end and found[end - 1].end() not in fillers:
                    yield found[start].start(), found[end - 1].end()
                place = after
                break
        else:
            place += 1


def _in_one_piece(text: str, words: list[re.Match[str]]) -> bool:
    return all(text[a.end() : b.start()].isspace() for a, b in pairwise(words))


class _Phrases(NamedTuple):
    """Phrases of the same length and first word, and which of their words are taken out: all, some, or none."""

    length: int
    taken: dict[tuple[str, ...], slice]


@cache
def _phrases() -> dict[str, list[_Phrases]]:
    """By first word, the longest phrases first."""
    by_first: dict[str, dict[int, dict[tuple[str, ...], slice]]] = {}
    for group, phrases in lexicon("action_words").items():
        for phrase in phrases:
            words, taken = _parsed(phrase)
            by_first.setdefault(words[0], {}).setdefault(len(words), {})[words] = (
                slice(0, 0) if group == _KEPT else taken
            )
    return {
        first: [_Phrases(length, lengths[length]) for length in sorted(lengths, reverse=True)]
        for first, lengths in by_first.items()
    }


def _parsed(phrase: str) -> tuple[tuple[str, ...], slice]:
    """The words of a phrase, and those in its brackets, or all."""
    words = unicodedata.normalize("NFC", phrase).split(" ")
    first = [place for place, word in enumerate(words) if word.startswith("[")]
    last = [place for place, word in enumerate(words) if word.endswith("]")]
    taken = slice(first[0], last[0] + 1) if first and last else slice(0, len(words))
    return tuple(word.strip("[]") for word in words), taken
