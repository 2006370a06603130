"""Tasks: a scene's records -> facts. Importing this needs neither Ray nor OpenGL nor any file."""

from factory.tasks import (
    appearance,
    camera_motion,
    counting,
    depth,
    distance,
    distance_video,
    extremes,
    imagination,
    imagination_map,
    matching,
    navigation,
    relation,
    room,
    view_change,
    volume,
)
from factory.tasks.parameters import DEFAULTS, Parameters
from factory.tasks.registry import tasks
from factory.tasks.task import Task

__all__ = [
    "all_tasks",
    "appearance",
    "camera_motion",
    "counting",
    "depth",
    "distance",
    "distance_video",
    "extremes",
    "get_task",
    "imagination",
    "imagination_map",
    "matching",
    "navigation",
    "relation",
    "room",
    "view_change",
    "volume",
]

tasks.freeze()


def all_tasks(parameters: Parameters = DEFAULTS) -> tuple[Task, ...]:
    """Every task, ordered by name."""
    return tuple(task(parameters) for task in tasks.all())


def get_task(name: str) -> Task:
    """The task of that name. Raises DataError with a suggestion when there is none."""
    return tasks.get(name)()
