"""Which images show a walk: those nearest to the looks along it, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from factory.sources.rxr.looks import Looks
from schemas.scene import Frame

Array = np.ndarray

MAX_VIEWS = 32  # as many as SPAR's videos have
_GLANCE_S = 0.3


@dataclass(frozen=True)
class Viewpoint:
    """The images of one place: position (3,) [m, world], the mean of its cameras; unit directions (k, 3) of their
    optical axes [world]."""

    position: Array
    directions: Array
    frame_ids: tuple[str, ...]


class _Run(NamedTuple):
    """An image looked at for a while; `leaves`: what is shown next is of another viewpoint, or nothing."""

    place: int
    frame_id: str
    seconds: float
    leaves: bool


def viewpoint_of(frames: Iterable[Frame]) -> Viewpoint:
    """The viewpoint where all of these frames were taken."""
    listed = sorted(frames, key=lambda frame: frame.frame_id)
    cameras = np.stack([frame.world_from_camera for frame in listed])
    return Viewpoint(cameras[:, :3, 3].mean(axis=0), cameras[:, :3, 2], tuple(frame.frame_id for frame in listed))


def views_of(looks: Looks, viewpoints: list[Viewpoint]) -> list[str] | None:
    """Frames that show the looks, the viewpoints being those that `looks.places` means.

    Looks at one image one after the other are one view, glances are none. Of too many, the longest ones stay, and
    always the first one and the last one from each viewpoint, which shows where the walk goes on. None where even
    these are more than `MAX_VIEWS`.
    """
    seen = [
        (place, viewpoints[place].frame_ids[int((viewpoints[place].directions @ direction).argmax())], seconds)
        for place, direction, seconds in zip(
            looks.places.tolist(), looks.directions, looks.seconds.tolist(), strict=True
        )
    ]
    runs = _merged(seen)
    runs = _merged(
        (r.place, r.frame_id, r.seconds) for n, r in enumerate(runs) if not n or r.leaves or r.seconds >= _GLANCE_S
    )
    needed = [n for n, run in enumerate(runs) if not n or run.leaves]
    if len(needed) > MAX_VIEWS:
        return None
    longest = sorted(set(range(len(runs))) - set(needed), key=lambda n: (-runs[n].seconds, n))
    kept = sorted([*needed, *longest[: MAX_VIEWS - len(needed)]])
    return [
        frame_id for _, frame_id, _, _ in _merged((runs[n].place, runs[n].frame_id, runs[n].seconds) for n in kept)
    ]


def _merged(looks: Iterable[tuple[int, str, float]]) -> list[_Run]:
    """Runs of looks at one image."""
    runs: list[tuple[int, str, float]] = []
    for place, frame_id, seconds in looks:
        if runs and runs[-1][1] == frame_id:
            runs[-1] = (place, frame_id, runs[-1][2] + seconds)
        else:
            runs.append((place, frame_id, seconds))
    nexts = [*(run[0] for run in runs[1:]), None]
    return [_Run(*run, after != run[0]) for run, after in zip(runs, nexts, strict=True)]
