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


def change_marks(task: str, form: str, place: int, **columns: Any) -> Mutation:
    """Changes a mark of a row."""

    def mutate(world: World) -> None:
        world.row(task, form)["marks"][place].update(columns)

    return mutate


def change_scene(**columns: Any) -> Mutation:
    """Gives other values to the record of the scene."""

    def mutate(world: World) -> None:
        world.scene.update(columns)

    return mutate


def swap_roles(task: str, form: str, first: int, second: int) -> Mutation:
    """Two objects of a row without marks change places; the texts stay."""

    def mutate(world: World) -> None:
        row = world.row(task, form)
        for column in ("object_ids", "labels"):
            row[column][first], row[column][second] = row[column][second], row[column][first]

    return mutate


def hide(object_id: int, frame_ids: list[str]) -> Mutation:
    """No pixel of the object in these views."""

    def mutate(world: World) -> None:
        for view in world.views:
            if view["frame_id"] in frame_ids:
                view["objects"] = [o for o in view["objects"] if o["object_id"] != object_id]
        thing = world.thing(object_id)
        thing["frame_ids"] = [f for f in thing["frame_ids"] if f not in frame_ids]

    return mutate


def relabel(object_id: int, label: str) -> Mutation:
    """Another label for an object in the records, and in the rows about it."""

    def mutate(world: World) -> None:
        world.thing(object_id)["label"] = label
        for view in world.views:
            for shown in view["objects"]:
                if shown["object_id"] == object_id:
                    shown["label"] = label
        for row in world.rows:
            row["labels"] = [world.thing(i)["label"] for i in row["object_ids"]]

    return mutate


def only(task: str, mutation: Mutation) -> Mutation:
    """Keeps the rows of one task, since the change of a record would touch those of others."""

    def mutate(world: World) -> None:
        world.rows = [row for row in world.rows if row["task"] == task]
        mutation(world)

    return mutate


def move(object_id: int, center: tuple[float, float, float]) -> Mutation:
    """Another place for an object, with all records consistent; what the views show of it stays where it was drawn."""

    def mutate(world: World) -> None:
        thing = world.thing(object_id)
        shift = [new - old for new, old in zip(center, thing["center"], strict=True)]
        for column in ("center", "aabb_min", "aabb_max"):
            thing[column] = [old + by for old, by in zip(thing[column], shift, strict=True)]
        for view in world.views:
            for shown in view["objects"]:
                if shown["object_id"] == object_id:
                    x, y, z = shown["center_camera"]
                    shown["center_camera"] = [x + shift[0], y - shift[2], z + shift[1]]

    return mutate
