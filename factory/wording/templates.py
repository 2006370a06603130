"""Wording as data: sentences with named slots, read from TOML, checked at load, identified and digested.

A file per family holds a table per task:

    [task.closings]             per format, the lists of `shared.toml` that follow the question, in order
    [task.question]             a list of sentences; tasks may have several (`question_place`, `answer`, ...)
    [[task.phrases.<group>]]    fragments that a sentence is built from; one table of a group is drawn per row
    like = "<task>"             a task above it in the file, whose lists, phrases and closings it has if it has none
    lexicon = "<name>"          a file of `lexicons` that decides what is said (see `factory.wording.lexicon`)

A list has `text`, the slots that each sentence must use (`required`), of which it must use at least one (`one_of`)
and which it may use (`optional`).
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from factory.errors import DataError
from factory.wording.lexicon import LEXICONS, read_lexicon
from factory.wording.lint import lint_shared, lint_task
from schemas.qa import Format

RENDERER_VERSION = 1
"""Raised when the same templates would be rendered into other rows."""

FOLDER = Path(__file__).parent / "templates"
SHARED, VOCABULARY = "shared.toml", "vocabulary.toml"
_SLOT = re.compile(r"\{(\w+)\}")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence, split at its slots. `slots` are (name, whether it begins a sentence)."""

    id: str
    literals: tuple[str, ...]
    slots: tuple[tuple[str, bool], ...]

    def render(self, values: Mapping[str, str]) -> str:
        """The sentence with its slots filled; a slot that begins a sentence gets a capital letter."""
        if not self.slots:
            return self.literals[0]
        pieces = [self.literals[0]]
        for (name, begins), literal in zip(self.slots, self.literals[1:], strict=True):
            value = values[name]
            pieces.append(value[:1].upper() + value[1:] if begins else value)
            pieces.append(literal)
        return "".join(pieces)


Templates = tuple[Template, ...]
Phrases = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class TaskWording:
    """All sentences of a task: `lists` by name, `closings` by format, `phrases` by group; `digest` covers them all."""

    task: str
    file: str
    lists: Mapping[str, Templates]
    closings: Mapping[Format, tuple[Templates, ...]]
    phrases: Mapping[str, tuple[Mapping[str, str], ...]]
    digest: str


def pick(choices: Sequence[_T], draw: float) -> _T:
    """The element at `draw` in [0, 1)."""
    return choices[int(draw * len(choices))]


def fill_phrase(phrase: str, **values: str) -> str:
    """A fragment with its slots filled."""
    return phrase.format_map(values)


def compile_template(identifier: str, text: str) -> Template:
    """Splits a checked sentence at its slots."""
    parts = _SLOT.split(text)
    literals, names = parts[0::2], parts[1::2]
    begins = [before.endswith((". ", "? ", "! ")) for before in literals[:-1]]
    if begins and not literals[0]:
        begins[0] = True
    return Template(identifier, tuple(literals), tuple(zip(names, begins, strict=True)))


def _compile(name: str, table: Mapping[str, Any]) -> Templates:
    # `question` -> q01, `answer_both` -> a_both01, shared lists keep their name
    code = re.sub(r"^(q)uestion|^(a)nswer", lambda m: m[1] or m[2], name)
    suffix = table.get("suffix", "")
    return tuple(compile_template(f"{code}{n:02d}", text + suffix) for n, text in enumerate(table["text"], 1))


def digest_of(content: Any) -> str:
    """Digest of the content of template files and the renderer's version."""
    canonical = json.dumps([RENDERER_VERSION, content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def _task_wording(
    file: str, task: str, table: Mapping[str, Any], shared: Mapping[str, Any], lexicons: Path
) -> TaskWording:
    own = {
        name: _compile(name, value) for name, value in table.items() if name not in ("closings", "phrases", "lexicon")
    }
    used = sorted({name for names in table["closings"].values() for name in names})
    closings = {
        format_: tuple(_compile(name, shared[name]) for name in names) for format_, names in table["closings"].items()
    }
    phrases = {group: tuple(tables) for group, tables in table.get("phrases", {}).items()}
    content = {"task": table, "shared": {name: shared[name] for name in used}}
    if "lexicon" in table:
        content["lexicon"] = read_lexicon(table["lexicon"], lexicons)
    digest = digest_of(content)
    return TaskWording(task, file, own, closings, phrases, digest)


def read_toml(path: Path) -> dict[str, Any]:
    """A template file as it is. Raises DataError for what is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: expected a TOML file of templates: {error}") from error


def inherited(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a file, those that are `like` another one completed with what they lack of it."""
    found: dict[str, Any] = {}
    for task, table in tables.items():
        base = found.get(str(table.get("like"))) if isinstance(table, dict) else None
        if isinstance(base, dict):
            table = base | {name: value for name, value in table.items() if name != "like"}
        found[task] = table
    return found


def read_vocabulary(folder: Path) -> frozenset[str]:
    """The words that templates may use."""
    return frozenset(read_toml(folder / VOCABULARY)["words"].split())


def load(folder: Path) -> dict[str, TaskWording]:
    """The wording of every task in a folder of `<family>.toml` files with `shared.toml` and `vocabulary.toml`.

    Raises DataError with every defect of the files, each with its file, task, list and sentence.
    """
    vocabulary = read_vocabulary(folder)
    shared = read_toml(folder / SHARED)
    defects = lint_shared(SHARED, shared, vocabulary)
    tasks: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name in (SHARED, VOCABULARY):
            continue
        for task, table in inherited(read_toml(path)).items():
            if task in tasks:
                defects.append(f"{path.name}: {task}: already in {tasks[task][0]}, keep one")
            defects += lint_task(path.name, task, table, shared, vocabulary)
            tasks[task] = path.name, table
    if defects:
        raise DataError("templates cannot be used:\n" + "\n".join(defects))
    lexicons = folder / LEXICONS
    return {task: _task_wording(file, task, table, shared, lexicons) for task, (file, table) in tasks.items()}


@cache
def _default() -> dict[str, TaskWording]:
    return load(FOLDER)


def wording(task: str) -> TaskWording:
    """The wording of a task. Raises DataError when no template file has a table for it."""
    found = _default().get(task)
    if found is None:
        raise DataError(
            f"no templates for task {task}: expected a table [{task}] in a file of factory/wording/templates"
        )
    return found


def digest(task: str) -> str:
    """Digest of all that a task's rows are worded with: its templates, the shared ones it uses, the renderer."""
    return wording(task).digest
