"""Images at other sizes by the nearest pixel: ids and depths are never mixed."""

import numpy as np

Array = np.ndarray


def nearest_pixels(image: Array, width: int, height: int) -> Array:
    """An image (H, W, ...) at another size: for each new pixel the old one that its centre lies in.

    A coordinate c of the new image is (c + 0.5) W / width - 0.5 in the old one, see `scale_intrinsics`.
    """
    rows = ((np.arange(height) + 0.5) * (image.shape[0] / height)).astype(np.int64)
    columns = ((np.arange(width) + 0.5) * (image.shape[1] / width)).astype(np.int64)
    picked: Array = image[rows[:, None], columns]
    return picked
