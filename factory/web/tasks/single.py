"""One object: how far it is, how large, and where its box lies."""

from abc import abstractmethod

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.frames import boxes_in
from factory.web.tasks.margins import in_distance_range
from factory.web.tasks.pools import WebPool, pool_of_sets
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask
from factory.web.tasks.widths import turned_aside, wider_than_it_looks

Array = np.ndarray


class _OfOneObject(WebTask):
    """Numbers about one object; nothing to balance but the objects and what is asked of them."""

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        pool = pool_of_sets(picture, 1, self.parameters, rng, choices=len(self.choices))
        self._screen(picture, pool)
        return pool.propose(pool.draw(quota, rng, pool.choice))

    @abstractmethod
    def _screen(self, picture: Picture, pool: WebPool) -> None:
        """Rules out what cannot be answered safely."""


@register
class CameraDistance(_OfOneObject):
    """How far the center of an object is from the camera, in a straight line."""

    spec = WebSpec(
        name="vqa_distance_single",
        level="level1",
        relation="oc",
        frame="camera",
        objects=(1, 1),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=1,
    )

    def _screen(self, picture: Picture, pool: WebPool) -> None:
        _reject_far(picture, pool, self)

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        distance = np.linalg.norm(picture.centers[candidates.rows[:, 0]], axis=1)
        return WebAnswers(values=distance[:, None], numbers={"answer": distance})


@register
class CameraBox(_OfOneObject):
    """The box of an object along the axes of the camera: the least of each coordinate, then the largest."""

    spec = WebSpec(
        name="vqa_query_aabb",
        level="level1",
        relation="oc",
        frame="camera",
        objects=(1, 1),
        formats=("text",),
        unit="m",
        version=1,
    )

    def _screen(self, picture: Picture, pool: WebPool) -> None:
        _reject_far(picture, pool, self)

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        row = candidates.rows[:, 0]
        return WebAnswers(values=np.concatenate([picture.aabb_min[row], picture.aabb_max[row]], axis=1))


@register
class ObjectSize(_OfOneObject):
    """How wide or how tall an object is that shows from end to end."""

    spec = WebSpec(
        name="vqa_object_size_single",
        level="level1",
        relation="none",
        frame="gravity",
        objects=(1, 1),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=2,
        needs=frozenset({"gravity"}),
    )
    choices = ("width", "height")  # along x and y

    def _screen(self, picture: Picture, pool: WebPool) -> None:
        row = pool.rows[:, 0]
        boxes = boxes_in(picture, self.spec.frame)
        pool.reject("no gravity", ~boxes.known[row])
        pool.reject("not whole", ~picture.whole[row])
        pool.reject("too small", boxes.extents[row, pool.choice] < self.parameters.min_size_m)
        width = pool.choice == 0
        pool.reject("turned aside", width & turned_aside(picture, self.parameters)[row])
        pool.reject("wider than it looks", width & wider_than_it_looks(picture, self.parameters)[row])

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        size = boxes_in(picture, self.spec.frame).extents[candidates.rows[:, 0], candidates.choice]
        return WebAnswers(values=size[:, None], numbers={"answer": size})


def _reject_far(picture: Picture, pool: WebPool, task: WebTask) -> None:
    distance = np.linalg.norm(picture.centers[pool.rows[:, 0]], axis=1)
    pool.reject("distance out of range", ~in_distance_range(distance, task.parameters))
