"""Images on things: floors, screens, keyboards, paintings, clock faces, views from windows."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from factory.sources.procedural import palette
from factory.sources.procedural.palette import Color, pick, shade

Array = np.ndarray
Rng = np.random.Generator


def _byte(color: Color) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(max(c, 0.0), 1.0)) for c in color)
    return red, green, blue


def _canvas(width: int, height: int, color: Color) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), _byte(color))
    return image, ImageDraw.Draw(image)


def _noise(rng: Rng, width: int, height: int, cell: int) -> Array:
    """Smooth noise (height, width) around 0 with features of about `cell` pixels."""
    coarse = rng.normal(0, 1, (height // cell + 2, width // cell + 2)).astype(np.float32)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(smooth)


def _mottled(rng: Rng, image: Image.Image, cell: int, amount: float) -> Array:
    base = np.asarray(image, dtype=np.float32)
    varied = base * (1 + amount * _noise(rng, image.width, image.height, cell)[..., None])
    return np.clip(varied, 0, 255).astype(np.uint8)


def _pixels(width_m: float, depth_m: float, per_metre: int, most: int = 1024) -> tuple[int, int, float]:
    scale = min(per_metre, most / max(width_m, depth_m))
    return round(width_m * scale), round(depth_m * scale), scale


def planks(rng: Rng, width_m: float, depth_m: float) -> Array:
    """A wooden floor."""
    width, height, scale = _pixels(width_m, depth_m, 220)
    wood = pick(rng, palette.WOOD)
    image, draw = _canvas(width, height, shade(wood, 0.55))
    plank = 0.13 * scale
    for row in range(int(height / plank) + 1):
        x = -float(rng.uniform(0, 1.2)) * scale
        while x < width:
            length = float(rng.uniform(0.8, 1.5)) * scale
            color = shade(wood, float(rng.uniform(0.82, 1.14)))
            draw.rectangle((x, row * plank, x + length - 2, (row + 1) * plank - 2), fill=_byte(color))
            x += length
    grain = rng.normal(0, 1, (height, width // 12 + 2)).astype(np.float32)
    streaks = np.asarray(Image.fromarray(grain).resize((width, height), Image.Resampling.BICUBIC))
    return np.clip(np.asarray(image) * (1 + 0.045 * streaks[..., None]), 0, 255).astype(np.uint8)


def tiles(rng: Rng, width_m: float, depth_m: float) -> Array:
    """A tiled floor or wall."""
    width, height, scale = _pixels(width_m, depth_m, 220)
    base = pick(rng, ((0.78, 0.77, 0.74), (0.66, 0.66, 0.66), (0.72, 0.66, 0.58), (0.60, 0.64, 0.66)))
    image, draw = _canvas(width, height, shade(base, 0.72))
    size = float(rng.uniform(0.28, 0.45)) * scale
    for i in range(int(width / size) + 1):
        for j in range(int(height / size) + 1):
            color = shade(base, float(rng.uniform(0.95, 1.05)))
            draw.rectangle((i * size + 1, j * size + 1, (i + 1) * size - 2, (j + 1) * size - 2), fill=_byte(color))
    return _mottled(rng, image, 10, 0.02)


def carpet(rng: Rng, width_m: float, depth_m: float) -> Array:
    """A fitted carpet of one colour."""
    width, height, _ = _pixels(width_m, depth_m, 160, 768)
    image, _ = _canvas(width, height, pick(rng, ((0.50, 0.50, 0.53), (0.58, 0.52, 0.45), (0.40, 0.44, 0.52))))
    return _mottled(rng, image, 2, 0.09)


def rug(rng: Rng, width_m: float, depth_m: float) -> Array:
    """A rug with borders and a field of diamonds."""
    width, height, _ = _pixels(width_m, depth_m, 160, 400)
    ground, line, spot = pick(rng, palette.VIVID), pick(rng, palette.LINEN), pick(rng, palette.VIVID)
    image, draw = _canvas(width, height, shade(ground, 0.8))
    for i, color in enumerate((line, shade(ground, 0.9), spot, shade(ground, 0.75))):
        inset = 6 + 9 * i
        draw.rectangle((inset, inset, width - inset, height - inset), fill=_byte(color))
    step = 40
    for x in range(60, width - 50, step):
        for y in range(60, height - 50, step):
            draw.polygon(((x, y - 14), (x + 14, y), (x, y + 14), (x - 14, y)), fill=_byte(line), outline=_byte(spot))
    return _mottled(rng, image, 2, 0.05)


def painting(rng: Rng, width: int = 192, height: int = 144) -> Array:
    """A framed picture's canvas: a landscape, an abstract or a portrait of fruit."""
    kind = int(rng.integers(3))
    if kind == 0:
        top, bottom = pick(rng, ((0.45, 0.65, 0.88), (0.92, 0.68, 0.48), (0.62, 0.72, 0.80))), (0.95, 0.90, 0.80)
        t = np.linspace(0, 1, height)[:, None, None]
        sky = ((1 - t) * np.array(top) + t * np.array(bottom)) * np.ones((1, width, 1))
        image = Image.fromarray((sky * 255).astype(np.uint8))
        draw = ImageDraw.Draw(image)
        x, y, r = float(rng.uniform(0.2, 0.8)) * width, height * 0.28, height * 0.09
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(250, 236, 180))
        for layer in range(4):
            level = height * (0.45 + 0.14 * layer)
            wave = level + 0.09 * height * _noise(rng, width, 1, 24)[0]
            color = shade(pick(rng, (*palette.GREEN, (0.35, 0.42, 0.52))), 1.4 - 0.25 * layer)
            outline = [(float(i), float(v)) for i, v in enumerate(wave)]
            draw.polygon([(0.0, float(height)), *outline, (float(width), float(height))], fill=_byte(color))
    else:
        image, draw = _canvas(width, height, pick(rng, palette.LINEN))
        for _ in range(9):
            x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
            a, b = rng.uniform(0.08, 0.3, 2) * width
            shape = (x - a / 2, y - b / 2, x + a / 2, y + b / 2)
            color = _byte(pick(rng, palette.VIVID + palette.DARK[:1]))
            if kind == 1:
                draw.rectangle(shape, fill=color)
            else:
                draw.ellipse(shape, fill=color)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)))


