"""The sentences of problems, from `templates.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PATH = Path(__file__).with_name("templates.toml")


class KindTemplates(NamedTuple):
    """Alternatives of each part: reasoning is some lines each, answers are by outcome ("" where there is none)."""

    question: list[str]
    plan: list[str]
    reasoning: list[list[str]]
    answers: dict[str, list[str]]


@cache
def templates_of(kind: str) -> KindTemplates:
    """The sentences of a kind of problem."""
    table = _tables()[kind]
    answers = {
        name.removeprefix("answer").removeprefix("_"): sentences
        for name, sentences in table.items()
        if name.startswith("answer")
    }
    return KindTemplates(table["question"], table["plan"], table["reasoning"], answers)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))
