"""Boxes from detectors."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from factory.web.estimators.paper.boxes import kept, pixel_boxes


def overlap(a, b):
    """Intersection over union of two boxes, cell by cell."""
    cells = np.zeros((2, 12, 12), dtype=bool)
    for cell, (x1, y1, x2, y2) in zip(cells, (a, b), strict=True):
        cell[y1:y2, x1:x2] = True
    return (cells[0] & cells[1]).sum() / (cells[0] | cells[1]).sum()


boxes_strategy = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)),
    max_size=8,
)


@given(boxes_strategy, st.sampled_from([0.2, 0.5, 0.9]))
def test_kept_is_the_greedy_choice(drawn, limit):
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in drawn]).reshape(-1, 4)
    scores = np.array([score / 4 for *_, score in drawn])
    expected = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(overlap(boxes[i], boxes[j]) <= limit + 1e-9 for j in expected):
            expected.append(i)
    assert kept(boxes.astype(float), scores, limit).tolist() == expected


def test_boxes_without_area_go():
    boxes = np.array([[3.0, 3, 3, 9], [0, 0, 5, 5]])
    assert kept(boxes, np.array([0.9, 0.1]), 0.5).tolist() == [1]


def test_pixel_boxes_are_corners_inside_the_picture():
    relative = np.array([[0.5, 0.5, 0.5, 0.25], [0.0, 1.0, 0.5, 0.5]])
    found = pixel_boxes(relative, 200, 100, (100, 200))
    np.testing.assert_allclose(found, [[50, 37.5, 150, 62.5], [0, 75, 50, 100]])
    # a square frame around a wide picture reaches below it
    np.testing.assert_allclose(pixel_boxes(np.array([[0.5, 0.5, 1, 1]]), 200, 200, (100, 200)), [[0, 0, 200, 100]])
