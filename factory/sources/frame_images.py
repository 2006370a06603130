"""The depth and instance images of frames, decoded."""

import numpy as np

from factory.sources.base import Source
from factory.sources.depth_files import decode_depth, depth_in_metres

Array = np.ndarray

_SATURATED_M = 65.535  # what 16 bits of millimetres cannot tell from anything farther


class FrameImages:
    """Reads images of a source. Raises DataError for what is no such image, FileNotFoundError for what is missing."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def depth_m(self, uri: str) -> Array:
        """(h, w) float32 z-depth [m], 0 = no reading; a saturated pixel is none."""
        data, _ = self._source.read_media(uri)
        depth = depth_in_metres(data, uri)
        return np.where(depth < np.float32(_SATURATED_M), depth, np.float32(0))

    def instance_ids(self, uri: str) -> Array:
        """(h, w) uint16 object ids, 65535 for none."""
        data, _ = self._source.read_media(uri)
        return decode_depth(data, uri)
