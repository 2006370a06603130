"""Masks as they are stored: COCO's compressed run lengths."""

import numpy as np
from pycocotools import mask as coco

from factory.errors import DataError
from schemas.web import Mask

Array = np.ndarray


def encode_mask(mask: Array) -> Mask:
    """A stored mask from a bool map (h, w)."""
    runs = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    height, width = (int(side) for side in runs["size"])
    return Mask(size=[height, width], counts=runs["counts"].decode("ascii"))


def decode_mask(mask: Mask) -> Array:
    """The bool map (h, w) of a stored mask. Raises DataError when its runs do not fill the map exactly."""
    try:
        decoded: Array = coco.decode(_runs(mask)).astype(bool)
    except ValueError:
        decoded = np.zeros(mask.size, dtype=bool)
    # pycocotools leaves what the runs do not reach as it finds the memory; encoded again, it tells
    if encode_mask(decoded) != mask:
        raise DataError(f"the runs of a mask do not fill its {mask.size[0]} x {mask.size[1]} pixels")
    return decoded


def mask_area(mask: Mask) -> int:
    """Pixels of the map inside."""
    return int(coco.area(_runs(mask)))


def _runs(mask: Mask) -> dict[str, object]:
    return {"size": mask.size, "counts": mask.counts.encode("ascii")}
