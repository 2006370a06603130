import numpy as np
import pytest

from factory.web.lifting.overlaps import duplicates, own_masks
from factory.web.lifting.parameters import DEFAULTS
from tests.web.lifting.analytic import seen_as


def block(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((100, 100), dtype=bool)
    mask[top:bottom, left:right] = True
    return mask


WHOLE, PART, ASIDE = block(10, 60, 10, 60), block(20, 40, 20, 40), block(10, 60, 30, 80)


@pytest.mark.parametrize(
    ("masks", "labels", "scores", "dropped"),
    [
        ((WHOLE, WHOLE), ("cup", "mug"), (0.5, 0.6), [True, False]),
        ((WHOLE, WHOLE), ("cup", "mug"), (0.6, 0.6), [False, True]),
        ((WHOLE, PART), ("cup", "cup"), (0.5, 0.6), [True, False]),
        ((WHOLE, PART), ("tray", "cup"), (0.5, 0.6), [False, False]),
        ((WHOLE, ASIDE), ("cup", "cup"), (0.5, 0.6), [False, False]),
        # the middle one goes, so that the last stands for itself
        (
            (block(0, 50, 0, 50), block(0, 50, 5, 55), block(0, 50, 10, 60)),
            ("a", "b", "c"),
            (0.9, 0.8, 0.7),
            [0, 1, 0],
        ),
    ],
)
def test_what_another_stands_for_is_dropped(masks, labels, scores, dropped):
    seen = [seen_as(mask, label, score=score) for mask, label, score in zip(masks, labels, scores, strict=True)]
    assert duplicates(seen, DEFAULTS).tolist() == dropped


def test_what_lies_on_a_thing_is_not_its_own():
    masks = [WHOLE, PART, ASIDE]
    own = own_masks([seen_as(mask) for mask in masks], masks, DEFAULTS)
    assert (own[0] == (WHOLE & ~PART)).all()
    assert (own[1] == PART).all() and (own[2] == ASIDE).all()  # half of ASIDE lies in WHOLE: that is no lying on it


def test_a_thing_that_is_mostly_covered_keeps_its_pixels():
    cover = block(11, 59, 11, 59)
    own = own_masks([seen_as(WHOLE), seen_as(cover)], [WHOLE, cover], DEFAULTS)
    assert (own[0] == WHOLE).all() and (own[1] == cover).all()


def test_nothing_overlaps_nothing():
    assert duplicates([], DEFAULTS).tolist() == [] and own_masks([], [], DEFAULTS) == []
