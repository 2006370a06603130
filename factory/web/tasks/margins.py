"""How sure a comparison is: quantities in units of the difference that they must show."""

import numpy as np

from factory.web.tasks.frames import FrameBoxes
from factory.web.tasks.parameters import WebParameters

Array = np.ndarray


def difference_margin(first: Array, second: Array, parameters: WebParameters) -> Array:
    """How often two lengths [m] differ by what they must to be compared; 1 is just enough. Any shape."""
    larger = np.maximum(np.abs(first), np.abs(second))
    required = np.maximum(parameters.min_difference_m, parameters.min_difference_share * larger)
    ratio: Array = np.abs(first - second) / required
    return ratio


def in_distance_range(length: Array, parameters: WebParameters) -> Array:
    """Whether a length [m] is asked as a number. Any shape."""
    low, high = parameters.distance_range_m
    inside: Array = (length >= low) & (length <= high)
    return inside


def gap_margins(boxes: FrameBoxes, first: Array, second: Array, parameters: WebParameters) -> tuple[Array, Array]:
    """Along each axis, the gap (n, 3) [m] from the centres of `second` (n,) to those of `first`, and what a gap must
    exceed to be a direction: a share of the mean depth along z, of the larger extent along x and y."""
    gap = boxes.centers[first] - boxes.centers[second]
    larger = np.maximum(boxes.extents[first], boxes.extents[second])
    required = parameters.min_gap_extent_share * larger
    depth = (np.abs(boxes.centers[first, 2]) + np.abs(boxes.centers[second, 2])) / 2
    required[:, 2] = parameters.min_gap_depth_share * depth
    return gap, np.maximum(required, parameters.min_gap_m)
