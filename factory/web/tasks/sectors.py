"""Where an object is on the plan, relative to another: one of eight directions."""

from dataclasses import dataclass, replace

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.frames import FrameBoxes, boxes_in
from factory.web.tasks.margins import gap_margins
from factory.web.tasks.pools import both_ordinal, pool_of_sets
from factory.web.tasks.registry import register
from factory.web.tasks.relation import disagrees_with_eye, nested
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

# Of A seen from B, clockwise from farther away, as seen from above.
SECTORS = ("behind", "right-behind", "right", "right-front", "front", "left-front", "left", "left-behind")
_SIDES = np.array([[0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1]])  # along x and z
_WIDTH_DEG = 45.0


@dataclass(frozen=True, eq=False)
class Bearings:
    """A seen from B in the x-z plane (n): angle [deg, 0 is +z, 90 is +x], the nearest sector, how far off its middle
    [deg]."""

    angle: Array
    sector: Array
    off: Array


def bearings(gap: Array) -> Bearings:
    """Of gaps (n, 3) [m] from B to A."""
    angle = np.degrees(np.arctan2(gap[:, 0], gap[:, 2])) % 360
    angle = np.where(angle == 360, 0.0, angle)  # what a tiny negative angle is rounded to
    nearest = np.rint(angle / _WIDTH_DEG)
    return Bearings(angle, nearest.astype(np.int64) % len(SECTORS), np.abs(angle - _WIDTH_DEG * nearest))


@register
class ObjectSector(WebTask):
    """In which of eight directions from B A is, as the camera looks."""

    spec = WebSpec(
        name="vqa_spatial_mcq_multiangle",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(2, 2),
        formats=("mcq", "true_false"),
        unit="deg",
        version=2,
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = pool_of_sets(picture, 2, self.parameters, rng)
        boxes = boxes_in(picture, self.spec.frame)
        pool.reject("no gravity", ~boxes.known[pool.rows].all(axis=1))
        gap, required = gap_margins(boxes, pool.rows[:, 0], pool.rows[:, 1], self.parameters)
        gap = np.nan_to_num(gap)  # unknown boxes, ruled out above
        level = np.hypot(gap[:, 0], gap[:, 2])
        # nearer together than depth can be told apart, the angle is chance
        pool.reject("too near", level < np.maximum(self.parameters.min_sector_m, required[:, 2]))
        tilt = np.degrees(np.arctan2(np.abs(gap[:, 1]), level))
        pool.reject("too steep", tilt > self.parameters.max_elevation_deg)
        seen = bearings(gap)
        pool.reject("named by their order", both_ordinal(picture)[pool.rows[:, 0], pool.rows[:, 1]])
        pool.reject("between two directions", seen.off > self.parameters.sector_tolerance_deg)
        side = _SIDES[seen.sector]
        sure = (side == 0) | (np.abs(gap) > required)[:, ::2]
        pool.reject("no clear direction", ~sure.all(axis=1))
        pool.reject("one beyond the other", ((side != 0) & nested(boxes, pool.rows)[:, ::2]).any(axis=1))
        aside = np.stack([side[:, 0], np.zeros_like(side[:, 0])], axis=1)
        pool.reject("space and eye disagree", disagrees_with_eye(boxes.centers, pool.rows, aside))
        return pool.propose(pool.draw(quota, rng, seen.sector))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        seen = bearings(_gaps(boxes_in(picture, self.spec.frame), candidates.rows))
        slack = _WIDTH_DEG / 2 - self.parameters.sector_tolerance_deg
        return WebAnswers(
            values=seen.angle[:, None],
            words={"sector": np.array(SECTORS)[seen.sector]},
            margin=(_WIDTH_DEG / 2 - seen.off) / slack,
        )


@register
class ObjectSectorInGravity(ObjectSector):
    """The same on the level plan."""

    spec = replace(
        ObjectSector.spec,
        name="vqa_spatial_mcq_multiangle_world",
        frame="gravity",
        needs=frozenset({"gravity"}),
    )


def _gaps(boxes: FrameBoxes, rows: Array) -> Array:
    gaps: Array = boxes.centers[rows[:, 0]] - boxes.centers[rows[:, 1]]
    return gaps
