"""The images of a question, small, with its marks on them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from factory.errors import DataError
from factory.exports.spar import official_row
from factory.exports.spar_markers import draw_marks, row_marks
from factory.sources.base import Source
from schemas.qa import QARow

WIDTH = 640
_MARK_SCALE = 0.4  # discs of 8 pixels, frames of 8: readable on the small image, and covering little of it
_ANSWER_COLOR, _ANSWER_STROKE = "#00e5ff", 3
_FEW = 10  # more images than that are shown as one sheet
_SHEET_COLUMNS, _SHEET_WIDTH = 8, 160
_CACHED_IMAGES = 512


Small = Callable[[str, int], Image.Image]


def small_images(source: Source) -> Small:
    """Reads images by URI and greatest width [px] as RGB, and remembers the last of them."""
    return lru_cache(maxsize=_CACHED_IMAGES)(partial(_small, source))


@dataclass(frozen=True)
class Shown:
    """A picture of a row: the place of its image, None for a sheet of all of them; whether it shows the answer."""

    place: int | None
    image: Image.Image
    answer: bool = False


def pictures(row: QARow, small: Small) -> list[Shown]:
    """RGB images of `WIDTH` pixels or less with the marks of the row, and the answer where it is a box (cyan).

    small : see `small_images`. Of many images, those with marks, and before them one sheet of all.
    """
    marks = row_marks(official_row(row, "", depth=False))
    places = list(range(len(row.images)))
    shown: list[Shown] = []
    if len(row.images) > _FEW:
        shown.append(Shown(None, _sheet([small(uri, _SHEET_WIDTH) for uri in row.images])))
        places = sorted({mark.image_index for mark in marks})
    images = [small(row.images[place], WIDTH) for place in places]
    drawn = draw_marks(images, [m._replace(image_index=places.index(m.image_index)) for m in marks], _MARK_SCALE)
    answer = _answer_box(row)
    for place, image in zip(places, drawn, strict=True):
        right = answer is not None and answer[0] == place
        if answer and right:
            sides = (image.width, image.height) * 2
            box = [round(value / 1000 * side) for value, side in zip(answer[1], sides, strict=True)]
            ImageDraw.Draw(image).rectangle(box, outline=_ANSWER_COLOR, width=_ANSWER_STROKE)
        shown.append(Shown(place, image, right))
    return shown


def _answer_box(row: QARow) -> tuple[int, list[float]] | None:
    """Place of the image and box of an answer that is a box: with its image, or on the last one."""
    if row.unit != "0-1000" or row.values is None:
        return None
    *place, x1, y1, x2, y2 = row.values
    return int(place[0]) if place else len(row.images) - 1, [x1, y1, x2, y2]


def _sheet(images: list[Image.Image]) -> Image.Image:
    """All images in a grid, numbered from 0."""
    width, height = images[0].size
    rows = -(-len(images) // _SHEET_COLUMNS)
    sheet = Image.new("RGB", (_SHEET_COLUMNS * width, rows * height), "black")
    font = ImageFont.load_default(18)
    for place, image in enumerate(images):
        row, column = divmod(place, _SHEET_COLUMNS)
        sheet.paste(image, (column * width, row * height))
        corner = (column * width + 4, row * height + 2)
        ImageDraw.Draw(sheet).text(corner, str(place), "white", font, stroke_width=2, stroke_fill="black")
    return sheet


def _small(source: Source, uri: str, width: int) -> Image.Image:
    try:
        encoded = Image.open(BytesIO(source.read_media(uri)[0]))
        encoded.draft("RGB", (width, 1))
        image = encoded.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{uri}: not an image that can be decoded ({error}); fetch the file again") from error
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    return image
