"""Several objects in the order of an attribute."""

import numpy as np

from factory.tasks.sampling import first_of_each
from factory.web.picture import Picture
from factory.web.tasks.attributes import Attribute, AttributeName, attribute
from factory.web.tasks.hints import hints_at
from factory.web.tasks.pools import WebPool, reject_confusable, same_reference, same_thing
from factory.web.tasks.registry import register
from factory.web.tasks.spec import WebSpec
from factory.web.tasks.task import WebAnswers, WebCandidates, WebProposal, WebTask

Array = np.ndarray

# What is asked: the attribute, and whether its largest value comes first.
_ASKED: dict[str, tuple[AttributeName, bool]] = {
    "depth_near": ("depth", False),
    "depth_far": ("depth", True),
    "height_tall": ("height", True),
    "height_short": ("height", False),
    "width_wide": ("width", True),
    "width_narrow": ("width", False),
    "x_left": ("x", False),
    "x_right": ("x", True),
}
_TRIALS = 2  # sets drawn per attribute and item


@register
class RankObjects(WebTask):
    """Rank A, B, C and so on by an attribute."""

    spec = WebSpec(
        name="vqa_comparison_multiple_objects",
        level="level2",
        relation="oo",
        frame="camera",
        objects=(3, 6),
        formats=("text", "mcq", "true_false"),
        unit="m",
        version=2,
    )
    choices = tuple(_ASKED)

    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        fewest, most = self.parameters.ranked
        rows, choice, too_few = [], [], 0
        apart = ~same_thing(picture, self.parameters) & ~same_reference(picture)
        for first in range(0, len(self.choices), 2):  # both directions of an attribute
            name = _ASKED[self.choices[first]][0]
            exceeds = attribute(picture, name, self.parameters).exceeds
            sure = (np.maximum(exceeds, exceeds.T) >= 1.0) & apart
            sizes = rng.integers(fewest, most + 1, size=_TRIALS * quota)
            sets = comparable_sets(sure, sizes, most, rng)
            enough = (sets >= 0).sum(axis=1) >= fewest
            too_few += int((~enough).sum())
            sets = sets[enough]
            rows.append(sets[first_of_each(np.sort(sets, axis=1))])
            choice.append(first + rng.integers(2, size=len(rows[-1])))
        pool = WebPool(np.concatenate(rows), np.concatenate(choice))
        pool.count("too few that differ surely", too_few)
        reject_confusable(pool, picture, self.parameters)
        pool.reject("a reference gives the answer away", _given_away(picture, pool))
        return pool.propose(
            pool.draw(quota, rng, classes=np.column_stack([pool.choice, (pool.rows >= 0).sum(axis=1)]))
        )

    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        attributes = {name: attribute(picture, name, self.parameters) for name, _ in dict.fromkeys(_ASKED.values())}
        values, orders, margins = [], [], []
        for padded, choice in zip(candidates.rows, candidates.choice.tolist(), strict=True):
            name, largest_first = _ASKED[self.choices[choice]]
            rows = padded[padded >= 0]
            order = _order(attributes[name], rows, largest_first)
            ranked = rows[order]
            higher, lower = (ranked[:-1], ranked[1:]) if largest_first else (ranked[1:], ranked[:-1])
            values.append(attributes[name].values[rows].tolist())
            orders.append(",".join(map(str, order.tolist())))
            margins.append(attributes[name].exceeds[higher, lower].min())
        return WebAnswers(values=values, words={"order": np.array(orders)}, margin=np.array(margins))


def _order(compared: Attribute, rows: Array, largest_first: bool) -> Array:
    """Places in `rows` in the order that is asked for."""
    values = compared.values[rows]
    return np.argsort(-values if largest_first else values, kind="stable")


def _given_away(picture: Picture, pool: WebPool) -> Array:
    """(n,) whether an object's reference says something about what is asked."""
    hints = np.stack([hints_at(picture, name) for name, _ in _ASKED.values()])
    given: Array = ((pool.rows >= 0) & hints[pool.choice[:, None], pool.rows]).any(axis=1)
    return given


def comparable_sets(sure: Array, sizes: Array, width: int, rng: np.random.Generator) -> Array:
    """(t, width) random sets of objects that all differ surely from each other, in random order, -1 at the end.

    sure : (n, n) whether two objects differ surely, symmetric; sizes : (t,) how many of them to take, at most `width`;
    fewer where the objects taken so far leave no other.
    """
    trials = np.arange(len(sizes))
    taken = np.full((len(sizes), width), -1)
    open_: Array = np.tile(sure.any(axis=1), (len(sizes), 1))
    for step in range(width if len(sure) else 0):
        drawn = np.where(open_, rng.random(open_.shape), -1.0).argmax(axis=1)
        takes = (step < sizes) & open_[trials, drawn]
        taken[:, step] = np.where(takes, drawn, -1)
        open_ = open_ & sure[drawn] & takes[:, None]
    # later picks had to fit the earlier ones: their places must not tell
    keys = np.where(taken >= 0, rng.random(taken.shape), 2.0)
    return np.take_along_axis(taken, keys.argsort(axis=1), axis=1)
