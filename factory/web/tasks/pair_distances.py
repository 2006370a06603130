"""Two objects: how far apart they are, and which way one is from the other, in numbers."""

from dataclasses import replace

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.frames import boxes_in
from factory.web.tasks.margins import in_distance_range
from factory.web.tasks.pools import pool_of_sets
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray


@register
class CenterDistance(WebTask):
    """How far apart the centers of two objects are."""

    spec = WebSpec(
        name="vqa_distance_multi",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(2, 2),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=1,
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = pool_of_sets(picture, 2, self.parameters, rng)
        distance = np.linalg.norm(_between(picture, pool.rows), axis=1)
        pool.reject("distance out of range", ~in_distance_range(distance, self.parameters))
        return pool.propose(pool.draw(quota, rng))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        distance = np.linalg.norm(_between(picture, candidates.rows), axis=1)
        return WebAnswers(values=distance[:, None], numbers={"answer": distance})


@register
class CenterDirection(CenterDistance):
    """The unit vector from the center of A to that of B."""

    spec = replace(CenterDistance.spec, name="vqa_object_direction_multi", formats=("text",), unit="none")

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        offset = _between(picture, candidates.rows)
        return WebAnswers(values=offset / np.linalg.norm(offset, axis=1, keepdims=True))


@register
class AxisDistance(WebTask):
    """How far apart the centers of two objects are along one axis: to the side, in height, in depth."""

    spec = replace(CenterDistance.spec, name="vqa_distance_each_axis_multi", formats=("text", "mcq"))
    choices = ("x", "y", "z")

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = pool_of_sets(picture, 2, self.parameters, rng, choices=len(self.choices))
        pool.reject("no gravity", ~boxes_in(picture, self.spec.frame).known[pool.rows].all(axis=1))
        gap = self._gaps(picture, pool.rows, pool.choice)
        pool.reject("distance out of range", ~in_distance_range(gap, self.parameters))
        return pool.propose(pool.draw(quota, rng, pool.choice))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        gap = self._gaps(picture, candidates.rows, candidates.choice)
        return WebAnswers(values=gap[:, None], numbers={"answer": gap})

    def _gaps(self, picture: Picture, rows: Array, axis: Array) -> Array:
        centers = boxes_in(picture, self.spec.frame).centers
        gaps: Array = np.abs(centers[rows[:, 0], axis] - centers[rows[:, 1], axis])
        return gaps


@register
class AxisDistanceInGravity(AxisDistance):
    """The same along gravity and across it."""

    spec = replace(
        AxisDistance.spec,
        name="vqa_distance_each_axis_multi_world",
        frame="gravity",
        needs=frozenset({"gravity"}),
    )


@register
class ClosestDistance(WebTask):
    """The least distance between what shows of two objects.

    It is the most that the distance can be, for the nearest parts may be hidden: of a lamp of which only the shade has
    points, or a monitor whose foot stands behind a chair. Their boxes are no farther apart than they are. Only where
    both agree is the distance asked.
    """

    spec = replace(CenterDistance.spec, name="vqa_closest_distance_multi", version=2)

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        p = self.parameters
        pool = pool_of_sets(picture, 2, p, rng)
        gap = _gap_of_boxes(picture, pool.rows)
        pool.reject("their boxes touch", gap == 0)
        # a search through points for each pair: only half more than are asked, for those that must not be
        places = pool.draw(quota + quota // 2, rng)
        distance = picture.closest_of(pool.rows[places])
        apart = in_distance_range(distance, p)
        agreed = distance <= p.max_closest_ratio * gap[places] + p.min_difference_m
        pool.count("distance out of range", int((~apart).sum()))
        pool.count("nearer parts may be hidden", int((apart & ~agreed).sum()))
        kept = places[apart & agreed]
        pool.count("beyond the quota", max(len(kept) - quota, 0))
        return pool.propose(kept[:quota])

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        distance = picture.closest_of(candidates.rows)
        return WebAnswers(values=distance[:, None], numbers={"answer": distance})


def _gap_of_boxes(picture: Picture, rows: Array) -> Array:
    """(n,) least distance [m] between the level boxes of A and B, or those of the camera where gravity is unknown."""
    boxes = boxes_in(picture, "camera" if picture.gravity_from_camera is None else "gravity")
    first, second = rows[:, 0], rows[:, 1]
    gap = np.maximum(boxes.low[first] - boxes.high[second], boxes.low[second] - boxes.high[first])
    distance: Array = np.linalg.norm(np.maximum(gap, 0.0), axis=1)
    return distance


def _between(picture: Picture, rows: Array) -> Array:
    """(n, 3) from the center of A to that of B [m, camera]."""
    offset: Array = picture.centers[rows[:, 1]] - picture.centers[rows[:, 0]]
    return offset
