"""What is left or right, above or below, in front or behind, closer or farther before and after an imagined move.

Before, the observer is the first camera; after, it stands at green and looks at blue. Above and below are matters of
world height both times (SPAR, section 7.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from factory.geometry.imagined_view import ImaginedView, ahead, imagined_view, level_ahead, normalised, to_the_right
from factory.geometry.noise import propagated_sigma, side_of_zone
from factory.geometry.transforms import lengths
from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.task import centers_seen_from

Array = np.ndarray

GREEN, BLUE, RED, YELLOW = range(4)  # the objects of a candidate: where to stand, where to look, target, reference
UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read a word: value (n,) [m]; gradients by the centres of the objects that it depends on, each (n, 3)
    or (3,); in_camera : whether those are camera axes, so that the camera's turning counts as noise."""

    value: Array
    gradients: dict[int, Array]
    in_camera: bool = False


@dataclass(frozen=True, eq=False)
class Slot:
    """A word of the answer (n): value [m], its side of the zone of no difference (-1, 0, 1), the least margin of all
    readings, and whether they agree on the side."""

    value: Array
    side: Array
    margin: Array
    agreed: Array


class Situation:
    """Candidates as seen from both places.

    world, camera (n, K, 3) : centres [m] in the world and in the first camera; eye (n, 3) [m, world] : the first
    camera; view : the imagined one.
    """

    def __init__(self, records: SceneRecords, views: Array, objects: Array, parameters: Parameters) -> None:
        self.world: Array = records.centers.take(objects, axis=0)
        self.camera: Array = centers_seen_from(records, views[:, :1], objects)
        self.eye: Array = records.world_from_camera[views[:, 0], :3, 3]
        self.view: ImaginedView = imagined_view(self.world[:, GREEN], self.world[:, BLUE])
        self._parameters = parameters

    def nearest_to_observer(self) -> Array:
        """(n,) distance [m] of the nearest object that is asked about (red, yellow) to the observer, then or now."""
        before = lengths(self.camera[:, RED:])
        after = lengths(self.world[:, RED:] - self.world[:, GREEN, None])
        nearest: Array = np.minimum(before, after).min(axis=1)
        return nearest

    def of_red(self) -> dict[str, Slot]:
        """Red for the observer: right, down, forward before the move, then after it."""
        red = self.camera[:, RED]
        x_axis, _, z_axis = np.eye(3)
        height = self.eye[:, 2] - self.world[:, RED, 2]
        return {
            "before_left_right": self._slot([Reading(red[:, 0], {RED: x_axis}, in_camera=True)]),
            "before_above_below": self._slot([Reading(height, {RED: -UP})]),
            "before_front_behind": self._slot([Reading(red[:, 2], {RED: z_axis}, in_camera=True)]),
            "left_right": self._slot([self._aside(GREEN)]),
            "above_below": self._slot([self._below(GREEN)]),
            "front_behind": self.front_behind(RED),
        }

    def of_red_and_yellow(self) -> dict[str, Slot]:
        """Red relative to yellow: right, down, farther before the move, then after it."""
        delta = self.camera[:, RED] - self.camera[:, YELLOW]
        x_axis, _, z_axis = np.eye(3)
        below = self._slot([self._below(YELLOW)])
        distance = _farther(self.camera)
        depth = Reading(delta[:, 2], {RED: z_axis, YELLOW: -z_axis}, in_camera=True)
        # what is behind the camera has no depth that anybody would speak of: there, distance alone decides
        both_in_front = np.all(self.camera[:, [RED, YELLOW], 2] > 0, axis=1)
        return {
            "before_left_right": self._slot(
                [Reading(delta[:, 0], {RED: x_axis, YELLOW: -x_axis}, in_camera=True)],
            ),
            "before_above_below": below,
            "before_distance": self._slot([distance, depth], second_counts=both_in_front),
            "left_right": self._slot([self._aside(YELLOW)]),
            "above_below": below,
            "distance": self._slot([_farther(self.world, GREEN)]),
        }

    def seen_otherwise(self, read: Mapping[str, Slot]) -> Array:
        """(n,) whether, before or after the move, red is not seen on that side of yellow on which it is in space.

        So it may be where both are ahead: the nearer of two things that are off the viewing axis appears farther out.
        """
        pair = [RED, YELLOW]
        offsets = self.world[:, pair] - self.world[:, GREEN, None]
        right, level = (np.einsum("nki,ni->nk", offsets, axis) for axis in (self.view.right, self.view.level))
        before = _seen_by(self.camera[:, pair, 0], self.camera[:, pair, 2], read["before_left_right"].side)
        after = _seen_by(right, level, read["left_right"].side)
        angle = np.radians(self._parameters.min_bearing_deg)
        otherwise: Array = (before < angle) | (after < angle)
        return otherwise

    def front_behind(self, thing: int) -> Slot:
        """How far an object is ahead of the imagined observer, along the tilted and along the level direction."""
        offsets = self.world[:, thing] - self.world[:, GREEN]
        readings = []
        for reach, axis in ((ahead, self.view.forward), (level_ahead, self.view.level)):
            value, by_target = reach(self.view, offsets)
            readings.append(Reading(value, {thing: axis, GREEN: -axis - by_target, BLUE: by_target}))
        return self._slot(readings)

    def _aside(self, reference: int) -> Reading:
        """How far red is to the right of the reference, for the imagined observer."""
        value, by_target = to_the_right(self.view, self.world[:, RED] - self.world[:, reference])
        gradients = {RED: self.view.right, GREEN: -by_target, BLUE: by_target}
        gradients[reference] = gradients.get(reference, 0.0) - self.view.right
        return Reading(value, gradients)

    def _below(self, reference: int) -> Reading:
        """How much lower than the reference red is."""
        return Reading(self.world[:, reference, 2] - self.world[:, RED, 2], {RED: -UP, reference: UP})

    def _slot(self, readings: Sequence[Reading], second_counts: Array | None = None) -> Slot:
        """The word of one or two readings; `second_counts` (n,) : where the second is a reading at all."""
        sides, margins = zip(*(self._side(reading) for reading in readings), strict=True)
        agreed, margin = sides[0] == sides[-1], np.minimum(margins[0], margins[-1])
        if second_counts is not None:
            agreed, margin = agreed | ~second_counts, np.where(second_counts, margin, margins[0])
        return Slot(readings[0].value, sides[0], margin, agreed)

    def _side(self, reading: Reading) -> tuple[Array, Array]:
        p = self._parameters
        gradients = np.zeros_like(self.world)
        for thing, gradient in reading.gradients.items():
            gradients[:, thing] = gradient
        points, turn = (self.camera, np.radians(p.turn_sigma_deg)) if reading.in_camera else (self.world, 0.0)
        sigma = propagated_sigma(points, gradients, p.center_sigma_m, turn)
        return side_of_zone(reading.value, p.indistinct_m, sigma)


def _seen_by(right: Array, ahead: Array, side: Array) -> Array:
    """(n,) the angle [rad] by which the eye sees the first of two things (n, 2) on its side of the second; infinite
    where it has no side, or where not both are ahead.

    right, ahead : (n, 2) [m]; side (n,) -1 for left, 1 for right.
    """
    bearing = np.arctan2(right, ahead)
    angle: Array = np.where((side == 0) | (ahead.min(axis=1) <= 0), np.inf, side * (bearing[:, 0] - bearing[:, 1]))
    return angle


def _farther(centers: Array, observer: int | None = None) -> Reading:
    """How much farther red is than yellow, from the camera (centres in it) or from the object that is the observer."""
    start = 0.0 if observer is None else centers[:, observer]
    to_red, red_distance = normalised(centers[:, RED] - start)
    to_yellow, yellow_distance = normalised(centers[:, YELLOW] - start)
    gradients = {RED: to_red, YELLOW: -to_yellow}
    if observer is not None:
        gradients[observer] = to_yellow - to_red
    return Reading(red_distance - yellow_distance, gradients, in_camera=observer is None)
