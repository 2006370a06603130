import numpy as np
import pytest

from factory.web.lifting.occlusion import occluders
from factory.web.lifting.parameters import DEFAULTS
from tests.web.lifting.analytic import BACK, FLOOR, Block, look

NEAR, FAR = Block((-0.2, 0.6, 2.0), (0.6, 0.8, 0.3)), Block((0.4, 0.5, 3.2), (1.2, 1.0, 0.3))


def who_hides_whom(solids, count):
    view = look([*solids, FLOOR, BACK], pitch=10)
    masks = [view.shown == place for place in range(count)]
    return occluders(masks, view.depth_m, DEFAULTS), view, masks


def test_the_nearer_of_two_hides_the_other():
    assert who_hides_whom([NEAR, FAR], 2)[0] == [[], [0]]
    assert who_hides_whom([FAR, NEAR], 2)[0] == [[1], []]


def test_things_side_by_side_or_apart_hide_nothing():
    left, right = Block((-0.4, 0.5, 3.0), (0.6, 0.8, 0.3)), Block((0.2, 0.5, 3.0), (0.6, 0.8, 0.3))
    assert who_hides_whom([left, right], 2)[0] == [[], []]
    assert who_hides_whom([Block((-1.2, 0.5, 2.0), (0.4, 0.8, 0.3)), FAR], 2)[0] == [[], []]


def test_several_in_a_row_and_in_order():
    middle = Block((0.1, 0.6, 2.6), (0.7, 1.0, 0.2))
    assert who_hides_whom([FAR, NEAR, middle], 3)[0] == [[2], [], [1]]


def test_without_depth_along_the_border_nothing_is_said():
    _, view, masks = who_hides_whom([NEAR, FAR], 2)
    assert occluders(masks, np.full(view.depth_m.shape, np.nan), DEFAULTS) == [[], []]


@pytest.mark.parametrize("gap", [0, 2, 6])
def test_masks_need_not_touch_quite(gap):
    depth = np.full((60, 60), 3.0)
    depth[:, :30] = 2.0
    near, far = np.zeros((2, 60, 60), dtype=bool)
    near[10:50, 10:30], far[10:50, 30 + gap : 55] = True, True
    assert occluders([near, far], depth, DEFAULTS) == ([[], [0]] if gap < DEFAULTS.contact_px else [[], []])


def test_one_alone_is_hidden_by_none():
    assert occluders([np.ones((5, 5), dtype=bool)], np.ones((5, 5)), DEFAULTS) == [[]]
    assert occluders([], np.ones((5, 5)), DEFAULTS) == []
