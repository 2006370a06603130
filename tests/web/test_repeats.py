import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.web.repeats import not_repeated

boxes_of = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 20)), min_size=0, max_size=12
)


def iou(a, b) -> float:
    ax, ay, aw, ah = a
    bx, by, bw, bh = b
    cells = {(x, y) for x in range(ax, ax + aw) for y in range(ay, ay + ah)}
    others = {(x, y) for x in range(bx, bx + bw) for y in range(by, by + bh)}
    return len(cells & others) / len(cells | others)


@settings(max_examples=200, deadline=None)
@given(boxes_of, st.integers(0, 1000), st.sampled_from([0.3, 0.6]))
def test_against_counting_cells(boxes, seed, same):
    rng = np.random.default_rng(seed)
    labels = [str(label) for label in rng.choice(["chair", "table"], size=len(boxes))]
    scores = rng.choice([0.2, 0.5, 0.9], size=len(boxes))
    expected = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(labels[j] != labels[i] or iou(boxes[i], boxes[j]) < same for j in expected):
            expected.append(i)
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], dtype=float).reshape(-1, 4)
    assert not_repeated(labels, scores, corners, same).tolist() == expected
