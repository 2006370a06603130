"""Reading texts: labels and marks become tokens (`@red`), then numbers and words are looked up."""

import re
from functools import lru_cache
from typing import NamedTuple

_COLORED = r"(?:red|green|blue|yellow) (?:point|bbox)"
_MENTION = re.compile(rf"\(\s*(?:(?:object\d+, )?{_COLORED}|object(?:a|\d+))(?: in frame-\d+)?\s*\)")
FRAME_NAME = re.compile(r"\bframe-\d+")
_DIMENSION = re.compile(r"\b[23]-?d\b")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_CLAUSE = re.compile(r"[;:,]|[.!?](?!\d)|\band\b|\bthen\b|\bwhile\b|\bwhereas\b|\bbut\b")
_SENTENCE = re.compile(r"[;!?]|\.(?!\d)")


class Named(NamedTuple):
    """An object that texts name: its token, its label, and the ways to write its mark in lower case, longest first."""

    token: str
    label: str
    marks: tuple[str, ...] = ()


@lru_cache(maxsize=65536)
def _word(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@-]){re.escape(label)}(?![\w-])")


def tokenise(text: str, named: tuple[Named, ...]) -> str:
    """The text in lower case with every mention of a named object as ` @token `.

    A bare label that several objects share becomes `@any`.
    """
    text = _replace_mentions(text.lower(), named, tokens=True)
    for token, _, marks in named:
        for mark in marks:
            text = text.replace(f"({mark})", f" (@wrong {token}) ")
            text = _word(mark).sub(f" @{token} ", text)
    owners: dict[str, set[str]] = {}
    for token, label, _ in named:
        owners.setdefault(label.lower(), set()).add(token)
    for label in sorted(owners, key=lambda name: (-len(name), name)):
        tokens = owners[label]
        replacement = f" @{next(iter(tokens))} " if len(tokens) == 1 else " @any "
        text = _word(label).sub(replacement, text)
    return _DIMENSION.sub(" ", text)


def _longest_first(named: tuple[Named, ...]) -> list[Named]:
    """`floor lamp (in Frame-4)` holds `lamp (in Frame-4)`, and must be found before it."""
    return sorted(named, key=lambda one: -len(one.label))


def _replace_mentions(text: str, named: tuple[Named, ...], *, tokens: bool) -> str:
    for token, label, marks in _longest_first(named):
        label = label.lower()
        replacement = f" @{token} " if tokens else " "
        for mark in marks:
            text = text.replace(f"{label} ({mark})", replacement).replace(f"{mark} ({label})", replacement)
    return text


def wrong_mentions(text: str, named: tuple[Named, ...], longer: dict[str, list[str]]) -> list[str]:
    """Marks that a text gives to another label, or that are none of the row's."""
    text = text.lower()
    wrong = []
    for one in _longest_first(named):
        others = longer.get(one.label.lower(), ())
        wrong += [other for other in others for mark in one.marks if f"{other} ({mark})" in text]
        text = _replace_mentions(text, (one,), tokens=False)
    return wrong + [found.group() for found in _MENTION.finditer(text)]


def number_words(text: str) -> list[str]:
    """All numbers of a tokenised text as they are written, in order."""
    return _NUMBER.findall(text)


def numbers(text: str) -> list[float]:
    """All numbers of a tokenised text, in order."""
    return [float(found) for found in number_words(text)]


def clauses(text: str) -> list[str]:
    """The parts of a text between punctuation marks and conjunctions."""
    return [part.strip() for part in _CLAUSE.split(text) if part.strip()]


def sentences(text: str) -> list[str]:
    """The sentences of a text; decimal points do not end one."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]
