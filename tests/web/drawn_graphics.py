"""Pictures that no camera took: windows, charts, tables, code, blueprints, text pages, drawn by a seed."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
_WORDS = (
    "window report total save open account value order north price chart market table figure result "
    "system file list number return import class while model data value index between which their "
    "about other could after first small"
)
_LIGHT: tuple[Color, ...] = ((255, 255, 255), (248, 249, 250), (250, 246, 235), (240, 240, 245))
_DARK: tuple[Color, ...] = ((30, 30, 30), (13, 17, 23), (40, 44, 52), (0, 43, 54))
_INKS: tuple[Color, ...] = (
    (200, 60, 50),
    (50, 110, 200),
    (40, 160, 90),
    (230, 160, 30),
    (130, 80, 180),
    (60, 170, 190),
)


def draw_graphic(seed: int, kind: str | None = None) -> Image.Image:
    """An RGB picture of 640..1280 x 480..900; the kind is drawn too unless given."""
    rng = np.random.default_rng(seed)
    names = sorted(KINDS)
    drawn = names[rng.integers(len(names))]
    size = (int(rng.integers(640, 1281)), int(rng.integers(640, 901)))
    return KINDS[kind or drawn](rng, size)


def _font(rng: np.random.Generator, low: int = 11, high: int = 20) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size=float(rng.integers(low, high)))


def _sentence(rng: np.random.Generator, words: int) -> str:
    known = _WORDS.split()
    return " ".join(known[i] for i in rng.integers(len(known), size=words))


def _color(rng: np.random.Generator, colors: tuple[Color, ...]) -> Color:
    return colors[rng.integers(len(colors))]


def _canvas(size: tuple[int, int], color: Color) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, color)
    return image, ImageDraw.Draw(image)


def draw_window(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """An application: title bar (a gradient at times), side bar, buttons, lines of text."""
    image, pen = _canvas(size, _color(rng, _LIGHT))
    width, height = size
    top, ink = _color(rng, _INKS), (40, 40, 40)
    for x in range(width):
        fade = 1 - 0.4 * x / width * (rng.integers(2) if x == 0 else 1)
        pen.line((x, 0, x, 36), tuple(int(c * fade) for c in top))
    pen.text((12, 8), _sentence(rng, 4), fill="white", font=_font(rng))
    pen.rectangle((0, 37, width // 5, height), fill=(225, 228, 234))
    for row in range(60, height - 30, 26):
        pen.text((14, row), _sentence(rng, 2), fill=ink, font=_font(rng, 12, 14))
        pen.text((width // 5 + 20, row), _sentence(rng, int(rng.integers(4, 9))), fill=ink, font=_font(rng, 12, 15))
    for _ in range(6):
        x, y = int(rng.integers(width // 5, width - 120)), int(rng.integers(50, height - 40))
        pen.rounded_rectangle((x, y, x + 100, y + 28), 6, fill=_color(rng, _INKS))
        pen.text((x + 12, y + 6), _sentence(rng, 1), fill="white", font=_font(rng, 12, 14))
    return image


def draw_chart(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Axes with bars, lines or sectors and a legend."""
    image, pen = _canvas(size, _color(rng, _LIGHT))
    width, height = size
    left, bottom = 70, height - 60
    for y in np.linspace(40, bottom, 7):
        pen.line((left, y, width - 30, y), (215, 215, 215))
        pen.text((16, y - 8), f"{int(bottom - y)}", fill=(80, 80, 80), font=_font(rng, 11, 13))
    kind = rng.integers(3)
    for series in range(int(rng.integers(2, 5))):
        ink = _INKS[series]
        values = rng.uniform(0.05, 0.95, size=12) * (bottom - 40)
        xs = np.linspace(left + 20, width - 60, 12)
        if kind == 0:
            for x, value in zip(xs, values, strict=True):
                pen.rectangle((x + 9 * series, bottom - value, x + 9 * series + 7, bottom), fill=ink)
        elif kind == 1:
            pen.line([(x, bottom - v) for x, v in zip(xs, values, strict=True)], fill=ink, width=3)
        else:
            pen.pieslice((left + 60, 60, left + 360, 360), 90 * series, 90 * series + 90, fill=ink)
        pen.rectangle((width - 150, 50 + 22 * series, width - 138, 62 + 22 * series), fill=ink)
        pen.text((width - 130, 46 + 22 * series), _sentence(rng, 1), fill=(40, 40, 40), font=_font(rng, 12, 14))
    pen.line((left, 40, left, bottom, width - 30, bottom), fill=(0, 0, 0), width=2)
    return image


