import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.web.estimators.stack import StackConfig, open_role

places = st.floats(-5, 35)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(places, places, places, places), max_size=4))
def test_a_pixel_is_inside_when_its_middle_is(boxes):
    boxes = np.array(boxes, dtype=float).reshape(-1, 4)
    masks = open_role(StackConfig(masks="box"), "segmenter").segment(np.zeros((20, 30, 3), dtype=np.uint8), boxes)
    assert masks.shape == (len(boxes), 20, 30)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
        for row in range(0, 20, 3):
            for column in range(0, 30, 3):
                assert mask[row, column] == (x1 <= column + 0.5 < x2 and y1 <= row + 0.5 < y2)


def test_a_box_of_whole_pixels_has_its_area():
    box = np.array([[3.0, 4.0, 10.0, 9.0]])
    mask = open_role(StackConfig(masks="box"), "segmenter").segment(np.zeros((20, 30, 3), dtype=np.uint8), box)[0]
    assert mask.sum() == 35 and mask[4:9, 3:10].all()
