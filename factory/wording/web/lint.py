"""Checks on the template files of web tasks: each defect names the pool or group and the sentence."""

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from factory.wording.lint import SLOT_LISTS, list_defects, phrase_defects, slots_of

_MINIMUM = {"question": 16, "answer": 8}
_MIN_PHRASES = 3
# References may be plural ("the curtains"), so that their verbs are slots, {is_a}, and no article goes before them.
_OBJECT = r"\{(?:[a-f]|one|other|winner|loser)\}"
_FINITE = r"(?:is|are|was|does|has|lies|sits|stands|faces|points|seems|appears)"
_AGREEMENT = re.compile(
    rf"(?:^|[.?!:,] |\b(?:where|what|which|why|how \w+) )(?:is|are|was|does|do|has|have) {_OBJECT}(?! and\b)"
    rf"|(?:^|[.?!:,] |\b(?:that|if|whether|where|while|because|how|say|says) ){_OBJECT} {_FINITE}\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(rf"\b(?:an?|the) {_OBJECT}", re.IGNORECASE)


def lint_task(table: Any, vocabulary: Set[str]) -> Iterator[str]:
    """Defects of a task's table."""
    if not isinstance(table, dict):
        yield "expected a table of pools"
        return
    for name, value in table.items():
        kind = re.match(r"question|answer|", name)
        assert kind is not None
        if name == "phrases":
            yield from (f"phrases: {defect}" for defect in lint_phrases(value, vocabulary))
        elif kind[0]:
            yield from (f"{name}: {defect}" for defect in _pool_defects(value, _MINIMUM[kind[0]], vocabulary))
        else:
            yield f"{name}: unknown pool, expected question..., answer... or phrases"


def lint_phrases(groups: Any, vocabulary: Set[str]) -> Iterator[str]:
    """Defects of groups of phrases, each of which has at least three tables."""
    yield from phrase_defects(groups, vocabulary)
    if isinstance(groups, Mapping):
        for group, tables in groups.items():
            if isinstance(tables, list) and len(tables) < _MIN_PHRASES:
                yield f"{group}: has {len(tables)} tables, expected at least {_MIN_PHRASES}"


def _pool_defects(table: Any, minimum: int, vocabulary: Set[str]) -> Iterator[str]:
    plain = table
    if isinstance(table, dict) and isinstance(table.get("text"), list):
        declared = {slot for key in SLOT_LISTS for slot in table.get(key, [])}
        # verbs that agree with a slot are no slots of their own
        agreeing = {
            slot
            for text in table["text"]
            if isinstance(text, str)
            for slot in slots_of(text) or ()
            if "_" in slot and slot not in declared and slot.rpartition("_")[2] in declared
        }
        plain = {**table, "optional": [*table.get("optional", []), *sorted(agreeing)]}
        for text in table["text"]:
            if _AGREEMENT.search(str(text)):
                yield f"{text!r} has a verb that must agree with an object: write it as a slot, {{is_a}}"
            if _ARTICLE.search(str(text)):
                yield f"{text!r} has an article before an object, whose reference has one"
        if unused := sorted(declared - {slot for text in table["text"] for slot in slots_of(str(text)) or ()}):
            yield f"declares {', '.join(unused)}, which no sentence uses"
    yield from list_defects(plain, minimum, SLOT_LISTS, vocabulary)
