"""Distances to the observer and between objects, and which of two is nearer to a third (SPAR, section 7.5)."""

from dataclasses import replace

import numpy as np

from factory.geometry.noise import propagated_sigma, side_of_zone
from factory.geometry.transforms import lengths
from factory.tasks.marks import dots_touch
from factory.tasks.pools import pool_for
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import in_equal_parts, log_classes
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task, centers_seen_from

Array = np.ndarray

RED, GREEN, BLUE = (MarkRole("point", color) for color in ("red", "green", "blue"))


@register
class DistanceToObserver(Task):
    """How far red is from the camera of the first image."""

    spec = TaskSpec(
        name="distance_prediction_oc",
        family="distance",
        level="low",
        view="single",
        relation="oc",
        formats=("fill", "select", "sentence"),
        answer="number",
        version=2,
    )
    unit = "m"
    marks = (RED,)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = pool_for(self, records, quota, rng, main_too=False)
        distance = _to_observer(records, pool.views, pool.objects)
        return pool.propose(pool.draw(quota, rng, log_classes(distance, *self.parameters.distance_range_m)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        distance = _to_observer(records, candidates.views, candidates.objects)
        return Answers(values=distance[:, None], numbers={"answer": distance})


@register
class DistanceBetweenObjects(Task):
    """How far red and blue are from each other."""

    spec = TaskSpec(
        name="distance_prediction_oo",
        family="distance",
        level="low",
        view="single",
        relation="oo",
        formats=("fill", "select", "sentence"),
        answer="number",
        version=2,
    )
    unit = "m"
    marks = (RED, BLUE)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = pool_for(self, records, quota, rng)
        pool.reject("boxes overlap in space", records.overlapping[pool.objects[:, 0], pool.objects[:, 1]])
        distance = _distance(records, pool.objects)
        near = distance < self.parameters.min_distance_m
        pool.reject(f"centres within {self.parameters.min_distance_m:g} m", near)
        pool.reject("marks too close together", dots_touch(records, pool.object_views, pool.objects, self.parameters))
        return pool.propose(pool.draw(quota, rng, log_classes(distance, *self.parameters.distance_range_m)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        distance = _distance(records, candidates.objects)
        return Answers(values=distance[:, None], numbers={"answer": distance})


@register
class NearerToAnchor(Task):
    """Whether green or blue is closer to (or farther from) red."""

    spec = TaskSpec(
        name="distance_infer_center_oo",
        family="distance",
        level="high",
        view="single",
        relation="oo",
        formats=("fill", "select", "sentence"),
        answer="name",
        version=2,
    )
    unit = "m"
    marks = (RED, GREEN, BLUE)
    choices = ("closer", "farther")

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = pool_for(self, records, quota, rng)
        side, margin = self._compare(records, pool.objects)
        pool.reject(f"distances agree within {self.parameters.indistinct_m:g} m", side == 0)
        pool.reject("closer or farther within the noise", margin < self.parameters.required_margin)
        pool.reject("marks too close together", dots_touch(records, pool.object_views, pool.objects, self.parameters))
        rows = pool.draw(quota, rng, classes=(side > 0).astype(np.int64))
        return pool.propose(rows, in_equal_parts(len(rows), len(self.choices), rng))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        green = _distance(records, candidates.objects[:, [0, 1]])
        blue = _distance(records, candidates.objects[:, [0, 2]])
        asked = np.array(self.choices)[candidates.choice]
        return Answers(
            values=np.stack([green, blue], axis=1),
            numbers={"green_distance": green, "blue_distance": blue},
            words={
                "asked": asked,
                "answer": np.where((green < blue) == (asked == "closer"), "green", "blue"),
                "winner_is": asked,
            },
            margin=self._compare(records, candidates.objects)[1],
        )

    def _compare(self, records: SceneRecords, objects: Array) -> tuple[Array, Array]:
        """(n,) side and margin of green's distance to red minus blue's; a matter of the world, not of the camera."""
        centers = records.centers.take(objects, axis=0)
        directions, distances = arms(centers)
        to_green, to_blue = np.moveaxis(directions, 1, 0)
        gradients = np.stack([to_blue - to_green, to_green, -to_blue], axis=1)
        sigma = propagated_sigma(centers, gradients, self.parameters.center_sigma_m, 0.0)
        return side_of_zone(distances[:, 0] - distances[:, 1], self.parameters.indistinct_m, sigma)


@register
class DistanceToMainObserver(DistanceToObserver):
    """Red is marked on another image than the first."""

    spec = replace(DistanceToObserver.spec, name="distance_prediction_oc_mv", view="multi", version=2)


@register
class DistanceAcross(DistanceBetweenObjects):
    """Red and blue are marked on different images."""

    spec = replace(DistanceBetweenObjects.spec, name="distance_prediction_oo_mv", view="multi", version=2)


@register
class NearerToAnchorAcross(NearerToAnchor):
    """Red, green and blue are marked on three images."""

    spec = replace(NearerToAnchor.spec, name="distance_infer_center_oo_mv", view="multi", version=2)


def arms(centers: Array) -> tuple[Array, Array]:
    """(n, k, 3) directions and (n, k) distances [m] from the first of the centres (n, 1 + k, 3) to the others."""
    offsets = centers[:, 1:] - centers[:, :1]
    distances = lengths(offsets)
    # two annotations of one thing may share a centre: no direction, no division by zero
    return offsets / np.maximum(distances, 1e-9)[..., None], distances


def _to_observer(records: SceneRecords, views: Array, objects: Array) -> Array:
    """(n,) distance of the centre of the object (n, 1) to the first camera [m]."""
    return lengths(centers_seen_from(records, views[:, :1], objects)[:, 0])


def _distance(records: SceneRecords, objects: Array) -> Array:
    """(n,) distance between the centres of two objects (n, 2) [m]."""
    return lengths(records.centers[objects[:, 0]] - records.centers[objects[:, 1]])
