"""Images as they are handed on: their files, but for what readers would take for something else."""

import io

import numpy as np
from PIL import Image

from factory.errors import DataError
from factory.sources.depth_files import decode_depth
from factory.sources.images import encode_colour_png, encode_depth_png

_SATURATED = 65535  # [mm]


def opaque(data: bytes, name: str) -> bytes:
    """A colour image whose fourth channel, if it has one, changes no colour: it is no transparency."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.mode != "RGBA" or image.getchannel("A").getextrema() == (255, 255):
                return data
            return encode_colour_png(np.asarray(image)[..., :3])
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{name}: not an image that can be decoded ({error}); download it again") from None


def without_saturated(data: bytes, name: str) -> bytes:
    """A depth image [mm] in which windows, and what is too near or too far, are no reading."""
    values = decode_depth(data, name)
    saturated = values == _SATURATED
    return encode_depth_png(np.where(saturated, 0, values)) if saturated.any() else data
