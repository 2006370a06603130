"""Which of many 64-bit hashes lie near to an earlier one: the greedy choice, exact, far below quadratic time."""

from array import array
from collections.abc import Iterator
from itertools import combinations

import numpy as np

Array = np.ndarray

_BITS = 64
_PAIRS_AT_ONCE = 1 << 22
_LARGE = 2048  # groups that agree in so many hashes are split again by their other bits


def keep_first(hashes: Array, radius: int) -> Array:
    """(n,) bool over distinct uint64 `hashes`, in their order: kept unless a kept one before has at most `radius`
    other bits."""
    near = have_neighbor(hashes, radius)
    kept = np.ones(len(hashes), dtype=bool)
    kept[near] = _greedy(hashes[near], radius)
    return kept


def have_neighbor(hashes: Array, radius: int) -> Array:
    """(n,) bool: whether another of distinct uint64 hashes differs in at most `radius` bits.

    Of radius + 2 bands of bits, two such hashes agree in two at least, so only those are compared.
    """
    found = np.zeros(len(hashes), dtype=bool)
    if len(hashes) == 0:
        return found
    for first, second in _candidates(hashes, np.arange(len(hashes)), list(range(_BITS)), radius, found):
        near = np.bitwise_count(hashes[first] ^ hashes[second]) <= radius
        found[first[near]] = True
        found[second[near]] = True
    return found


def _bands(bits: list[int], count: int) -> list[np.uint64]:
    """Masks of `count` bands. Neighbouring bits go to different bands, since they are alike in pictures that are."""
    return [np.uint64(sum(1 << bit for bit in bits[band::count])) for band in range(count)]


def _candidates(
    hashes: Array, members: Array, bits: list[int], radius: int, found: Array
) -> Iterator[tuple[Array, Array]]:
    """Pairs of places in `hashes`, in chunks: every pair of members that differ in at most `radius` of the bits, and
    others; some come twice, and those of groups that are `found` as a whole, which grows meanwhile, do not come."""
    for left, right in combinations(range(radius + 2), 2):
        masks = _bands(bits, radius + 2)
        keys = hashes[members] & (masks[left] | masks[right])
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(np.diff(keys[order])) + 1
        starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(keys)]])
        open_groups = np.add.reduceat(~found[members[order]], starts) > 0
        starts, ends = starts[open_groups], ends[open_groups]
        sizes = ends - starts
        other_bits = [
            bit for band in range(radius + 2) if band not in (left, right) for bit in bits[band :: radius + 2]
        ]
        split = (sizes > _LARGE) & (len(other_bits) >= radius + 2)
        for start, end in zip(starts[split], ends[split], strict=True):
            yield from _candidates(hashes, members[order[start:end]], other_bits, radius, found)
        for first, second in _pairs_of_runs(starts[~split], sizes[~split]):
            yield members[order[first]], members[order[second]]


def _pairs_of_runs(starts: Array, sizes: Array) -> Iterator[tuple[Array, Array]]:
    """All pairs within runs of consecutive places, in chunks."""
    starts, sizes = starts[sizes > 1], sizes[sizes > 1]
    step = 1  # how far the second lies behind the first
    while len(starts):
        per_chunk = np.cumsum(sizes - step) // _PAIRS_AT_ONCE
        for chunk in range(int(per_chunk[-1]) + 1):
            some = per_chunk == chunk
            counts = sizes[some] - step
            if not len(counts):
                continue
            before = np.repeat(np.cumsum(counts) - counts, counts)
            first = np.repeat(starts[some], counts) + np.arange(counts.sum()) - before
            yield first, first + step
        step += 1
        longer = sizes > step
        starts, sizes = starts[longer], sizes[longer]


def _greedy(hashes: Array, radius: int) -> Array:
    """As `keep_first`, one after the other: a kept hash that is near agrees in one of radius + 1 bands."""
    masks = [int(mask) for mask in _bands(list(range(_BITS)), radius + 1)]
    kept_by_band: list[dict[int, array[int]]] = [{} for _ in masks]
    kept = np.ones(len(hashes), dtype=bool)
    for place, value in enumerate(hashes.tolist()):
        for mask, groups in zip(masks, kept_by_band, strict=True):
            group = groups.get(value & mask)
            if group is not None and _any_near(group, value, radius):
                kept[place] = False
                break
        else:
            for mask, groups in zip(masks, kept_by_band, strict=True):
                groups.setdefault(value & mask, array("Q")).append(value)
    return kept


def _any_near(group: "array[int]", value: int, radius: int) -> bool:
    if len(group) < 16:
        return any((other ^ value).bit_count() <= radius for other in group)
    return bool((np.bitwise_count(np.frombuffer(group, dtype=np.uint64) ^ np.uint64(value)) <= radius).any())
