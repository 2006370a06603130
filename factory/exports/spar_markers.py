"""Draws marks on images as SPAR's loaders do: discs of radius 20, frames of width 20 that grow outward by 17.5 pixels.

The sizes are pixels of the image whatever its size; `scale` shrinks them for images that are shown smaller.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from PIL import Image, ImageDraw

from factory.exports.spar_types import TYPES

POINT_RADIUS_PX = 20
BOX_STROKE_PX = 20
BOX_GROWTH_PX = 17.5
_OVER_RED = ["blue", "green", "yellow"]
_TASKS = {rules.type or task: task for task, rules in TYPES.items()}


class DrawnMark(NamedTuple):
    """A point (2) or box (4) in 0-1000 on one image of a row."""

    image_index: int
    color: str
    coords: list[int]


def row_marks(row: dict[str, Any]) -> list[DrawnMark]:
    """The marks of a row in the order in which they are drawn.

    Raises ValueError for the types whose marks carry names (`labelled`).
    """
    rules = TYPES[_TASKS[row["type"]]]
    if rules.labelled:
        raise ValueError(f"marks of type {row['type']!r} carry names, which are not drawn here")
    present = [color for color in rules.colors if rules.key(color) in row]
    places = row[rules.index_key][0] if rules.indexed else [0] * len(present)
    # With several marks and a single place, all marks stand on that image.
    places = places * len(present) if len(places) == 1 else places
    marks = [DrawnMark(i, color, row[rules.key(color)][0]) for i, color in zip(places, present, strict=True)]
    # Where marks overlap the later one covers the earlier: red comes first, then the others in a fixed order.
    order = [color for color in rules.colors if color != "red"] if rules.indexed else _OVER_RED
    return sorted(marks, key=lambda mark: order.index(mark.color) + 1 if mark.color != "red" else 0)


def draw_markers(images: list[Image.Image], row: dict[str, Any]) -> list[Image.Image]:
    """Copies of a row's RGB images with its marks on them."""
    return draw_marks(images, row_marks(row))


def draw_marks(images: list[Image.Image], marks: Iterable[DrawnMark], scale: float = 1.0) -> list[Image.Image]:
    """Copies of RGB images with marks on them, sizes times `scale`."""
    copies = [image.copy() for image in images]
    for mark in marks:
        image = copies[mark.image_index]
        size = (image.width, image.height) * (len(mark.coords) // 2)
        coords = [value / 1000 * length for value, length in zip(mark.coords, size, strict=True)]
        draw = ImageDraw.Draw(image)
        if len(coords) == 2:
            radius = round(POINT_RADIUS_PX * scale)
            x, y = int(coords[0]), int(coords[1])
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=mark.color)
        else:
            grow = BOX_GROWTH_PX * scale
            x1, y1, x2, y2 = coords
            outer = (int(x1 - grow), int(y1 - grow), int(x2 + grow), int(y2 + grow))
            draw.rectangle(outer, outline=mark.color, width=round(BOX_STROKE_PX * scale))
    return copies
