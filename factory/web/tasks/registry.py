"""The registry of web tasks: refuses collisions, suggests on a miss, freezes after import."""

from factory.registry import Registry
from factory.web.tasks.task import WebTask

tasks: Registry[type[WebTask]] = Registry(WebTask, "factory/web/tasks/__init__.py")
register = tasks.register
