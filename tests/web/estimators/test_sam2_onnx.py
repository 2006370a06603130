import numpy as np
import pytest

from factory.web.estimators.sam2_onnx import box_points


def test_boxes_are_points_of_the_square():
    points = box_points(np.array([[0.0, 0.0, 640.0, 480.0], [320.0, 120.0, 480.0, 240.0]]), 640, 480)
    assert points.dtype == np.float32
    assert points.tolist() == [[[0, 0], [1024, 1024]], [[512, 256], [768, 512]]]


CUP, SPOON = [171.0, 17.0, 429.0, 317.0], [320.0, 165.0, 406.0, 328.0]


@pytest.mark.slow
def test_masks_fill_what_is_in_their_boxes(open_model, coffee):
    boxes = np.array([CUP, SPOON])
    cup, spoon = open_model("segmenter").segment(coffee, boxes)
    assert cup.shape == coffee.shape[:2] and cup.dtype == bool
    for mask, (x1, y1, x2, y2) in zip((cup, spoon), boxes, strict=True):
        inside = np.zeros_like(mask)
        inside[int(y1) : int(y2), int(x1) : int(x2)] = True
        assert (mask & inside).sum() > 0.97 * mask.sum()
        # neither fills its box
        assert 0.3 < mask.sum() / inside.sum() < 0.7
    # the cup's rim and body, the bowl of the spoon, not the saucer between
    assert cup[60, 200] and cup[240, 260] and spoon[290, 365]
    assert not cup[290, 365] and not spoon[60, 200] and not (cup | spoon)[330, 300]
    assert (cup & spoon).sum() < 0.05 * spoon.sum()


@pytest.mark.slow
def test_a_mask_does_not_depend_on_the_other_boxes(open_model, coffee):
    boxes = np.array([CUP, SPOON, [0, 0, 600, 400], [100, 100, 200, 200], CUP, SPOON], dtype=float)
    model = open_model("segmenter")
    together = model.segment(coffee, boxes)
    assert np.array_equal(model.segment(coffee, boxes[5:])[0], together[5])
    assert np.array_equal(together[0], together[4])


def test_no_boxes_no_masks(open_model, coffee):
    assert open_model("segmenter").segment(coffee, np.zeros((0, 4))).shape == (0, 400, 600)
