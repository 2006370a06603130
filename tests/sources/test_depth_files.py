"""Depth files of every unit and kind come out as millimetres."""

import io

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.sources.depth_files import (
    decode_depth,
    depth_in_metres,
    millimetre_png,
    scaled_depth_uri,
    split_depth_uri,
)
from factory.sources.images import encode_depth_png

STEPS = np.array([[0, 1, 1000, 5000, 40_000, 65_534, 65_535]], dtype=np.uint16)


def pgm(values: np.ndarray) -> bytes:
    height, width = values.shape
    return f"P5\n# a comment\n{width} {height}\n65535\n".encode() + values.astype(">u2").tobytes()


@pytest.mark.parametrize(
    ("steps_per_metre", "expected"),
    [
        (1000.0, [0, 1, 1000, 5000, 40_000, 65_534, 0]),
        (5000.0, [0, 0, 200, 1000, 8000, 13_107, 0]),
        (4000.0, [0, 0, 250, 1250, 10_000, 16_384, 0]),
        (500.0, [0, 2, 2000, 10_000, 0, 0, 0]),  # too far for 16 bits
    ],
)
@pytest.mark.parametrize("encode", [encode_depth_png, pgm])
def test_units(encode: object, steps_per_metre: float, expected: list[int]) -> None:
    """The largest value is no reading in any unit: 7-Scenes writes it where the sensor saw nothing."""
    found = decode_depth(millimetre_png(encode(STEPS), steps_per_metre, "a"), "a")
    assert found.tolist() == [expected]


def test_a_png_in_millimetres_is_handed_on_as_it_is() -> None:
    data = encode_depth_png(STEPS[:, :-1]) + b"and what follows it"
    assert millimetre_png(data, 1000.0, "a") == data


@pytest.mark.parametrize("steps_per_metre", [1000.0, 5000.0, 6553.5, 4000.0])
def test_uris_tell_the_unit(steps_per_metre: float) -> None:
    uri = scaled_depth_uri("a/b.png", steps_per_metre)
    assert split_depth_uri(uri) == ("a/b.png", steps_per_metre)
    assert (uri == "a/b.png") == (steps_per_metre == 1000.0)


def test_metres() -> None:
    found = depth_in_metres(encode_depth_png(STEPS[:, :5]), "a")
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0, 0.001, 1, 5, 40]], rtol=1e-6)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_other_images_are_refused(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (4, 3)).save(buffer, "PNG")
    for steps_per_metre in (1000.0, 5000.0):
        with pytest.raises(DataError, match=r"room/d\.png: expected one channel of 16 bits"):
            millimetre_png(buffer.getvalue(), steps_per_metre, "room/d.png")
