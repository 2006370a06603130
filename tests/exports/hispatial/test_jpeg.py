"""Pictures become upright RGB JPEGs; those that are one already keep their bytes."""

import io

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.exports.hispatial.jpeg import is_upright_rgb_jpeg, upright_jpeg

SIZE = (96, 64)


def corners() -> Image.Image:
    """Another colour in each corner."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    pixels[:32, :48], pixels[:32, 48:] = (200, 30, 30), (30, 200, 30)
    pixels[32:, :48], pixels[32:, 48:] = (30, 30, 200), (220, 220, 60)
    return Image.fromarray(pixels)


def saved(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def shown(data: bytes) -> np.ndarray:
    """Pixels as a loader decodes them, far from edges."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)[8:-8:16, 8:-8:16]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 30}, {"exif": Image.Exif()}])
def test_upright_jpegs_are_copied(options: dict) -> None:
    data = saved(corners(), **options)
    assert upright_jpeg(data, SIZE, "a") is data


STORED = {  # EXIF: how an upright picture is stored
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_90],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}


@pytest.mark.parametrize("orientation", STORED)
def test_turned_ones_are_stood_up(orientation: int) -> None:
    image = corners()
    for turn in STORED[orientation]:
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(image, exif=exif)
    assert not is_upright_rgb_jpeg(data)
    made = upright_jpeg(data, SIZE, "a")
    assert is_upright_rgb_jpeg(made)
    assert np.abs(shown(made) - shown(saved(corners(), quality=95))).max() < 12


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("JPEG", "CMYK"), ("BMP", "RGB")]
)
def test_other_files_are_encoded(form: str, mode: str) -> None:
    made = upright_jpeg(saved(corners().convert(mode), form), SIZE, "a")
    assert is_upright_rgb_jpeg(made)
    assert np.abs(shown(made) - shown(saved(corners(), quality=95))).max() < 25


def test_transparency_is_laid_on_white_as_for_the_models() -> None:
    clear = corners().convert("RGBA")
    clear.putalpha(0)
    assert shown(upright_jpeg(saved(clear, "PNG"), SIZE, "a")).min() > 250


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0 torn", saved(corners(), "PNG")[:200]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(DataError, match=r"shard/a\.jpg: a picture was expected"):
        upright_jpeg(data, SIZE, "shard/a.jpg")


def test_another_size_is_refused() -> None:
    for data in (saved(corners()), saved(corners(), "PNG")):
        with pytest.raises(DataError, match="96 x 64 pixels, but 64 x 96"):
            upright_jpeg(data, (64, 96), "a")
