"""The registry of all scene tasks."""

from factory.registry import Registry
from factory.tasks.task import Task

tasks: Registry[type[Task]] = Registry(Task, "factory/tasks/__init__.py")
register = tasks.register
