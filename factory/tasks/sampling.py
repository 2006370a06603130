"""Drawing candidates: enumeration or sampling, the funnel of reasons, and an even choice within a quota."""

from collections import Counter

import numpy as np

from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.task import Candidates, Proposal

Array = np.ndarray


def combinations(groups: Array, size: int, limit: int, rng: np.random.Generator) -> Array:
    """(n, size) positions in `groups` (sorted) of distinct members of one group, each combination once.

    All combinations of a group, or a random share of them where all groups together would exceed `limit` rows.
    """
    _, starts, counts = np.unique(groups, return_index=True, return_counts=True)
    totals = _binomial(counts, size)
    starts, totals = starts[totals > 0], totals[totals > 0]
    share = max(limit // max(len(totals), 1), 1)
    drawn = np.where(totals <= share, totals, 0)
    group = np.repeat(np.arange(len(totals)), drawn)
    rank = np.arange(len(group)) - np.repeat(np.cumsum(drawn) - drawn, drawn)
    large = np.flatnonzero(totals > share)
    if large.size:
        ranks = np.floor(rng.random((large.size, share)) * totals[large, None]).astype(np.int64)
        keys = np.unique(large[:, None] * totals.max() + ranks)
        group = np.concatenate([group, keys // totals.max()])
        rank = np.concatenate([rank, keys % totals.max()])
    members: Array = starts[group, None] + _unrank(rank, size, int(counts.max(initial=0)))
    return members


def _binomial(n: Array, k: int) -> Array:
    result = np.ones_like(n)
    for i in range(k):
        result = result * (n - i) // (i + 1)
    return result


def _unrank(rank: Array, size: int, largest: int) -> Array:
    """(n, size) the rank-th combinations in colexicographic order (combinatorial number system)."""
    members = np.zeros((len(rank), size), dtype=np.int64)
    for k in range(size, 0, -1):
        below = _binomial(np.arange(largest + 1), k)
        members[:, k - 1] = np.searchsorted(below, rank, side="right") - 1
        rank = rank - below[members[:, k - 1]]
    return members


class Pool:
    """Candidates under test. Each is rejected for the first reason that applies.

    views, objects, images : as in `Candidates` (images all 0 if not given); frames : (n, ...) the views that the
    draw spreads over, `views` if not given.
    """

    def __init__(self, views: Array, objects: Array, images: Array | None = None, frames: Array | None = None) -> None:
        self.views = views
        self.objects = objects
        self.images = np.zeros_like(objects) if images is None else images
        self._frames = views if frames is None else frames
        self._alive = np.ones(len(views), dtype=bool)
        self._rejects: Counter[str] = Counter()

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

    @property
    def object_views(self) -> Array:
        """(n, K) the view that shows each object."""
        views: Array = np.take_along_axis(self.views, self.images, axis=1)
        return views

    def draw(self, quota: int, rng: np.random.Generator, classes: Array | None = None) -> Array:
        """Rows of at most `quota` candidates that are left, in random order; no frame or object dominates.

        classes : (n,) the class of each answer, from 0; the classes that are left are drawn as evenly as they allow.
        Or (n, levels): evenly by the first level, and within each of its classes by the next.
        """
        alive = np.flatnonzero(self._alive)
        of_alive = None if classes is None else classes[alive]
        rows: Array = alive[spread(self._frames[alive], self.objects[alive], quota, rng, of_alive)]
        if len(rows) < len(alive):
            self._rejects["beyond the quota"] += len(alive) - len(rows)
        return rows

    def propose(self, rows: Array, choice: Array | None = None) -> Proposal:
        """The drawn rows as a proposal."""
        if choice is None:
            choice = np.zeros(len(rows), dtype=np.int64)
        return Proposal(Candidates(self.views[rows], self.objects[rows], choice, self.images[rows]), self._rejects)


def pool_in_one_view(
    records: SceneRecords, eligible: Array, size: int, quota: int, parameters: Parameters, rng: np.random.Generator
) -> Pool:
    """Sets of `size` objects that may be asked about in one view, their roles at random; `eligible` is (S,) bool."""
    rows = np.flatnonzero(eligible)
    members = rows[combinations(records.sighting_view[rows], size, parameters.pool_size(quota), rng)]
    members = rng.permuted(members, axis=1)
    return Pool(records.sighting_view[members[:, :1]], records.sighting_object[members])


def spread(views: Array, objects: Array, quota: int, rng: np.random.Generator, classes: Array | None = None) -> Array:
    """Rows of at most `quota` candidates in random order: each answer class gets its fair share, and no frame and no
    object takes more than its own.

    Rows are taken in turn from the candidates of each object, rare objects first. A frame or object may be used
    twice as often as on average; where that leaves the quota unfilled, the limits double until it is filled.
    objects : (n, K), -1 for none.
    """
    order = rng.permutation(len(views))
    if len(order) <= quota:
        return order
    levels = np.zeros((len(order), 1), dtype=np.int64) if classes is None else classes.reshape(len(order), -1)
    levels = np.stack([_in_order_of_appearance(level[order], order) for level in levels.T])
    used, classes, counts = np.unique(
        np.ravel_multi_index(tuple(levels), tuple(levels.max(axis=1) + 1)), return_inverse=True, return_counts=True
    )
    parents = np.stack(np.unravel_index(used, tuple(levels.max(axis=1) + 1)), axis=1)
    left = _nested_shares(parents, counts, quota, rng).tolist()
    uses = np.bincount(objects[objects >= 0], minlength=1)
    count = np.where(objects >= 0, uses[objects], len(objects) + 1)
    owner = np.take_along_axis(objects, count.argmin(axis=1)[:, None], axis=1)[order, 0] if objects.size else order
    order = order[np.argsort(_turns(owner), kind="stable")]

    view_limit = -(-2 * quota * views.shape[1] // len(np.unique(views)))
    object_limit = -(-2 * quota * objects.shape[1] // max(int((uses > 0).sum()), 1))
    view_uses = [0] * (int(views.max()) + 1)
    object_uses = [0] * (len(uses) + 1)  # the last counts what is no object
    class_of = classes.tolist()
    waiting = order.tolist()
    chosen: list[int] = []
    while waiting and len(chosen) < quota:
        passed = []
        for row in waiting:
            if not left[class_of[row]]:
                continue
            row_views, row_objects = views[row].tolist(), objects[row].tolist()
            if (
                max([view_uses[v] for v in row_views]) < view_limit
                and max([object_uses[o] for o in row_objects], default=-1) < object_limit
            ):
                chosen.append(row)
                left[class_of[row]] -= 1
                for v in row_views:
                    view_uses[v] += 1
                for o in row_objects:
                    object_uses[o] += 1
                object_uses[-1] = 0
            else:
                passed.append(row)
        waiting, view_limit, object_limit = passed, 2 * view_limit, 2 * object_limit
    return rng.permutation(np.asarray(chosen, dtype=np.int64))


def _in_order_of_appearance(classes: Array, order: Array) -> Array:
    """Classes numbered anew by where they first come in `order`, so that no number (of left, of right) is favoured."""
    _, first, which = np.unique(classes, return_index=True, return_inverse=True)
    renumbered = np.zeros(len(order), dtype=np.int64)
    renumbered[order] = np.argsort(np.argsort(first))[which]
    return renumbered


def _nested_shares(levels: Array, counts: Array, quota: int, rng: np.random.Generator) -> Array:
    """Fair shares (k,) of classes that the levels (k, L) tell apart: of the first level, then within each of them."""
    if levels.shape[1] == 1:
        return fair_shares(counts, quota, rng)
    _, parent = np.unique(levels[:, 0], return_inverse=True)
    of_parent = fair_shares(np.bincount(parent, counts).astype(np.int64), quota, rng)
    shares = np.zeros_like(counts)
    for index, share in enumerate(of_parent.tolist()):
        mine = parent == index
        shares[mine] = _nested_shares(levels[mine, 1:], counts[mine], share, rng)
    return shares


def fair_shares(counts: Array, quota: int, rng: np.random.Generator) -> Array:
    """How many of each class (k,) to take so that they sum to `quota` as evenly as the counts allow.

    Where the quota does not divide, chance decides which classes get one more.
    """
    shares = np.zeros_like(counts)
    while (rest := quota - int(shares.sum())) > 0 and (open_ := np.flatnonzero(shares < counts)).size:
        if rest < open_.size:
            shares[rng.choice(open_, size=rest, replace=False)] += 1
        else:
            shares[open_] = np.minimum(counts[open_], shares[open_] + rest // open_.size)
    return shares


def log_classes(values: Array, low: float, high: float, count: int = 8) -> Array:
    """(n,) in which of `count` parts of [low, high], equal on a logarithmic scale, a positive number lies."""
    place = np.log(np.maximum(values, low) / low) / np.log(high / low) * count
    classes: Array = np.minimum(place.astype(np.int64), count - 1)
    return classes


def different_numbers(count: int, size: int, below: int, rng: np.random.Generator) -> Array:
    """(count, size) numbers in [0, below), those of a row all different and in random order."""
    numbers: Array = np.floor(rng.random((count, size)) * (below - np.arange(size))).astype(np.int64)
    for column in range(1, size):  # so far the rank among the numbers that are left
        for taken in np.sort(numbers[:, :column], axis=1).T:
            numbers[:, column] += numbers[:, column] >= taken
    return numbers


def first_of_each(rows: Array) -> Array:
    """(m,) the places, ascending, of the first of each distinct row of (n, k) integers."""
    rows = np.ascontiguousarray(rows)
    whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1])))[:, 0]  # sorts several times faster
    places: Array = np.sort(np.unique(whole, return_index=True)[1])
    return places


def _turns(owner: Array) -> Array:
    """(n,) how many earlier entries have the same owner."""
    order = np.argsort(owner, kind="stable")
    _, starts, counts = np.unique(owner[order], return_index=True, return_counts=True)
    turns = np.zeros(len(owner), dtype=np.int64)
    turns[order] = np.arange(len(owner)) - np.repeat(starts, counts)
    return turns


def in_equal_parts(count: int, kinds: int, rng: np.random.Generator) -> Array:
    """(count,) numbers below `kinds`, each equally often (up to one), in random order."""
    return rng.permutation((np.arange(count) + rng.integers(kinds)) % kinds)
