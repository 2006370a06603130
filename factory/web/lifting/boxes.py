"""Boxes along the axes of the camera and of gravity: of points on what shows, or of a box that is known."""

from dataclasses import dataclass

import numpy as np

from factory.geometry.boxes import Boxes, box_corners
from schemas.web import TrueBox

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class LiftedBox:
    """center, aabb_min, aabb_max : (3,) [m, camera]; gravity_min, gravity_max : (3,) [m, gravity], None without."""

    center: Array
    aabb_min: Array
    aabb_max: Array
    gravity_min: Array | None
    gravity_max: Array | None


def box_of_points(points: Array, gravity_from_camera: Array | None, percentiles: tuple[float, float]) -> LiftedBox:
    """From points (n, 3) [m, camera]: between percentiles along each axis; the centre is the middle of the camera's."""
    low, high = np.percentile(points, percentiles, axis=0)
    if gravity_from_camera is None:
        return LiftedBox((low + high) / 2, low, high, None, None)
    gravity_low, gravity_high = np.percentile(points @ gravity_from_camera.T, percentiles, axis=0)
    return LiftedBox((low + high) / 2, low, high, gravity_low, gravity_high)


def box_of_truth(truth: TrueBox, gravity_from_camera: Array | None) -> LiftedBox:
    """The bounds of a known box's eight corners, and its own centre."""
    center = np.array(truth.center)
    corners = box_corners(Boxes(center, np.array(truth.extents), np.array(truth.rotation).reshape(3, 3)))
    low, high = corners.min(axis=0), corners.max(axis=0)
    if gravity_from_camera is None:
        return LiftedBox(center, low, high, None, None)
    level = corners @ gravity_from_camera.T
    return LiftedBox(center, low, high, level.min(axis=0), level.max(axis=0))
