"""More sentences for a list of templates, from a language model: asked for, judged one by one, appended.

No build calls this. A paraphrase is taken when the linter finds nothing, it has the slots and numbers of the list, it
says what the list must say (`must_say.toml`) and no word that could turn the meaning round is new to the list.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory.errors import DataError
from factory.language_model import LanguageModel
from factory.wording.lint import lint_shared, lint_task
from factory.wording.template_files import replace_file, with_sentences
from factory.wording.templates import SHARED, VOCABULARY, read_toml, read_vocabulary

MUST_SAY = Path(__file__).parent / "must_say.toml"

_SLOT = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(
    r"\d+(?:\.\d+)?|\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|both|half|twice)\b"
)
_STRANGE = re.compile(r"[^A-Za-z0-9 .,;:?!'\"()\[\]{}_-]")
_INSTRUCTIONS = (
    "You help to write templates for a data set of questions about 3D scenes. You answer with a JSON array of strings "
    "and nothing else."
)


@dataclass(frozen=True)
class SentenceList:
    """A list of a template file; `task` is None for the shared lists."""

    path: Path
    task: str | None
    name: str
    table: Mapping[str, Any]
    shared: Mapping[str, Any]
    vocabulary: frozenset[str]
    must_say: tuple[re.Pattern[str], ...]
    turning: frozenset[str]

    @property
    def header(self) -> str:
        """The name of its table in the file."""
        return f"{self.task}.{self.name}" if self.task else self.name

    @property
    def sentences(self) -> list[str]:
        """What it holds."""
        return list(self.table["text"])


@dataclass(frozen=True)
class Verdict:
    """A sentence that was proposed; `reason` says why it is refused, None where it is taken."""

    sentence: str
    reason: str | None


def open_list(folder: Path, task: str | None, name: str) -> SentenceList:
    """A list of a task's table, or of the shared ones. Raises DataError when it is not there or has no rule."""
    path, content = _table(folder, task)
    if name not in (names := _names(content)):
        told = f"no list {name} of its own, it has {', '.join(names) or 'none'}"
        raise DataError(f"{path.name}: {task}: {told}" if task else f"{path.name}: {told}")
    rules = read_toml(MUST_SAY)
    rule = rules.get(task or "shared", {}).get(name)
    if rule is None:
        told = f"expected {name} = [...] below [{task or 'shared'}], what every sentence of the list must say"
        raise DataError(f"{MUST_SAY.name}: {told}")
    return SentenceList(
        path=path,
        task=task,
        name=name,
        table=content[name],
        shared=read_toml(folder / SHARED),
        vocabulary=read_vocabulary(folder),
        must_say=tuple(re.compile(pattern, re.IGNORECASE) for pattern in rule),
        turning=frozenset(rules["turning"]),
    )


def own_lists(folder: Path, task: str | None) -> list[str]:
    """The lists of sentences that a task's table has itself, or those of the shared file (None)."""
    return _names(_table(folder, task)[1])


def _table(folder: Path, task: str | None) -> tuple[Path, dict[str, Any]]:
    if task is None:
        return folder / SHARED, read_toml(folder / SHARED)
    for path in sorted(folder.glob("*.toml")):
        if path.name not in (SHARED, VOCABULARY) and task in (tables := read_toml(path)):
            return path, tables[task]
    raise DataError(f"no templates for task {task}: expected a table [{task}] in a file of {folder.name}")


def _names(content: Mapping[str, Any]) -> list[str]:
    return [name for name, table in content.items() if isinstance(table, dict) and "text" in table]


def propose(model: LanguageModel, target: SentenceList, count: int) -> list[str]:
    """What the model offers. Raises DataError when it does not answer with sentences."""
    return parse_reply(model.reply(_INSTRUCTIONS, _prompt(target, count)))


