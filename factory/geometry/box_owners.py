"""Which of several boxes a point belongs to, where data sets annotate boxes and no surfaces."""

import numpy as np

from factory.geometry.boxes import Boxes

Array = np.ndarray


def box_owners(points: Array, boxes: Boxes, slack_m: float = 0.01, foot_m: float = 0.03) -> Array:
    """Place of the box (n,) int32 that each point lies in, -1 for none; of several the smallest.

    points : (n, 3) [m, world]; boxes : (b,), upright or not; slack_m : boxes are grown by this much on all sides,
    since annotators and sensors are not exact. The lowest `foot_m` of a box, by its axis nearest the vertical, belong
    to what it stands on, where the box is at least four times as high.
    """
    owners = np.full(len(points), -1, dtype=np.int32)
    volumes = np.prod(boxes.extents, axis=-1)
    for place in np.lexsort((np.arange(len(volumes)), -volumes)):  # small boxes last, so that they win
        rotation, half = boxes.rotation[place], boxes.extents[place] / 2
        # the sphere around the box first: most points are far from most boxes
        near = np.flatnonzero(
            np.einsum("ij,ij->i", offset := points - boxes.center[place], offset)
            <= (np.linalg.norm(half + slack_m)) ** 2
        )
        local = offset[near] @ rotation
        low, high = -half - slack_m, half + slack_m
        upright = int(np.argmax(np.abs(rotation[2])))
        if boxes.extents[place, upright] >= 4 * foot_m:
            if rotation[2, upright] > 0:
                low[upright] = foot_m - half[upright]
            else:
                high[upright] = half[upright] - foot_m
        owners[near[((local >= low) & (local <= high)).all(axis=1)]] = place
    return owners
