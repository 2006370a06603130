"""An object cut out of its picture as Orient Anything V2 wants it: on white, in the middle of a square."""

import numpy as np
from PIL import Image

Array = np.ndarray

SIDE = 518  # [px], 37 patches of 14
_SHARE = 0.85  # of the square's side that the object's longer side takes


def object_crop(picture: Array, mask: Array) -> Array | None:
    """(3, 518, 518) float32 in 0..1; None for an empty mask. Reference: `resize_foreground` and `preprocess_images`
    in utils/app_utils.py of its repository, with the mask for the background remover."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cut = np.where(mask[window][..., None], picture[window], np.uint8(255))
    height, width = cut.shape[:2]
    side = max(1, int(max(height, width) / _SHARE))
    top, left = (side - height) // 2, (side - width) // 2
    square = np.full((side, side, 3), 255, dtype=np.uint8)
    square[top : top + height, left : left + width] = cut
    image = Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.moveaxis(np.asarray(image, dtype=np.float32) / np.float32(255), -1, 0))
