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
    """Candidates under test: views (n, V) and objects (n, K). Each is rejected for the first reason that applies."""

    def __init__(self, views: Array, objects: Array) -> None:
        self.views = views
        self.objects = objects
        self._alive = np.ones(len(views), dtype=bool)
        self._rejects: Counter[str] = Counter()

    def reject(self, reason: str, failed: Array) -> None:
        """Rules out and counts the candidates (n,) that `failed`, unless an earlier reason did."""
        count = int((self._alive & failed).sum())
        if count:
            self._rejects[reason] += count
            self._alive &= ~failed

    def draw(self, quota: int, rng: np.random.Generator) -> Array:
        """Rows of at most `quota` candidates that are left, in random order; no frame or object dominates."""
        alive = np.flatnonzero(self._alive)
        rows: Array = alive[spread(self.views[alive], self.objects[alive], quota, rng)]
        if len(rows) < len(alive):
            self._rejects["beyond the quota"] += len(alive) - len(rows)
        return rows

    def propose(self, rows: Array, choice: Array | None = None) -> Proposal:
        """The drawn rows as a proposal."""
        if choice is None:
            choice = np.zeros(len(rows), dtype=np.int64)
        return Proposal(Candidates(self.views[rows], self.objects[rows], choice), self._rejects)


def pool_in_one_view(
    records: SceneRecords, eligible: Array, size: int, quota: int, parameters: Parameters, rng: np.random.Generator
) -> Pool:
    """Sets of `size` objects that may be asked about in one view, their roles at random; `eligible` is (S,) bool."""
    rows = np.flatnonzero(eligible)
    members = rows[combinations(records.sighting_view[rows], size, parameters.pool_per_question * quota, rng)]
    members = rng.permuted(members, axis=1)
    return Pool(records.sighting_view[members[:, :1]], records.sighting_object[members])


def spread(views: Array, objects: Array, quota: int, rng: np.random.Generator) -> Array:
    """Rows of at most `quota` candidates in random order, so that no frame and no object takes more than its share.

    Rows are taken in turn from the candidates of each object, rare objects first. A frame or object may be used
    twice as often as on average; where that leaves the quota unfilled, the limits double until it is filled.
    """
    order = rng.permutation(len(views))
    if len(order) <= quota:
        return order
    uses = np.bincount(objects.ravel())
    owner = np.take_along_axis(objects, uses[objects].argmin(axis=1)[:, None], axis=1)[order, 0]
    order = order[np.argsort(_turns(owner), kind="stable")]

    view_limit = -(-2 * quota * views.shape[1] // len(np.unique(views)))
    object_limit = -(-2 * quota * objects.shape[1] // int((uses > 0).sum()))
    view_uses = [0] * (int(views.max()) + 1)
    object_uses = [0] * len(uses)
    waiting = list(zip(order.tolist(), views[order].tolist(), objects[order].tolist(), strict=True))
    chosen: list[int] = []
    while waiting and len(chosen) < quota:
        passed = []
        for position, (row, row_views, row_objects) in enumerate(waiting):
            if len(chosen) == quota:
                passed.extend(waiting[position:])
                break
            if (
                max(view_uses[v] for v in row_views) < view_limit
                and max(object_uses[o] for o in row_objects) < object_limit
            ):
                chosen.append(row)
                for v in row_views:
                    view_uses[v] += 1
                for o in row_objects:
                    object_uses[o] += 1
            else:
                passed.append((row, row_views, row_objects))
        waiting, view_limit, object_limit = passed, 2 * view_limit, 2 * object_limit
    return rng.permutation(np.asarray(chosen, dtype=np.int64))


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
