"""Where things are for the observer, and where they would be after a move to green with the eyes on blue.

Before the move, left/right and front/behind go by the axes of the first camera and closer/farther by distance and,
where both things are in front of that camera, by depth; after it, front/behind by the tilted and by the horizontal
viewing direction, and closer/farther by the distance to the new place alone. Above/below is height in the world at
both times.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from factory.audit.evidence import Camera
from factory.audit.noise import spread
from factory.audit.readings import Reading, WordPair

Array = np.ndarray

SIDE, HEIGHT = ("right", "left"), ("below", "above")
FRONT, RANGE = ("front", "behind"), ("farther", "closer")
Plan = tuple[tuple[str, WordPair], ...]
"""The slot and the words of every quantity, in order."""


@dataclass(frozen=True)
class State:
    """What holds at one time. values : the quantities that a row stores [m], in its order."""

    values: list[float]
    readings: list[Reading]


def _measure(quantity: Callable[[Array], Array], points: Array, plan: Plan, *, camera: bool) -> list[Reading]:
    """Readings of quantities (k,) that depend on centres (n, 3) [m]: in the world, with `camera` along its axes."""
    sigmas = spread(quantity, points, camera=camera)
    return [
        Reading(slot, words, float(value), float(sigma))
        for (slot, words), value, sigma in zip(plan, quantity(points), sigmas, strict=True)
    ]


def before_to_observer(camera: Camera, red: Array) -> State:
    """Red (3,) [m, world] as the first camera has it: right, lower and in front."""
    sides = _measure(
        lambda p: p[..., 0, [0, 2]],
        camera.see(red)[None],
        (("left_right", SIDE), ("front_behind", FRONT)),
        camera=True,
    )
    (height,) = _measure(
        lambda p: camera.position[2] - p[..., 0, 2:], red[None], (("above_below", HEIGHT),), camera=False
    )
    readings = [sides[0], height, sides[1]]
    return State([r.quantity for r in readings], readings)


def before_to_other(camera: Camera, red: Array, yellow: Array) -> State:
    """Red relative to yellow, (3,) each [m, world], for the first camera: right, lower, farther."""
    pair = np.array([red, yellow])
    side, away, deeper = _measure(
        _side_and_ranges,
        camera.see(pair),
        (("left_right", SIDE), ("distance", RANGE), ("distance", RANGE)),
        camera=True,
    )
    (height,) = _measure(_drop, pair, (("above_below", HEIGHT),), camera=False)
    readings = [side, height, away]
    if camera.see(pair)[:, 2].min() > 0:  # nobody speaks of the depth of what is behind
        readings.append(deeper)
    return State([reading.quantity for reading in readings[:3]], readings)


def after_to_observer(green: Array, blue: Array, red: Array) -> State:
    """Red for someone at green who looks at blue: right, lower, in front."""
    readings = _measure(
        lambda p: _from_green(p, 2),
        np.array([green, blue, red]),
        (("left_right", SIDE), ("above_below", HEIGHT), ("front_behind", FRONT), ("front_behind", FRONT)),
        camera=False,
    )
    return State([r.quantity for r in readings[:3]], readings)


def after_to_other(green: Array, blue: Array, red: Array, yellow: Array, *, fronts: bool) -> State:
    """Red relative to yellow for someone at green who looks at blue: right, lower, farther.

    With `fronts` also whether red and yellow are in front of that observer.
    """
    points = np.array([green, blue, red, yellow])
    readings = _measure(
        _compared_from_green,
        points,
        (("left_right", SIDE), ("above_below", HEIGHT), ("distance", RANGE)),
        camera=False,
    )
    values = [r.quantity for r in readings]
    for place, slot in ((2, "red_front_behind"), (3, "yellow_front_behind")) if fronts else ():
        ahead = _measure(partial(_ahead, place=place), points, ((slot, FRONT), (slot, FRONT)), camera=False)
        readings += ahead
        values.append(ahead[0].quantity)
    return State(values, readings)


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


def _drop(pair: Array) -> Array:
    """How much lower the first of two (..., 2, 3) [m, world] is."""
    return np.asarray(pair[..., 1, 2:] - pair[..., 0, 2:])


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
