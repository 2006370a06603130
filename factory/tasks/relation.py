"""Where an object is, relative to another or to the observer (SPAR, section 7.5)."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from factory.geometry.noise import propagated_sigma, side_of_zone
from factory.tasks.marks import boxes_coincide
from factory.tasks.pools import pool_for
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task, centers_seen_from

Array = np.ndarray

RED, BLUE = (MarkRole("bbox", color) for color in ("red", "blue"))


@dataclass(frozen=True)
class Slot:
    """One word of a relation.

    words : for a side of -1, 0 and 1; an empty word says indistinguishable;
    readings : what the word may be taken from. Where these are two, they must agree.
    """

    name: str
    words: tuple[str, str, str]
    readings: tuple[str, ...] = ("camera",)


LEFT_RIGHT = Slot("left_right", ("left", "", "right"))
ABOVE_BELOW = Slot("above_below", ("above", "", "below"), ("camera", "world"))
DISTANCE = Slot("distance", ("closer", "", "farther"), ("distance", "depth"))
FRONT_BEHIND = Slot("front_behind", ("behind", "", "front"))


def answer_classes(side: Array) -> Array:
    """(n, 3) levels of answer classes of sides (n, 3): behind or closer, above, then all three words.

    Most that is seen is in front of the camera and below it: drawn by words alone, few answers would say otherwise.
    Empty words go half to the one and half to the other.
    """
    even = np.arange(len(side)) % 2 == 0
    third, second = (np.where(side[:, slot] == 0, even, side[:, slot] < 0) for slot in (2, 1))
    return np.column_stack([third, second, (side + 1) @ (9, 3, 1)])


@dataclass(frozen=True, eq=False)
class Reading:
    """A difference that a slot may be taken from: quantity (n,) [m], its gradients (n, K, 3) by the centres of the
    objects, and whether it depends on how the camera is turned."""

    quantity: Array
    gradients: Array
    turns: bool


class _Relation(Task):
    """Words for the sides on which differences seen from the first camera lie."""

    unit = "m"
    slots: ClassVar[tuple[Slot, ...]]

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        pool = self._pool(records, rng, quota)
        sides, margins = self._sides(records, pool.views, pool.objects)
        words = [f"{slot.words[0]} or {slot.words[2]}" for slot in self.slots]
        for word, slot, read in zip(words, self.slots, sides, strict=True):
            pool.reject(f"{word} differs between {' and '.join(slot.readings)}", (read != read[0]).any(axis=0))
        for word, margin in zip(words, margins, strict=True):
            pool.reject(f"{word} within the noise", margin < self.parameters.required_margin)
        side = np.stack([read[0] for read in sides], axis=1)
        pool.reject("no slot to fill", (side == 0).all(axis=1))
        same = boxes_coincide(records, pool.object_views, pool.objects, self.parameters)
        pool.reject("marked boxes nearly the same", same)
        rows = pool.draw(quota, rng, classes=answer_classes(side))
        return pool.propose(rows, self._choice(side[rows], rng))

    def _pool(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Pool:
        """What to choose from, without what has no place in any relation."""
        return pool_for(self, records, quota, rng)

    def _choice(self, sides: Array, rng: np.random.Generator) -> Array | None:
        """What each candidate with these sides (n, slots) asks, where there is a choice."""
        return None

    @abstractmethod
    def _readings(
        self, records: SceneRecords, views: Array, objects: Array, centers: Array
    ) -> tuple[tuple[Reading, ...], ...]:
        """Per slot the differences that it may be taken from, in the order of its readings.

        centers : (n, K, 3) of the objects [m, first camera].
        """

    def _sides(self, records: SceneRecords, views: Array, objects: Array) -> tuple[list[Array], Array]:
        """Per slot the sides (readings, n), and the margins (slots, n): each that of the shakiest reading."""
        p = self.parameters
        centers = centers_seen_from(records, views[:, :1], objects)
        sides, margins = [], []
        for readings in self._readings(records, views, objects, centers):
            pairs = []
            for reading in readings:
                turn_sigma = np.radians(p.turn_sigma_deg) if reading.turns else 0.0
                sigma = propagated_sigma(centers, reading.gradients, p.center_sigma_m, turn_sigma)
                pairs.append(side_of_zone(reading.quantity, p.indistinct_m, sigma))
            sides.append(np.stack([side for side, _ in pairs]))
            margins.append(np.min([margin for _, margin in pairs], axis=0))
        return sides, np.stack(margins)

    def _said(self, sides: list[Array]) -> dict[str, Array]:
        """(n,) the word of every slot."""
        return {slot.name: np.array(slot.words)[read[0] + 1] for slot, read in zip(self.slots, sides, strict=True)}


@register
class RelationOfObjects(_Relation):
    """Where red is relative to blue: left or right, above or below, closer or farther."""

    spec = TaskSpec(
        name="obj_spatial_relation_oo",
        family="relation",
        level="high",
        view="single",
        relation="oo",
        formats=("judge", "select", "sentence"),
        answer="relation",
        version=3,
    )
    marks = (RED, BLUE)
    slots = (LEFT_RIGHT, ABOVE_BELOW, DISTANCE)
    # The claim that judge asks about: two per slot, sides -1 and 1.
    choices = ("left", "right", "above", "below", "closer", "farther")

    def _pool(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Pool:
        """Both objects ahead, and on the same sides of each other for the eye, by direction, as in space.

        What lies behind the observer has a distance but no depth to compare.
        """
        pool = super()._pool(records, rng, quota)
        centers = centers_seen_from(records, pool.views[:, :1], pool.objects)
        pool.reject("an object behind the observer", centers[..., 2].min(axis=1) <= 0)
        for axis, slot in enumerate((LEFT_RIGHT, ABOVE_BELOW)):
            reason = f"{slot.words[0]} or {slot.words[2]} differs between space and image"
            pool.reject(reason, self._looks_otherwise(centers, axis))
        return pool

    def _looks_otherwise(self, centers: Array, axis: int) -> Array:
        """(n,) whether red's offset from blue along x (0) or y (1) is not surely seen: the nearer of two objects that
        are off the viewing axis appears farther out.

        centers : (n, 2, 3) [m, camera]; what is behind it does not matter.
        """
        p = self.parameters
        offset = centers[:, 0, axis] - centers[:, 1, axis]
        depth = np.maximum(centers[..., 2], 1e-9)
        slope = centers[..., axis] / depth
        gradients = np.zeros_like(centers)
        gradients[..., axis], gradients[..., 2] = 1.0 / depth, -slope / depth
        gradients[:, 1] *= -1.0
        sigma = propagated_sigma(centers, gradients, p.center_sigma_m, np.radians(p.turn_sigma_deg))
        seen = (slope[:, 0] - slope[:, 1]) * np.sign(offset)
        hidden: Array = (np.abs(offset) > p.indistinct_m) & (seen < p.required_margin * sigma)
        return hidden

    def _choice(self, sides: Array, rng: np.random.Generator) -> Array:
        return _claims(sides, rng)

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        centers = centers_seen_from(records, candidates.views[:, :1], candidates.objects)
        sides, margins = self._sides(records, candidates.views, candidates.objects)
        slot, claimed_side = candidates.choice // 2, candidates.choice % 2 * 2 - 1
        true = np.stack([read[0] for read in sides])[slot, np.arange(len(candidates))] == claimed_side
        delta = centers[:, 0] - centers[:, 1]
        distance = np.linalg.norm(centers, axis=2)
        return Answers(
            values=np.stack([delta[:, 0], delta[:, 1], distance[:, 0] - distance[:, 1]], axis=1),
            words={
                **self._said(sides),
                "claim": np.array(self.choices)[candidates.choice],
                "claim_slot": np.array([slot.name for slot in self.slots])[slot],
                "answer": np.where(true, "Yes", "No"),
            },
            margin=margins.min(axis=0),
        )

    def _readings(
        self, records: SceneRecords, views: Array, objects: Array, centers: Array
    ) -> tuple[tuple[Reading, ...], ...]:
        """Red minus blue."""
        signs = np.array([[1.0], [-1.0]])
        delta = centers[:, 0] - centers[:, 1]
        height = records.centers[objects[:, 0], 2] - records.centers[objects[:, 1], 2]
        distance = np.linalg.norm(centers, axis=2)
        away = centers / np.maximum(distance, 1e-9)[..., None] * signs
        x, y, z = _coordinate_gradients(len(centers), signs)
        return (
            (Reading(delta[:, 0], x, turns=True),),
            (Reading(delta[:, 1], y, turns=True), Reading(-height, y, turns=False)),
            (Reading(distance[:, 0] - distance[:, 1], away, turns=False), Reading(delta[:, 2], z, turns=True)),
        )


@register
class RelationAcross(RelationOfObjects):
    """Red and blue are marked on different images; the camera of the first is the observer."""

    spec = replace(RelationOfObjects.spec, name="obj_spatial_relation_oo_mv", view="multi", version=3)


@register
class RelationToMainObserver(_Relation):
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
        version=2,
    )
    marks = (RED,)
    slots = (LEFT_RIGHT, ABOVE_BELOW, FRONT_BEHIND)

    def _pool(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Pool:
        # twice as many as usual: little is above the observer, and less of it behind
        return pool_for(self, records, 2 * quota, rng, main_too=False)

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        center = centers_seen_from(records, candidates.views[:, :1], candidates.objects)[:, 0]
        sides, margins = self._sides(records, candidates.views, candidates.objects)
        return Answers(values=center, words=self._said(sides), margin=margins.min(axis=0))

    def _readings(
        self, records: SceneRecords, views: Array, objects: Array, centers: Array
    ) -> tuple[tuple[Reading, ...], ...]:
        """Red's place in the first camera."""
        right, down, forward = centers[:, 0].T
        height = records.centers[objects[:, 0], 2] - records.world_from_camera[views[:, 0], 2, 3]
        x, y, z = _coordinate_gradients(len(centers), np.ones((1, 1)))
        return (
            (Reading(right, x, turns=True),),
            (Reading(down, y, turns=True), Reading(-height, y, turns=False)),
            (Reading(forward, z, turns=True),),
        )


def _coordinate_gradients(count: int, signs: Array) -> Array:
    """(3, count, K, 3) gradients of x, y and z of the sum of K signed points; signs (K, 1)."""
    gradients: Array = np.broadcast_to(np.eye(3)[:, None, None] * signs, (3, count, len(signs), 3))
    return gradients


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
