"""Which side of an object faces the camera, and whether two face the same way."""

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.balance import even_out
from factory.web.tasks.fronts import breadth_of_sides, elevations
from factory.web.tasks.plain_fronts import with_front
from factory.web.tasks.pools import WebPool, pool_of_sets
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

# The side that faces the camera at azimuths 0, 90, 180 and 270.
SIDES = np.array(["front", "left", "back", "right"])


def reject_without_front(pool: WebPool, picture: Picture, max_elevation_deg: float) -> None:
    """Rules out candidates with an object that has no plain front, or one that points up or down."""
    pool.reject("no front", ~with_front(picture)[pool.rows].all(axis=1))
    pool.reject("front points up or down", (elevations(picture)[pool.rows] > max_elevation_deg).any(axis=1))


@register
class WhichSide(WebTask):
    """Which side of A faces the camera?"""

    spec = WebSpec(
        name="vqa_orientation",
        level="level1",
        relation="oc",
        frame="camera",
        objects=(1, 1),
        formats=("text", "mcq", "true_false"),
        unit="deg",
        version=2,
        needs=frozenset({"front"}),
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        p = self.parameters
        pool = pool_of_sets(picture, 1, p, rng)
        reject_without_front(pool, picture, p.max_elevation_deg)
        side, off = _side(np.nan_to_num(picture.azimuths[pool.rows[:, 0]]))
        pool.reject("between two sides", off > p.yaw_tolerance_deg)
        # of a picture on a wall, or a long counter, the eye takes in the front wherever it looks from
        breadth = breadth_of_sides(picture)[pool.rows[:, 0]]
        places = np.arange(len(pool))
        beside = breadth[places, 1 - side % 2]
        pool.reject("another side shows as well", breadth[places, side % 2] < p.min_breadth_ratio * beside)
        return pool.propose(pool.draw(quota, rng, classes=side))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        azimuth = picture.azimuths[candidates.rows[:, 0]]
        side, off = _side(azimuth)
        return WebAnswers(
            values=azimuth[:, None],
            words={"side": SIDES[side]},
            margin=(45.0 - off) / (45.0 - self.parameters.yaw_tolerance_deg),
        )


def _side(azimuths: Array) -> tuple[Array, Array]:
    """Places (n,) in `SIDES` of the sides seen at azimuths (n,) [deg], and the angle [deg] to the view square on."""
    quarter = np.rint(azimuths / 90.0)
    return quarter.astype(np.int64) % 4, np.abs(azimuths - 90.0 * quarter)


@register
class FaceTheSameWay(WebTask):
    """Are A and B oriented similarly?"""

    spec = WebSpec(
        name="vqa_orientation_comparison_two_objects",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(2, 2),
        formats=("text", "mcq", "true_false"),
        unit="deg",
        version=2,
        needs=frozenset({"front"}),
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        p = self.parameters
        pool = pool_of_sets(picture, 2, p, rng)
        reject_without_front(pool, picture, p.max_elevation_deg)
        angle = _angle(picture, pool.rows)
        similar = angle <= p.similar_deg
        pool.reject("neither alike nor different", ~similar & ~(angle >= p.different_deg))
        # of two unrelated yaws, so much fewer are alike than different
        even_out(pool, pool.alive, similar, (p.similar_deg / (180.0 - p.different_deg), 1.0), rng)
        return pool.propose(pool.draw(quota, rng, classes=similar.astype(np.int64)))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        p = self.parameters
        angle = _angle(picture, candidates.rows)
        middle, half = (p.similar_deg + p.different_deg) / 2, (p.different_deg - p.similar_deg) / 2
        return WebAnswers(
            values=angle[:, None],
            words={"similar": np.where(angle < middle, "yes", "no")},
            margin=np.abs(angle - middle) / half,
        )


def _angle(picture: Picture, rows: Array) -> Array:
    """(n,) angle [deg] between the fronts of two objects (n, 2)."""
    first, second = picture.fronts[rows[:, 0]], picture.fronts[rows[:, 1]]
    # from both sine and cosine: exact for small angles too
    sine = np.linalg.norm(np.cross(first, second), axis=1)
    angle: Array = np.degrees(np.arctan2(sine, (first * second).sum(axis=1)))
    return angle
