"""Sets of objects: each once, told apart, slots by chance."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from factory.tasks.rng import rng_for
from factory.web.tasks.parameters import DEFAULTS
from factory.web.tasks.pools import WebPool, both_ordinal, pool_of_sets, same_reference, same_thing
from tests.web.synthetic_pictures import synthetic_picture


def test_each_set_is_there_once_for_each_choice() -> None:
    picture = synthetic_picture(3, objects=6)
    pool = pool_of_sets(picture, 3, DEFAULTS, rng_for(0), choices=2)
    found = sorted((tuple(sorted(rows)), choice) for rows, choice in zip(pool.rows.tolist(), pool.choice, strict=True))
    assert found == sorted((rows, choice) for rows in combinations(range(6), 3) for choice in (0, 1))


def test_slots_are_drawn() -> None:
    picture = synthetic_picture(3, objects=40)
    pool = pool_of_sets(picture, 2, DEFAULTS, rng_for(0))
    assert 0.45 < (pool.rows[:, 0] < pool.rows[:, 1]).mean() < 0.55


def test_large_pictures_are_sampled() -> None:
    picture = synthetic_picture(3, objects=60)
    pool = pool_of_sets(picture, 2, replace(DEFAULTS, max_pool=100), rng_for(0))
    assert 80 < len(pool) <= 100
    assert len(np.unique(np.sort(pool.rows, axis=1), axis=0)) == len(pool)


@pytest.mark.parametrize("objects", [0, 1])
def test_few_objects_make_no_pair(objects: int) -> None:
    pool = pool_of_sets(synthetic_picture(3, objects), 2, DEFAULTS, rng_for(0))
    proposal = pool.propose(pool.draw(8, rng_for(1)))
    assert proposal.candidates.rows.shape == (0, 2)
    assert not proposal.rejects


def test_things_that_cannot_be_told_apart_are_counted() -> None:
    picture = synthetic_picture(4, objects=4)
    picture = replace(
        picture,
        references=("the cup", "The cup", "the dog", "the dog"),
        reference_kinds=("class", "box", "box", "box"),
    )
    pool = pool_of_sets(picture, 2, DEFAULTS, rng_for(0))
    assert pool.propose(pool.draw(8, rng_for(0))).rejects == {"same reference": 1}
    assert not same_reference(picture)[2, 3], "coloured boxes tell them apart"


def test_the_same_thing_seen_twice_is_not_a_pair() -> None:
    picture = synthetic_picture(4, objects=4)
    centers, boxes = picture.centers.copy(), picture.boxes.copy()
    centers[1] = centers[0] + 0.9 * DEFAULTS.min_gap_m / np.sqrt(3)
    boxes[2] = (10, 10, 110, 110)
    boxes[3] = (10, 10, 110, 135)  # four fifths
    picture = replace(picture, centers=centers, boxes=boxes)
    assert same_thing(picture, DEFAULTS)[0, 1]
    assert not same_thing(picture, replace(DEFAULTS, max_box_iou=0.801))[2, 3]
    assert same_thing(picture, replace(DEFAULTS, max_box_iou=0.799))[2, 3]
    pool = pool_of_sets(picture, 2, replace(DEFAULTS, max_box_iou=0.799), rng_for(0))
    assert pool.propose(pool.draw(8, rng_for(0))).rejects == {"same thing": 2}


def test_no_more_boxes_than_colors() -> None:
    picture = synthetic_picture(5, objects=7)
    names = (*picture.references[:6], "the sixth sense")
    picture = replace(picture, references=names, reference_kinds=("box",) * 6 + ("description",))
    pool = pool_of_sets(picture, 6, replace(DEFAULTS, max_box_iou=1.0), rng_for(0))
    proposal = pool.propose(pool.draw(8, rng_for(0)))
    assert proposal.rejects == {"too many boxes": 1}
    assert (proposal.candidates.rows == 6).any(axis=1).all()


def test_places_in_a_row_tell_the_order() -> None:
    picture = replace(
        synthetic_picture(5, objects=4),
        labels=("chair", "chair", "dog", "chair"),
        reference_kinds=("ordinal", "ordinal", "ordinal", "class"),
    )
    ordered = both_ordinal(picture)
    assert ordered[0, 1]
    assert not ordered[0, 2], "rows of different things"
    assert not ordered[0, 3]


def test_a_candidate_counts_once_for_the_first_reason() -> None:
    pool = WebPool(np.arange(5)[:, None])
    pool.reject("first", np.array([True, True, False, False, False]))
    pool.reject("second", np.array([False, True, True, False, False]))
    pool.count("before", 3)
    proposal = pool.propose(pool.draw(1, rng_for(0)))
    assert proposal.rejects == {"first": 2, "second": 1, "before": 3, "beyond the quota": 1}
    assert proposal.candidates.rows[0, 0] in (3, 4)


def test_no_object_dominates() -> None:
    picture = synthetic_picture(6, objects=12)
    for seed in range(20):
        pool = pool_of_sets(picture, 2, DEFAULTS, rng_for(seed))
        uses = np.bincount(pool.rows[pool.draw(8, rng_for(seed))].ravel(), minlength=12)
        assert uses.max() <= 3


def test_answers_are_drawn_evenly() -> None:
    pool = WebPool(np.arange(400)[:, None])
    drawn = pool.draw(8, rng_for(0), (np.arange(400) < 380).astype(np.int64))
    assert (drawn < 380).sum() == 4