def parse_reply(text: str) -> list[str]:
    """The array of strings in a reply, whatever stands around it."""
    start, end = text.find("["), text.rfind("]")
    try:
        sentences = json.loads(text[start : end + 1])
    except ValueError:
        sentences = None
    if not isinstance(sentences, list) or not all(isinstance(sentence, str) for sentence in sentences):
        raise DataError(f"expected a JSON array of sentences from the model, got {text[:200]!r}")
    return sentences


def judge(target: SentenceList, proposed: Sequence[str]) -> list[Verdict]:
    """A verdict on each sentence in turn; those taken count as part of the list for the ones that follow."""
    taken: list[str] = []
    verdicts = []
    for sentence in proposed:
        reason = _objection(target, taken, sentence)
        verdicts.append(Verdict(sentence, reason))
        if reason is None:
            taken.append(sentence)
    return verdicts


def append(target: SentenceList, sentences: Sequence[str]) -> None:
    """Adds sentences at the end of the list in its file, so that the ids of the others stay."""
    content = target.path.read_text(encoding="utf-8")
    replace_file(target.path, with_sentences(content, target.header, sentences, target.path.name))


def _objection(target: SentenceList, taken: Sequence[str], sentence: str) -> str | None:
    before = [*target.sentences, *taken]
    if strange := _STRANGE.search(sentence):
        return f"has the sign {strange[0]!r}"
    if new := _defects(target, [*before, sentence]) - _defects(target, before):
        return "; ".join(defect.removeprefix(f"{sentence!r} ") for defect in new)
    for slot, number in Counter(_SLOT.findall(sentence)).items():
        most = max(_SLOT.findall(text).count(slot) for text in before)
        if number > most:
            return f"uses the slot {{{slot}}} {number} times, the list at most {most}"
    known = [_numbers(text) for text in before]
    if added := _numbers(sentence) - frozenset.union(*known):
        return f"adds the number {sorted(added)[0]}"
    if lost := frozenset.intersection(*known) - _numbers(sentence):
        return f"loses the number {sorted(lost)[0]}"
    for pattern in target.must_say:
        if not pattern.search(sentence):
            return f"does not say {pattern.pattern}"
    words = target.turning & _words(sentence)
    if new_words := words.difference(*(_words(text) for text in before)):
        return f"says {sorted(new_words)[0]!r}, which no sentence of the list does"
    return None


def _defects(target: SentenceList, sentences: list[str]) -> Counter[str]:
    """What the linter finds, without the list's name."""
    table = {**target.table, "text": sentences}
    if target.task is None:
        found = lint_shared("", {target.name: table}, target.vocabulary)
    else:
        found = lint_task("", target.task, {"closings": {}, target.name: table}, target.shared, target.vocabulary)
    return Counter(defect.split(": ", 2)[2] for defect in found)


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(_SLOT.sub(" ", text.lower())))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", _SLOT.sub(" ", text.lower())))


def _prompt(target: SentenceList, count: int) -> str:
    table = target.table
    required = ", ".join(f"{{{slot}}}" for slot in table.get("required", [])) or "none"
    one_of = ", ".join(f"{{{slot}}}" for slot in table.get("one_of", []))
    lines = [
        "Each line below says the same in other words. Words in braces are slots: names of objects, with or without a "
        "mark, singular or plural, and numbers.",
        *(f"- {sentence}" for sentence in target.sentences),
        f"Write {count} more sentences that mean exactly the same, in correct and natural English.",
        f"Slots that every sentence must use: {required}." + (f" At least one of: {one_of}." if one_of else ""),
        "Do not add slots, numbers or conditions. Do not use a verb that must agree with an object's name, and no a "
        "or an before it. Do not change only a few words of a line above: build the sentence in another way.",
        f"Every sentence must match each of these patterns: {json.dumps([p.pattern for p in target.must_say])}.",
        f"Each line ends with {'a colon' if table.get('suffix') else 'a period or a question mark'}.",
        "Use only these words: " + " ".join(sorted(target.vocabulary)),
    ]
    return "\n".join(lines)
