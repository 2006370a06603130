"""Thousands of pictures as the web holds them, good and bad, with the exact number for each reason.

Every picture shows a scene of its own, whose perceptual hash is far from that of all others, so that the only
duplicates are those that are meant to be.
"""

import io
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import imagehash
import numpy as np
from PIL import Image

from tests.web.drawn_graphics import draw_graphic

KEPT, DUPLICATE = "kept", "duplicate"
_APART = 10  # bits between the scenes; distortions move a hash by few
_NEAR = 2  # bits within which a second version of a picture must lie


@dataclass
class DistortedPictures:
    """files : by name; expected : pictures by reason, `kept` among them; notes : by what is done to kept ones."""

    files: dict[str, bytes] = field(default_factory=dict)
    expected: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


def distorted_pictures(count: int = 2000, seed: int = 0) -> DistortedPictures:
    """`count` pictures: each kind of distortion comes by its turn, the same for the same seed."""
    made = DistortedPictures()
    scenes = _Scenes(seed)
    rng = np.random.default_rng([seed, 1])
    kinds = [kind for kind, times in _KINDS for _ in range(times)]
    while len(made.files) < count:
        kind = kinds[len(made.files) % len(kinds)]
        if kind in (_exact_copy, _near_copy) and len(made.files) + 2 > count:
            kind = _plain
        for suffix, data, reason, notes in kind(scenes, rng):
            made.files[f"{len(made.files):05d}.{suffix}"] = data
            made.expected[reason] += 1
            made.notes.update(notes)
    return made


def render_spheres(rng: np.random.Generator, width: int = 320, height: int = 240) -> Image.Image:
    """Shaded balls on a rough floor under a sky, seen by a tilted camera, with the noise of a sensor."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-height / width, height / width, height, dtype=np.float32)[:, None]
    angle = rng.uniform(-0.6, 0.6)
    up = x * np.float32(np.sin(angle)) - y * np.float32(np.cos(angle)) + np.float32(rng.uniform(-0.4, 0.4))
    rough = Image.fromarray(rng.integers(0, 256, size=(9, 12, 3), dtype=np.uint8))
    floor = np.asarray(rough.resize((width, height), Image.Resampling.BILINEAR)) * np.float32(1 / 255)
    sky = rng.uniform(0.2, 1, size=3).astype(np.float32)
    picture = np.where((up > 0)[..., None], sky * (1 - np.float32(0.3) * up[..., None]), floor)
    light = rng.normal(size=3).astype(np.float32)
    light /= np.linalg.norm(light)
    for _ in range(int(rng.integers(4, 12))):
        radius, color = rng.uniform(0.08, 0.4), rng.uniform(0.1, 1, size=3).astype(np.float32)
        dx, dy = (x - rng.uniform(-1, 1)) / radius, (y - rng.uniform(-0.7, 0.7)) / radius
        columns, rows = np.flatnonzero(abs(dx[0]) < 1), np.flatnonzero(abs(dy[:, 0]) < 1)
        if not len(columns) or not len(rows):
            continue
        part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        dx, dy = dx[:, part[1]], dy[part[0]]
        depth = np.sqrt(np.clip(1 - dx**2 - dy**2, 0, None))
        shade = 0.25 + 0.75 * np.clip(dx * light[0] + dy * light[1] + depth * abs(light[2]), 0, 1)
        inside = np.clip(depth * 6, 0, 1)[..., None]
        picture[part] += inside * (shade[..., None] * color - picture[part])
    noise = rng.integers(-5, 6, size=(height, width, 1), dtype=np.int8)
    return Image.fromarray(np.clip(picture * 255 + noise, 0, 255).astype(np.uint8))


class _Scenes:
    """Pictures whose hashes are far apart."""

    def __init__(self, seed: int) -> None:
        self._seed, self._tried = seed, 0
        self._hashes = np.zeros(0, dtype=np.uint64)

    def next(self) -> Image.Image:
        while True:
            self._tried += 1
            image = render_spheres(np.random.default_rng([self._seed, 2, self._tried]))
            value = np.uint64(hash_of(image))
            if not len(self._hashes) or np.bitwise_count(self._hashes ^ value).min() > _APART:
                self._hashes = np.append(self._hashes, value)
                return image


def hash_of(image: Image.Image) -> int:
    return int(str(imagehash.phash(image)), 16)


Made = list[tuple[str, bytes, str, tuple[str, ...]]]
Kind = Callable[[_Scenes, np.random.Generator], Made]


_QUICK: dict[str, dict[str, object]] = {"JPEG": {"quality": 90}, "PNG": {"compress_level": 1}}


def encode(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **_QUICK.get(kind, {}) | options)
    return stream.getvalue()


def _plain(scenes: _Scenes, rng: np.random.Generator) -> Made:
    return [("jpg", encode(scenes.next(), progressive=bool(rng.integers(2))), KEPT, ())]


def _other_format(scenes: _Scenes, rng: np.random.Generator) -> Made:
    kind, suffix = (("PNG", "png"), ("WEBP", "webp"), ("BMP", "bmp"), ("TIFF", "tif"))[rng.integers(4)]
    return [(suffix, encode(scenes.next(), kind), KEPT, ())]


def _wrong_suffix(scenes: _Scenes, rng: np.random.Generator) -> Made:
    return [("jpg", encode(scenes.next(), "PNG"), KEPT, ())]


# What turns the upright picture into the rows that are stored under each EXIF orientation.
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def turned(image: Image.Image, orientation: int) -> bytes:
    """A JPEG that shows `image` when it is turned as its EXIF says."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(image.transpose(_STORED[orientation]), exif=exif)