def desktop(rng: Rng, width: int = 192, height: int = 112) -> Array:
    """A switched-on screen with windows and lines of text."""
    image, draw = _canvas(width, height, pick(rng, ((0.16, 0.30, 0.52), (0.20, 0.42, 0.44), (0.28, 0.24, 0.44))))
    draw.rectangle((0, height - 8, width, height), fill=(28, 30, 36))
    for _ in range(2):
        x, y = float(rng.uniform(4, width * 0.4)), float(rng.uniform(4, height * 0.3))
        w, h = float(rng.uniform(0.45, 0.58)) * width, float(rng.uniform(0.5, 0.62)) * height
        draw.rectangle((x, y, x + w, y + h), fill=(244, 245, 247))
        draw.rectangle((x, y, x + w, y + 7), fill=_byte(pick(rng, palette.VIVID)))
        for i in range(int((h - 14) / 6)):
            length = float(rng.uniform(0.3, 0.9)) * (w - 10)
            tone = int(rng.integers(70, 160))
            draw.rectangle((x + 5, y + 12 + 6 * i, x + 5 + length, y + 14 + 6 * i), fill=(tone, tone, tone + 20))
    return np.asarray(image)


def film_still(rng: Rng) -> Array:
    """What a television shows: a landscape, or nothing."""
    if rng.random() < 0.4:
        image, _ = _canvas(160, 96, (0.05, 0.05, 0.06))
        return _mottled(rng, image, 40, 0.25)
    return painting(rng, 192, 112)


def keys(rng: Rng, rows: int = 5, columns: int = 15, dark: bool = True) -> Array:
    """A keyboard seen from above."""
    body, cap = ((0.10, 0.10, 0.11), (0.24, 0.24, 0.26)) if dark else ((0.72, 0.72, 0.73), (0.95, 0.95, 0.95))
    image, draw = _canvas(columns * 14 + 6, rows * 14 + 6, body)
    for row in range(rows):
        for column in range(columns):
            x, y = 4 + column * 14, 4 + row * 14
            if row == rows - 1 and 4 <= column <= 8:
                continue
            draw.rectangle((x, y, x + 10, y + 10), fill=_byte(shade(cap, float(rng.uniform(0.92, 1.08)))))
    y = 4 + (rows - 1) * 14
    draw.rectangle((4 + 4 * 14, y, 4 + 9 * 14 - 4, y + 10), fill=_byte(cap))
    return np.asarray(image)


def clock_face(rng: Rng) -> Array:
    """Hours, minutes, a white ground."""
    size = 96
    image, draw = _canvas(size, size, (0.96, 0.96, 0.94))
    center = size / 2
    for hour in range(12):
        a = np.radians(30 * hour)
        inner, outer = (0.78, 0.92) if hour % 3 == 0 else (0.84, 0.92)
        ends = [(center + center * r * np.sin(a), center - center * r * np.cos(a)) for r in (inner, outer)]
        draw.line(ends, fill=(20, 20, 22), width=4 if hour % 3 == 0 else 2)
    for length, width, angle in ((0.5, 5, rng.uniform(0, 360)), (0.74, 3, rng.uniform(0, 360))):
        a = np.radians(float(angle))
        end = (center + center * length * float(np.sin(a)), center - center * length * float(np.cos(a)))
        draw.line([(center, center), end], fill=(20, 20, 22), width=width)
    return np.asarray(image)


