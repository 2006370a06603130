"""Corruptions of a world that several tests make."""

from collections.abc import Callable
from typing import Any

from factory.audit.findings import Kind
from factory.audit.scene import audit_scene
from tests.audit.small_world import World

Mutation = Callable[[World], None]


def kinds(world: World) -> set[Kind]:
    """The kinds of all findings."""
    return {finding.kind for finding in audit_scene(*world.tables())}


def change(of: str, of_format: str, place: int = 0, **columns: Any) -> Mutation:
    """Gives other values to columns of a row."""

    def mutate(world: World) -> None:
        row = world.row(of, of_format, place)
        for name, value in columns.items():
            assert row[name] != value
            row[name] = value

    return mutate


def reword(task: str, form: str, column: str, old: str, new: str, place: int = 0) -> Mutation:
    """Replaces a part of a text of a row."""

    def mutate(world: World) -> None:
        row = world.row(task, form, place)
        assert old in row[column]
        row[column] = row[column].replace(old, new)

    return mutate


def change_record(frame_id: str, object_id: int, **fields: Any) -> Mutation:
    """Gives other values to the record of an object in a view."""

    def mutate(world: World) -> None:
        world.shown(frame_id, object_id).update(fields)

    return mutate


def change_object(object_id: int, **fields: Any) -> Mutation:
    """Gives other values to the record of an object."""

    def mutate(world: World) -> None:
        world.thing(object_id).update(fields)

    return mutate
