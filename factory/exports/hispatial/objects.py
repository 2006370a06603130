"""The objects of an item, as the loader reads them to draw boxes."""

from collections.abc import Mapping, Sequence
from typing import Any

from factory.errors import DataError
from factory.exports.hispatial.picture_rows import NamedObject, Question
from factory.exports.hispatial.qa_types import SLOTS, box_phrase, slots

MOST_OBJECTS = len(SLOTS)


def box_colors(rows: Sequence[Question]) -> list[str]:
    """The colour of each object's box over the rows of one item, empty for none.

    Raises DataError when the rows contradict one another.
    """
    first = rows[0]
    colors = [""] * len(first.object_ids)
    for row in rows:
        if row.object_ids != first.object_ids or row.task != first.task:
            raise DataError(f"item {row.item_id}: its rows differ in their task or objects; build the shard again")
        if row.box_colors is None:
            continue
        if len(row.box_colors) != len(colors):
            raise DataError(f"{row.qa_id}: {len(row.box_colors)} box colours of {len(colors)} objects; build it again")
        for i, color in enumerate(row.box_colors):
            if color and colors[i] not in ("", color):
                raise DataError(f"item {row.item_id}: an object is {colors[i]} and {color}; build the shard again")
            colors[i] = colors[i] or color
    return colors


def named_objects(rows: Sequence[Question], objects: Mapping[int, NamedObject]) -> list[tuple[NamedObject, str]]:
    """The objects that the texts of an item name and the colours of their boxes, in the order of its slots.

    Objects that are only counted are not among them. Raises DataError for an object that is not there.
    """
    texts = " | ".join(text for row in rows for text in (row.question, row.answer, *(row.options or ()))).lower()
    named = []
    for object_id, color in zip(rows[0].object_ids, box_colors(rows), strict=True):
        if object_id not in objects:
            raise DataError(f"item {rows[0].item_id}: no object {object_id} in web_objects; build the shard again")
        found = objects[object_id]
        if color or (found.is_unambiguous and _names(texts, found.reference)):
            named.append((found, color))
    return named


def _names(texts: str, reference: str) -> bool:
    # "the chairs" does not name "the chair"
    reference = reference.lower()
    at = texts.find(reference)
    while at >= 0:
        end = at + len(reference)
        if not (texts[at - 1 : at].isalnum() or texts[end : end + 1].isalnum()):
            return True
        at = texts.find(reference, at + 1)
    return False


def objects_field(named: Sequence[tuple[NamedObject, str]]) -> dict[str, Any] | None:
    """`referring` and `raw` for each of at most six objects; None for none. Loaders read `raw_bbox` alone."""
    field: dict[str, Any] = {}
    for (found, color), suffix in zip(named, slots(len(named)), strict=True):
        field["referring" + suffix] = f"{found.reference} {box_phrase(color)}" if color else found.reference
        field["raw" + suffix] = {
            "raw_bbox": found.box,
            "class": found.label,
            "object_id": found.object_id,
            "score": found.score,
            "center": found.center,
            "aabb": found.aabb,
        }
    return field or None
