"""Where things are for the observer, and where they would be after a move to green with the eyes on blue.

Before the move, left/right and front/behind go by the axes of the first camera and closer/farther by distance and,
where both things are in front of that camera, by depth; after it, front/behind by the tilted and by the horizontal
viewing direction, and closer/farther by the distance to the new place alone. Above/below is height in the world at
both times.
"""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from factory.audit.evidence import Camera
from factory.audit.noise import EMPTY_M
from factory.audit.readings import FRONT, HEIGHT, RANGE, SIDE, Reading, drop, read

Array = np.ndarray


@dataclass(frozen=True)
class State:
    """What holds at one time. values : the quantities that a row stores [m], in its order."""

    values: list[float]
    readings: list[Reading]


def before_to_observer(camera: Camera, red: Array) -> State:
    """Red (3,) [m, world] as the first camera has it: right, lower and in front."""
    sides = read(lambda p: p[..., 0, [0, 2]], camera.see(red)[None], (SIDE, FRONT), camera=True)
    (height,) = read(lambda p: camera.position[2] - p[..., 0, 2:], red[None], (HEIGHT,), camera=False)
    readings = [sides[0], height, sides[1]]
    return State([r.quantity for r in readings], readings)


def before_to_other(camera: Camera, red: Array, yellow: Array) -> State:
    """Red relative to yellow, (3,) each [m, world], for the first camera: right, lower, farther."""
    pair = np.array([red, yellow])
    side, away, deeper = read(_side_and_ranges, camera.see(pair), (SIDE, RANGE, RANGE), camera=True)
    (height,) = read(drop, pair, (HEIGHT,), camera=False)
    readings = [side, height, away]
    if camera.see(pair)[:, 2].min() > 0:  # nobody speaks of the depth of what is behind
        readings.append(deeper)
    return State([reading.quantity for reading in readings[:3]], readings)


def after_to_observer(green: Array, blue: Array, red: Array) -> State:
    """Red for someone at green who looks at blue: right, lower, in front."""
    points = np.array([green, blue, red])
    readings = read(partial(_from_green, place=2), points, (SIDE, HEIGHT, FRONT, FRONT), camera=False)
    return State([r.quantity for r in readings[:3]], readings)


def after_to_other(green: Array, blue: Array, red: Array, yellow: Array, *, fronts: bool) -> State:
    """Red relative to yellow for someone at green who looks at blue: right, lower, farther.

    With `fronts` also whether red and yellow are in front of that observer.
    """
    points = np.array([green, blue, red, yellow])
    readings = read(_compared_from_green, points, (SIDE, HEIGHT, RANGE), camera=False)
    values = [r.quantity for r in readings]
    for place, of in ((2, "red_"), (3, "yellow_")) if fronts else ():
        ahead = read(partial(_ahead, place=place), points, (FRONT, FRONT), camera=False, of=of)
        readings += ahead
        values.append(ahead[0].quantity)
    return State(values, readings)


def sides_seen(camera: Camera, green: Array, blue: Array, red: Array, yellow: Array) -> list[str]:
    """The times at which the eye sees red on the other side of yellow than the one on which it is in space."""
    points = np.array([green, blue, red, yellow])
    before = camera.see(np.array([red, yellow]))[:, [0, 2]]
    after = np.array([_from_green(points, place)[[0, 3]] for place in (2, 3)])
    return [time for time, pair in (("before", before), ("after", after)) if _is_contradicted(pair)]


def _is_contradicted(pair: Array) -> bool:
    """Whether two things, (right, ahead) [m] each, are the other way round by direction than by their places."""
    offset = pair[0, 0] - pair[1, 0]
    if pair[:, 1].min() <= 0 or abs(offset) < EMPTY_M:
        return False
    directions = pair[:, 0] / pair[:, 1]
    return bool(offset * (directions[0] - directions[1]) <= 0)


def tilt_deg(green: Array, blue: Array) -> float:
    """How far the way from green to blue is from the horizontal [deg]; 90 where they coincide."""
    x, y, z = blue - green
    flat = math.hypot(x, y)
    return math.degrees(math.atan2(abs(z), flat)) if flat > 0 else 90.0


def _side_and_ranges(pair: Array) -> Array:
    """How much farther right, farther away and deeper the first of two (..., 2, 3) [m, camera] is."""
    red, yellow = pair[..., 0, :], pair[..., 1, :]
    away = np.linalg.norm(red, axis=-1) - np.linalg.norm(yellow, axis=-1)
    return np.stack([red[..., 0] - yellow[..., 0], away, red[..., 2] - yellow[..., 2]], axis=-1)


def _gaze(points: Array) -> tuple[Array, Array, Array]:
    """Unit vectors (..., 3) from green to blue: the tilted one, the horizontal one, and the right of both."""
    way = points[..., 1, :] - points[..., 0, :]
    flat = way * np.array([1.0, 1.0, 0.0])
    horizontal = flat / np.linalg.norm(flat, axis=-1, keepdims=True)
    right = np.stack([horizontal[..., 1], -horizontal[..., 0], np.zeros(horizontal.shape[:-1])], axis=-1)
    return way / np.linalg.norm(way, axis=-1, keepdims=True), horizontal, right


def _from_green(points: Array, place: int) -> Array:
    """Right, down, ahead along the tilted and the horizontal gaze of one of the points (..., n, 3) [m, world]."""
    tilted, horizontal, right = _gaze(points)
    away = points[..., place, :] - points[..., 0, :]
    along = [(axis * away).sum(axis=-1) for axis in (right, tilted, horizontal)]
    return np.stack([along[0], -away[..., 2], along[1], along[2]], axis=-1)


def _ahead(points: Array, place: int) -> Array:
    return _from_green(points, place)[..., 2:]


def _compared_from_green(points: Array) -> Array:
    """How much farther right, lower and farther from green the third point is than the fourth."""
    _, _, right = _gaze(points)
    red, yellow = points[..., 2, :], points[..., 3, :]
    between = red - yellow
    away = [np.linalg.norm(p - points[..., 0, :], axis=-1) for p in (red, yellow)]
    return np.stack([(right * between).sum(axis=-1), -between[..., 2], away[0] - away[1]], axis=-1)
