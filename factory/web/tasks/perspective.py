"""Where something is for somebody who stands in the picture."""

from abc import abstractmethod

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.balance import even_out
from factory.web.tasks.fronts import elevations, level, level_fronts, seen_by
from factory.web.tasks.hints import hints_at
from factory.web.tasks.plain_fronts import with_front
from factory.web.tasks.pools import WebPool, pool_of_sets, reject_confusable
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

LEFT_RIGHT, FRONT_BEHIND = range(2)
_WORDS = np.array([["left", "right"], ["behind", "front"]])


class _Perspective(WebTask):
    """The offset of a target from an observer, along the observer's axes: gravity is down, the level front ahead."""

    choices = ("left_right", "front_behind")

    @abstractmethod
    def _offsets(self, picture: Picture, rows: Array) -> Array:
        """(n, 3) the target's offset (right, up, forward) [m], NaN where the observer has no front."""

    def _drawn(
        self, pool: WebPool, picture: Picture, lone: tuple[float, float], rng: np.random.Generator, quota: int
    ) -> WebProposal:
        """What is left of a pool with sure answers; of front and behind as many (`lone` as in `even_out`)."""
        # whose left, where "the picture on the left" is asked for on the left of somebody else
        hints = np.stack([hints_at(picture, "x"), hints_at(picture, "depth")])
        pool.reject("a reference says a side", hints[pool.choice[:, None], pool.rows].any(axis=1))
        pool.reject("on what the observer stands for", _on_observer(picture, pool.rows))
        offset = np.nan_to_num(self._offsets(picture, pool.rows))
        pool.reject(
            "target too near to the observer", _level_distance(offset) < self.parameters.min_observer_distance_m
        )
        pool.reject("nearly on the other axis", self._margin(offset, pool.choice) < 1.0)
        positive = _asked(offset, pool.choice) > 0
        even_out(pool, pool.choice == FRONT_BEHIND, positive, lone, rng)
        classes = np.column_stack([pool.choice, positive])
        return pool.propose(pool.draw(quota, rng, classes=classes))

    def _margin(self, offset: Array, choice: Array) -> Array:
        required = self.parameters.min_lateral_share * _level_distance(offset)
        margin: Array = np.abs(_asked(offset, choice)) / np.maximum(required, 1e-9)
        return margin

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        offset = self._offsets(picture, candidates.rows)
        side = (_asked(offset, candidates.choice) > 0).astype(np.int64)
        return WebAnswers(
            values=offset,
            words={"side": _WORDS[candidates.choice, side]},
            margin=self._margin(offset, candidates.choice),
        )


def _level_distance(offset: Array) -> Array:
    length: Array = np.hypot(offset[:, 0], offset[:, 2])
    return length


def _on_observer(picture: Picture, rows: Array) -> Array:
    """(n,) whether the level box of the first meets another's, seen from above: where from a table are its cups?"""
    low, high = picture.gravity_min[:, ::2], picture.gravity_max[:, ::2]
    observer, others = rows[:, :1], rows[:, 1:]
    meet: Array = ((low[observer] < high[others]) & (low[others] < high[observer])).all(axis=2).any(axis=1)
    return meet


def _asked(offset: Array, choice: Array) -> Array:
    """(n,) the part of the offset that the answer is about: to the right, or forward."""
    return np.where(choice == LEFT_RIGHT, offset[:, 0], offset[:, 2])


@register
class FromItsPerspective(_Perspective):
    """From A's perspective, is B to the left or to the right?"""

    spec = WebSpec(
        name="vqa_relative_position_new_perspective",
        level="level3",
        relation="oo",
        frame="gravity",
        objects=(2, 2),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=2,
        needs=frozenset({"front", "gravity"}),
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pairs = np.argwhere(~np.eye(len(picture), dtype=bool)).reshape(-1, 2)
        if len(pairs) > self.parameters.max_pool:
            pairs = pairs[rng.choice(len(pairs), size=self.parameters.max_pool, replace=False)]
        choices = len(self.choices)
        pool = WebPool(np.repeat(pairs, choices, axis=0), np.tile(np.arange(choices), len(pairs)))
        reject_confusable(pool, picture, self.parameters)
        observer = pool.rows[:, 0]
        pool.reject("no front", ~with_front(picture)[observer])
        steep = ~(elevations(picture)[observer] <= self.parameters.max_elevation_deg)
        pool.reject("front points up or down", steep)
        pool.reject("no place in the gravity frame", np.isnan(picture.gravity_centers[pool.rows]).any(axis=(1, 2)))
        # furniture along walls has the room before it: where nothing is behind anybody, what is in front is not asked
        return self._drawn(pool, picture, (0.0, 0.0), rng, quota)

    def _offsets(self, picture: Picture, rows: Array) -> Array:
        places = picture.gravity_centers[rows]
        return seen_by(level_fronts(picture)[rows[:, 0]], places[:, 1] - places[:, 0])


@register
class FacingSomething(_Perspective):
    """Standing at A and facing B, is C to the left or to the right?"""

    spec = WebSpec(
        name="vqa_relative_position_new_perspective_no_orient",
        level="level3",
        relation="oo",
        frame="gravity",
        objects=(3, 3),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=2,
        needs=frozenset({"gravity"}),
    )

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = pool_of_sets(picture, 3, self.parameters, rng, choices=len(self.choices))
        places = picture.gravity_centers[pool.rows]
        pool.reject("no place in the gravity frame", np.isnan(places).any(axis=(1, 2)))
        facing = _level_distance(np.nan_to_num(places[:, 1] - places[:, 0]))
        pool.reject("what the observer faces is too near", facing < self.parameters.min_facing_distance_m)
        # a triangle has one obtuse corner at most: of unrelated places, about a quarter are behind
        return self._drawn(pool, picture, (1.0, 1 / 3), rng, quota)

    def _offsets(self, picture: Picture, rows: Array) -> Array:
        observer, faced, target = np.moveaxis(picture.gravity_centers[rows], 1, 0)
        return seen_by(level(faced - observer), target - observer)
