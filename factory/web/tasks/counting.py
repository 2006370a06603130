"""How many of a class there are, or are on one side of an anchor."""

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.attributes import AttributeName, attribute
from factory.web.tasks.classes import closed_classes
from factory.web.tasks.pools import WebPool, same_thing
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

# Relations of the instances to the anchor: the attribute, and whether theirs is the larger one.
_RELATIONS: dict[str, tuple[AttributeName, bool]] = {
    "nearer": ("distance", False),
    "farther": ("distance", True),
    "left": ("x", False),
    "right": ("x", True),
}

_ONES = 2  # half as many candidates with one as with more: most of what a picture shows is there once
_LONE_ONES = 8  # where everything is, an eighth as much is asked


@register
class CountObjects(WebTask):
    """How many chairs are there, or are farther from the camera than the anchor?"""

    spec = WebSpec(
        name="vqa_counting_objects",
        level="level3",
        relation="oo",
        frame="camera",
        objects=(1, 11),
        formats=("text", "mcq"),
        unit="count",
        version=2,
    )
    choices = ("all", *_RELATIONS)

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        fewest, most = self.parameters.counts
        classes, rejects = closed_classes(picture)
        member = np.zeros((len(classes), len(picture)), dtype=bool)
        for of, instances in zip(member, classes.values(), strict=True):
            of[instances] = True
        counted_class, anchor = np.nonzero(~member)
        relations = len(_RELATIONS)
        anchor = np.concatenate([np.full(len(classes), -1), np.repeat(anchor, relations)])
        choice = np.concatenate(
            [np.zeros(len(classes), dtype=np.int64), np.tile(np.arange(relations) + 1, len(counted_class))]
        )
        instances_of = member[np.concatenate([np.arange(len(classes)), np.repeat(counted_class, relations)])]

        related, clear = self._related(picture)
        counted = instances_of & related[choice, :, anchor]
        pool = WebPool(_rows(anchor, counted, most), choice)
        for reason, number in rejects.items():
            pool.count(reason, number)
        same = same_thing(picture, self.parameters)
        with_anchor = (same[anchor] & instances_of).any(axis=1) & (anchor >= 0)
        among = ((instances_of.astype(np.int64) @ same) * instances_of).sum(axis=1) > instances_of.sum(axis=1)
        pool.reject("same thing", with_anchor | among)
        pool.reject("an instance about level with the anchor", (instances_of & ~clear[choice, :, anchor]).any(axis=1))
        counts = counted.sum(axis=1)
        pool.reject("too few or too many to count", (counts < fewest) | (counts > most))
        ones = rng.permutation(np.flatnonzero(pool.alive & (counts == 1)))
        others = int((pool.alive & (counts > 1)).sum())
        beyond = np.zeros(len(pool), dtype=bool)
        beyond[ones[max(others // _ONES, quota // _LONE_ONES) :]] = True
        pool.reject("too many ones", beyond)
        return pool.propose(pool.draw(quota, rng, classes=np.column_stack([counts, choice])))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        related, _ = self._related(picture)
        labels = np.array(picture.labels, dtype=np.str_)
        anchored = (candidates.choice > 0).astype(np.int64)
        label = labels[candidates.rows[np.arange(len(candidates)), anchored]]
        of_label = labels == label[:, None]
        count = (of_label & related[candidates.choice, :, candidates.rows[:, 0]]).sum(axis=1).astype(np.float64)
        return WebAnswers(values=count[:, None], numbers={"count": count}, words={"label": label})

    def _related(self, picture: Picture) -> tuple[Array, Array]:
        """(choices, n, n) whether a row's object surely stands in the relation to a column's, and whether it surely
        does or surely does not; any two do where all are counted."""
        everything = np.ones((len(picture), len(picture)), dtype=bool)
        related, clear = [everything], [everything]
        for name, larger in _RELATIONS.values():
            sure = attribute(picture, name, self.parameters).exceeds >= 1.0
            related.append(sure if larger else sure.T)
            clear.append(sure | sure.T)
        return np.stack(related), np.stack(clear)


def _rows(anchor: Array, counted: Array, most: int) -> Array:
    """(n, most + 1) the anchor (n,), if any, then the objects that are counted (n, objects); -1 at the end."""
    first = np.argsort(~counted, axis=1, kind="stable")[:, :most]
    first = np.where(np.take_along_axis(counted, first, axis=1), first, -1)
    first = np.pad(first, ((0, 0), (0, most - first.shape[1])), constant_values=-1)
    end = np.full((len(anchor), 1), -1)
    rows: Array = np.where(anchor[:, None] >= 0, np.hstack([anchor[:, None], first]), np.hstack([first, end]))
    return rows
