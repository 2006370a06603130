"""What texts say of an imagined move: who plays which part, and what holds before and after it."""

import re

from factory.audit.case import Case
from factory.audit.claims import claims
from factory.audit.findings import Kind
from factory.audit.readings import SLOT
from factory.audit.text import sentences

Slots = dict[str, str]
BEFORE, AFTER = "before", "after"
_CUES = {
    BEFORE: re.compile(r"\b(?:before|initial|initially|at first|original|starting (?:position|point|viewpoint))\b"),
    AFTER: re.compile(
        r"\b(?:after|afterwards|now|then|as soon as|new (?:observer|viewpoint|place|position)|moved observer)\b"
    ),
}
_CLAUSE = re.compile(r"[;:,]|[.!?](?!\d)")
# "right" that is no side
_NO_SIDE = re.compile(r"\bright (?=where|at|there|away)")
_SLOT = {word: slot for pair, slot in SLOT.items() for word in pair}
_CHANGED = re.compile(r"\b(?:no longer|not the same|alters this|this changes|a different relation|it depends on)\b")
_SAME = re.compile(
    r"\b(?:nothing is different|the same holds|still so|just the same|stays what|not alter|likewise that|can still say"
    r"|yet now|once more|the same at both|finding remains|one can repeat|unchanged|said twice|not change|not depend"
    r"|no different)\b"
)
_OPPOSITE = {a: b for pair in SLOT for a, b in (pair, pair[::-1])}
_ELSEWHERE = re.compile(r"\bframe-(?!0\b)\d+|\b(?:second|third|last) (?:image|view|camera|frame)\b")


def check_sentence(case: Case, before: Slots, after: Slots) -> None:
    """Every slot that is filled is said, of its time, and nothing else."""
    parts = split_times(case.tokens(case.answer))
    for time, truth in ((BEFORE, before), (AFTER, after)):
        said = _said(parts[time], case.audit.relation)
        expected = {slot: {word} for slot, word in truth.items() if word}
        case.expect(said == expected, Kind.ANSWER, case.answer, f"{time} the move {truth}, not {said}")


def check_change(case: Case, before: list[str], after: list[str]) -> None:
    """A sentence may also say whether the move changes anything."""
    text = case.tokens(case.answer)
    told = "change" if _CHANGED.search(text) else "no change" if _SAME.search(text) else None
    case.expect(
        told in (None, "no change" if before == after else "change"), Kind.ANSWER, case.answer, [before, after]
    )


def split_times(text: str) -> dict[str, str]:
    """The clauses of a tokenised text that tell of before, and those that tell of after.

    A clause without a cue belongs to the time of the one before it.
    """
    parts: dict[str, list[str]] = {BEFORE: [], AFTER: []}
    time = BEFORE
    start = 0
    for end in [*(match.end() for match in _CLAUSE.finditer(text)), len(text)]:
        clause = text[start:end]
        cues = [name for name, pattern in _CUES.items() if pattern.search(clause)]
        if len(cues) == 1:
            time = cues[0]
        parts[time].append(clause)
        start = end
    return {name: "".join(found) for name, found in parts.items()}


def _said(text: str, relation: str) -> dict[str, set[str]]:
    """The words said, by slot, as if said of red. Whether somebody has a thing in front is said of that thing."""
    other = "yellow" if relation == "oo" else "observer"
    said: dict[str, set[str]] = {}
    for word, holder in claims(_NO_SIDE.sub(" ", text), _SLOT, ("red", other)):
        slot = _SLOT[word]
        if slot == "front_behind" and relation == "oo":
            slot = f"{holder}_front_behind"
        elif holder == other:
            word = _OPPOSITE[word]
        said.setdefault(slot, set()).add(word)
    return said


_WORDS_AFTER = {
    "face": re.compile(r"^ *(?:(?:straight )?ahead|in view|as (?:the|your)[^.,]*(?:face|target))\b"),
    "move": re.compile(r"^ *as (?:the|your)[^.,]*\bplace\b"),
}
_WORDS_BEFORE = re.compile(
    r"(?P<face>\b(?:fac(?:e|es|ed|ing)|look(?:s|ed|ing)?|turn(?:s|ed|ing)?|gaze|eyes?|views?|directed|oriented|aim)"
    r"(?: (?:straight|then|there|goes))*(?: (?:at|to|on|toward))?\b|\btoward\b|\bin the direction of\b)"
    r"|(?P<move>\b(?:mov(?:e|es|ed|ing)|go(?:es|ing)?|gone|walk(?:s|ed|ing)?|st(?:and|ands|anding|ood)|from|at|to|for"
    r"|reach(?:es|ing)?|place|viewpoint|position)\b)"
)
_MENTION = re.compile(r"@(\w+)")
_REFERENT = re.compile(
    r"\b(?:relative to|(?:compared|in comparison|compare in position) with|with (?:respect|regard) to|in relation to"
    r"|against(?: that of)?|in terms of|starting from|(?:left or right|side) of|relation of(?: the)? @\w+ to)"
    r"(?: the)? @(\w+)|\b(?:taking|using|with)(?: the)? @(\w+),? as\b"
)
_FORMER = re.compile(r"@(\w+)[^@.]*@(\w+)[^@.]*\bthe former relative to the latter\b")


def check_parts(case: Case) -> None:
    """The observer moves to green and faces blue, and red is compared with yellow, not the other way round.

    Labels can be words of the sentence as well, so that one right mention is enough.
    """
    for text in (case.row["question"], *([case.answer] if case.format == "sentence" else [])):
        parts = _parts(case.tokens(text))
        for color, part in (("green", "move"), ("blue", "face")):
            told = {found for mentioned, found in parts if mentioned == color}
            case.expect(not told or part in told, Kind.MENTION, text, f"{part} {color}, not {sorted(told)}")
    elsewhere = _ELSEWHERE.search(case.tokens(case.row["question"]))
    case.expect(elsewhere is None, Kind.QUESTION, case.row["question"], "a start at the first image or Frame-0")
    if case.audit.relation == "oo":
        referents = _referents(case.tokens(case.row["question"]))
        case.expect(
            referents == {"yellow"}, Kind.MENTION, case.row["question"], f"red next to yellow, not {referents}"
        )


def _referents(text: str) -> set[str]:
    """What something is compared with."""
    text = " ".join(text.split())
    found = {color for match in _REFERENT.finditer(text) for color in match.groups() if color}
    return found | {match.group(2) for match in _FORMER.finditer(text)}


def _parts(text: str) -> list[tuple[str, str]]:
    """Each mention of green and blue with what the words behind it make of it, or else those ahead of it."""
    found = []
    for sentence in sentences(text):
        pieces = _MENTION.split(sentence)
        for place in range(1, len(pieces), 2):
            if pieces[place] in ("green", "blue"):
                parts = [part for part, pattern in _WORDS_AFTER.items() if pattern.search(pieces[place + 1])]
                parts = parts or [str(match.lastgroup) for match in _WORDS_BEFORE.finditer(pieces[place - 1])]
                found.append((pieces[place], parts[-1] if parts else ""))
    return found
