"""Action words leave blanks, and the answer fills them."""

import re
import unicodedata

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
        ("The lamp is right behind you.", "The lamp is right [__1__].", ("behind you",)),
        ("Back up a couple of steps.", "[__1__].", ("Back up a couple of steps",)),
        ("Go back up the stairs", "[__1__] [__2__]", ("Go back", "up the stairs")),
        (
            "Turn around 180 degrees, then turn a quarter turn to your right",
            "[__1__], then [__2__]",
            ("Turn around 180 degrees", "turn a quarter turn to your right"),
        ),
        ("Curve around to the right.", "[__1__].", ("Curve around to the right",)),
        ("right in front of you", "right [__1__]", ("in front of you",)),
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
        (fact_of("Vire a esquerda e passe pelo sofa.", "pt-BR"), "no action words are known in its language (pt-BR)"),
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


# Sentences in the way people speak who guide somebody through a building; brackets hold what must be a blank.
SPOKEN = (
    "You are now inside a bedroom, facing a white wardrobe. [Turn slightly to your left] and you will see a door. Stop"
    " right there.",
    "Alright, you're in a hallway. [Turn around], walk [straight] until you reach the steps, [climb up the stairs] and"
    " take a step [forward].",
    "There is a door that is left open [in front of you], enter it. All right, you're done.",
    "Go [down the stairs], all the way to the bottom, [make a left] and stand next to the fireplace [on the right-hand"
    " side] of the back wall.",
    "[Rotate yourself a hundred and eighty degrees], walk [through] the exit and keep going until you're right next to"
    " the counter, [on the right] of the sink.",
    "Head for the glass door, walk [past] the plant, and go [up] three steps.",
    "Walk [forward], [making a slight right turn] to walk [between] the bed and the dresser until the tub is [behind"
    " you].",
    "You begin in the back corner of an office. [Go back] to the door, [passing by] a shelf [on the left].",
    "Once you're upstairs, [turn left] and look [to the right]. It's the door [left of] the plant.",
    "Go right [through] the double doors, just [past] the desk, then [turn back around]. There is nothing left to do.",
    "[Turn to your extreme left], go [around] the table and stop at the other side of the room you just left.",
    "Go [down] two flights of stairs and [walk by] a basket. [Come back] up to the second step.",
    "Right, you're in a study. Go ahead and [turn to your right], and you see the globe, right? Walk [past] it.",
    "Come across the hall and turn [around] the corner. You are in the right place.",
    "[Turn to left], [take left] and then [on right side] you will find a bath, stand [in front of] it.",
    "Take one step [back]. Look through the window, look around, and go [straight across] to the [leftmost] desk.",
    "Go [straight] for around ten feet, then [do a 180] and stop [in between] the sofas.",
)


@pytest.mark.parametrize("marked", SPOKEN)
def test_spoken_instructions_have_blanks_where_they_tell_the_way(marked: str) -> None:
    removed = re.findall(r"\[(.*?)\]", marked)
    numbers = iter(range(1, len(removed) + 1))
    text = re.sub(r"\[.*?\]", lambda _: f"[__{next(numbers)}__]", marked)
    assert blanked(marked.replace("[", "").replace("]", "")) == (text, tuple(removed))


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("hi-IN", "आपके [सामने] एक खिड़की है। [पीछे मुड़ें] और दरवाज़े [से होकर] निकलें। [दाईं ओर मुड़ें], [सीधे] चलें और सीढ़ियां [चढ़ें]।"),
        ("hi-IN", "[थोड़ा बाएं मुड़कर] [आगे की ओर] चलें। [दाहिने हाथ की ओर] एक अलमारी है, मेज [को पार करके] रुकें।"),
        (
            "te-IN",
            "మీరు ఒక పడక గదిలో ఉన్నారు. [కొంచెం కుడివైపుకు తిరిగి] [నేరుగా] నడవండి. టేబుల్ [దాటి] [ఎడమ వైపుకు తిరగండి], తలుపు [గుండా] రండి.",
        ),
        (
            "te-IN",
            "మీరు ఒక పెద్ద హాలులో నిలబడి ఉన్నారు. [వెనక్కి తిరగండి]. మెట్లు [ఎక్కి], సోఫా మరియు టేబుల్ [మధ్య నుండి] వెళ్ళి [లెఫ్ట్\u200cకి తిరగండి].",
        ),
    ],
)
def test_other_languages(language: str, marked: str) -> None:
    removed = re.findall(r"\[(.*?)\]", marked)
    instruction = marked.replace("[", "").replace("]", "")
    assert blanked(unicodedata.normalize("NFC", instruction))[1] == tuple(
        unicodedata.normalize("NFC", words) for words in removed
    )
    question = render(TASK, [fact_of(instruction, language)]).table.to_pylist()[0]
    assert filled(re.search(r'"(.*)"', question["question"])[1], question["answer"]) == instruction


def test_words_of_other_scripts_are_not_cut_at_vowel_signs() -> None:
    """`आगे` (ahead) is no part of `आगेवान`, and `పైకి` (up) none of `పైకిరాక`."""
    for text in ("आगेवान बाएंमोड़", "పైకిరాక దాటినది"):
        assert blanked(text) == (text, ())


def test_kept_phrases_are_no_action_words() -> None:
    words = lexicon("action_words")
    actions = {phrase for group, phrases in words.items() if group != "kept" for phrase in phrases}
    assert not actions & set(words["kept"])
    for phrase in words["kept"]:
        assert blanked(f"stop {phrase} it")[1] == (), phrase


def test_no_phrase_is_taken_out_in_two_ways() -> None:
    ways: dict[str, set[str]] = {}
    for phrase in (phrase for phrases in lexicon("action_words").values() for phrase in phrases):
        ways.setdefault(unicodedata.normalize("NFC", phrase).replace("[", "").replace("]", ""), set()).add(phrase)
    assert [phrases for phrases in ways.values() if any("[" in p for p in phrases) and len(phrases) > 1] == []


def test_every_action_phrase_is_taken_out_whole() -> None:
    """Of those with a part in brackets, that part."""
    for group, phrases in lexicon("action_words").items():
        for phrase in phrases[:: len(phrases) // 800 + 1] if group != "kept" else ():
            phrase = unicodedata.normalize("NFC", phrase)
            part = re.search(r"\[(.*)\]", phrase)
            said = phrase.replace("[", "").replace("]", "")
            assert blanked(f"please {said} it")[1] == (part[1] if part else phrase,), phrase
