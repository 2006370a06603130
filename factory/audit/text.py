"""Reading texts: labels and marks become tokens (`@red`), then numbers and words are looked up."""

import re
from functools import lru_cache

COLORS = ("red", "green", "blue", "yellow")
_MENTION = re.compile(r"\(\s*(?:red|green|blue|yellow) (?:point|bbox)\s*\)")
_DIMENSION = re.compile(r"\b[23]-?d\b")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_CLAUSE = re.compile(r"[;:,]|[.!?](?!\d)|\band\b|\bthen\b|\bwhile\b|\bwhereas\b|\bbut\b")
_SENTENCE = re.compile(r"[;!?]|\.(?!\d)")


@lru_cache(maxsize=65536)
def _word(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@-]){re.escape(label)}(?![\w-])")


def tokenise(text: str, named: tuple[tuple[str, str, str], ...]) -> str:
    """The text in lower case with every mention of a marked object as ` @color `.

    named : (color, point or bbox, label) of each mark. A bare label that several marks share becomes `@any`.
    """
    text = text.lower()
    for color, kind, label in named:
        label = label.lower()
        token = f" @{color} "
        text = text.replace(f"{label} ({color} {kind})", token).replace(f"{color} {kind} ({label})", token)
    for color, kind, _ in named:
        text = text.replace(f"({color} {kind})", f" (@wrong {color}) ")
        text = text.replace(f"{color} {kind}", f" @{color} ")
    owners: dict[str, set[str]] = {}
    for color, _, label in named:
        owners.setdefault(label.lower(), set()).add(color)
    for label in sorted(owners, key=lambda name: (-len(name), name)):
        colors = owners[label]
        token = f" @{next(iter(colors))} " if len(colors) == 1 else " @any "
        text = _word(label).sub(token, text)
    return _DIMENSION.sub(" ", text)


def wrong_mentions(text: str, named: tuple[tuple[str, str, str], ...], longer: dict[str, list[str]]) -> list[str]:
    """Colours that a text gives to another label, or to none of the marks."""
    text = text.lower()
    wrong = []
    for color, kind, label in named:
        label = label.lower()
        wrong += [other for other in longer.get(label, ()) if f"{other} ({color} {kind})" in text]
        text = text.replace(f"{label} ({color} {kind})", " ").replace(f"{color} {kind} ({label})", " ")
    wrong += [found.group() for found in _MENTION.finditer(text)]
    return wrong


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
