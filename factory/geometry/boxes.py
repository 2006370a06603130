"""Oriented boxes with a vertical axis: fitting, corners, overlap.

Columns of a box's rotation (`world_from_box`) are its axes; extents are full lengths along them.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from factory.geometry.strays import bulk_mask

Array = np.ndarray

_TIE = 1e-9  # relative: areas and side lengths this close are equal
_EDGE_BLOCK = 1024  # bounds the memory of a hull with very many edges

_CORNER_SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64)


class Boxes(NamedTuple):
    """One box or many: center (..., 3) [m, world], extents (..., 3) [m], rotation (..., 3, 3) `world_from_box`."""

    center: Array
    extents: Array
    rotation: Array


def fit_box(points: Array, faces: Array | None = None) -> Boxes:
    """The upright box of an instance: smallest area in the plane, from the lowest to the highest point.

    points : (N, 3) [m, world], z up, N >= 1. Stray clusters are left out, see `factory.geometry.strays`;
    faces : (F, 3) indices into `points`, the instance's triangles: they tell a thin part from a stray.

    Right-handed; the third axis is world up, the first the longer side in the plane with its x positive (y positive
    where x is zero); of equal sides the one closer to world x. Of several boxes of the same area the axis-parallel one
    is taken, then the one turned least counter-clockwise. Points on a line or plane give zero extents.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        raise ValueError(f"expected points of shape (n, 3) with n >= 1, got {points.shape}")
    points = points[bulk_mask(points, faces)]
    origin = (points.min(axis=0) + points.max(axis=0)) / 2
    plane = points[:, :2] - origin[:2]
    axis = _canonical_axis(plane, _smallest_area_axis(_hull(plane)))
    axes = np.array([axis, [-axis[1], axis[0]]])
    along = plane @ axes.T
    low, high = along.min(axis=0), along.max(axis=0)
    center = np.append(origin[:2] + (low + high) / 2 @ axes, origin[2])
    extents = np.append(high - low, np.ptp(points[:, 2]))
    rotation = np.eye(3)
    rotation[:2, :2] = axes.T
    return Boxes(center, extents, rotation)


def _hull(plane: Array) -> Array:
    """Hull corners (H, 2) of points (N, 2) in order: two where the points lie on a line, one where all agree."""
    spread = np.linalg.norm(plane - plane[0], axis=1)
    far = plane[np.argmax(spread)] - plane[0]
    length = np.linalg.norm(far)
    if length == 0:
        return plane[:1]
    direction = far / length
    sideways = plane @ (-direction[1], direction[0])
    if np.ptp(sideways) > 1e-9 * length:
        try:
            hull: Array = plane[ConvexHull(plane).vertices]
            return hull
        except QhullError:  # too flat for it
            pass
    along = plane @ direction
    return plane[[np.argmin(along), np.argmax(along)]]


def _smallest_area_axis(hull: Array) -> Array:
    """Unit vector (2,), angle in [0, 90 degrees), along a side of the enclosing rectangle of smallest area.

    One side of that rectangle lies on a hull edge, so only the edges' directions (and the world's x) are tried.
    """
    edges = np.roll(hull, -1, axis=0) - hull
    lengths = np.linalg.norm(edges, axis=1)
    edges = edges[lengths > 0] / lengths[lengths > 0, None]
    edges = np.where(np.abs(edges) < 1e-15, 0.0, edges)
    # quarter turns do not change the rectangle: bring every direction into [0, 90 degrees)
    first_or_third = (edges[:, :1] * edges[:, 1:] > 0) | (edges[:, 1:] == 0)
    directions = np.concatenate([[[1.0, 0.0]], np.abs(np.where(first_or_third, edges, edges[:, ::-1]))])
    blocks = np.array_split(directions, len(directions) // _EDGE_BLOCK + 1)
    areas = np.concatenate([_areas(hull, block) for block in blocks])
    span = np.ptp(hull, axis=0).max()
    ties = directions[areas <= areas.min() + _TIE * max(areas.min(), _TIE * span**2)]
    best: Array = ties[np.argmin(np.arctan2(ties[:, 1], ties[:, 0]))]
    return best


def _areas(hull: Array, directions: Array) -> Array:
    along = np.ptp(hull @ directions.T, axis=0)
    across = np.ptp(hull @ np.stack([-directions[:, 1], directions[:, 0]]), axis=0)
    areas: Array = along * across
    return areas


def _canonical_axis(plane: Array, axis: Array) -> Array:
    """Of the four directions of a rectangle the one that becomes the first axis."""
    other = np.array([-axis[1], axis[0]])
    along, across = np.ptp(plane @ axis), np.ptp(plane @ other)
    equal = abs(along - across) <= _TIE * max(along, across)
    if (equal and abs(other[0]) > abs(axis[0])) or (not equal and across > along):
        axis = other
    if axis[0] < 0 or (axis[0] == 0 and axis[1] < 0):
        axis = -axis
    return axis + 0.0  # no negative zeros


def box_corners(boxes: Boxes) -> Array:
    """Corners (..., 8, 3) [m, world]; the last coordinate runs fastest, low before high."""
    local = boxes.extents[..., None, :] / 2 * _CORNER_SIGNS
    corners: Array = local @ np.swapaxes(boxes.rotation, -1, -2) + boxes.center[..., None, :]
    return corners


def boxes_overlap(a: Boxes, b: Boxes) -> Array:
    """Whether boxes overlap, elementwise with broadcasting over the leading axes; touching counts.

    Separating axis test over the 15 candidate axes: two boxes overlap when none of them separates.
    """
    half_a, half_b = a.extents / 2, b.extents / 2
    a_from_b = np.swapaxes(a.rotation, -1, -2) @ b.rotation
    offset_a = np.einsum("...ji,...j->...i", a.rotation, b.center - a.center)
    offset_b = np.einsum("...ji,...j->...i", a_from_b, offset_a)
    size = np.abs(a_from_b)
    gap_a = np.abs(offset_a) - half_a - np.einsum("...ij,...j->...i", size, half_b)
    gap_b = np.abs(offset_b) - half_b - np.einsum("...ij,...i->...j", size, half_a)
    gap = np.maximum(gap_a.max(axis=-1), gap_b.max(axis=-1))
    for i in range(3):
        i1, i2 = (i + 1) % 3, (i + 2) % 3
        moment = offset_a[..., i2, None] * a_from_b[..., i1, :] - offset_a[..., i1, None] * a_from_b[..., i2, :]
        reach_a = half_a[..., i1, None] * size[..., i2, :] + half_a[..., i2, None] * size[..., i1, :]
        turned = size[..., i, :]
        reach_b = np.roll(half_b, -1, axis=-1) * np.roll(turned, -2, axis=-1)
        reach_b = reach_b + np.roll(half_b, -2, axis=-1) * np.roll(turned, -1, axis=-1)
        gap = np.maximum(gap, (np.abs(moment) - reach_a - reach_b).max(axis=-1))
    overlap: Array = gap <= 1e-9  # parallel edges leave rounding noise on an axis of zero length
    return overlap


def points_in_box(points: Array, box: Boxes) -> Array:
    """Whether points (N, 3) [m, world] lie in one box, its surface included; (N,) bool."""
    local = (points - box.center) @ box.rotation
    inside: Array = (np.abs(local) <= box.extents / 2 + 1e-9).all(axis=-1)
    return inside
