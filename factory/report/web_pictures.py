"""The picture of a question, small, with the boxes that the question speaks of and outlines of what else it names."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from factory.errors import DataError
from factory.report.pictures import WIDTH
from factory.report.web_samples import WebSample

_COLORS = {"red": "#ff0000", "green": "#00ff00", "blue": "#0000ff", "yellow": "#ffff00", "purple": "#ff00ff"}
_OUTLINE, _PIXEL = "#00e5ff", "#ff0000"
_LATTICE = 448


def web_picture(sample: WebSample, data: bytes) -> Image.Image:
    """RGB, `WIDTH` pixels wide or less. Boxes of a color as loaders draw them, those without one thin and cyan, named
    pixels as numbered crosses."""
    try:
        image = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{sample.image}: not an image ({error}); check --input") from error
    if image.width > WIDTH:
        image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(image)
    scale = image.width / sample.width
    for one in sample.named:
        box = [round(scale * side) for side in one.box]
        draw.rectangle(box, outline=_COLORS.get(one.color, _OUTLINE), width=3 if one.color else 1)
    font = ImageFont.load_default(16)
    pixels = sample.row.pixels or []
    for number, (x, y) in enumerate(zip(pixels[::2], pixels[1::2], strict=True), 1):
        u, v = (x + 0.5) / _LATTICE * image.width, (y + 0.5) / _LATTICE * image.height
        for line in ((u - 9, v, u + 9, v), (u, v - 9, u, v + 9)):
            draw.line(line, fill=_PIXEL, width=2)
        if len(pixels) > 2:
            draw.text((u + 8, v + 4), str(number), fill=_PIXEL, font=font, stroke_width=2, stroke_fill="white")
    return image
