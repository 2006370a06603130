"""What is looked at along a path: directions in order of time, from a guide's pose trace or made up from the path."""

from dataclasses import dataclass

import numpy as np

from factory.sources.rxr.traces import Trace

Array = np.ndarray

AT_VIEWPOINT_M = 0.5  # viewpoints are about 2 m apart
_STILL_M = 0.01
_SWEEP_STEP_RAD = np.radians(10.0)
_SWEEP_STEP_S = 0.2
_PAUSE_S = 1.0


@dataclass(frozen=True)
class Looks:
    """Looks (n) in order: places (n,) in the list of viewpoints, unit directions (n, 3) [world], seconds (n,)."""

    places: Array
    directions: Array
    seconds: Array


def looks_of_trace(trace: Trace, positions: Array) -> Looks | None:
    """The looks of a guide who stood at the viewpoints of a path, positions (v, 3) [m, world], first in its order and
    at last at its end; None for another trace.

    Samples away from the path's viewpoints and those on the move count for none.
    """
    away = np.linalg.norm(trace.positions[:, None] - positions, axis=2)
    places = away.argmin(axis=1)
    stood = (away.min(axis=1) <= AT_VIEWPOINT_M) & _still(trace.positions)
    path = _first_places(positions).tolist()
    order = places[stood].tolist()
    if list(dict.fromkeys(order)) != list(dict.fromkeys(path)) or order[-1] != path[-1]:
        return None
    return Looks(places[stood], trace.directions[stood], trace.seconds[stood])


def looks_along(positions: Array, heading: float) -> Looks:
    """The looks of somebody who begins with a heading [rad, 0 is +y, clockwise], turns towards the next viewpoint,
    goes there, turns again, and stops as they arrive; positions (v, 3) [m, world] of the viewpoints in order."""
    steps = np.diff(positions[:, :2], axis=0)
    places, headings, seconds = [0], [heading], [_PAUSE_S]
    for place, (dx, dy) in enumerate(steps.tolist()):
        bearing = float(np.arctan2(dx, dy)) if np.hypot(dx, dy) > 0.1 else headings[-1]  # a ladder has none
        turn = (bearing - headings[-1] + np.pi) % (2 * np.pi) - np.pi
        count = int(abs(turn) / _SWEEP_STEP_RAD)
        swept = [headings[-1] + turn * k / (count + 1) for k in range(1, count + 1)]
        places += [place] * (count + 1) + [place + 1]
        headings += [*swept, bearing, bearing]
        seconds += [_SWEEP_STEP_S] * count + [_PAUSE_S, _PAUSE_S]
    angles = np.array(headings)
    directions = np.stack([np.sin(angles), np.cos(angles), np.zeros(len(angles))], axis=1)
    return Looks(np.array(places), directions, np.array(seconds))


def _still(positions: Array) -> Array:
    """(n,) whether a sample is where the one before it or after it is; positions (n, 3)."""
    same = np.linalg.norm(np.diff(positions, axis=0), axis=1) <= _STILL_M
    still: Array = np.append(same, False) | np.insert(same, 0, False)
    return still


def _first_places(positions: Array) -> Array:
    """For every viewpoint, the first place in the list that has it: a path may come back."""
    same = np.linalg.norm(positions[:, None] - positions, axis=2) < 1e-6
    first: Array = same.argmax(axis=1)
    return first
