"""Pictures in the sizes that models want."""

import numpy as np
from PIL import Image

Array = np.ndarray


def resize(picture: Array, width: int, height: int) -> Array:
    """A picture (H, W, 3) uint8 in another size: bilinear, with a filter as wide as what a pixel covers."""
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


def fitted(picture: Array, side: int, fill: int) -> tuple[Array, float]:
    """A picture in the upper left of a square of `side` [px] as large as it goes, the rest `fill`; and its scale."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    square = np.full((side, side, 3), fill, dtype=np.uint8)
    square[:rows, :columns] = resize(picture, columns, rows)
    return square, scale


def middle(picture: Array, side: int, share: float) -> Array:
    """The middle square of a picture (H, W, 3), `share` of its shorter side wide, as a square of `side` [px]."""
    height, width = picture.shape[:2]
    edge = share * min(height, width)
    left, top = (width - edge) / 2, (height - edge) / 2
    image = Image.fromarray(picture)
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, (left, top, left + edge, top + edge)))
