"""Phrases by place agree with a count from the left."""

import numpy as np
import pytest

from factory.web.references.ordinals import ordinals


@pytest.mark.parametrize(
    ("count", "phrases"),
    [
        (2, ["the cup on the left", "the cup on the right"]),
        (3, ["the leftmost cup", "the second cup from the left", "the rightmost cup"]),
        (
            4,
            ["the leftmost cup", "the second cup from the left", "the second cup from the right", "the rightmost cup"],
        ),
        (
            5,
            [
                "the leftmost cup",
                "the second cup from the left",
                "the third cup from the left",
                "the second cup from the right",
                "the rightmost cup",
            ],
        ),
    ],
)
def test_phrases_from_left_to_right_whatever_the_order_of_the_boxes(count: int, phrases: list[str]) -> None:
    left = 100.0 * np.arange(count)
    boxes = np.stack([left, np.zeros(count), left + 50, np.full(count, 80.0)], axis=1)
    shuffled = np.random.default_rng(count).permutation(count)
    assert ordinals(boxes[shuffled], 1000, "cup") == [phrases[i] for i in shuffled]


def test_one_and_too_many_have_no_order() -> None:
    left = 20.0 * np.arange(7)
    boxes = np.stack([left, np.zeros(7), left + 10, np.full(7, 80.0)], axis=1)
    assert ordinals(boxes, 200, "cup") is None
    assert ordinals(boxes[:1], 200, "cup") is None
    assert ordinals(boxes[:6], 200, "cup") is not None