def _turned(scenes: _Scenes, rng: np.random.Generator) -> Made:
    return [("jpg", turned(scenes.next(), int(rng.integers(2, 9))), KEPT, ("turned upright",))]


def _bad_exif(scenes: _Scenes, rng: np.random.Generator) -> Made:
    return [("jpg", encode(scenes.next(), exif=b"Exif\0\0II*\0" + rng.bytes(40)), KEPT, ())]


def _cmyk(scenes: _Scenes, rng: np.random.Generator) -> Made:
    return [("jpg", encode(scenes.next().convert("CMYK")), KEPT, ("converted from CMYK",))]


def _grey(scenes: _Scenes, rng: np.random.Generator) -> Made:
    return [("jpg", encode(scenes.next().convert("L")), KEPT, ())]


def _sixteen_bit(scenes: _Scenes, rng: np.random.Generator) -> Made:
    grey = np.asarray(scenes.next().convert("L")).astype(np.uint16) * 257
    return [("png", encode(Image.fromarray(grey), "PNG"), KEPT, ("reduced from 16 bits",))]


def quantized(image: Image.Image) -> Image.Image:
    return image.quantize(200, method=Image.Quantize.FASTOCTREE)


def _palette(scenes: _Scenes, rng: np.random.Generator) -> Made:
    image = quantized(scenes.next())
    return [("gif", encode(image, "GIF"), KEPT, ())] if rng.integers(2) else [("png", encode(image, "PNG"), KEPT, ())]


def _transparent(scenes: _Scenes, rng: np.random.Generator) -> Made:
    image = scenes.next().convert("RGBA")
    alpha = np.full((image.height, image.width), 255, dtype=np.uint8)
    alpha[:12, :12] = np.linspace(0, 200, 12).astype(np.uint8)
    image.putalpha(Image.fromarray(alpha))
    return [("png", encode(image, "PNG"), KEPT, ("transparency laid on white",))]


def _animated(scenes: _Scenes, rng: np.random.Generator) -> Made:
    kind, suffix = (("GIF", "gif"), ("WEBP", "webp"), ("PNG", "png"))[rng.integers(3)]
    frames = [quantized(scenes.next()) for _ in range(3)]
    return [(suffix, encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=100), "animated", ())]


def _truncated(scenes: _Scenes, rng: np.random.Generator) -> Made:
    kind, suffix = (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"))[rng.integers(3)]
    data = encode(scenes.next(), kind)
    return [(suffix, data[: int(len(data) * rng.uniform(0.3, 0.95))], "truncated", ())]


def _no_image(scenes: _Scenes, rng: np.random.Generator) -> Made:
    texts = (
        b"",
        b"just words, renamed\n" * 20,
        b"<!DOCTYPE html><html>404</html>",
        b"<svg/>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
    )
    return [("jpg", [*texts, b"\0" + rng.bytes(500)][rng.integers(len(texts) + 1)], "not an image", ())]


def _small(scenes: _Scenes, rng: np.random.Generator) -> Made:
    size = ((1, 1), (223, 300), (64, 64))[rng.integers(3)]
    return [("jpg", encode(scenes.next().resize(size)), "too small", ())]


def _elongated(scenes: _Scenes, rng: np.random.Generator) -> Made:
    size = ((20_000, 3), (3, 20_000), (601, 300), (250, 510))[rng.integers(4)]
    return [("jpg", encode(scenes.next().resize(size)), "too elongated", ())]


def png_of_size(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1 << 16))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _huge(scenes: _Scenes, rng: np.random.Generator) -> Made:
    size = ((60_000, 60_000), (9_000, 8_000))[rng.integers(2)]
    return [("png", png_of_size(*size), "too large", ())]


def _graphic(scenes: _Scenes, rng: np.random.Generator) -> Made:
    image = draw_graphic(int(rng.integers(1 << 30)))
    suffix, data = ("png", encode(image, "PNG")) if rng.integers(2) else ("jpg", encode(image, quality=80))
    return [(suffix, data, "not a photograph", ())]


def _blank(scenes: _Scenes, rng: np.random.Generator) -> Made:
    color = tuple(int(value) for value in rng.integers(256, size=3))
    return [("jpg", encode(Image.new("RGB", (320, 240), color)), "not a photograph", ())]


def _exact_copy(scenes: _Scenes, rng: np.random.Generator) -> Made:
    data = encode(scenes.next())
    return [("jpg", data, KEPT, ()), ("jpg", data, DUPLICATE, ())]


def _near_copy(scenes: _Scenes, rng: np.random.Generator) -> Made:
    """Of the two, whichever comes second in the order of the input is the duplicate."""
    while True:
        image = scenes.next()
        scale = rng.uniform(0.95, 1.4)
        size = round(image.width * scale), round(image.height * scale)
        first = encode(image)
        second = encode(image.resize(size, Image.Resampling.LANCZOS), quality=int(rng.integers(50, 90)))
        hashes = [hash_of(Image.open(io.BytesIO(data))) for data in (first, second)]
        if (hashes[0] ^ hashes[1]).bit_count() <= _NEAR:
            return [("jpg", first, KEPT, ()), ("jpg", second, DUPLICATE, ())]


_KINDS: tuple[tuple[Kind, int], ...] = (
    (_plain, 8),
    (_other_format, 3),
    (_wrong_suffix, 1),
    (_turned, 3),
    (_bad_exif, 1),
    (_cmyk, 2),
    (_grey, 1),
    (_sixteen_bit, 1),
    (_palette, 2),
    (_transparent, 1),
    (_animated, 2),
    (_truncated, 3),
    (_no_image, 3),
    (_small, 2),
    (_elongated, 2),
    (_huge, 1),
    (_graphic, 3),
    (_blank, 1),
    (_exact_copy, 2),
    (_near_copy, 3),
)
