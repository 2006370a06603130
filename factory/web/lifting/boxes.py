"""Boxes along the axes of the camera and of gravity: of points on what shows, or of a box that is known.

One view shows the near sides of a thing alone, so that the middle of the points lies too near. Three things help.
Things stand upright: their box is the level rectangle that fits the points best, between their heights. Where one
side shows and the other hardly does, the other is taken to be a good part as long; but a thing does not reach through
what is seen beside it, so that a picture on a wall stays flat. And what is hidden mirrors what shows about the centre.
"""

from dataclasses import dataclass

import numpy as np

from factory.geometry.boxes import Boxes, box_corners
from factory.web.lifting.parameters import LiftParameters
from factory.web.lifting.percentiles import bulk
from schemas.web import TrueBox

Array = np.ndarray

_ANGLES = np.radians(np.arange(0.0, 90.0, 5.0))
_DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
_NORMALS = np.stack([-np.sin(_ANGLES), np.cos(_ANGLES)], axis=1)


@dataclass(frozen=True, eq=False)
class LiftedBox:
    """center, aabb_min, aabb_max : (3,) [m, camera]; gravity_min, gravity_max : (3,) [m, gravity], None without."""

    center: Array
    aabb_min: Array
    aabb_max: Array
    gravity_min: Array | None
    gravity_max: Array | None


def box_of_points(
    points: Array, around: Array, gravity_from_camera: Array | None, parameters: LiftParameters
) -> LiftedBox:
    """From points (n, 3) on an object and points (m, 3) around its outline [m, camera].

    The centre is that of the upright box. The bounds along each axis lie evenly about it and just hold the points
    between the percentiles. Without gravity the camera is taken to stand level.
    """
    level = np.eye(3) if gravity_from_camera is None else gravity_from_camera
    center = level.T @ _upright_center(points @ level.T, around @ level.T, parameters)
    low, high = _bounds(points, center, parameters)
    if gravity_from_camera is None:
        return LiftedBox(center, low, high, None, None)
    return LiftedBox(center, low, high, *_bounds(points @ level.T, level @ center, parameters))


def box_of_truth(truth: TrueBox, gravity_from_camera: Array | None) -> LiftedBox:
    """Bounds about a known box's centre: as far as the object's surface reaches, or the box's corners."""
    center = np.array(truth.center)
    corners = box_corners(Boxes(center, np.array(truth.extents), np.array(truth.rotation).reshape(3, 3))) - center
    reach = np.abs(corners).max(axis=0) if truth.reach_camera is None else np.array(truth.reach_camera)
    if gravity_from_camera is None:
        return LiftedBox(center, center - reach, center + reach, None, None)
    known = truth.reach_gravity
    level = np.abs(corners @ gravity_from_camera.T).max(axis=0) if known is None else np.array(known)
    middle = gravity_from_camera @ center
    return LiftedBox(center, center - reach, center + reach, middle - level, middle + level)


def _bounds(points: Array, center: Array, parameters: LiftParameters) -> tuple[Array, Array]:
    low, high = bulk(points, parameters.percentiles)
    half = np.maximum(center - low, high - center)
    return center - half, center + half


def _upright_center(points: Array, around: Array, parameters: LiftParameters) -> Array:
    """Centre (3,) of the upright box of points (n, 3) with its hidden depth; all [m, gravity], y down."""
    axes = _level_axes(points, parameters)
    low, high = bulk(np.column_stack([points[:, ::2] @ axes.T, points[:, 1]]), parameters.percentiles)
    (*_, top), (*_, bottom) = low, high
    middle, extents = (low[:2] + high[:2]) / 2, high[:2] - low[:2]
    # what is seen beside the upper part: beside the lower one it is what the thing stands on
    beside = (around[:, 1] > top) & (around[:, 1] < bottom - parameters.base_share * (bottom - top))
    limits = around[beside][:, ::2] @ axes.T
    for axis in (0, 1):
        away = 1.0 if middle[axis] > 0 else -1.0
        missing = parameters.depth_share * extents[1 - axis] - extents[axis]
        room = (limits[:, axis] - middle[axis]) * away - extents[axis] / 2
        room = room[room >= -parameters.contact_m]
        if missing <= 0 or len(room) < parameters.min_beside:
            continue
        middle[axis] += away * max(0.0, min(missing, float(np.percentile(room, parameters.room_percentile)))) / 2
    x, z = axes.T @ middle
    return np.array([x, (top + bottom) / 2, z])


def _level_axes(points: Array, parameters: LiftParameters) -> Array:
    """Rows are the unit vectors (2, 2) along x and z of the level rectangle whose sides lie closest to points (n, 3).

    Closest on average to the nearest of the four; the smallest rectangle would not do, since around the two visible
    faces of a block one along their diagonal is just as small (Zhang et al., Efficient L-Shape Fitting, IV 2017).
    """
    some = points[: parameters.rectangle_points, ::2]
    along, across = some @ _DIRECTIONS.T, some @ _NORMALS.T
    sides = [
        np.minimum(np.abs(values - low), np.abs(high - values))
        for values in (along, across)
        for low, high in [bulk(values, parameters.percentiles)]
    ]
    best = int(np.argmin(np.minimum(*sides).mean(axis=0)))
    return np.stack([_DIRECTIONS[best], _NORMALS[best]])
