"""Enumeration, sampling and an even choice."""

from itertools import combinations as every_combination
from math import comb

import numpy as np
import pytest

from factory.tasks.rng import rng_for
from factory.tasks.sampling import Pool, combinations, in_equal_parts, spread

GROUPS = np.repeat([2, 3, 7, 9, 11], [1, 4, 2, 6, 3])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_small_groups_are_enumerated(size: int) -> None:
    drawn = combinations(GROUPS, size, 10_000, rng_for(0))
    rows = [np.flatnonzero(group == GROUPS).tolist() for group in np.unique(GROUPS)]
    expected = [combo for members in rows for combo in every_combination(members, size)]
    assert sorted(map(tuple, drawn.tolist())) == sorted(expected)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_large_groups_are_sampled_within_the_limit(size: int) -> None:
    groups = np.repeat([0, 1, 2], [5, 40, 60])
    drawn = combinations(groups, size, 90, rng_for(1, "sampled"))
    assert len(np.unique(drawn, axis=0)) == len(drawn) <= 90
    assert (np.diff(drawn, axis=1) > 0).all()
    assert (groups[drawn] == groups[drawn[:, :1]]).all()
    per_group = np.bincount(groups[drawn[:, 0]])
    assert per_group[0] == comb(5, size)
    assert (per_group[1:] > 12).all()
    np.testing.assert_array_equal(drawn, combinations(groups, size, 90, rng_for(1, "sampled")))


def test_sampled_combinations_reach_every_member_alike() -> None:
    drawn = combinations(np.zeros(12, dtype=np.int64), 2, 40, rng_for(2))
    uses = sum(
        np.bincount(combinations(np.zeros(12, dtype=np.int64), 2, 40, rng_for(s)).ravel(), minlength=12)
        for s in range(200)
    )
    assert len(drawn) > 20
    np.testing.assert_allclose(uses / uses.mean(), 1.0, atol=0.1)


def test_no_members_no_combinations() -> None:
    assert combinations(np.zeros(0, dtype=np.int64), 2, 100, rng_for(0)).shape == (0, 2)
    assert combinations(np.arange(5), 2, 100, rng_for(0)).shape == (0, 2)


def test_a_pool_counts_each_candidate_once_for_the_first_reason() -> None:
    pool = Pool(np.zeros((5, 1), dtype=np.int64), np.arange(5)[:, None])
    pool.reject("first", np.array([True, True, False, False, False]))
    pool.reject("second", np.array([False, True, True, False, False]))
    proposal = pool.propose(pool.draw(1, rng_for(0)))
    assert proposal.rejects == {"first": 2, "second": 1, "beyond the quota": 1}
    assert proposal.candidates.objects[0, 0] in (3, 4)


def test_spread_takes_all_when_there_are_few() -> None:
    rows = spread(np.zeros((4, 1), dtype=np.int64), np.zeros((4, 2), dtype=np.int64), 4, rng_for(0))
    assert sorted(rows.tolist()) == [0, 1, 2, 3]


def test_spread_lets_no_frame_and_no_object_dominate() -> None:
    rng = np.random.default_rng(0)
    views = np.where(rng.random((3000, 1)) < 0.8, 0, rng.integers(1, 10, size=(3000, 1)))
    objects = np.where(rng.random((3000, 1)) < 0.8, 0, rng.integers(1, 10, size=(3000, 1)))
    rows = spread(views, objects, 100, rng_for(3))
    assert len(np.unique(rows)) == 100
    assert np.bincount(views[rows, 0]).max() <= 20
    assert np.bincount(objects[rows, 0]).max() <= 20


def test_spread_fills_the_quota_even_when_one_object_has_nearly_everything() -> None:
    objects = np.zeros((500, 1), dtype=np.int64)
    objects[:5, 0] = [1, 2, 3, 4, 5]
    rows = spread(np.arange(500)[:, None], objects, 100, rng_for(4))
    assert len(np.unique(rows)) == 100
    assert set(objects[rows, 0].tolist()) == set(range(6))


def test_spread_takes_objects_in_turn() -> None:
    objects = np.concatenate([np.arange(40), np.random.default_rng(0).integers(30, size=2000)])[:, None]
    rows = spread(np.zeros((2040, 1), dtype=np.int64), objects, 40, rng_for(5))
    assert sorted(objects[rows, 0].tolist()) == list(range(40))


def test_spread_limits_an_object_that_is_every_other_ones_partner() -> None:
    rng = np.random.default_rng(0)
    with_first = np.stack([np.zeros(1600, dtype=np.int64), rng.integers(1, 41, size=1600)], axis=1)
    others = np.stack([rng.integers(1, 21, size=400), rng.integers(21, 41, size=400)], axis=1)
    objects = np.concatenate([with_first, others])
    rows = spread(np.arange(2000)[:, None], objects, 40, rng_for(6))
    assert len(rows) == 40
    assert np.bincount(objects[rows].ravel()).max() <= 4  # twice the average of 80 uses over 41 objects


def test_spread_keeps_nothing_for_a_quota_of_none() -> None:
    assert len(spread(np.arange(5)[:, None], np.arange(5)[:, None], 0, rng_for(0))) == 0


def test_equal_parts() -> None:
    for count in (0, 1, 7, 100):
        parts = in_equal_parts(count, 2, rng_for(count))
        assert abs(2 * parts.sum() - count) <= 1
    assert len({in_equal_parts(1, 2, rng_for(s)).item() for s in range(20)}) == 2
