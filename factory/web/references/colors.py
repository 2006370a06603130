"""The color of an object in one word, where a person would give it without thinking."""

import cv2
import numpy as np

from factory.web.masks import decode_mask
from schemas.web import WebImageRecord

Array = np.ndarray

# Hues [deg], the middle and the reach to each side, that everybody calls by one name; between them names change.
_HUES = (
    ("red", 357.0, 9.0),
    ("orange", 28.0, 8.0),
    ("yellow", 56.0, 8.0),
    ("green", 122.0, 38.0),
    ("blue", 224.0, 24.0),
    ("purple", 280.0, 12.0),
    ("pink", 329.0, 11.0),
)
_BLACK_VALUE, _WHITE_VALUE, _GRAY_VALUES = 0.16, 0.86, (0.32, 0.70)
_GRAY_SATURATION, _COLORED_SATURATION, _COLORED_VALUE = 0.10, 0.45, 0.35
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
    colored = (saturation >= _COLORED_SATURATION) & (value >= _COLORED_VALUE)
    pale = saturation <= _GRAY_SATURATION
    named = {
        "black": value <= _BLACK_VALUE,
        "white": pale & (value >= _WHITE_VALUE),
        "gray": pale & (value >= _GRAY_VALUES[0]) & (value <= _GRAY_VALUES[1]),
        **{name: colored & (np.abs((hue - middle + 180) % 360 - 180) <= reach) for name, middle, reach in _HUES},
    }
    shares = {name: float(mask.mean()) for name, mask in named.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _MIN_SHARE else None


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
