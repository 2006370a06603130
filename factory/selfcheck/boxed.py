"""Whether what depth images show of objects lies in the objects' boxes."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from factory.geometry.cameras import project
from factory.geometry.transforms import inverse, transform_points
from factory.selfcheck.views import View
from schemas.scene import Box

Array = np.ndarray

_SLACK_M = 0.1
_MIN_READINGS = 4  # pixels of the grid, for an object to count
_NEAREST_M = 0.3  # corners of boxes nearer than this, or behind the camera, have no good outline
_CORNERS = np.array(list(product((-0.5, 0.5), repeat=3)))


def share_by_instance(view: View, boxes: dict[int, Box]) -> list[float]:
    """Per object of the instance image, the share of its readings that lie in its box or within 10 cm of it."""
    assert view.instances is not None
    pixels, points = view.readings()
    owner = view.instances[pixels[:, 1], pixels[:, 0]]
    return _shares(points, [(box, owner == object_id) for object_id, box in boxes.items()])


def share_by_outline(view: View, boxes: Sequence[Box]) -> list[float]:
    """Per box that shows in the image, the same for the readings in the middle half of its outline. Those of what
    stands before the box are left out; those behind it were seen through it."""
    pixels, points = view.readings()
    camera_from_world = inverse(view.world_from_camera)
    depth = transform_points(camera_from_world, points)[:, 2]
    shown = []
    for box in boxes:
        corners = transform_points(camera_from_world, (_CORNERS * box.extents) @ box.rotation.T + box.center)
        if corners[:, 2].min() < _NEAREST_M:
            continue
        outline = project(view.intrinsics, corners)
        low, high = outline.min(axis=0), outline.max(axis=0)
        middle = (low + high) / 2
        if (middle >= 0).all() and (middle <= (view.width, view.height)).all():
            central = (np.abs(pixels - middle) <= (high - low) / 4).all(axis=1)
            shown.append((box, central & (depth >= corners[:, 2].min() - _SLACK_M)))
    return _shares(points, shown)


def _shares(points: Array, chosen: Sequence[tuple[Box, Array]]) -> list[float]:
    shares = []
    for box, mask in chosen:
        if mask.sum() >= _MIN_READINGS:
            local = np.abs((points[mask] - box.center) @ box.rotation)
            shares.append(float((local <= box.extents / 2 + _SLACK_M).all(axis=1).mean()))
    return shares
