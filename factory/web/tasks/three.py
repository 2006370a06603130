"""Which of two objects is closer to a third."""

from abc import abstractmethod

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.margins import difference_margin, in_distance_range
from factory.web.tasks.pools import WebPool, pool_of_sets
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray


class _ThreeObjects(WebTask):
    """The distances from A to B and from A to C, between centres."""

    choices = ("closer", "farther")

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = self._pool(picture, rng)
        lengths = _distances(picture, pool.rows)
        in_range = in_distance_range(lengths, self.parameters)
        pool.reject("too near or too far", ~(in_range[:, 0] & in_range[:, 1]))
        about_as_far = difference_margin(lengths[:, 0], lengths[:, 1], self.parameters) < 1.0
        pool.reject("about as far", about_as_far)
        classes = np.column_stack([pool.choice, _second_is_asked_for(lengths, pool.choice)])
        # a search through points for each pair: only a few more than are asked, for those of which it is not plain
        places = pool.draw(quota + quota // 2, rng, classes=classes)
        agreed = _surfaces_agree(picture, pool.rows[places], lengths[places])
        pool.count("nearest points say otherwise", int((~agreed).sum()))
        pool.count("beyond the quota", max(int(agreed.sum()) - quota, 0))
        return pool.propose(places[agreed][:quota])

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        lengths = _distances(picture, candidates.rows)
        return WebAnswers(
            values=lengths,
            words=self._words(_second_is_asked_for(lengths, candidates.choice)),
            margin=difference_margin(lengths[:, 0], lengths[:, 1], self.parameters),
        )

    def _pool(self, picture: Picture, rng: np.random.Generator) -> WebPool:
        """Every set of three, asked both ways."""
        return pool_of_sets(picture, 3, self.parameters, rng, choices=len(self.choices))

    @abstractmethod
    def _words(self, second: Array) -> dict[str, Array]:
        """The answer, where `second` (n,) says whether B is the closer (asked: closer) or the farther one."""


def _distances(picture: Picture, rows: Array) -> Array:
    """(n, 2) distances [m] from the first of three objects (n, 3) to the others."""
    lengths: Array = np.linalg.norm(picture.centers[rows[:, 1:]] - picture.centers[rows[:, :1]], axis=2)
    return lengths


def _surfaces_agree(picture: Picture, rows: Array, lengths: Array) -> Array:
    """(n,) whether the nearest points come in the order of the centres: of a long counter beside a pot, people say
    that it is close, however far its middle is."""
    to_b, to_c = picture.closest_of(rows[:, :2]), picture.closest_of(rows[:, ::2])
    agreed: Array = (to_b == to_c) | ((to_b < to_c) == (lengths[:, 0] < lengths[:, 1]))
    return agreed


def _second_is_asked_for(lengths: Array, choice: Array) -> Array:
    """(n,) whether B is what `choice` (0 closer, 1 farther) asks for."""
    asked: Array = (lengths[:, 0] < lengths[:, 1]) == (choice == 0)
    return asked


@register
class WhichIsCloser(_ThreeObjects):
    """Which is closer to A (or farther from it), B or C?"""

    spec = WebSpec(
        name="vqa_distance_three_objects",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(3, 3),
        formats=("text", "mcq"),
        unit="m",
        version=2,
    )

    def _words(self, second: Array) -> dict[str, Array]:
        return {"winner": np.where(second, "second", "third")}


@register
class IsItCloser(_ThreeObjects):
    """Is A closer to B than to C (or farther from it)?"""

    spec = WebSpec(
        name="vqa_distance_three_objects_comparision",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(3, 3),
        formats=("mcq", "true_false"),
        unit="m",
        version=2,
    )

    def _pool(self, picture: Picture, rng: np.random.Generator) -> WebPool:
        """Every set of three, asked one way: in words, either may become the other, and one question stand twice."""
        pool = pool_of_sets(picture, 3, self.parameters, rng)
        pool.choice = rng.integers(len(self.choices), size=len(pool))
        return pool

    def _words(self, second: Array) -> dict[str, Array]:
        return {"truth": np.where(second, "yes", "no")}
