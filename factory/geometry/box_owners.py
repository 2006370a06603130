"""Which of several boxes a point belongs to, where data sets annotate boxes and no surfaces."""

import numpy as np

from factory.geometry.boxes import Boxes

Array = np.ndarray

_STANDING = 4  # how many feet high a box is that stands on something; what is lower (a rug) may lie in its foot
_FOOT = 1 / 12  # of a box's height at most: the base of a laptop is thin


def box_owners(points: Array, boxes: Boxes, slack_m: float = 0.01, foot_m: float = 0.03) -> Array:
    """Place of the box (n,) int32 that each point lies in, -1 for none; of several the smallest, then the first.

    points : (n, 3) [m, world]; boxes : (b,), upright or not; slack_m : boxes are grown by this much on all sides,
    since annotators and sensors are not exact. The lowest `foot_m` of a box, by its axis nearest the vertical, belong
    to what it stands on, but no more than a twelfth of its height, and nothing of a box less than four feet high.
    """
    owners = np.full(len(points), -1, dtype=np.int32)
    if not len(points):
        return owners
    # sorted along x, a box concerns a short stretch of the points
    order = np.argsort(points[:, 0], kind="stable")
    ordered = np.asarray(points, dtype=np.float64)[order]
    along_x = np.ascontiguousarray(ordered[:, 0])
    volumes = np.prod(boxes.extents, axis=-1)
    for place in np.lexsort((-np.arange(len(volumes)), -volumes)):  # small boxes last, so that they win
        center, rotation, half = boxes.center[place], boxes.rotation[place], boxes.extents[place] / 2
        low, high = -half - slack_m, half + slack_m
        reach = np.abs(rotation) @ high  # half sizes of the axis-parallel box around it
        start = np.searchsorted(along_x, center[0] - reach[0], "left")
        end = np.searchsorted(along_x, center[0] + reach[0], "right")
        near = start + np.flatnonzero((np.abs(ordered[start:end, 1:] - center[1:]) <= reach[1:]).all(axis=1))
        upright = int(np.argmax(np.abs(rotation[2])))
        if boxes.extents[place, upright] >= _STANDING * foot_m:
            foot = min(foot_m, _FOOT * boxes.extents[place, upright])
            if rotation[2, upright] > 0:
                low[upright] = foot - half[upright]
            else:
                high[upright] = half[upright] - foot
        local = (ordered[near] - center) @ rotation
        owners[order[near[((local >= low) & (local <= high)).all(axis=1)]]] = place
    return owners
