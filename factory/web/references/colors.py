"""The color of an object in one word, where a person would give it without thinking."""

import cv2
import numpy as np

from factory.web.masks import decode_mask
from schemas.web import WebImageRecord

Array = np.ndarray

VERSION = 1  # raised when the same pictures would be given other colors; they are stored with what the models saw

# Hues [deg], the middle and the reach to each side, that everybody calls by one name, and the least saturation and
# value at which they do; between them names change: a dark orange is a brown, wood in the light is neither.
_HUES = (
    ("red", 357.0, 9.0, 0.45, 0.35),
    ("orange", 28.0, 8.0, 0.70, 0.65),
    ("yellow", 56.0, 8.0, 0.45, 0.60),
    ("green", 122.0, 38.0, 0.45, 0.35),
    ("blue", 224.0, 24.0, 0.45, 0.35),
    ("purple", 280.0, 12.0, 0.45, 0.35),
    ("pink", 329.0, 11.0, 0.45, 0.60),
)
_BROWN_HUES, _BROWN_SATURATIONS, _BROWN_VALUES = (15.0, 38.0), (0.40, 0.70), (0.18, 0.50)
# What is white is lighter in most shades than these grays.
_BLACK_VALUE, _WHITE_VALUE, _GRAY_VALUES = 0.16, 0.86, (0.28, 0.50)
_GRAY_SATURATION = 0.10
_MIN_SHARE = 0.6
_MIN_PIXELS = 100
# Nobody is told from others by the color of skin, hair or clothes alone.
_PEOPLE = frozenset(
    ("person", "people", "man", "men", "woman", "women", "boy", "girl", "child", "children", "baby", "face", "hand")
)


def color_name(pixels: Array) -> str | None:
    """The color that most of the pixels (n, 3) uint8 RGB have, None where there is no clear one."""
    if len(pixels) < _MIN_PIXELS:
        return None
    hsv = cv2.cvtColor(pixels.reshape(-1, 1, 3).astype(np.float32) / 255, cv2.COLOR_RGB2HSV)[:, 0]
    hue, saturation, value = hsv.T
    pale = saturation <= _GRAY_SATURATION
    named = {
        "black": value <= _BLACK_VALUE,
        "white": pale & (value >= _WHITE_VALUE),
        "gray": pale & _within(value, _GRAY_VALUES),
        "brown": _within(hue, _BROWN_HUES) & _within(saturation, _BROWN_SATURATIONS) & _within(value, _BROWN_VALUES),
    }
    for name, middle, reach, least_saturation, least_value in _HUES:
        near = np.abs((hue - middle + 180) % 360 - 180) <= reach
        named[name] = near & (saturation >= least_saturation) & (value >= least_value)
    shares = {name: float(mask.mean()) for name, mask in named.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _MIN_SHARE else None


def _within(values: Array, bounds: tuple[float, float]) -> Array:
    return (values >= bounds[0]) & (values <= bounds[1])


def with_colors(image: WebImageRecord, rgb: Array) -> WebImageRecord:
    """The picture with the `attribute` of its detections set to their color; rgb (H, W, 3) uint8, upright."""
    if not image.detections:
        return image
    height, width = image.detections[0].mask.size
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    detections = [
        d
        if d.label.split()[-1] in _PEOPLE
        else d.model_copy(update={"attribute": color_name(small[decode_mask(d.mask)])})
        for d in image.detections
    ]
    return image.model_copy(update={"detections": detections})
