"""Label images against loops over pixels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.visibility.object_pixels import summarise


def blocky(seed: int, count: int) -> np.ndarray:
    """A label image of rectangles painted over each other, labels 0..count."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((rng.integers(6, 26), rng.integers(6, 26)), dtype=np.int32)
    height, width = labels.shape
    for _ in range(rng.integers(1, 9)):
        y, x = rng.integers(0, height), rng.integers(0, width)
        labels[y : y + rng.integers(1, height + 1), x : x + rng.integers(1, width + 1)] = rng.integers(0, count + 1)
    return labels


def border_distance(labels: np.ndarray, y: int, x: int) -> int:
    """Chessboard distance to the nearest pixel of another label or outside the image."""
    height, width = labels.shape
    reach = 1
    while True:
        y0, y1, x0, x1 = y - reach, y + reach + 1, x - reach, x + reach + 1
        if y0 < 0 or x0 < 0 or y1 > height or x1 > width or (labels[y0:y1, x0:x1] != labels[y, x]).any():
            return reach
        reach += 1


@given(st.integers(0, 2**31), st.integers(1, 6))
@settings(max_examples=80, deadline=None)
def test_counts_boxes_and_points_by_pixel_loops(seed, count):
    labels = blocky(seed, count)
    height, width = labels.shape
    rng = np.random.default_rng(seed + 1)
    centers = rng.uniform((-3, -3), (width + 3, height + 3), (count, 2))
    centers[rng.random(count) < 0.2] = np.nan
    ours = summarise(labels, centers)
    expected = sorted(set(labels.ravel().tolist()) - {0})
    assert ours.label.tolist() == expected
    for label, number, box, (x, y) in zip(ours.label, ours.count, ours.box, ours.point, strict=True):
        rows, columns = np.nonzero(labels == label)
        assert number == len(rows)
        assert box.tolist() == [columns.min(), rows.min(), columns.max(), rows.max()]
        assert labels[y, x] == label
        u, v = centers[label - 1]
        hit = -0.5 <= u < width - 0.5 and -0.5 <= v < height - 0.5
        if hit and labels[int(np.floor(v + 0.5)), int(np.floor(u + 0.5))] == label:
            assert abs(x - u) <= 0.5
            assert abs(y - v) <= 0.5
        else:
            mean_x, mean_y = columns.mean(), rows.mean()
            ranked = sorted(
                (-border_distance(labels, r, c), round((c - mean_x) ** 2 + (r - mean_y) ** 2, 9), r, c)
                for r, c in zip(rows, columns, strict=True)
            )
            assert (y, x) == ranked[0][2:]


def test_the_point_of_a_ring_lies_on_the_ring():
    labels = np.zeros((40, 40), dtype=np.int32)
    labels[5:35, 5:35] = 1
    labels[10:30, 10:30] = 0
    ring = summarise(labels, np.array([[20.0, 20.0]]))
    x, y = ring.point[0]
    assert labels[y, x] == 1
    solid = summarise((labels * 0 + 1).astype(np.int32), np.array([[20.2, 19.7]]))
    assert solid.point.tolist() == [[20, 20]]


def test_an_empty_image_and_no_objects():
    assert len(summarise(np.zeros((4, 5), np.int32), np.zeros((3, 2))).label) == 0
    nothing = summarise(np.zeros((4, 5), np.int32), np.zeros((0, 2)))
    assert nothing.box.shape == (0, 4)
    assert nothing.point.shape == (0, 2)
