"""The one of a class that has most of something."""

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.attributes import Attribute, AttributeName, attribute
from factory.web.tasks.classes import closed_classes
from factory.web.tasks.hints import hints_at
from factory.web.tasks.pools import WebPool, reject_confusable
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

# What is asked: the attribute, and whether the largest value wins.
_ASKED: dict[str, tuple[AttributeName, bool]] = {
    "nearest": ("distance", False),
    "farthest": ("distance", True),
    "largest": ("volume", True),
    "smallest": ("volume", False),
    "tallest": ("height", True),
    "leftmost": ("x", False),
    "rightmost": ("x", True),
}


@register
class MostInClass(WebTask):
    """Which of the chairs is the nearest?"""

    spec = WebSpec(
        name="vqa_most_objects_in_class",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(2, 5),
        formats=("text", "mcq"),
        unit="m",
        version=2,
    )
    choices = tuple(_ASKED)

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        fewest, most = self.parameters.instances
        classes, rejects = closed_classes(picture)
        sets = [rows for rows in classes.values() if fewest <= len(rows) <= most]
        rows = np.full((len(sets) * len(self.choices), most), -1)
        for place in range(len(rows)):  # the instances stand in another order for each choice
            instances = rng.permutation(sets[place // len(self.choices)])
            rows[place, : len(instances)] = instances
        pool = WebPool(rows, np.tile(np.arange(len(self.choices)), len(sets)))
        for reason, number in rejects.items():
            pool.count(reason, number)
        pool.count("too few or too many of the class", len(classes) - len(sets))
        reject_confusable(pool, picture, self.parameters)
        hints = np.stack([hints_at(picture, name) for name, _ in _ASKED.values()])
        given_away = ((rows >= 0) & hints[pool.choice[:, None], rows]).any(axis=1)
        pool.reject("a reference gives the answer away", given_away)
        winner, margin = self._winners(picture, rows, pool.choice)
        pool.reject("no sure winner", margin < 1.0)
        return pool.propose(pool.draw(quota, rng, classes=np.column_stack([pool.choice, winner])))

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        attributes = self._attributes(picture)
        winner, margin = self._winners(picture, candidates.rows, candidates.choice)
        values = [
            attributes[choice].values[rows[rows >= 0]].tolist()
            for rows, choice in zip(candidates.rows, candidates.choice.tolist(), strict=True)
        ]
        labels = [picture.labels[row] for row in candidates.rows[:, 0].tolist()]
        return WebAnswers(
            values=values, words={"winner": winner.astype(np.str_), "label": np.array(labels)}, margin=margin
        )

    def _attributes(self, picture: Picture) -> list[Attribute]:
        """Per choice what it compares."""
        found = {name: attribute(picture, name, self.parameters) for name, _ in dict.fromkeys(_ASKED.values())}
        return [found[name] for name, _ in _ASKED.values()]

    def _winners(self, picture: Picture, rows: Array, choice: Array) -> tuple[Array, Array]:
        """(n,) the slot of the object that wins over all others, and by how much it exceeds the best of them, in units
        of what it must."""
        exceeds = np.stack(
            [
                compared.exceeds if largest else compared.exceeds.T
                for compared, (_, largest) in zip(self._attributes(picture), _ASKED.values(), strict=True)
            ]
        )
        over = exceeds[choice[:, None, None], rows[:, :, None], rows[:, None, :]]
        named = rows >= 0
        others = named[:, None, :] & ~np.eye(rows.shape[1], dtype=bool)
        lead = np.where(others, over, np.inf).min(axis=2)
        lead = np.where(named, lead, -np.inf)
        return lead.argmax(axis=1), lead.max(axis=1, initial=-np.inf)
