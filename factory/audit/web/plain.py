"""Whether what a number says of a thing is what somebody with a tape measure would say."""

import numpy as np

from factory.audit.web import limits
from factory.audit.web.evidence import Scenery, Thing
from factory.audit.web.geometry import level_unit


def width_objection(scenery: Scenery, thing: Thing) -> str | None:
    """Why the width of the level box is not the thing's own: it is turned aside, or looks narrower. None: it is."""
    turn = scenery.gravity_from_camera
    if turn is not None and thing.front is not None:
        ahead = level_unit(turn @ thing.front)
        if ahead is not None and abs(ahead[0]) > np.sin(np.radians(limits.YAW_DEG)) + limits.TOLERANCE:
            return "turned aside"
    looks = float(thing.box[2] - thing.box[0]) / float(scenery.intrinsics[0, 0]) * float(thing.center[2])
    wide = float(thing.extents()[0]) if "gravity" in thing.low else 0.0
    return "wider than it looks" if wide > limits.WIDTH_RATIO * looks * (1 + limits.TOLERANCE) else None


def closest_objection(first: Thing, second: Thing, distance: float) -> str | None:
    """Why nearest points may not be the nearest parts: their boxes touch or are much nearer. None: they are."""
    frame = "gravity" if "gravity" in first.low and "gravity" in second.low else "camera"
    apart = np.maximum(first.low[frame] - second.high[frame], second.low[frame] - first.high[frame])
    gap = float(np.linalg.norm(np.maximum(apart, 0.0)))
    if gap == 0:
        return "their boxes touch"
    most = limits.CLOSEST_RATIO * gap + limits.DIFFERENCE_M
    return f"boxes {gap:.2f} m apart" if distance > most * (1 + limits.TOLERANCE) else None
