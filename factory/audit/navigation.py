"""Walks: the action words that are missing in an instruction, over the frames of its path."""

import re

from factory.audit.case import Case, TaskAudit
from factory.audit.findings import Kind
from factory.audit.numeric import check_values

_BLANK = re.compile(r"\[__(\d+)__\]")
# Not `\w`, which misses the vowel signs of Devanagari and Telugu.
_WORD = r"[^\s.,;:!?()\[\]\"।]+"
_WORDS = rf"({_WORD}(?:\s+{_WORD})*)"
# What makes a phrase one of turns, directions, sides, levels or ways past things.
_ACTION = re.compile(
    r"\b(?:left(?:-?most)?|right(?:-?most)?|straight\w*|(?:for|on|back|up|down|left|right|counter-?|anti-?)?(?:ward|clockwise)s?|ahead|back"
    r"|sideways|diagonally|around|round|turn\w*|u-turn|rotat\w+|spin|180|360|up|down|upstairs|downstairs|front|behind"
    r"|sides?|between|past|through|across|by|out of|into|(?:climb|ascend|descend)(?:ing)?|eighty|about[- ]face)\b",
    re.IGNORECASE,
)
# The same by stems, which endings follow: `दाईं ओर` and `కుడివైపుకు` are to the right.
_ACTION_STEMS = re.compile(
    "बा[ईएय]|दा[ईएयह]|लेफ्ट|राइट|हाथ|मुड|घूम|सीध|आगे|पीछे|ऊपर|नीचे|सामने|बीच|होकर|होते|पार|चढ|उतर|चारों"
    "|ఎడమ|కుడి|లెఫ్ట్|రైట్|నేరుగా|తిన్నగా|సూటిగా|ముందు|ఎదు|వెన|పైకి|పై వైపు|కింద|కింది|క్రింద|క్రింది|దిగ|ఎక్క|గుండా|మధ్య|చుట్టూ|దాట"
)


def check_walk(case: Case) -> None:
    """Filling the blanks of the question with the words of the answer gives the stored instruction."""
    case.expect(not case.row["object_ids"], Kind.OBJECT, f"objects {case.row['object_ids']}", "none")
    check_values(case, [])
    question = case.row["question"]
    numbers = [int(number) for number in _BLANK.findall(question)]
    ordered = bool(numbers) and numbers == list(range(1, len(numbers) + 1))
    if not case.expect(ordered, Kind.QUESTION, question, "blanks [__1__], [__2__], ..."):
        return
    paths = [path for path in case.evidence.paths if path["frame_ids"] == case.row["frame_ids"]]
    found = [removed for path in paths if (removed := removed_words(question, path["text"].strip()))]
    if not case.expect(bool(found), Kind.QUESTION, question, f"an instruction of {[path['text'] for path in paths]}"):
        return
    odd = [words for words in found[0] if not (_ACTION.search(words) or _ACTION_STEMS.search(words))]
    case.expect(not odd, Kind.QUESTION, odd, "words that tell how to move")
    told = [", ".join(f"({place}) {words}" for place, words in enumerate(removed, 1)) for removed in found]
    complete = any(text in case.answer for text in told) and len(re.findall(r"\(\d+\)", case.answer)) == len(numbers)
    case.expect(complete, Kind.ANSWER, case.answer, told[0])


def removed_words(question: str, instruction: str) -> tuple[str, ...]:
    """The words that make the instruction of a question with blanks; none where it is another instruction."""
    first, *between, last = [part for place, part in enumerate(_BLANK.split(question)) if place % 2 == 0]
    start = max(n for n in range(len(first) + 1) if instruction.startswith(first[len(first) - n :]))
    end = max(n for n in range(len(last) + 1) if instruction.endswith(last[:n]))
    pattern = _WORDS.join(re.escape(part) for part in (first[len(first) - start :], *between, last[:end]))
    match = re.fullmatch(pattern, instruction)
    return match.groups() if match else ()


def _path_frames(case: Case) -> list[str]:
    """The frames of a stored path: those of the row, where they are one's."""
    frames = [list(path["frame_ids"]) for path in case.evidence.paths]
    return case.row["frame_ids"] if case.row["frame_ids"] in frames else next(iter(frames), [])


AUDITS = (
    TaskAudit(
        name="nav_video",
        level="high",
        view="video",
        relation="none",
        unit="none",
        formats=("sentence",),
        options=0,
        images=None,
        has_margin=False,
        marks=(),
        check=check_walk,
        frames=_path_frames,
    ),
)
