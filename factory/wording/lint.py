"""Checks on template files: each defect is a line that names the file, the task, the list and the sentence."""

import difflib
import re
import string
from collections.abc import Iterator, Mapping, Set
from typing import Any, get_args

from factory.wording.near_duplicates import near_duplicates
from schemas.qa import Format

_FORMATS = get_args(Format)
SLOT_LISTS = ("required", "one_of", "optional")
_BANNED = {"farer": "farther", "further": "farther", "centre": "center", "metre": "meter", "metres": "meters"}
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_SLOT = re.compile(r"\{.*?\}")
# Labels may be singular or plural, so no verb may agree with one ("is the {red}") and no "a" or "an" go before one.
_LABEL = r"\{(?:red|blue|green|yellow|landmark|winner|anchor|object\d|first|second|third|fourth)(?:_name)?\}"
_VERB = r"(?:is|are|was|were|has|have|lies|lie|sits|sit|appears|appear|seems|seem|stands|stand|belongs|belong)"
_AGREEMENT = re.compile(
    rf"(?:^|[.?!;:,] |\b(?:how|where|what|which|why|far|deep|close|near|meters|away) ){_VERB} the {_LABEL}"
    rf"|\b(?:do|does) the {_LABEL}"
    rf"|(?:^|[.?!;:,] |\b(?:or|that|which|once|when|while|if|because|since|where|whether|how far) )"
    rf"the {_LABEL} {_VERB}\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(rf"\b[Aa]n? {_LABEL}")


def _minimum(name: str) -> int:
    return 30 if name.startswith("question") else 15


def slots_of(text: str) -> list[str] | None:
    """Slot names in a text, None when its braces are not plain `{name}`."""
    try:
        fields = [f for f in string.Formatter().parse(text) if f[1] is not None]
    except ValueError:
        return None
    names = [str(name) for _, name, _, _ in fields]
    plain = all(re.fullmatch(r"\w+", name) for name in names) and not any(f[2] or f[3] for f in fields)
    return names if plain and "{{" not in text and "}}" not in text else None


def _normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _text_defects(text: str, vocabulary: Set[str]) -> Iterator[str]:
    """What holds for sentences and fragments: blanks, articles, agreement, words."""
    if not text or text != text.strip() or "  " in text or "\n" in text:
        yield "has white space at an end, doubled, or a line break"
    if _ARTICLE.search(text):
        yield "puts a or an before a label: write the"
    if _AGREEMENT.search(text):
        yield "has a verb that must agree with a label, which may be plural: reword"
    for word in _WORD.findall(_SLOT.sub(" ", text)):
        lower = word.casefold()
        if lower in _BANNED:
            yield f"says {word!r}: write {_BANNED[lower]!r}"
        elif lower not in vocabulary:
            near = difflib.get_close_matches(lower, vocabulary, 1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            yield f"has the word {word!r}, which is not in vocabulary.toml{hint}"


def _sentence_defects(text: str, endings: tuple[str, ...]) -> Iterator[str]:
    if not text.endswith(endings):
        yield f"must end with one of {' '.join(endings)}"
    if text[:1].islower():
        yield "must begin with a capital letter or a slot"


def _slot_defects(text: str, table: Mapping[str, Any]) -> Iterator[str]:
    used = slots_of(text)
    if used is None:
        yield "has braces that are not plain {slot}s"
        return
    declared = [slot for key in SLOT_LISTS for slot in table.get(key, [])]
    for slot in sorted(set(used)):
        if slot not in declared:
            near = difflib.get_close_matches(slot, declared, 1)
            yield f"uses the undeclared slot {{{slot}}}" + (f", did you mean {{{near[0]}}}?" if near else "")
    for slot in table.get("required", []):
        if slot not in used:
            yield f"lacks the slot {{{slot}}}"
    one_of = table.get("one_of", [])
    if one_of and not any(slot in used for slot in one_of):
        yield "lacks all of the slots " + ", ".join(f"{{{slot}}}" for slot in one_of)


def list_defects(table: Any, minimum: int, keys: tuple[str, ...], vocabulary: Set[str]) -> Iterator[str]:
    """What is wrong with a list of sentences; `keys` are those it may have beside `text`."""
    if not isinstance(table, dict) or not isinstance(table.get("text"), list):
        yield "expected a table with a list `text`"
        return
    for key in sorted(set(table) - {"text", *keys}):
        yield f"unknown key {key!r}, expected text, {', '.join(keys)}"
    if "required" in keys and "required" not in table:
        yield "expected `required`, the slots that every sentence uses (may be [])"
    texts = table["text"]
    if len(texts) < minimum:
        yield f"has {len(texts)} sentences, expected at least {minimum}"
    seen: dict[str, str] = {}
    endings = (":",) if table.get("suffix") else (".", "?", "!")
    for text in texts:
        if not isinstance(text, str):
            yield f"{text!r} is not a string"
            continue
        defects = [
            *_slot_defects(text, table),
            *_sentence_defects(text, endings),
            *_text_defects(text, vocabulary),
        ]
        normal = _normalised(text)
        if normal in seen:
            defects.append(f"repeats {seen[normal]!r}")
        seen[normal] = text
        yield from (f"{text!r} {defect}" for defect in defects)
    for first, second in near_duplicates([text for text in texts if isinstance(text, str)]):
        yield f"{second!r} says nearly the same as {first!r}: word it in another way"


def _closing_defects(closings: Any, shared: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(closings, dict):
        yield "expected a table: format = [lists of shared.toml]"
        return
    for format_, names in closings.items():
        if format_ not in _FORMATS:
            yield f"unknown format {format_!r}, expected one of {', '.join(_FORMATS)}"
        for name in names:
            if name not in shared:
                yield f"{format_}: no list {name!r} in shared.toml, it has {', '.join(shared)}"


def phrase_defects(phrases: Any, vocabulary: Set[str]) -> Iterator[str]:
    """The tables of a group have the same keys, and a key has the same slots in each of them."""
    if not isinstance(phrases, dict) or not all(isinstance(tables, list) for tables in phrases.values()):
        yield "expected arrays of tables, [[task.phrases.group]]"
        return
    for group, tables in phrases.items():
        first = tables[0]
        for number, table in enumerate(tables, 1):
            if sorted(table) != sorted(first):
                yield f"{group} {number}: has the keys {sorted(table)}, the first table {sorted(first)}"
                continue
            for key, text in table.items():
                slots, expected = slots_of(text), slots_of(first[key])
                if slots is None or expected is None or sorted(slots) != sorted(expected):
                    yield f"{group} {number}: {key} = {text!r} must have the slots of {first[key]!r}"
                yield from (f"{group} {number}: {text!r} {defect}" for defect in _text_defects(text, vocabulary))


def lint_shared(file: str, shared: Mapping[str, Any], vocabulary: Set[str]) -> list[str]:
    """Defects of the shared lists, which have no slots and at least eight sentences each."""
    return [
        f"{file}: {name}: {defect}"
        for name, table in shared.items()
        for defect in list_defects(table, 8, ("suffix",), vocabulary)
    ]


def lint_task(file: str, task: str, table: Any, shared: Mapping[str, Any], vocabulary: Set[str]) -> list[str]:
    """Defects of a task's table."""
    if not isinstance(table, dict) or "closings" not in table:
        return [f"{file}: {task}: expected a table with `closings`, `question` and `answer`"]
    defects = []
    for name, value in table.items():
        if name == "closings":
            found = _closing_defects(value, shared)
        elif name == "phrases":
            found = phrase_defects(value, vocabulary)
        elif name == "lexicon":
            found = iter([] if isinstance(value, str) else ["expected the name of a file in templates/lexicons"])
        elif name.startswith(("question", "answer")):
            found = list_defects(value, _minimum(name), SLOT_LISTS, vocabulary)
        elif name == "like":
            found = iter([f"expected a task above it in {file}, not {value!r}"])
        else:
            found = iter(["unknown list, expected question..., answer..., closings, phrases or lexicon"])
        defects += [f"{file}: {task}.{name}: {defect}" for defect in found]
    return defects