def outdoors(rng: Rng, width: int = 256, height: int = 160) -> Array:
    """The view from a window: sky, trees, a roof."""
    t = np.linspace(0, 1, height)[:, None, None]
    sky = ((1 - t) * np.array((0.62, 0.79, 0.97)) + t * np.array((0.93, 0.96, 0.99))) * np.ones((1, width, 1))
    cloud = np.clip(_noise(rng, width, height, 40), 0, 1)[..., None]
    image = Image.fromarray((255 * np.clip(sky + 0.14 * cloud, 0, 1)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    x = float(rng.uniform(0.1, 0.5)) * width
    wall, roof = pick(rng, palette.LINEN), pick(rng, ((0.62, 0.34, 0.28), (0.42, 0.42, 0.46)))
    draw.rectangle((x, height * 0.62, x + width * 0.32, height), fill=_byte(wall))
    draw.polygon(
        ((x - 8, height * 0.63), (x + width * 0.16, height * 0.48), (x + width * 0.32 + 8, height * 0.63)),
        fill=_byte(roof),
    )
    for _ in range(26):
        cx, cy, r = float(rng.uniform(0, width)), height * float(rng.uniform(0.74, 1.0)), float(rng.uniform(8, 22))
        draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=_byte(shade(pick(rng, palette.GREEN, 0.12), 1.35)))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.0)))


def scribbles(rng: Rng, width: int = 256, height: int = 160) -> Array:
    """A written-on whiteboard."""
    image, draw = _canvas(width, height, (0.96, 0.97, 0.97))
    inks = ((30, 60, 150), (160, 40, 40), (30, 110, 60), (40, 40, 45))
    for block in range(3):
        ink = inks[int(rng.integers(4))]
        x0, y = 14 + block * width // 3, 18.0
        for _ in range(int(rng.integers(3, 7))):
            length = float(rng.uniform(25, width / 3 - 24))
            xs = np.arange(0, length, 3)
            ys = y + rng.normal(0, 1.8, len(xs))
            draw.line([(x0 + float(a), float(b)) for a, b in zip(xs, ys, strict=True)], fill=ink, width=2)
            y += 13
        if rng.random() < 0.6:
            draw.rectangle((x0, y + 4, x0 + 48, y + 30), outline=ink, width=2)
            draw.line([(x0 + 48, y + 17), (x0 + 66, y + 17)], fill=ink, width=2)
    return np.asarray(image)


def stripes(rng: Rng, base: Color, count: int = 10) -> Array:
    """Striped cloth."""
    image, draw = _canvas(160, 160, base)
    other = pick(rng, palette.LINEN + palette.VIVID[:2])
    step = 160 / count
    for i in range(count):
        draw.rectangle((0, i * step, 160, i * step + step * 0.4), fill=_byte(other))
    return _mottled(rng, image, 3, 0.03)


def spines(rng: Rng) -> Array:
    """A shelf-marked book cover: title bars on a plain ground."""
    base = pick(rng, palette.VIVID + palette.LINEN)
    image, draw = _canvas(48, 64, base)
    other = pick(rng, palette.WHITE)
    draw.rectangle((8, 10, 40, 16), fill=_byte(other))
    draw.rectangle((12, 20, 36, 23), fill=_byte(other))
    draw.ellipse((16, 34, 32, 50), fill=_byte(shade(base, 0.6)))
    return np.asarray(image)


def oven_front(rng: Rng) -> Array:
    """Knobs, a handle and a dark window."""
    body = pick(rng, palette.METAL + palette.WHITE)
    image, draw = _canvas(120, 150, body)
    draw.rectangle((6, 6, 114, 26), fill=_byte(shade(body, 0.8)))
    for x in (18, 38, 82, 102):
        draw.ellipse((x - 6, 10, x + 6, 22), fill=(30, 30, 33))
    draw.rectangle((52, 11, 70, 21), fill=(40, 90, 60))
    draw.rectangle((14, 50, 106, 128), fill=(26, 26, 30))
    draw.rectangle((22, 58, 98, 120), fill=(48, 44, 42))
    for y in (78, 98):
        draw.line([(22, y), (98, y)], fill=(120, 120, 124), width=2)
    return np.asarray(image)


def microwave_front(rng: Rng) -> Array:
    """A dark door and a panel of keys."""
    body = pick(rng, palette.METAL + palette.DARK)
    image, draw = _canvas(150, 84, body)
    draw.rectangle((6, 6, 106, 78), fill=(22, 22, 25))
    draw.rectangle((16, 16, 96, 68), fill=(52, 52, 56))
    draw.rectangle((114, 8, 144, 20), fill=(40, 150, 90))
    for i in range(3):
        for j in range(4):
            draw.rectangle((114 + 11 * i, 26 + 13 * j, 121 + 11 * i, 34 + 13 * j), fill=(190, 190, 194))
    return np.asarray(image)


def panel_front(rng: Rng, body: Color, dial: bool) -> Array:
    """A white appliance's front: a control strip, and a round door where `dial` is set."""
    image, draw = _canvas(120, 160, body)
    draw.rectangle((0, 6, 120, 24), fill=_byte(shade(body, 0.88)))
    draw.rectangle((70, 9, 100, 21), fill=(30, 34, 40))
    for x in (14, 30, 46):
        draw.ellipse((x - 5, 10, x + 5, 20), fill=_byte(shade(body, 0.6)))
    if dial:
        draw.ellipse((22, 48, 98, 124), fill=_byte(shade(body, 0.65)))
        draw.ellipse((32, 58, 88, 114), fill=(40, 44, 52))
    return np.asarray(image)
