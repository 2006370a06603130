"""The images of a question, small, with its marks on them."""

from io import BytesIO

from PIL import Image, ImageDraw, UnidentifiedImageError

from factory.errors import DataError
from factory.exports.spar import official_row
from factory.exports.spar_markers import draw_marks, row_marks
from factory.sources.base import Source
from schemas.qa import QARow

WIDTH = 640
_MARK_SCALE = 0.4  # discs of 8 pixels, frames of 8: readable on the small image, and covering little of it
_ANSWER_COLOR, _ANSWER_STROKE = "#00e5ff", 3


def shows_answer(row: QARow) -> bool:
    """Whether the answer is a box on the last image."""
    return row.unit == "0-1000" and row.values is not None and len(row.values) == 4


def pictures(row: QARow, source: Source) -> list[Image.Image]:
    """RGB images of `WIDTH` pixels or less with the marks of the row, and the answer where it is a box (cyan)."""
    images = [_small(uri, source.read_media(uri)[0]) for uri in row.images]
    drawn = draw_marks(images, row_marks(official_row(row, "", depth=False)), _MARK_SCALE)
    if shows_answer(row):
        assert row.values is not None
        last = drawn[-1]
        sides = (last.width, last.height) * 2
        box = [round(value / 1000 * side) for value, side in zip(row.values, sides, strict=True)]
        ImageDraw.Draw(last).rectangle(box, outline=_ANSWER_COLOR, width=_ANSWER_STROKE)
    return drawn


def _small(uri: str, data: bytes) -> Image.Image:
    try:
        encoded = Image.open(BytesIO(data))
        encoded.draft("RGB", (WIDTH, 1))
        image = encoded.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{uri}: not an image that can be decoded ({error}); fetch the file again") from error
    if image.width > WIDTH:
        image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    return image
