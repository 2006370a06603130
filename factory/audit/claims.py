"""Who is said to be what: comparative words and numbers of a tokenised text, with the object they are said of."""

import re
from collections.abc import Iterable
from itertools import chain

from factory.audit.text import clauses, numbers, sentences

_WORDS = {
    "left": "left|leftward",
    "right": "right|rightward",
    "above": "above|higher",
    "below": "below|beneath|underneath|lower",
    "closer": "closer|nearer|closest|nearest",
    "farther": "farther|further|farthest|furthest",
    "deeper": "deeper|deepest",
    "shallower": "shallower|shallowest",
    "front": "front|ahead",
    "behind": "(?<!person )(?<!somebody )(?<!someone )behind",  # who looks through the camera is behind it
}
_FILLER = "(?:(?:the|a|an|that|of|for|center|middle|place|location|position|depth|distance) +)*"
_REFERENCE = re.compile(
    r"\b((?:relative|compared|in relation|in comparison|with respect|with regard) (?:to|with)|than|versus|from|against"
    rf"|(?:left|right|front) of|above|below|beneath|underneath|behind) +{_FILLER}@(\w+)"
)
_TOKEN = re.compile(r"@(\w+)")
_AGAINST = re.compile(r"@against-(\w+)")
_FORMER = re.compile(
    r"@(\w+)|\b(former|first|latter|second)\b(?: one| object)?(?! (?:image|view|camera|picture|photo|frame))"
)
_PIECE = re.compile(r"[;:,!?]|\.(?!\d)")
Contestants = tuple[str, str]
Claim = tuple[str, str | None]


def claims(text: str, words: Iterable[str], contestants: Contestants, *, named_only: bool = False) -> list[Claim]:
    """Every occurrence of the words with the contestant it is said of, None where the text leaves that open.

    A contestant behind "than", "relative to", "left of", ... is what the other one is compared with.
    With `named_only`, sentences that mention no contestant say nothing.
    """
    words = tuple(words)
    found: list[Claim] = []
    for sentence in sentences(_resolve(" ".join(text.split()), contestants)):
        marked = _REFERENCE.sub(r"\1 @against-\2", sentence)
        parts = clauses(marked)
        against = [[c for c in _AGAINST.findall(part) if c in contestants] for part in parts]
        if named_only and not any(against) and not _held(marked, contestants):
            continue
        before: list[str] = []
        for place, clause in enumerate(parts):
            holders = _held(clause, contestants)
            # what the clause compares with, or the next clause that does; else what an earlier one did
            others = list(chain(*against[place:], *against[:place]))
            for word in words:
                for match in re.finditer(rf"(?<![\w@-])(?:{_WORDS[word]})(?!\w)", clause):
                    preceding = _held(clause[: match.start()], contestants)
                    found.append((word, _holder(preceding, holders, before, others, contestants)))
            before += holders
    return found


def _held(text: str, contestants: Contestants) -> list[str]:
    return [color for color in _TOKEN.findall(text) if color in contestants]


def _holder(
    preceding: list[str], holders: list[str], before: list[str], others: list[str], contestants: Contestants
) -> str | None:
    """In the clause, the last one named before the word, or the first after; else the last before the clause.

    others : what contestants are compared with, the nearest one first.
    """
    if preceding:
        return preceding[-1]
    if holders:
        return holders[0]
    free = [color for color in before if color not in others[:1]]
    if free:
        return free[-1]
    if others:
        return contestants[1] if others[0] == contestants[0] else contestants[0]
    return before[-1] if before else None


def _resolve(text: str, contestants: Contestants) -> str:
    """Replaces "former", "latter", "the first", ... by the last two contestants mentioned before."""
    recent: list[str] = []

    def replace(match: re.Match[str]) -> str:
        color, word = match.groups()
        if color:
            if color in contestants:
                recent[:] = [c for c in recent if c != color] + [color]
            return match.group()
        if len(recent) < 2:
            return match.group()
        return f"@{recent[-2] if word in ('former', 'first') else recent[-1]}"

    return _FORMER.sub(replace, text)


def bind_numbers(text: str, contestants: Contestants) -> list[tuple[str | None, float]]:
    """The numbers of a text, each with the contestant it is said of: piece by piece between punctuation marks.

    Where that leaves numbers open, the sentences that hold them are read as a whole.
    """
    bound = [pair for piece in _PIECE.split(text) for pair in _bind(piece, contestants)]
    if any(color is None for color, _ in bound):
        return [pair for sentence in sentences(text) for pair in _bind(sentence, contestants)]
    return bound


def _bind(text: str, contestants: Contestants) -> list[tuple[str | None, float]]:
    """Where a mention precedes the first number, numbers belong to the last mention before them, else to the next one.

    Where that gives them all to the same one ("a and b are 2.1 and 1.0 away"), they go in the order of mention.
    """
    events: list[str | float] = []
    for index, part in enumerate(_TOKEN.split(text)):
        if index % 2 == 0:
            events += numbers(part)
        elif part in contestants:
            events.append(part)
    mentions = [event for event in events if isinstance(event, str)]
    values = [event for event in events if not isinstance(event, str)]
    if not mentions:
        return [(None, value) for value in values]
    bound: list[tuple[str | None, float]] = []
    for place, event in enumerate(events):
        if not isinstance(event, str):
            nearby = events[:place][::-1] if isinstance(events[0], str) else events[place:]
            bound.append((next((e for e in nearby if isinstance(e, str)), None), event))
    in_order = list(dict.fromkeys(mentions))
    if len(bound) == len(in_order) > len({color for color, _ in bound}):
        return list(zip(in_order, values, strict=True))
    return bound
