"""Web tasks: a picture's lifted objects -> facts. Importing this needs neither Ray nor OpenGL nor torch."""

from factory.web.tasks.registry import tasks
from factory.web.tasks.task import WebTask

tasks.freeze()


def all_web_tasks() -> tuple[WebTask, ...]:
    """Every task with its default parameters, ordered by name."""
    return tuple(task() for task in tasks.all())


def get_web_task(name: str) -> WebTask:
    """The task of that name. Raises DataError with a suggestion when there is none."""
    return tasks.get(name)()
