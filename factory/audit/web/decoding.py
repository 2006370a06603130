"""Stored maps, decoded anew: masks from COCO's run lengths, depth from logarithmic PNGs (reference, c.4)."""

import io
from typing import Any

import numpy as np
from PIL import Image
from pycocotools import mask as coco

Array = np.ndarray

_CODES = 65533.0
_UNKNOWN, _SKY = 0, 65535


def depth_of(png: bytes) -> Array:
    """z-depth (h, w) float64 [m], NaN where unknown, inf for sky.

    Raises ValueError for a file that is no such PNG.
    """
    try:
        image = Image.open(io.BytesIO(png))
        code = np.asarray(image)
        near, far = float(image.info["near"]), float(image.info["far"])
    except (OSError, SyntaxError, KeyError) as error:
        raise ValueError(f"no depth PNG with near and far ({error!r})") from error
    if code.ndim != 2 or not 0 < near < far:
        raise ValueError(f"a depth PNG of shape {code.shape} from {near} to {far} m")
    depth: Array = near * np.exp((code.astype(np.float64) - 1.0) / _CODES * np.log(far / near))
    depth[code == _UNKNOWN] = np.nan
    depth[code == _SKY] = np.inf
    return depth


def mask_of(mask: dict[str, Any]) -> Array:
    """The bool map (h, w) of a stored mask. Raises ValueError for runs that do not fill the map exactly."""
    runs = {"size": mask["size"], "counts": mask["counts"].encode("ascii")}
    decoded: Array = coco.decode(runs)
    inside: Array = decoded.astype(bool)
    # what the runs do not reach is left as it was in memory, so that only writing them again tells
    if coco.encode(np.asfortranarray(inside, dtype=np.uint8))["counts"] != runs["counts"]:
        raise ValueError("runs of another map")
    return inside
