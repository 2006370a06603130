"""Depth and ids of frames: units, what is no reading, and what is no such image."""

import io

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.sources.frame_images import FrameImages
from factory.sources.images import encode_depth_png


class OneImage:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read_media(self, uri: str) -> tuple[bytes, str]:
        if uri == "gone.png":
            raise FileNotFoundError(uri)
        return self._data, ".png"


def test_depth_is_metres_and_neither_zero_nor_the_last_value_is_a_reading():
    pixels = np.array([[0, 1, 1500], [65534, 65535, 40000]], dtype=np.uint16)
    depth = FrameImages(OneImage(encode_depth_png(pixels))).depth_m("a.png")
    assert depth.dtype == np.float32
    np.testing.assert_allclose(depth, [[0, 0.001, 1.5], [65.534, 0, 40]], rtol=1e-6)


def test_ids_are_as_they_are():
    pixels = np.array([[0, 1, 255, 256], [7, 65534, 65535, 30000]], dtype=np.uint16)
    np.testing.assert_array_equal(FrameImages(OneImage(encode_depth_png(pixels))).instance_ids("a.png"), pixels)


def colour() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((4, 5, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"no image", colour(), encode_depth_png(np.ones((90, 90)) * np.arange(90))[:-60]]
)
def test_what_is_no_such_image_is_named(data):
    images = FrameImages(OneImage(data))
    for read in (images.depth_m, images.instance_ids):
        with pytest.raises(DataError, match=r"scene/a\.png"):
            read("scene/a.png")
        with pytest.raises(FileNotFoundError):
            read("gone.png")
