"""Widths that a tape measure would confirm."""

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.frames import boxes_in
from factory.web.tasks.fronts import level_fronts
from factory.web.tasks.parameters import WebParameters

Array = np.ndarray


def turned_aside(picture: Picture, parameters: WebParameters) -> Array:
    """(n,) whether an object has a front that looks across the view, so that what people call its width does not lie
    across it: of a picture on the wall to the left, or a couch from its end."""
    front = level_fronts(picture)
    aside: Array = np.abs(front[:, 0]) > np.sin(np.radians(parameters.yaw_tolerance_deg))
    return aside


def wider_than_it_looks(picture: Picture, parameters: WebParameters) -> Array:
    """(n,) whether the level box is wider than the object looks at its distance: a true box around a round thing that
    is turned, or a thing that stretches away from the camera."""
    seen = (picture.boxes[:, 2] - picture.boxes[:, 0]) / picture.intrinsics[0, 0] * picture.centers[:, 2]
    wider: Array = boxes_in(picture, "gravity").extents[:, 0] > parameters.max_width_ratio * seen
    return wider
