import numpy as np

from factory.web.estimators.efficientdet import detected, pixel_boxes

LABELS = ("person", "???", "cup")


def boxes(count: int) -> np.ndarray:
    return np.tile([10.0, 10.0, 50.0, 40.0], (count, 1)) + np.arange(count)[:, None]


def test_boxes_of_the_padded_square_are_boxes_of_the_picture():
    # a picture of 800 x 400 fills the upper half of its square
    found = pixel_boxes(np.array([[0.0, 0.25, 0.5, 0.75], [0.4, 0.9, 0.9, 1.2]]), 800.0, 800, 400)
    assert np.allclose(found, [[200, 0, 600, 400], [720, 320, 800, 400]])


def test_detections_fall_in_score_and_end_at_the_lowest():
    scores = np.array([0.4, 0.9, 0.16, 0.1, 0.0])
    found = detected(LABELS, np.array([0, 2, 0, 0, 0]), scores, boxes(5), 0.15)
    assert found.labels == ("cup", "person", "person")
    assert found.scores.tolist() == [0.9, 0.4, 0.16]
    assert np.array_equal(found.boxes, boxes(5)[[1, 0, 2]])
    assert not found.full


def test_it_is_full_when_the_last_slot_is_taken_even_by_what_is_no_object():
    scores = np.array([0.9, 0.5, 0.2])
    found = detected(LABELS, np.array([0, 1, 7]), scores, boxes(3), 0.15)
    assert found.labels == ("person",)
    assert found.full


def test_boxes_that_lie_in_the_padding_are_no_detections():
    some = boxes(2)
    some[0] = [10, 400, 60, 400]
    assert detected(LABELS, np.array([0, 2]), np.array([0.9, 0.8]), some, 0.15).labels == ("cup",)


def test_what_is_in_a_photograph(open_model, coffee):
    (found,) = open_model("detector").detect([coffee])
    best = dict(zip(reversed(found.labels), zip(reversed(found.scores), found.boxes[::-1], strict=True), strict=True))
    assert found.labels[0] == "cup" and found.scores[0] > 0.8
    assert best["spoon"][0] > 0.4
    # from the handle to the rim
    assert np.abs(best["cup"][1] - (172, 16, 422, 310)).max() < 20
    assert (np.diff(found.scores) <= 0).all() and (found.scores >= 0.15).all()


def test_boxes_are_those_of_the_picture_whatever_its_shape(open_model, coffee):
    """The left part of a picture, which has another scale in the network's square."""
    part = np.ascontiguousarray(coffee[:, :450])
    whole, cut = open_model("detector").detect([coffee, part])
    assert whole.labels[0] == cut.labels[0] == "cup"
    assert np.abs(whole.boxes[0] - cut.boxes[0]).max() < 25


def test_a_picture_has_the_same_boxes_in_any_company(open_model, coffee):
    model = open_model("detector")
    alone = model.detect([coffee])[0]
    again = model.detect([np.ascontiguousarray(coffee[::-1]), coffee])[1]
    assert alone.labels == again.labels
    assert np.array_equal(alone.boxes, again.boxes) and np.array_equal(alone.scores, again.scores)


def test_many_people_fill_it(open_model):
    """A grid of one photograph of a person: more people than there are slots."""
    from skimage import data, transform

    person = (transform.resize(data.astronaut(), (128, 128)) * 255).astype(np.uint8)
    (found,) = open_model("detector").detect([np.tile(person, (6, 6, 1))])
    assert found.full
