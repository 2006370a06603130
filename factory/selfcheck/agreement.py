"""Whether depth images that show the same place say the same of it."""

from collections.abc import Sequence

import numpy as np

from factory.geometry.cameras import project
from factory.geometry.transforms import inverse, rotation_angle, transform_points
from factory.selfcheck.views import View, read_views, spread
from factory.sources.frame_images import FrameImages
from schemas.scene import Frame

Array = np.ndarray

_SAME = 0.03  # depths that differ by less than this share are the same,
_LOOSELY_M, _LOOSELY = 0.1, 0.1  # and as good as the same below the larger one of these: cameras drift
_OVERLAP = 0.2  # share of the pixels that must be told of by the other image, for two images to be compared
# Two images of a walk that tell something: they see the same, and not from the same place.
_TURN_DEG = (4.0, 30.0)
_WAY_M = (0.1, 1.2)
# Images of a set without a walk: what may still overlap.
_LARGEST_TURN_DEG, _LONGEST_WAY_M = 60.0, 3.0


def pairs(frames: Sequence[Frame], count: int) -> list[tuple[Frame, Frame]]:
    """At most `count` pairs of frames that should see the same place from different ones, evenly over the sequence.

    The turn between two cameras is the same under inverted poses, so that wrong poses give the same pairs on a walk.
    """
    if len(frames) < 2:
        return []
    poses = np.stack([frame.world_from_camera for frame in frames])
    chosen: dict[tuple[int, int], None] = {}
    place_of = {frame.frame_id: place for place, frame in enumerate(frames)}
    for frame in spread(frames, count):
        here = place_of[frame.frame_id]
        turn = np.degrees(rotation_angle(np.swapaxes(poses[:, :3, :3], 1, 2) @ poses[here, :3, :3]))
        way = np.linalg.norm(poses[:, :3, 3] - poses[here, :3, 3], axis=1)
        others = np.arange(len(frames)) != here
        good = others & (turn >= _TURN_DEG[0]) & (turn <= _TURN_DEG[1]) & (way >= _WAY_M[0]) & (way <= _WAY_M[1])
        usable = others & (turn <= _LARGEST_TURN_DEG) & (way <= _LONGEST_WAY_M)
        if good.any():
            other = int(np.argmin(np.where(good, np.abs(np.arange(len(frames)) - here), np.inf)))
        elif usable.any():
            other = int(np.argmin(np.where(usable, turn / _LARGEST_TURN_DEG + way / _LONGEST_WAY_M, np.inf)))
        else:
            continue
        chosen.setdefault((min(here, other), max(here, other)))
    return [(frames[a], frames[b]) for a, b in chosen]


def agreement(one: View, other: View, loosely: bool = False) -> float:
    """Share of what `one` shows in front of `other` that `other` shows too, and not something farther behind it.

    What `other` sees something nearer of is hidden from it and does not count; NaN where too little is left.
    """
    assert other.depth_m is not None
    _, points = one.readings()
    if not len(points):
        return np.nan
    there = transform_points(inverse(other.world_from_camera), points)
    uv = project(other.intrinsics, there)
    inside = (there[:, 2] > 0) & (uv > -0.5).all(axis=1) & (uv < (other.width - 0.5, other.height - 0.5)).all(axis=1)
    u, v = np.rint(uv[inside]).astype(np.int64).T
    measured, expected = other.depth_m[v, u], there[inside, 2]
    slack = np.maximum(_LOOSELY_M, _LOOSELY * measured) if loosely else _SAME * measured
    told = (measured > 0) & (expected <= measured + slack)
    if told.sum() < _OVERLAP * len(points):
        return np.nan
    return float((expected >= measured - slack)[told].mean())


def agreement_of(paired: Sequence[tuple[View, View]], loosely: bool = False) -> float:
    """Median agreement of pairs, looked at from both sides; NaN where fewer than half can be compared."""
    both_ways = [way for one, other in paired for way in ((one, other), (other, one))]
    shares = np.array([agreement(one, other, loosely) for one, other in both_ways])
    return np.nan if not len(shares) or np.isnan(shares).mean() > 0.5 else float(np.nanmedian(shares))


def read_pairs(frames: Sequence[Frame], count: int, media: FrameImages) -> list[tuple[View, View]]:
    """Those of `pairs` that can be read."""
    read = [read_views(pair, media) for pair in pairs(frames, count)]
    return [(pair[0], pair[1]) for pair in read if len(pair) == 2]
