"""Reading templates, and putting texts made of them into rows of the clean world."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import factory.wording
from factory.audit.findings import Kind
from factory.audit.scene import audit_scene
from tests.audit.clean_world import clean_world
from tests.audit.small_world import World

FOLDER = Path(factory.wording.__file__).parent / "templates"


def table(family: str, task: str) -> dict[str, Any]:
    """The templates of a task, as they are written, or those of the one that it is `like`."""
    found: dict[str, Any] = tomllib.loads((FOLDER / f"{family}.toml").read_text())[task]
    return {**table(family, found["like"]), **found} if "like" in found else found


def shared_rules() -> dict[str, list[str]]:
    """The sentences that may follow a question, by name."""
    texts = tomllib.loads((FOLDER / "shared.toml").read_text())
    return {name: entry["text"] for name, entry in texts.items() if isinstance(entry, dict)}


def audit_rows(
    task: str, form: str, column: str, texts: list[str], place: int, clean: Callable[[], World] = clean_world
) -> list[set[Kind]]:
    """The kinds of findings of each text, put into a row of a task and format of a clean world."""
    world = clean()
    first = world.row(task, form, place)
    world.rows = []
    for number, text in enumerate(texts):
        world.rows.append({**first, "qa_id": f"{number:06d}", column: text})
    found: list[set[Kind]] = [set() for _ in texts]
    for finding in audit_scene(*world.tables()):
        if finding.kind is not Kind.DUPLICATE_ROW:
            found[int(finding.item)].add(finding.kind)
    return found


def check(
    task: str,
    form: str,
    true: list[str],
    false: list[str],
    column: str = "answer",
    place: int = 0,
    found_as: frozenset[Kind] = frozenset({Kind.ANSWER, Kind.QUESTION}),
    clean: Callable[[], World] = clean_world,
) -> None:
    """True texts are found to be right, and false ones are not, in a row of a clean world."""
    assert true and false
    for text, kinds in zip(true, audit_rows(task, form, column, true, place, clean), strict=True):
        assert kinds == set(), text
    for text, kinds in zip(false, audit_rows(task, form, column, false, place, clean), strict=True):
        assert kinds & found_as, text
