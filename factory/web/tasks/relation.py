"""Where an object is, relative to another: to a side, above or below, nearer or farther."""

from dataclasses import dataclass, replace

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.frames import FrameBoxes, boxes_in
from factory.web.tasks.margins import gap_margins
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.pools import both_ordinal, pool_of_sets
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

# Of A seen from B: at the smaller coordinate, at the larger.
AXES = (("x", "left", "right"), ("y", "above", "below"), ("z", "front", "behind"))


@dataclass(frozen=True, eq=False)
class Sides:
    """A relative to B, per axis (n, 3): gap [m] of the centers; side -1, 1, or 0 where it is not sure or where one
    box reaches beyond the other at both ends; overlap where the boxes share a stretch of the axis and the centers
    almost fall together; margin |gap| / required."""

    gap: Array
    side: Array
    overlap: Array
    margin: Array


def sides_of(boxes: FrameBoxes, rows: Array, parameters: WebParameters) -> Sides:
    """The sides of pairs (n, 2)."""
    first, second = rows[:, 0], rows[:, 1]
    gap, required = gap_margins(boxes, first, second, parameters)
    margin = np.abs(gap) / required
    share = np.minimum(boxes.high[first], boxes.high[second]) > np.maximum(boxes.low[first], boxes.low[second])
    side = np.where((margin > 1) & ~nested(boxes, rows), np.sign(gap), 0).astype(np.int64)
    return Sides(gap, side, share & (margin < 0.5), margin)


def nested(boxes: FrameBoxes, rows: Array) -> Array:
    """(n, 3) whether one of a pair (n, 2) reaches beyond the other at both ends of its stretch of an axis: nobody says
    that a cup on a table is left of the table, or a picture above the curtain that hangs beside it."""
    low = boxes.low[rows[:, 0]] - boxes.low[rows[:, 1]]
    high = boxes.high[rows[:, 0]] - boxes.high[rows[:, 1]]
    beyond: Array = low * high < 0
    return beyond


def disagrees_with_eye(centers: Array, rows: Array, side: Array) -> Array:
    """(n,) whether A lies to a side of B (n, 3) in space, but not to the eye: rays to the centers (n, 3) [m] are
    ordered otherwise, left and right or up and down, in the picture or, along gravity, in one that is held level."""
    x, y, z = centers.T
    place = np.stack([np.arctan2(x, z), np.arctan2(y, z)], axis=1)
    seen = np.sign(place[rows[:, 0]] - place[rows[:, 1]])
    against: Array = ((side[:, :2] != 0) & (seen != side[:, :2])).any(axis=1)
    return against


@register
class ObjectRelation(WebTask):
    """On which side of B A is, along each axis of the camera."""

    spec = WebSpec(
        name="vqa_object_relation_multi",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(2, 2),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=2,
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = pool_of_sets(picture, 2, self.parameters, rng)
        boxes = boxes_in(picture, self.spec.frame)
        pool.reject("no gravity", ~boxes.known[pool.rows].all(axis=1))
        sides = sides_of(boxes, pool.rows, self.parameters)
        pool.reject("no clear direction", (sides.side == 0).all(axis=1))
        pool.reject("named by their order", both_ordinal(picture)[pool.rows[:, 0], pool.rows[:, 1]])
        # which is higher above the ground is not read off the picture; which is farther left is
        told = sides.side * ((1, 1, 1) if self.spec.frame == "camera" else (1, 0, 1))
        pool.reject("space and eye disagree", disagrees_with_eye(boxes.centers, pool.rows, told))
        return pool.propose(pool.draw(quota, rng))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        sides = sides_of(boxes_in(picture, self.spec.frame), candidates.rows, self.parameters)
        return WebAnswers(
            values=sides.gap,
            words={
                axis: np.where(sides.overlap[:, k], "overlap", np.array([low, "", high])[sides.side[:, k] + 1])
                for k, (axis, low, high) in enumerate(AXES)
            },
            margin=np.where(sides.side != 0, sides.margin, np.inf).min(axis=1),
        )


@register
class ObjectRelationInGravity(ObjectRelation):
    """The same where up is up."""

    spec = replace(
        ObjectRelation.spec,
        name="vqa_object_relation_multi_world",
        frame="gravity",
        needs=frozenset({"gravity"}),
    )
