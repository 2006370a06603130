"""Why detections are left out; each reason by a detection that fails for it alone."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from factory.errors import DataError
from factory.web.lifting.lift import lift
from factory.web.lifting.parameters import DEFAULTS
from schemas.web import TrueBox
from tests.web.lifting.analytic import HEIGHT, WIDTH, look, picture, seen_as
from tests.web.lifting.test_lift import SCENE

VIEW = look(SCENE, pitch=15)
MASK = VIEW.shown == 0
UNIT = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]


def reasons(detections, **change: object) -> Counter[str]:
    return lift(picture(VIEW, detections, **change))[1]


def truth(visible_fraction: float) -> TrueBox:
    return TrueBox(
        center=[0.0, 0.0, 3.0], extents=[1.0, 1.0, 1.0], rotation=UNIT, front=None, visible_fraction=visible_fraction
    )


def rectangle(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[top:bottom, left:right] = True
    return mask


def test_what_passes_is_not_counted():
    assert reasons([seen_as(MASK)]) == Counter()


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (seen_as(MASK, score=0.29), "score too low"),
        (seen_as(rectangle(100, 119, 150, 171)), "mask too small"),
        (seen_as(rectangle(0, 0, 0, 0)), "mask too small"),
        (seen_as(MASK, box=[2.0, 2.0, WIDTH - 2.0, HEIGHT - 2.0]), "box fills the picture"),
        (seen_as(rectangle(200, HEIGHT, 0, WIDTH)), "reaches over the picture"),
        (seen_as(MASK, truth=truth(0.29)), "too little of it visible"),
    ],
)
def test_what_is_known_without_depth(seen, reason):
    assert reasons([seen]) == Counter({reason: 1})


def test_the_area_is_that_of_the_stored_picture():
    small = seen_as(rectangle(100, 119, 150, 171))
    fx, _, cx, _, fy, cy, *_ = picture(VIEW, []).intrinsics
    larger = {
        "width": 2 * WIDTH,
        "height": 2 * HEIGHT,
        "intrinsics": [2 * fx, 0.0, 2 * cx + 0.5, 0.0, 2 * fy, 2 * cy + 0.5, 0.0, 0.0, 1.0],
    }
    assert reasons([small]) == Counter({"mask too small": 1})
    assert reasons([small.model_copy(update={"box": [2 * side for side in small.box]})], **larger) == Counter()


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_depth_must_be_known_of_most_of_the_mask(hole):
    rows = np.flatnonzero(MASK.any(axis=1))
    depth = VIEW.depth_m.copy()
    depth[rows[0] : rows[0] + len(rows) // 3] = hole
    assert reasons([seen_as(MASK)], depth_m=depth) == Counter({"too little depth": 1})


def test_of_a_true_box_less_depth_is_enough():
    depth = VIEW.depth_m.copy()
    depth[: np.flatnonzero(MASK.any(axis=1)).mean().astype(int)] = np.nan
    objects, rejects = lift(picture(VIEW, [seen_as(MASK, truth=truth(0.3))], depth_m=depth))
    assert not rejects and objects[0].depth_fraction < 0.8
    assert objects[0].center == [0.0, 0.0, 3.0]


def test_the_far_away():
    assert reasons([seen_as(MASK)], depth_m=VIEW.depth_m * 20) == Counter({"too far away": 1})


def test_few_points():
    strict = replace(DEFAULTS, min_points_before=10_000)
    assert lift(picture(VIEW, [seen_as(MASK)]), strict)[1] == Counter({"too few points": 1})
    strict = replace(DEFAULTS, min_points_after=10_000)
    assert lift(picture(VIEW, [seen_as(MASK)]), strict)[1] == Counter({"too few points on one body": 1})


def test_the_same_thing_twice_is_one_object():
    shifted = np.roll(MASK, 2, axis=1)
    better, worse = seen_as(MASK, "crate", score=0.8), seen_as(shifted, "box", score=0.6)
    for order in ([better, worse], [worse, better]):
        objects, rejects = lift(picture(VIEW, order))
        assert [one.label for one in objects] == ["crate"] and rejects == Counter({"duplicate of another": 1})


@pytest.mark.parametrize(
    ("mask", "truncated"),
    [
        (rectangle(60, 160, 100, 220), False),
        (rectangle(60, 160, 0, 120), True),
        (rectangle(140, HEIGHT, WIDTH - 120, WIDTH), True),
        (rectangle(1, 100, 100, 220), True),  # within a pixel of the border
        (rectangle(2, 100, 100, 220), False),
    ],
)
def test_what_touches_the_border_is_kept_and_marked(mask, truncated):
    wall = np.full((HEIGHT, WIDTH), 3.0)
    objects, rejects = lift(picture(VIEW, [seen_as(mask)], depth_m=wall))
    assert not rejects and [one.truncated for one in objects] == [truncated]


def test_masks_of_another_size_are_refused():
    with pytest.raises(DataError, match=r"160 x 120 pixels over a depth map of 320 x 240"):
        lift(picture(VIEW, [seen_as(MASK[::2, ::2])]))


def test_a_picture_without_detections_decodes_no_depth():
    assert lift(picture(VIEW, [], depth=b"")) == ([], Counter())
