"""Wording of the web tasks as data, read from TOML and checked at load.

A file per family holds a table per task:

    [task.<pool>]               sentences that say the same, `question...` or `answer...`; the slots that each of them
                                uses are `required`, those of which each uses at least one `one_of`, others `optional`
    [[task.phrases.<group>]]    fragments that fill slots; one table of a group is drawn per row
    like = "<task>"             a task above it in the file, whose pools and groups it has if it has none

`shared.toml` holds groups of phrases that every task has. A slot `{is_a}` is the verb in agreement with `{a}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from factory.errors import DataError
from factory.wording.lexicon import LEXICONS, read_lexicon
from factory.wording.templates import FOLDER as SCENE_FOLDER
from factory.wording.templates import (
    SHARED,
    VOCABULARY,
    Phrases,
    Template,
    compile_template,
    digest_of,
    inherited,
    read_toml,
    read_vocabulary,
)
from factory.wording.web.lint import lint_phrases, lint_task

WEB_RENDERER_VERSION = 1
"""Raised when the same templates would be rendered into other rows."""

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class WebWording:
    """All sentences of a task: `pools` by name, `phrases` by group; `digest` covers them all."""

    task: str
    file: str
    pools: Mapping[str, tuple[Template, ...]]
    phrases: Mapping[str, tuple[Mapping[str, str], ...]]
    slots: Mapping[str, frozenset[str]]
    digest: str


def _compiled(name: str, table: Mapping[str, Any]) -> tuple[Template, ...]:
    code = name.replace("question", "q", 1).replace("answer", "a", 1)
    return tuple(compile_template(f"{code}{n:02d}", text) for n, text in enumerate(table["text"], 1))


def _wording(file: str, task: str, table: Mapping[str, Any], shared: Phrases, lexicon: Any) -> WebWording:
    pools = {name: value for name, value in table.items() if name != "phrases"}
    slots = {
        name: frozenset(slot for key in ("required", "one_of", "optional") for slot in pool.get(key, ()))
        for name, pool in pools.items()
    }
    phrases = {group: tuple(tables) for group, tables in {**shared, **table.get("phrases", {})}.items()}
    content = [WEB_RENDERER_VERSION, table, shared, lexicon]
    compiled = {name: _compiled(name, pool) for name, pool in pools.items()}
    return WebWording(task, file, compiled, phrases, slots, digest_of(content))


def load(folder: Path) -> dict[str, WebWording]:
    """The wording of every web task in a folder of `<family>.toml` files with `shared.toml` and `vocabulary.toml`.

    Raises DataError with every defect of the files, each with its file, task, pool and sentence.
    """
    vocabulary = read_vocabulary(SCENE_FOLDER) | read_vocabulary(folder)
    shared = read_toml(folder / SHARED)
    defects = [f"{SHARED}: {defect}" for defect in lint_phrases(shared, vocabulary)]
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name in (SHARED, VOCABULARY):
            continue
        for task, table in inherited(read_toml(path)).items():
            if task in found:
                defects.append(f"{path.name}: {task}: already in {found[task][0]}, keep one")
            defects += [f"{path.name}: {task}.{defect}" for defect in lint_task(table, vocabulary)]
            found[task] = path.name, table
    if defects:
        raise DataError("web templates cannot be used:\n" + "\n".join(defects))
    lexicon = read_lexicon("plurals", SCENE_FOLDER / LEXICONS)
    return {task: _wording(file, task, table, shared, lexicon) for task, (file, table) in found.items()}


@cache
def default_wording() -> dict[str, WebWording]:
    """The wording of the data set, read once."""
    return load(FOLDER)


def web_wording(task: str) -> WebWording:
    """The wording of a task. Raises DataError when no template file has a table for it."""
    found = default_wording().get(task)
    if found is None:
        raise DataError(
            f"no templates for web task {task}: expected a table [{task}] in factory/wording/web/templates"
        )
    return found
