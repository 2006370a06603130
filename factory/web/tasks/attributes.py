"""What objects are compared by, and how surely one exceeds another."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.frames import boxes_in
from factory.web.tasks.margins import difference_margin, gap_margins
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.widths import turned_aside, wider_than_it_looks

Array = np.ndarray

AttributeName = Literal["depth", "distance", "x", "height", "width", "volume"]
# These are known of objects that show whole, where gravity is known.
_SIZES: dict[AttributeName, tuple[int, ...]] = {"width": (0,), "height": (1,), "volume": (0, 1, 2)}


@dataclass(frozen=True, eq=False)
class Attribute:
    """values : (n,) [m; m3 for volume], NaN where they cannot be compared; exceeds : (n, n) by how much the value of a
    row exceeds that of a column, in units of what it must; at least 1 is sure, negative is less, -inf unknown."""

    values: Array
    exceeds: Array


def attribute(picture: Picture, name: AttributeName, parameters: WebParameters) -> Attribute:
    """One attribute of all objects of a picture.

    depth (along the viewing axis) and distance (to the camera) must both differ, for the eye takes one for the other;
    x along the camera's axis and the bearing in the picture must, too. People look at where things begin, not at their
    centers: of a cup in the middle of a table nobody says that it is nearer than the table, or to the left of it. So
    the nearest parts must come in the same order, and from left to right both edges in the picture.
    """
    if name in _SIZES:
        return _size(picture, name, parameters)
    if name == "x":
        return _sideways(picture, parameters)
    lengths = {"depth": picture.centers[:, 2], "distance": np.linalg.norm(picture.centers, axis=1)}
    exceeds = np.minimum(*(_exceeds(values, parameters) for values in lengths.values()))
    return Attribute(lengths[name], _where_agreed(exceeds, picture.aabb_min[:, 2:]))


def _where_agreed(exceeds: Array, ends: Array) -> Array:
    """Not surely more (0 at most) where an end (n, k) of the two comes in the other order."""
    agreed = (ends[:, None] >= ends).all(axis=2)
    kept: Array = np.where(agreed, exceeds, np.minimum(exceeds, 0.0))
    return kept


def _exceeds(values: Array, parameters: WebParameters) -> Array:
    margin = difference_margin(values[:, None], values, parameters) * np.sign(values[:, None] - values)
    known: Array = np.where(np.isnan(margin), -np.inf, margin)
    return known


def _size(picture: Picture, name: AttributeName, parameters: WebParameters) -> Attribute:
    boxes = boxes_in(picture, "gravity")
    extents = boxes.extents[:, list(_SIZES[name])]
    usable = boxes.known & picture.whole & (np.nan_to_num(extents) >= parameters.min_size_m).all(axis=1)
    if name == "width":
        usable &= ~turned_aside(picture, parameters) & ~wider_than_it_looks(picture, parameters)
    values = np.where(usable, extents.prod(axis=1), np.nan)
    if name != "volume":
        return Attribute(values, _exceeds(values, parameters))
    with np.errstate(invalid="ignore"):
        log_ratio = np.log(values[:, None] / values) / np.log(parameters.min_volume_ratio)
    return Attribute(values, np.where(np.isnan(log_ratio), -np.inf, log_ratio))


def _sideways(picture: Picture, parameters: WebParameters) -> Attribute:
    count = len(picture)
    first, second = (index.ravel() for index in np.indices((count, count)))
    gap, required = gap_margins(boxes_in(picture, "camera"), first, second, parameters)
    in_space = (gap[:, 0] / required[:, 0]).reshape(count, count)
    depth = np.maximum(picture.centers[:, 2], 1e-6)
    bearing = picture.centers[:, 0] / depth
    # the angle as a length at the nearer of both
    seen = (bearing[:, None] - bearing) * np.minimum(depth[:, None], depth) / parameters.min_gap_m
    return Attribute(picture.centers[:, 0], _where_agreed(np.minimum(in_space, seen), picture.boxes[:, [0, 2]]))
