"""Web tasks: a picture's lifted objects -> facts. Importing this needs neither Ray nor OpenGL nor torch."""

from collections.abc import Sequence

from factory.web.tasks import (
    comparison,
    counting,
    most,
    orientation,
    pair_distances,
    perspective,
    pixels,
    relation,
    sectors,
    single,
    three,
)
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.registry import tasks
from factory.web.tasks.task import WebTask

__all__ = [
    "all_web_tasks",
    "comparison",
    "counting",
    "get_web_task",
    "most",
    "orientation",
    "pair_distances",
    "perspective",
    "pixels",
    "relation",
    "sectors",
    "single",
    "three",
    "web_tasks",
]

tasks.freeze()


def all_web_tasks() -> tuple[WebTask, ...]:
    """Every task with its default parameters, ordered by name."""
    return tuple(task() for task in tasks.all())


def get_web_task(name: str) -> WebTask:
    """The task of that name. Raises DataError with a suggestion when there is none."""
    return tasks.get(name)()


def web_tasks(parameters: WebParameters, names: Sequence[str] | None = None) -> tuple[WebTask, ...]:
    """The tasks of these names (None: all) with these parameters, ordered by name."""
    wanted = tasks.all() if names is None else [tasks.get(name) for name in sorted(names)]
    return tuple(task(parameters) for task in wanted)
