"""Where an object is relative to another, for the observer (SPAR, section 7.5)."""

from dataclasses import replace

import numpy as np

from factory.geometry.noise import propagated_sigma, side_of_zone
from factory.tasks.eligibility import screen
from factory.tasks.marks import boxes_coincide
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import pool_in_one_view
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task, centers_seen_from

Array = np.ndarray

# Words for a side of -1, 0 and 1; an empty word says that the two are indistinguishable.
SLOTS = {
    "left_right": ("left", "", "right"),
    "above_below": ("above", "", "below"),
    "distance": ("closer", "", "farther"),
}


@register
class RelationOfObjects(Task):
    """Where red is relative to blue: left or right, above or below, closer or farther."""

    spec = TaskSpec(
        name="obj_spatial_relation_oo",
        family="relation",
        level="high",
        view="single",
        relation="oo",
        formats=("judge", "select", "sentence"),
        answer="relation",
        version=2,
    )
    unit = "m"
    marks = (MarkRole("bbox", "red"), MarkRole("bbox", "blue"))
    # The claim that judge asks about: two per slot, sides -1 and 1.
    choices = ("left", "right", "above", "below", "closer", "farther")

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        eligible = screen(records, self.parameters).eligible
        pool = pool_in_one_view(records, eligible, 2, quota, self.parameters, rng)
        sides, margins = self._readings(records, pool.views, pool.objects)
        pool.reject("above or below differs between camera and world", sides[1] != sides[2])
        pool.reject("closer or farther differs between distance and depth", sides[3] != sides[4])
        unsure = margins < self.parameters.required_margin
        pool.reject("left or right within the noise", unsure[0])
        pool.reject("above or below within the noise", unsure[1] | unsure[2])
        pool.reject("closer or farther within the noise", unsure[3] | unsure[4])
        pool.reject("no slot to fill", (sides == 0).all(axis=0))
        same = boxes_coincide(records, pool.object_views, pool.objects, self.parameters)
        pool.reject("marked boxes nearly the same", same)
        rows = pool.draw(quota, rng, classes=(sides[[0, 1, 3]].T + 1) @ (9, 3, 1))
        return pool.propose(rows, _claims(sides[[0, 1, 3]][:, rows].T, rng))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        centers = centers_seen_from(records, candidates.views, candidates.objects)
        sides, margins = self._readings(records, candidates.views, candidates.objects)
        sides = sides[[0, 1, 3]]
        words = {slot: np.array(names)[side + 1] for (slot, names), side in zip(SLOTS.items(), sides, strict=True)}
        slot, claimed_side = candidates.choice // 2, candidates.choice % 2 * 2 - 1
        true = sides[slot, np.arange(len(candidates))] == claimed_side
        delta = centers[:, 0] - centers[:, 1]
        distance = np.linalg.norm(centers, axis=2)
        return Answers(
            values=np.stack([delta[:, 0], delta[:, 1], distance[:, 0] - distance[:, 1]], axis=1),
            words={
                **words,
                "claim": np.array(self.choices)[candidates.choice],
                "claim_slot": np.array(list(SLOTS))[slot],
                "answer": np.where(true, "Yes", "No"),
            },
            margin=margins.min(axis=0),
        )

    def _readings(self, records: SceneRecords, views: Array, objects: Array) -> tuple[Array, Array]:
        """Sides and margins (5, n) of: camera x; camera y, world height downwards; distance, depth; red minus blue.

        Above and below, closer and farther have two defensible readings each, which must agree.
        """
        centers = centers_seen_from(records, views, objects)
        delta = centers[:, 0] - centers[:, 1]
        height = records.centers[objects[:, 1], 2] - records.centers[objects[:, 0], 2]
        distance = np.linalg.norm(centers, axis=2)
        towards = centers / distance[..., None]
        axes = np.broadcast_to(np.eye(3)[:, None], (3, len(centers), 3))
        down = np.broadcast_to([0.0, 0.0, -1.0], (len(centers), 3))
        p = self.parameters
        turn = np.radians(p.turn_sigma_deg)
        readings = [
            (delta[:, 0], axes[0], axes[0], turn),
            (delta[:, 1], axes[1], axes[1], turn),
            (height, down, down, 0.0),
            (distance[:, 0] - distance[:, 1], towards[:, 0], towards[:, 1], turn),
            (delta[:, 2], axes[2], axes[2], turn),
        ]
        sides, margins = [], []
        for quantity, red, blue, turn_sigma in readings:
            sigma = propagated_sigma(centers, np.stack([red, -blue], axis=1), p.center_sigma_m, turn_sigma)
            side, margin = side_of_zone(quantity, p.indistinct_m, sigma)
            sides.append(side)
            margins.append(margin)
        return np.stack(sides), np.stack(margins)


@register
class RelationAcross(RelationOfObjects):
    """Red and blue are marked on different images; the camera of the first is the observer."""

    spec = replace(RelationOfObjects.spec, name="obj_spatial_relation_oo_mv", view="multi", version=1)


@register
class RelationToMainObserver(Task):
    """Where red, marked on another image, is for the camera of the first: left or right, above or below, in front or
    behind."""

    spec = TaskSpec(
        name="obj_spatial_relation_oc_mv",
        family="relation",
        level="high",
        view="multi",
        relation="oc",
        formats=("select", "sentence"),
        answer="relation_to_observer",
        version=1,
    )
    unit = "m"
    marks = (MarkRole("bbox", "red"),)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError


def _claims(sides: Array, rng: np.random.Generator) -> Array:
    """(n,) claims for judge, as `choices`: on filled slots only, slots in turn, half of each slot true.

    sides : (n, 3). A false claim is the opposite word.
    """
    used = [0, 0, 0]
    truth_first = rng.integers(2, size=3).tolist()
    claims = []
    for row, tie_break in zip(sides.tolist(), rng.random(sides.shape).tolist(), strict=True):
        slot = min((s for s in range(3) if row[s]), key=lambda s: (used[s], tie_break[s]))
        true = (used[slot] + truth_first[slot]) % 2 == 0
        used[slot] += 1
        claims.append(2 * slot + ((row[slot] > 0) == true))
    return np.asarray(claims, dtype=np.int64)
