"""Depth of an object, and the difference of two depths, on one image or across three (SPAR, section 7.5)."""

from dataclasses import replace

import numpy as np

from factory.geometry.noise import propagated_sigma, side_of_zone
from factory.tasks.marks import dots_touch
from factory.tasks.pools import pool_for
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import log_classes
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task, centers_seen_from

Array = np.ndarray

RED, BLUE, GREEN = (MarkRole("point", color) for color in ("red", "blue", "green"))


@register
class DepthOfObject(Task):
    """The z-depth of blue, given that of red, each in the camera of the image that carries its mark."""

    spec = TaskSpec(
        name="depth_prediction_oc",
        family="depth",
        level="low",
        view="single",
        relation="oc",
        formats=("fill", "select", "sentence"),
        answer="number",
        version=2,
    )
    unit = "m"
    marks = (RED, BLUE)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = pool_for(self, records, quota, rng)
        pool.reject("boxes overlap in space", records.overlapping[pool.objects[:, 0], pool.objects[:, 1]])
        depth = centers_seen_from(records, pool.object_views, pool.objects)[:, :, 2]
        agree = np.abs(depth[:, 0] - depth[:, 1]) <= self.parameters.indistinct_m
        pool.reject(f"depths agree within {self.parameters.indistinct_m:g} m", agree)
        pool.reject("marks too close together", dots_touch(records, pool.object_views, pool.objects, self.parameters))
        return pool.propose(pool.draw(quota, rng, log_classes(depth[:, 1], *self.parameters.depth_range_m)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        depth = centers_seen_from(records, candidates.object_views, candidates.objects)[:, :, 2]
        return Answers(values=depth[:, 1:], numbers={"answer": depth[:, 1], "red_depth": depth[:, 0]})


@register
class DepthDifference(Task):
    """How much deeper or shallower green is than blue, given the z-depth of red; cameras as for one depth."""

    spec = TaskSpec(
        name="depth_prediction_oo",
        family="depth",
        level="low",
        view="single",
        relation="oo",
        formats=("fill", "select", "sentence"),
        answer="signed_number",
        version=2,
    )
    unit = "m"
    marks = (RED, BLUE, GREEN)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = pool_for(self, records, quota, rng)
        difference, margin = self._difference(centers_seen_from(records, pool.object_views, pool.objects), pool.images)
        agree = np.abs(difference) <= self.parameters.indistinct_m
        pool.reject(f"depths agree within {self.parameters.indistinct_m:g} m", agree)
        pool.reject("deeper or shallower within the noise", margin < self.parameters.required_margin)
        pool.reject("marks too close together", dots_touch(records, pool.object_views, pool.objects, self.parameters))
        size = log_classes(np.abs(difference), *self.parameters.difference_range_m)
        return pool.propose(pool.draw(quota, rng, 2 * size + (difference > 0)))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        centers = centers_seen_from(records, candidates.object_views, candidates.objects)
        difference, margin = self._difference(centers, candidates.images)
        return Answers(
            values=difference[:, None],
            numbers={"answer": np.abs(difference), "red_depth": centers[:, 0, 2]},
            words={"direction": np.where(difference > 0, "deeper", "shallower")},
            margin=margin,
        )

    def _difference(self, centers: Array, images: Array) -> tuple[Array, Array]:
        """(n,) depth of green minus depth of blue [m], and how safely that is not indistinct.

        On one image the turn of the camera moves both depths; on two each camera turns on its own.
        """
        p = self.parameters
        blue_green = centers[:, 1:]
        gradients = np.broadcast_to([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]], blue_green.shape)
        turn = np.radians(p.turn_sigma_deg)
        together = propagated_sigma(blue_green, gradients, p.center_sigma_m, turn)
        apart = np.hypot(*propagated_sigma(blue_green[:, :, None], gradients[:, :, None], p.center_sigma_m, turn).T)
        sigma = np.where(images[:, 1] == images[:, 2], together, apart)
        difference = blue_green[:, 1, 2] - blue_green[:, 0, 2]
        return difference, side_of_zone(difference, p.indistinct_m, sigma)[1]


@register
class DepthOfObjectAcross(DepthOfObject):
    """Red and blue are marked on different images."""

    spec = replace(DepthOfObject.spec, name="depth_prediction_oc_mv", view="multi", version=2)


@register
class DepthDifferenceAcross(DepthDifference):
    """Red, blue and green are marked on three images."""

    spec = replace(DepthDifference.spec, name="depth_prediction_oo_mv", view="multi", version=2)
