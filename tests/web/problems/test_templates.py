"""The sentences of problems: slots, numbers of alternatives, plain American English."""

import re
import string
import tomllib
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from factory.web.problems.kinds import KINDS
from factory.web.problems.templates import PATH, templates_of

OBJECTS = "abcd"
# Names may be plural, so no verb agrees with one, and they bring their own article.
AGREEMENT = re.compile(
    r"(?:^|[.?!:,] |\b(?:where|what|which|how \w+) )(?:is|are|was|does|do|has|have) \{[a-d]\}(?! and)"
    r"|(?:^|[.?!:,] |\b(?:that|if|because|while|where) )\{[a-d]\} (?:is|are|was|does|has|have|stands|fits|takes)\b",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"\b(?:an?|the|its|this) \{[a-d]\}", re.IGNORECASE)
BRITISH = re.compile(r"\b(?:centre|metres?|colour\w*|grey|farer|further)\b|[^\x20-\x7e]", re.IGNORECASE)


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def sentences(kind: str) -> list[str]:
    made = templates_of(kind)
    lines = [line for option in made.reasoning for line in option]
    return [*made.question, *made.plan, *lines, *(text for texts in made.answers.values() for text in texts)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_alternatives_and_slots(kind) -> None:  # type: ignore[no-untyped-def]
    made = templates_of(kind.name)
    objects = set(OBJECTS[: kind.slots])
    assert len(made.question) >= 6
    assert len(made.plan) >= 3
    assert len(made.reasoning) >= 2
    assert set(made.answers) == set(kind.outcomes or ("",))
    assert all(len(texts) >= 3 for texts in made.answers.values())
    premises = {"speed"} if kind.name == "travel_time" else set()
    for question in made.question:
        assert slots(question) == objects | premises
        assert all(question.count(f"{{{slot}}}") <= 2 for slot in objects)
        assert question.endswith(("?", "."))
    assert all(slots(plan) <= objects for plan in made.plan)
    shown = [{slot for line in option for slot in slots(line)} - set(OBJECTS) - premises for option in made.reasoning]
    assert all(option == shown[0] for option in shown)  # the same equations in each
    for texts in made.answers.values():
        assert all(slots(text) <= objects | {"result", "times", "room", "width_c"} for text in texts)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_sentences(kind) -> None:  # type: ignore[no-untyped-def]
    texts = sentences(kind.name)
    questions = templates_of(kind.name).question
    assert len(set(map(str.casefold, questions))) == len(questions)
    for one, other in combinations(questions, 2):
        assert SequenceMatcher(None, one, other).ratio() < 0.85
    for text in texts:
        assert text == " ".join(text.split())
        assert not AGREEMENT.search(text), text
        assert not ARTICLE.search(text), text
        assert not BRITISH.search(text), text
        assert text[-1] in ".?!"
        assert not re.search(r"\d", re.sub(r"\{\w+\}", "", text)), text


def test_no_table_is_left_over() -> None:
    assert set(tomllib.loads(PATH.read_text())) == {kind.name for kind in KINDS}
