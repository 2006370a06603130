"""Distances between objects that a video shows, and which of four is nearest to a fifth (SPAR, section 7.5)."""

from dataclasses import replace

import numpy as np

from factory.geometry.noise import propagated_sigma, side_of_zone
from factory.tasks.distance import DistanceBetweenObjects, arms
from factory.tasks.marks import dots_touch
from factory.tasks.pools import pool_for
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import in_equal_parts
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task

Array = np.ndarray

CANDIDATES = 4


@register
class DistanceInVideo(DistanceBetweenObjects):
    """Red and blue are marked on frames of the video."""

    spec = replace(DistanceBetweenObjects.spec, name="distance_prediction_oo_video", view="video", version=2)


@register
class NearestToAnchor(Task):
    """Which of four objects is closest to (or farthest from) the anchor, the first point.

    The answer is a label, so all labels differ.
    """

    spec = TaskSpec(
        name="distance_infer_center_oo_video",
        family="distance",
        level="high",
        view="video",
        relation="oo",
        formats=("fill", "select", "sentence"),
        answer="listed_name",
        version=2,
    )
    unit = "m"
    marks = tuple(MarkRole("point", f"point{i}") for i in range(1 + CANDIDATES))
    choices = ("closest", "farthest")

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = pool_for(self, records, quota, rng)
        labels = np.sort(np.unique(records.labels, return_inverse=True)[1][pool.objects], axis=1)
        pool.reject("two objects of one label", (labels[:, 1:] == labels[:, :-1]).any(axis=1))
        pool.reject("marks too close together", dots_touch(records, pool.object_views, pool.objects, self.parameters))
        asked = in_equal_parts(len(pool.objects), len(self.choices), rng)
        winner, leads, margin = self._winner(records, pool.objects, asked)
        pool.reject(f"distances agree within {self.parameters.indistinct_m:g} m", ~leads)
        pool.reject("closest or farthest within the noise", margin < self.parameters.required_margin)
        rows = pool.draw(quota, rng, classes=asked)
        # the winner changes places with the object where it is wanted
        places = np.tile(np.arange(1 + CANDIDATES), (len(rows), 1))
        wanted = 1 + in_equal_parts(len(rows), CANDIDATES, rng)
        every = np.arange(len(rows))
        places[every, wanted], places[every, 1 + winner[rows]] = 1 + winner[rows], wanted
        columns = (np.take_along_axis(of_pool[rows], places, axis=1) for of_pool in (pool.objects, pool.images))
        objects, images = columns
        proposal = pool.propose(rows, asked[rows])
        return replace(proposal, candidates=replace(proposal.candidates, objects=objects, images=images))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        winner, _, margin = self._winner(records, candidates.objects, candidates.choice)
        lengths = arms(records.centers[candidates.objects])[1]
        return Answers(
            values=lengths,
            numbers={"answer": np.take_along_axis(lengths, winner[:, None], axis=1)[:, 0]},
            words={
                "asked": np.array(self.choices)[candidates.choice],
                "answer": np.array([mark.color for mark in self.marks[1:]])[winner],
            },
            margin=margin,
        )

    def _winner(self, records: SceneRecords, objects: Array, asked: Array) -> tuple[Array, Array, Array]:
        """(n,) place of the winner among the four, whether it leads each of the others, and its smallest margin."""
        centers = records.centers.take(objects, axis=0)
        directions, lengths = arms(centers)
        signed = np.where(asked == self.choices.index("closest"), 1.0, -1.0)[:, None] * lengths
        winner = signed.argmin(axis=1)
        of_winner = winner[:, None]
        others = np.argsort(np.arange(CANDIDATES) == of_winner, axis=1, kind="stable")[:, :-1]
        lead = np.take_along_axis(signed, others, axis=1) - np.take_along_axis(signed, of_winner, axis=1)
        to_winner = np.take_along_axis(directions, of_winner[..., None], axis=1)
        to_other = np.take_along_axis(directions, others[..., None], axis=1)
        gradients = np.stack(np.broadcast_arrays(to_winner - to_other, to_other, -to_winner), axis=-2)
        sigma = propagated_sigma(centers[:, None, :3], gradients, self.parameters.center_sigma_m, 0.0)
        side, margin = side_of_zone(lead, self.parameters.indistinct_m, sigma)
        leads: Array = np.all(side > 0, axis=1)
        return winner, leads, margin.min(axis=1)