def draw_table(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Cells with rules and, at times, stripes."""
    image, pen = _canvas(size, (255, 255, 255))
    width, height = size
    columns, row_height = int(rng.integers(4, 8)), int(rng.integers(24, 34))
    striped, font = rng.integers(2), _font(rng, 12, 15)
    for number, y in enumerate(range(10, height - row_height, row_height)):
        fill = _color(rng, _INKS) if number == 0 else (240, 243, 248) if striped and number % 2 else (255, 255, 255)
        pen.rectangle((10, y, width - 10, y + row_height), fill=fill, outline=(190, 190, 190))
        for column in range(columns):
            text = _sentence(rng, 1) if column == 0 or number == 0 else f"{rng.integers(10_000) / 100:.2f}"
            x = 18 + column * (width - 20) // columns
            pen.text((x, y + 5), text, fill="white" if number == 0 else (30, 30, 30), font=font)
    return image


def draw_code(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Coloured words on a dark or light ground, with line numbers."""
    dark = bool(rng.integers(2))
    image, pen = _canvas(size, _color(rng, _DARK if dark else _LIGHT))
    font = _font(rng, 13, 17)
    plain: Color = (212, 212, 212) if dark else (36, 41, 46)
    for number, y in enumerate(range(10, size[1] - 20, 22)):
        pen.text((10, y), f"{number + 1:>3}", fill=(133, 133, 133), font=font)
        x = 50 + 28 * int(rng.integers(4))
        for word in _sentence(rng, int(rng.integers(1, 8))).split():
            pen.text((x, y), word, fill=_color(rng, _INKS) if rng.random() < 0.5 else plain, font=font)
            x += int(font.getlength(word + " "))
    return image


def draw_blueprint(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Rooms and measures in thin lines on blue or white, with a grid."""
    blue = bool(rng.integers(2))
    ink: Color = (235, 240, 250) if blue else (20, 20, 40)
    image, pen = _canvas(size, (24, 62, 130) if blue else (255, 255, 255))
    width, height = size
    for x in range(0, width, 24):
        pen.line((x, 0, x, height), fill=(40, 80, 150) if blue else (225, 230, 240))
    for y in range(0, height, 24):
        pen.line((0, y, width, y), fill=(40, 80, 150) if blue else (225, 230, 240))
    for _ in range(int(rng.integers(8, 20))):
        x, y = int(rng.integers(20, width - 220)), int(rng.integers(20, height - 220))
        w, h = (int(v) for v in rng.integers(60, 200, size=2))
        pen.rectangle((x, y, x + w, y + h), outline=ink, width=2)
        pen.arc((x, y, x + 60, y + 60), 0, 90, fill=ink)
        pen.text((x + 6, y + h // 2), f"{w / 20:.2f} m", fill=ink, font=_font(rng, 11, 14))
    return image


def draw_text_page(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """A page of print, clean or as a scanner sees it: a little noise and shade."""
    image, pen = _canvas(size, _color(rng, _LIGHT))
    font = _font(rng, 13, 19)
    for y in range(40, size[1] - 40, 26):
        line = _sentence(rng, 18)
        while font.getlength(line) > size[0] - 100:
            line = line.rpartition(" ")[0]
        pen.text((50, y), line, fill=(25, 25, 25), font=font)
    if rng.integers(2):
        return image
    shade = np.linspace(1.0, rng.uniform(0.9, 1.0), size[0])[None, :, None]
    noise = rng.normal(0, rng.uniform(0.5, 2.0), size=(size[1], size[0], 1))
    return Image.fromarray(np.clip(np.asarray(image) * shade + noise, 0, 255).astype(np.uint8))


def draw_line_art(rng: np.random.Generator, size: tuple[int, int]) -> Image.Image:
    """Outlines, some of them filled, as in comics and clip art."""
    image, pen = _canvas(size, (255, 255, 255))
    for _ in range(int(rng.integers(6, 18))):
        x, y = int(rng.integers(0, size[0] - 100)), int(rng.integers(0, size[1] - 100))
        w, h = (int(v) for v in rng.integers(60, 320, size=2))
        fill = _color(rng, _INKS) if rng.random() < 0.5 else None
        pen.ellipse((x, y, x + w, y + h), outline=(0, 0, 0), width=4, fill=fill)
        points = [(float(x + a), float(y + b)) for a, b in rng.uniform(0, 200, size=(5, 2))]
        pen.line([*points, points[0]], fill=(0, 0, 0), width=3, joint="curve")
    return image


KINDS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Image.Image]] = {
    "window": draw_window,
    "chart": draw_chart,
    "table": draw_table,
    "code": draw_code,
    "blueprint": draw_blueprint,
    "text page": draw_text_page,
    "line art": draw_line_art,
}
