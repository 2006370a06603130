"""Walks that are told in Hindi or Telugu: the audit reads their blanks, whose letters are no plain word signs."""

import re
import unicodedata

import pytest

from factory.audit.findings import Kind
from factory.audit.navigation import _ACTION, _ACTION_STEMS
from factory.audit.scene import audit_scene
from factory.wording.lexicon import lexicon
from tests.audit.walk_world import clean_walk

HINDI = (
    "hi-IN",
    "सोफ़े पर [__1__], मेज [__2__] [__3__] चलें और बिस्तर के [__4__] रुकें।",
    "दाईं ओर मुड़ें",
    "को पार करके",
    "सीधे",
    "सामने",
)
TELUGU = ("te-IN", "సోఫా దగ్గర [__1__] తిరిగి, బల్ల [__2__] [__3__] నడిచి మంచం దగ్గర ఆగండి.", "ఎడమవైపుకు", "దాటి", "నేరుగా")


def audited(language: str, text: str, words: list[str], told: list[str]) -> set[Kind]:
    """What is found where the instruction has these words and the answer tells those."""
    instruction, question = text, text
    for number, removed in enumerate(words, 1):
        instruction = instruction.replace(f"[__{number}__]", removed)
    world = clean_walk()
    world.scene["paths"][0] |= {"language": language, "text": unicodedata.normalize("NFC", instruction)}
    row = world.row("nav_video", "sentence")
    row["question"] = unicodedata.normalize("NFC", f'Complete "{question}" with the words that are missing.')
    listed = ", ".join(f"({number}) {said}" for number, said in enumerate(told, 1))
    row["answer"] = unicodedata.normalize("NFC", f"The missing words are: {listed}.")
    return {finding.kind for finding in audit_scene(*world.tables())}


def test_the_audit_knows_all_words_that_are_taken_out() -> None:
    for group, phrases in lexicon("action_words").items():
        for phrase in phrases if group != "kept" else ():
            bracketed = re.search(r"\[(.*)\]", phrase)
            said = unicodedata.normalize("NFC", bracketed[1] if bracketed else phrase)
            assert _ACTION.search(said) or _ACTION_STEMS.search(said), phrase


@pytest.mark.parametrize(
    ("language", "text", "words"), [(case[0], case[1], list(case[2:])) for case in (HINDI, TELUGU)]
)
def test_blanks_in_other_scripts(language: str, text: str, words: list[str]) -> None:
    assert audited(language, text, words, words) == set()
    assert audited(language, text, words, [*words[1:], words[0]]) == {Kind.ANSWER}
    assert audited(language, text, words, words[:-1]) == {Kind.ANSWER}
    assert audited(language, text, ["कुर्सी", *words[1:]], ["कुर्सी", *words[1:]]) == {Kind.QUESTION}  # a chair is no way
