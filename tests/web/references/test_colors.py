"""Colors are named only where they are plain."""

import colorsys

import numpy as np
import pytest

from factory.web.references.colors import color_name, with_colors
from tests.web.web_rows import HEIGHT, WIDTH, detection, image_row

PLAIN = {
    "red": (200, 20, 25),
    "orange": (240, 140, 30),
    "yellow": (240, 225, 40),
    "green": (40, 150, 60),
    "blue": (30, 70, 200),
    "purple": (140, 40, 190),
    "pink": (240, 80, 160),
    "black": (15, 15, 18),
    "white": (245, 244, 243),
    "gray": (108, 108, 110),
    "brown": (110, 65, 35),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_colors_with_noise_and_shade(name: str) -> None:
    rng = np.random.default_rng(0)
    pixels = np.clip(np.array(PLAIN[name]) + rng.normal(0, 4, size=(500, 3)), 0, 255).astype(np.uint8)
    assert color_name(pixels) == name


def test_between_two_names_there_is_none() -> None:
    for degrees in (14, 42, 72, 180, 258, 304):
        rgb = np.array(colorsys.hsv_to_rgb(degrees / 360, 0.9, 0.9)) * 255
        assert color_name(np.tile(rgb.astype(np.uint8), (500, 1))) is None, degrees


@pytest.mark.parametrize(
    ("what", "rgb"),
    [
        ("light wood", (217, 160, 100)),
        ("wood", (165, 120, 75)),
        ("an orange bag in the shade", (125, 75, 30)),
        ("a white wall in the shade", (165, 166, 168)),
        ("olive", (125, 118, 40)),
        ("a plum", (120, 40, 80)),
    ],
)
def test_what_people_do_not_call_alike_has_no_color(what: str, rgb: tuple[int, int, int]) -> None:
    assert color_name(np.tile(np.array(rgb, dtype=np.uint8), (500, 1))) is None, what


def test_patterns_and_few_pixels_have_no_color() -> None:
    half = np.array([PLAIN["red"]] * 250 + [PLAIN["blue"]] * 250, dtype=np.uint8)
    assert color_name(half) is None
    assert color_name(half[:50]) is None


def test_a_picture_is_colored_by_its_masks_and_people_are_not() -> None:
    rgb = np.full((2 * HEIGHT, 2 * WIDTH, 3), 128, dtype=np.uint8)
    rgb[100:400, 20:180], rgb[100:400, 600:760] = PLAIN["red"], PLAIN["blue"]
    left, right = (10, 50, 90, 200), (300, 50, 380, 200)
    image = image_row([detection("chair", left), detection("chair", right), detection("old man", left)])
    assert [d.attribute for d in with_colors(image, rgb).detections] == ["red", "blue", None]
