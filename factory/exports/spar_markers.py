"""Draws marks on images as SPAR's loaders do: discs of radius 20, frames of width 20 that grow outward by 17.5 pixels.

The sizes are pixels of the image whatever its size; `scale` shrinks them for images that are shown smaller. Where
loaders write names beside the marks they are written here in another font, and all boxes have the colour of their key
(loaders draw the yellow ones of videos cyan).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from factory.exports.spar_types import TYPES

POINT_RADIUS_PX = 20
BOX_STROKE_PX = 20
BOX_GROWTH_PX = 17.5
_LISTED = "blue"
_NAME_COLOR, _NAME_SIZE_PX = "#00ff00", 60
_OVER_RED = ["blue", "green", "yellow"]
_TASKS = {rules.type or task: task for task, rules in TYPES.items()}


class DrawnMark(NamedTuple):
    """A point (2) or box (4) in 0-1000 on one image of a row, and the name that is written beside it, if any."""

    image_index: int
    color: str
    coords: list[int]
    name: str = ""


def row_marks(row: dict[str, Any]) -> list[DrawnMark]:
    """The marks of a row in the order in which they are drawn."""
    rules = TYPES[_TASKS[row["type"]]]
    if rules.listed:
        places, coords = row[rules.index_key][0], row[rules.list_key][0]
        return [DrawnMark(image, _LISTED, coords[i], rules.name(i)) for i, image in enumerate(places)]
    present = [color for color in rules.colors if rules.key(color) in row]
    places = row[rules.index_key][0] if rules.indexed else [0] * len(present)
    # With several marks and a single place, all marks stand on that image.
    places = places * len(present) if len(places) == 1 else places
    marks = [
        DrawnMark(image, color, row[rules.key(color)][0], rules.name(i))
        for i, (image, color) in enumerate(zip(places, present, strict=True))
    ]
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
        if mark.name:
            size_px = _NAME_SIZE_PX * scale
            place = (min(coords[0], image.width - 4 * size_px), max(coords[1] - 1.5 * size_px, 0))
            outline = round(size_px / 12)
            draw.text(
                place,
                mark.name,
                _NAME_COLOR,
                ImageFont.load_default(size_px),
                stroke_width=outline,
                stroke_fill="black",
            )
    return copies
