"""Reading questions and answers: objects become `@0`, `@1`, ... by their slots in the row, then words are found."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_BOX = re.compile(r"\(highlighted by (?:the|a) (\w+) box\)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\d]|\.\d)")
_TOKEN = re.compile(r"@(\d+)")
_DIMENSION = re.compile(r"\b[23]d\b")
# Sentences speak of the picture itself, which is no object even where an object is called `the picture`.
_THE_PICTURE = re.compile(r"(?<!interested )\bin the picture\b|\bdoes the picture show\?|\bthe picture shows(?= \d)")
# `right` as in correct.
_CORRECT = re.compile(
    r"\b(?:(?:is|are|be) (?:that|it|they|this) right|which is right|be right to say|is it right to say|is it right"
    r"|the right order|seems right)\b"
)


@lru_cache(maxsize=4096)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(range(len(names)), key=lambda slot: -len(names[slot]))
    either = "|".join(f"(?P<n{slot}>{re.escape(names[slot].lower())})" for slot in longest_first)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])(?! \(highlighted)")


def tokenise(text: str, names: Sequence[str]) -> str:
    """The text in lower case with each name as its token; `right` is left for the direction alone."""
    text = " ".join(text.lower().split())
    text = _THE_PICTURE.sub("~", text)
    if names:
        text = _pattern(tuple(names)).sub(lambda match: f"@{str(match.lastgroup)[1:]}", text)
    return _DIMENSION.sub("", _CORRECT.sub("~", text))


def tokens(text: str) -> list[int]:
    """The slots of the names in a tokenised text, in order."""
    return [int(slot) for slot in _TOKEN.findall(text)]


def numbers(text: str) -> list[str]:
    """The numbers of a tokenised text as they are written, in order."""
    return _NUMBER.findall(_TOKEN.sub(" ", text))


def stray_boxes(text: str) -> list[str]:
    """Colours of boxes that no name of the row has taken."""
    return _BOX.findall(text)


def first_slot(patterns: Iterable[re.Pattern[str]], text: str) -> int | None:
    """The slot that the first pattern with a match captures."""
    for pattern in patterns:
        if match := pattern.search(text):
            return int(match.group(1))
    return None


def matching(meanings: dict[str, re.Pattern[str]], text: str) -> list[str]:
    """Which of some meanings a text has."""
    return [meaning for meaning, pattern in meanings.items() if pattern.search(text)]


def in_order(meanings: dict[str, re.Pattern[str]], text: str) -> list[str]:
    """The meanings of a text in the order in which it says them."""
    found = [(match.start(), meaning) for meaning, pattern in meanings.items() for match in pattern.finditer(text)]
    return [meaning for _, meaning in sorted(found)]


def words(**patterns: str) -> dict[str, re.Pattern[str]]:
    """Meanings by name."""
    return {name: re.compile(pattern) for name, pattern in patterns.items()}
