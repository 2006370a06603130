"""Which objects a question names: sets of them under test, the funnel of reasons, and an even choice."""

from collections import Counter

import numpy as np

from factory.tasks.sampling import combinations, spread
from factory.web.picture import Picture
from factory.web.tasks.parameters import WebParameters
from factory.web.tasks.task import WebCandidates, WebProposal

Array = np.ndarray

BOX_COLORS = 5  # the loader draws no more


class WebPool:
    """Candidates of one picture under test. Each is rejected for the first reason that applies.

    rows, choice : as in `WebCandidates`; choice is all 0 if not given.
    """

    def __init__(self, rows: Array, choice: Array | None = None) -> None:
        self.rows = rows
        self.choice = np.zeros(len(rows), dtype=np.int64) if choice is None else choice
        self._alive = np.ones(len(rows), dtype=bool)
        self._rejects: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def alive(self) -> Array:
        """(n,) which candidates are left."""
        return self._alive.copy()

    def reject(self, reason: str, failed: Array) -> None:
        """Rules out and counts the candidates (n,) that `failed`, unless an earlier reason did."""
        count = int((self._alive & failed).sum())
        if count:
            self._rejects[reason] += count
            self._alive &= ~failed

    def count(self, reason: str, number: int) -> None:
        """Counts what was ruled out before there were candidates."""
        if number:
            self._rejects[reason] += number

    def draw(self, quota: int, rng: np.random.Generator, classes: Array | None = None) -> Array:
        """Places (m,) of at most `quota` candidates that are left, in random order; no object dominates.

        classes : (n,) the class of each answer, from 0, or (n, levels); the classes that are left are drawn as evenly
        as they allow, by the first level and within each of its classes by the next.
        """
        alive = np.flatnonzero(self._alive)
        one_view = np.zeros((len(alive), 1), dtype=np.int64)
        drawn = spread(one_view, self.rows[alive], quota, rng, None if classes is None else classes[alive])
        self.count("beyond the quota", len(alive) - len(drawn))
        places: Array = alive[drawn]
        return places

    def propose(self, places: Array) -> WebProposal:
        """The drawn places as a proposal."""
        return WebProposal(WebCandidates(self.rows[places], self.choice[places]), self._rejects)


def pool_of_sets(
    picture: Picture, size: int, parameters: WebParameters, rng: np.random.Generator, choices: int = 1
) -> WebPool:
    """Each set of `size` different objects once, its slots at random, for each of the choices.

    Sets whose objects cannot be told apart are ruled out; where there are too many sets, some are drawn.
    """
    # an object's slot is drawn: what is true of A and false of B is then as often asked about either
    sets = combinations(np.zeros(len(picture), dtype=np.int64), size, parameters.max_pool, rng)
    sets = rng.permuted(sets, axis=1)
    pool = WebPool(np.repeat(sets, choices, axis=0), np.tile(np.arange(choices), len(sets)))
    reject_confusable(pool, picture, parameters)
    return pool


def reject_confusable(pool: WebPool, picture: Picture, parameters: WebParameters) -> None:
    """Rules out candidates that name one thing twice, two things alike, or more boxes than there are colours."""
    rows = pool.rows
    named = rows >= 0
    first, second = np.triu_indices(rows.shape[1], k=1)
    both = named[:, first] & named[:, second]
    same, alike = same_thing(picture, parameters), same_reference(picture)
    pool.reject("same thing", (both & same[rows[:, first], rows[:, second]]).any(axis=1))
    pool.reject("same reference", (both & alike[rows[:, first], rows[:, second]]).any(axis=1))
    pool.reject("too many boxes", (named & boxed(picture)[rows]).sum(axis=1) > BOX_COLORS)


def boxed(picture: Picture) -> Array:
    """(n,) which objects only a coloured box tells from others."""
    return np.array([kind == "box" for kind in picture.reference_kinds], dtype=bool)


def same_reference(picture: Picture) -> Array:
    """(n, n) whether two objects are called alike, and no boxes tell them apart."""
    _, code = np.unique([reference.casefold() for reference in picture.references], return_inverse=True)
    of_box = boxed(picture)
    alike: Array = (code[:, None] == code) & ~(of_box[:, None] & of_box)
    np.fill_diagonal(alike, True)
    return alike


def both_ordinal(picture: Picture) -> Array:
    """(n, n) whether two objects are called by their places in one row, so that the names alone tell their order:
    the second and the third chair from the left."""
    ordinal = np.array([kind == "ordinal" for kind in picture.reference_kinds], dtype=bool)
    _, code = np.unique(np.array(picture.labels, dtype=np.str_), return_inverse=True)
    ordered: Array = (code[:, None] == code) & ordinal[:, None] & ordinal
    return ordered


def same_thing(picture: Picture, parameters: WebParameters) -> Array:
    """(n, n) whether two detections may be of one thing: their centres or their boxes in the picture fall together."""
    gap = np.linalg.norm(picture.centers[:, None] - picture.centers, axis=2)
    low = np.maximum(picture.boxes[:, None, :2], picture.boxes[:, :2])
    high = np.minimum(picture.boxes[:, None, 2:], picture.boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0.0), axis=2)
    area = np.prod(picture.boxes[:, 2:] - picture.boxes[:, :2], axis=1)
    overlap = shared / np.maximum(area[:, None] + area - shared, 1e-9)
    same: Array = (gap < parameters.min_gap_m) | (overlap > parameters.max_box_iou)
    return same
