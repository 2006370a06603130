"""Action words leave blanks, and the answer fills them."""

import re

import numpy as np
import pytest

from factory.wording.instructions import MAX_BLANKS, blanked
from factory.wording.lexicon import lexicon
from schemas.qa import Fact
from tests.wording.facts_video import INSTRUCTIONS
from tests.wording.sample_facts import make_fact, render, rows_of

TASK = "nav_video"
BLANK = re.compile(r"\[__(\d+)__\]")


def fact_of(instruction: str, language: str = "en-US") -> Fact:
    words = {"instruction": instruction, "language": language}
    return make_fact(TASK, 0, np.random.default_rng(0), words=words)


def filled(text: str, answer: str) -> str:
    """The text with its blanks filled from `... (1) turn left, (2) past.`"""
    listed = answer[answer.index("(1) ") :].removesuffix(".")
    words = dict(re.findall(r"\((\d+)\) (.*?)(?=, \(\d+\) |$)", listed))
    return BLANK.sub(lambda match: words[match[1]], text)


def test_filling_the_blanks_gives_the_instruction_back() -> None:
    seen = set()
    for fact, row in rows_of(TASK, 300, "sentence"):
        quoted = re.search(r'"(.*)"', row["question"])
        assert quoted and BLANK.search(quoted[1])
        assert filled(quoted[1], row["answer"]) == fact.words["instruction"]
        numbers = [int(number) for number in BLANK.findall(quoted[1])]
        assert numbers == list(range(1, len(numbers) + 1))
        seen.add(fact.words["instruction"])
    assert seen == set(INSTRUCTIONS)


@pytest.mark.parametrize("instruction", INSTRUCTIONS)
def test_no_side_and_no_turn_is_left_in_the_text(instruction: str) -> None:
    text, removed = blanked(instruction)
    assert removed
    assert not re.search(r"\b(left|turn|straight|past|through)\b", text)


@pytest.mark.parametrize(
    ("instruction", "text", "removed"),
    [
        ("Turn left.", "[__1__].", ("Turn left",)),
        ("turn slightly to your right and stop", "[__1__] and stop", ("turn slightly to your right",)),
        ("The sofa is on your left hand side.", "The sofa is [__1__].", ("on your left hand side",)),
        ("Walk straight  ahead, now.", "Walk [__1__], now.", ("straight  ahead",)),
        ("Go UP THE STAIRS", "Go [__1__]", ("UP THE STAIRS",)),
        ("to the left of the bed", "[__1__] of the bed", ("to the left",)),
        ("straight, ahead", "[__1__], [__2__]", ("straight", "ahead")),
        ("the right door, then the left-hand one", "the [__1__] door, then the left-hand one", ("right",)),
        ("Stop right next to it, right now.", "Stop right next to it, right now.", ()),
        ("The lamp is right behind the sofa.", "The lamp is right behind the sofa.", ()),
        ("The lamp is right behind you.", "The lamp is [__1__].", ("right behind you",)),
        ("Back up a couple of steps.", "[__1__].", ("Back up a couple of steps",)),
        ("Go back up the stairs", "[__1__] [__2__]", ("Go back", "up the stairs")),
        (
            "Turn around 180 degrees, then turn a quarter turn to your right",
            "[__1__], then [__2__]",
            ("Turn around 180 degrees", "turn a quarter turn to your right"),
        ),
        ("Curve around to the right.", "[__1__].", ("Curve around to the right",)),
        ("right in front of you", "[__1__]", ("right in front of you",)),
        ("the one left over there", "the one left over there", ()),
        ("All right, look around and go forward.", "All right, look around and go [__1__].", ("forward",)),
        ("Make a U-turn", "[__1__]", ("Make a U-turn",)),
        ("upright leftovers bypast", "upright leftovers bypast", ()),
    ],
)
def test_the_longest_phrase_is_taken_out(instruction: str, text: str, removed: tuple[str, ...]) -> None:
    assert blanked(instruction) == (text, removed)


def test_blank_space_at_the_ends_is_dropped() -> None:
    assert blanked("  Go past it.\n") == ("Go [__1__] it.", ("past",))


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (fact_of("Sit down on the chair and wait for me."), "instruction without action words"),
        (fact_of("Turn left. Turn right."), "instruction with little but action words"),
        (fact_of("मुड़ें left", "hi-IN"), "instruction is not in English"),
        (fact_of('Go past the sign that says "left" and stop.'), "instruction has quotes or brackets"),
        (fact_of("Go past the desk [1] and stop."), "instruction has quotes or brackets"),
        (
            fact_of("Go past the desk, then past the bed. " * (MAX_BLANKS // 2 + 1)),
            f"instruction with more than {MAX_BLANKS} action words",
        ),
    ],
)
def test_instructions_that_make_no_question(fact: Fact, reason: str) -> None:
    rendered = render(TASK, [fact])
    assert rendered.table.num_rows == 0
    assert [told.startswith(reason) for told in rendered.rejected] == [True]


def test_most_action_words_that_are_allowed() -> None:
    fact = fact_of("Go past the desk, then past the bed. " * (MAX_BLANKS // 2))
    assert render(TASK, [fact]).table.num_rows == 1


def test_kept_phrases_are_no_action_words() -> None:
    words = lexicon("action_words")
    actions = {phrase for group, phrases in words.items() if group != "kept" for phrase in phrases}
    assert not actions & set(words["kept"])
    for phrase in words["kept"]:
        assert blanked(f"stop {phrase} it")[1] == (), phrase


def test_every_action_phrase_is_taken_out_whole() -> None:
    for group, phrases in lexicon("action_words").items():
        for phrase in phrases if group != "kept" else ():
            assert blanked(f"you {phrase} it")[1] == (phrase,), phrase
