"""How questions call the objects of a picture, and the coloured boxes that some of them need."""

from collections.abc import Sequence
from typing import NamedTuple

from factory.web.picture import Picture
from factory.wording.plurals import is_several
from schemas.qa import Mark

COLORS = ("red", "green", "blue", "yellow", "purple")
"""The colours that HiSpatial's loader draws."""


class Mention(NamedTuple):
    """An object in a question: its words, the colour of its box (empty: none), whether a verb is plural after it."""

    text: str
    color: str
    several: bool


def mentions(picture: Picture, rows: Sequence[int]) -> list[Mention] | None:
    """The objects at `rows` of a picture as one question names them.

    Those whose reference is not unique get coloured boxes, in order. None where there are more than colours.
    """
    colors = iter(COLORS)
    found = []
    for row in rows:
        text, color = picture.references[row], ""
        if picture.reference_kinds[row] == "box":
            color = next(colors, "")
            if not color:
                return None
            text = f"{text} (highlighted by the {color} box)"
        found.append(Mention(text, color, is_several(picture.labels[row])))
    return found


def box_mark(picture: Picture, row: int, color: str) -> Mark:
    """The box of an object: outer edges in thousandths of the picture's sides."""
    x1, y1, x2, y2 = picture.boxes[row].tolist()
    edges = (x1 / picture.width, y1 / picture.height, x2 / picture.width, y2 / picture.height)
    return Mark(
        kind="bbox",
        color=color,
        image_index=0,
        object_id=int(picture.object_ids[row]),
        label=picture.labels[row],
        coords=[min(max(round(edge * 1000), 0), 1000) for edge in edges],
    )
