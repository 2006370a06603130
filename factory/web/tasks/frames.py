"""The boxes of a picture's objects along the axes of a frame."""

from dataclasses import dataclass

import numpy as np

from factory.web.picture import Picture
from schemas.web import Frame

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class FrameBoxes:
    """Axis-aligned boxes and centres (n, 3) [m] in one frame; NaN where unknown."""

    low: Array
    high: Array
    centers: Array

    @property
    def extents(self) -> Array:
        """(n, 3) full lengths."""
        lengths: Array = self.high - self.low
        return lengths

    @property
    def known(self) -> Array:
        """(n,) whether an object has a box in this frame."""
        finite: Array = np.isfinite(self.low).all(axis=1) & np.isfinite(self.high).all(axis=1)
        return finite


def boxes_in(picture: Picture, frame: Frame) -> FrameBoxes:
    """The boxes in a frame; all NaN in the gravity frame of a picture without one."""
    if frame == "camera":
        return FrameBoxes(picture.aabb_min, picture.aabb_max, picture.centers)
    if picture.gravity_from_camera is None:
        unknown = np.full((len(picture), 3), np.nan)
        return FrameBoxes(unknown, unknown, unknown)
    return FrameBoxes(picture.gravity_min, picture.gravity_max, picture.gravity_centers)
