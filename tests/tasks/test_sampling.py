"""Enumeration, sampling and an even choice."""

from itertools import combinations as every_combination
from itertools import permutations
from math import comb

import numpy as np
import pytest

from factory.tasks.rng import rng_for
from factory.tasks.sampling import (
    Pool,
    combinations,
    different_numbers,
    fair_shares,
    first_of_each,
    in_equal_parts,
    log_classes,
    spread,
)

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


def test_fair_shares_fill_the_quota_as_evenly_as_the_counts_allow() -> None:
    assert fair_shares(np.array([100, 100, 100]), 60, rng_for(0)).tolist() == [20, 20, 20]
    assert fair_shares(np.array([5, 100, 100]), 60, rng_for(0)).sum() == 60
    assert sorted(fair_shares(np.array([5, 100, 100]), 60, rng_for(0)).tolist()) == [5, 27, 28]
    assert fair_shares(np.array([0, 2, 3]), 60, rng_for(0)).tolist() == [0, 2, 3]
    assert fair_shares(np.zeros(0, dtype=np.int64), 60, rng_for(0)).tolist() == []
    rng = np.random.default_rng(0)
    for _ in range(50):
        counts = rng.integers(0, 30, size=6)
        quota = int(rng.integers(0, 120))
        shares = fair_shares(counts, quota, rng)
        assert shares.sum() == min(quota, counts.sum())
        assert (shares <= counts).all()
        unfilled = shares[shares < counts]
        assert shares.max() <= unfilled.min(initial=999) + 1


def test_what_is_left_over_goes_to_any_class() -> None:
    shares = [fair_shares(np.full(3, 10), 4, rng_for(seed)).tolist() for seed in range(60)]
    assert {tuple(share) for share in shares} == {(2, 1, 1), (1, 2, 1), (1, 1, 2)}


def pool_of(classes: np.ndarray) -> Pool:
    rows = np.arange(len(classes))[:, None]
    return Pool(rows, rows)


def test_classes_are_drawn_evenly_among_what_is_left() -> None:
    classes = np.repeat([0, 1, 2, 3], [1000, 300, 40, 6])
    pool = pool_of(classes)
    pool.reject("half of a class", (classes == 2) & (np.arange(len(classes)) % 2 == 0))
    drawn = np.bincount(classes[pool.draw(100, rng_for(0), classes)])
    assert drawn[2:].tolist() == [20, 6]
    assert drawn[:2].tolist() == [37, 37]


def test_no_number_of_a_class_is_favoured() -> None:
    classes = np.arange(900) % 7
    extra = np.zeros(7)
    for seed in range(70):
        extra += np.bincount(classes[pool_of(classes).draw(10, rng_for(seed), classes)], minlength=7) - 1
    assert extra.sum() == 70 * 3
    assert (extra > 15).all()


def test_levels_of_classes_are_even_from_the_first_on() -> None:
    # of the first kind there are only two sorts, of the second three, one of them rare
    levels = np.array([[0, 0]] * 500 + [[0, 1]] * 500 + [[1, 0]] * 300 + [[1, 1]] * 300 + [[1, 2]] * 4)
    rows = pool_of(levels).draw(120, rng_for(0), levels)
    kinds, counts = np.unique(levels[rows], axis=0, return_counts=True)
    assert dict(zip(map(tuple, kinds.tolist()), counts.tolist(), strict=True)) == {
        (0, 0): 30,
        (0, 1): 30,
        (1, 0): 28,
        (1, 1): 28,
        (1, 2): 4,
    }
    flat = 3 * levels[:, 0] + levels[:, 1]
    rows = pool_of(levels).draw(120, rng_for(0), flat)
    assert np.bincount(levels[rows, 0]).tolist() == [58, 62]


def test_classes_of_numbers_have_equal_ratios() -> None:
    borders = 0.5 * 16 ** (np.arange(9) / 8)
    inside = np.sqrt(borders[1:] * borders[:-1])
    assert log_classes(inside, 0.5, 8.0).tolist() == list(range(8))
    assert log_classes(np.array([0.01, 0.5, 8.0, 50.0]), 0.5, 8.0).tolist() == [0, 0, 7, 7]


def test_candidates_without_objects_are_spread_over_views() -> None:
    views = np.repeat(np.arange(10), 20)[:, None]
    rows = spread(views, np.zeros((200, 0), dtype=np.int64), 20, np.random.default_rng(0))
    assert np.bincount(views[rows, 0], minlength=10).max() <= 4
    assert len(set(rows.tolist())) == 20


def test_what_was_ruled_out_before_is_counted() -> None:
    pool = Pool(np.zeros((2, 1), dtype=np.int64), np.array([[0], [1]]))
    pool.count("too dark", 3)
    pool.count("too bright", 0)
    assert pool.propose(pool.draw(5, np.random.default_rng(0))).rejects == {"too dark": 3}


@pytest.mark.parametrize(("size", "below"), [(1, 3), (2, 2), (3, 5), (5, 5)])
def test_different_numbers_take_every_order_equally_often(size: int, below: int) -> None:
    orders = np.array(list(permutations(range(below), size)))
    drawn = different_numbers(200 * len(orders), size, below, rng_for(0, "different"))
    found, counts = np.unique(drawn, axis=0, return_counts=True)
    assert found.tolist() == orders.tolist()
    assert counts.min() > 130
    assert counts.max() < 270  # five standard deviations


def test_first_of_each_keeps_the_order_of_rows() -> None:
    rows = np.array([[3, 1], [256, 1], [3, 1], [1, 256], [-1, 3], [256, 1], [1, 3]])
    assert first_of_each(rows).tolist() == [0, 1, 3, 4, 6]
    assert first_of_each(rows[:, ::-1]).tolist() == [0, 1, 3, 4, 6]
    assert first_of_each(rows[:0]).tolist() == []
