"""Pictures that no camera took, told without weights: windows, charts, tables, code, plans, text pages, line art.

What people draw has few colours that cover nearly all of it, and edges that are steep at once. Photographs with few
colours (a wall, the sky, night) are smooth, and those with steep edges have many colours. What mixes both, such as a
web site full of photographs, is left to a classifier with weights.
"""

from dataclasses import asdict, dataclass

import cv2
import numpy as np

Array = np.ndarray

NOT_A_PHOTOGRAPH = "not a photograph"
LONG_SIDE = 512  # px at which the thresholds were measured
_STEEP, _SMOOTH = 64, (3, 32)  # steps between neighbours, of 255


@dataclass(frozen=True)
class ScreeningLimits:
    """Where photographs end. Shares are of the picture's pixels, colours those of a 16 x 16 x 16 grid.

    A graphic has at most `max_colors` that cover 95 %, at least `min_steep` of its pixels beside a steep edge, and
    either the share `min_top` in its four commonest colours with `min_steepness` (steep edges to steep and gentle ones
    together), or `min_top_flat` with `min_steepness_flat`. A picture with `max_one` of one colour is blank.
    """

    max_colors: int = 128
    min_steep: float = 0.005
    min_top: float = 0.62
    min_steepness: float = 0.10
    min_top_flat: float = 0.85
    min_steepness_flat: float = 0.035
    max_one: float = 0.97

    def versions(self) -> dict[str, str]:
        """The numbers by name, for fingerprints."""
        return {name: repr(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class PictureStatistics:
    """What the screening looks at, in the terms of `ScreeningLimits`."""

    colors: int
    one: float
    top: float
    steep: float
    steepness: float


def shrink(rgb: Array) -> Array:
    """An (H, W, 3) uint8 picture with its longer side at most 512 px, by area means."""
    height, width = rgb.shape[:2]
    scale = LONG_SIDE / max(height, width)
    if scale >= 1:
        return rgb
    return cv2.resize(rgb, (max(2, round(width * scale)), max(2, round(height * scale))), interpolation=cv2.INTER_AREA)


def picture_statistics(rgb: Array) -> PictureStatistics:
    """Of an (H, W, 3) uint8 picture that `shrink` has made."""
    # a pixel's step is the largest of three channels and two directions
    steps = [
        cv2.max(cv2.absdiff(plane[:-1, 1:], plane[:-1, :-1]), cv2.absdiff(plane[1:, :-1], plane[:-1, :-1]))
        for plane in cv2.split(rgb)
    ]
    step = cv2.max(cv2.max(steps[0], steps[1]), steps[2])
    counts = np.bincount(step.ravel(), minlength=256)
    steep = float(counts[_STEEP + 1 :].sum() / step.size)
    gentle = float(counts[_SMOOTH[0] + 1 : _SMOOTH[1] + 1].sum() / step.size)
    red, green, blue = cv2.split(rgb >> 4)
    codes = (red.astype(np.uint16) << 8) | (green << 4) | blue
    shares = np.sort(np.bincount(codes.ravel(), minlength=4096))[::-1] / codes.size
    return PictureStatistics(
        colors=int(np.searchsorted(np.cumsum(shares), 0.95)) + 1,
        one=float(shares[0]),
        top=float(shares[:4].sum()),
        steep=steep,
        steepness=steep / (steep + gentle) if steep else 0.0,
    )


def is_graphic(rgb: Array, limits: ScreeningLimits) -> bool:
    """Whether an (H, W, 3) uint8 picture that `shrink` has made is surely no photograph."""
    seen = picture_statistics(rgb)
    if seen.one > limits.max_one:
        return True
    drawn = (seen.top > limits.min_top and seen.steepness > limits.min_steepness) or (
        seen.top > limits.min_top_flat and seen.steepness > limits.min_steepness_flat
    )
    return drawn and seen.colors <= limits.max_colors and seen.steep > limits.min_steep
