"""Objects of annotated boxes: axes brought into order, and the surface inside each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from factory.geometry.boxes import Boxes, box_corners, fit_box
from factory.sources.box_objects import (
    NO_SURFACE,
    LabelledBox,
    box_from_axes,
    objects_in_boxes,
    objects_of_boxes,
)
from factory.sources.labels import Label
from schemas.scene import Box


def as_boxes(box: Box) -> Boxes:
    return Boxes(box.center, box.extents, box.rotation)


def corner_set(box: Boxes) -> list[list[float]]:
    return sorted(np.round(box_corners(box), 9).tolist())


@settings(max_examples=60, deadline=None)
@given(
    rotation=st.tuples(*[st.floats(-3, 3)] * 3),
    order=st.permutations([0, 1, 2]),
    signs=st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3),
    lengths=st.tuples(*[st.floats(0, 4)] * 3),
)
def test_any_order_and_signs_of_the_axes_give_the_same_solid(
    rotation: tuple, order: list[int], signs: tuple, lengths: tuple
) -> None:
    axes, sizes, center = Rotation.from_rotvec(rotation).as_matrix(), np.array(lengths), np.array([1.0, -2.0, 0.5])
    box = box_from_axes(center, sizes[order], (axes * np.array(signs)[:, None])[order])
    assert sorted(box.extents.tolist()) == sorted(sizes.tolist())  # exact
    assert sorted(np.abs(box.rotation.T).tolist()) == sorted(np.abs(axes).tolist())  # exact
    assert np.linalg.det(box.rotation) == pytest.approx(1)
    assert box.rotation[2, 2] == np.abs(box.rotation[2]).max() > 0
    assert box.extents[0] >= box.extents[1] and box.rotation[0, 0] >= 0
    np.testing.assert_allclose(corner_set(as_boxes(box)), corner_set(Boxes(center, sizes, axes.T)), atol=1e-8)


@settings(max_examples=40, deadline=None)
@given(yaw=st.floats(-3.2, 3.2), x=st.floats(0.3, 2), y=st.floats(0.3, 2))
def test_the_axes_are_those_of_a_fitted_box(yaw: float, x: float, y: float) -> None:
    if abs(x - y) < 0.01:
        return
    rotation = Rotation.from_euler("z", yaw).as_matrix()
    box = box_from_axes(np.zeros(3), np.array([x, y, 1.0]), rotation.T)
    fitted = fit_box(box_corners(as_boxes(box)))
    np.testing.assert_allclose(box.extents, fitted.extents, atol=1e-9)
    if abs(box.rotation[0, 0]) > 1e-9:
        np.testing.assert_allclose(box.rotation, fitted.rotation, atol=1e-6)


def test_half_turns_are_the_same_box() -> None:
    for axes in (np.diag([1.0, -1, -1]), np.diag([-1.0, -1, 1]), np.diag([-1.0, 1, 1])):
        box = box_from_axes(np.zeros(3), np.array([2.0, 1, 1]), axes)
        assert box.rotation.tolist() == np.eye(3).tolist()
        assert not np.signbit(box.rotation).any()


@pytest.mark.parametrize(
    ("center", "lengths", "axes", "words"),
    [
        ([0, 0], [1, 1, 1], np.eye(3), "expected 3, 3 and 3x3"),
        ([0, 0, 0], [1, 1, 1], np.eye(3).ravel(), "expected 3, 3 and 3x3"),
        ([0, 0, np.nan], [1, 1, 1], np.eye(3), "not finite"),
        ([0, 0, 0], [1, -1, 1], np.eye(3), "negative"),
        ([0, 0, 0], [1, 1, 1], np.eye(3) * 1.1, "perpendicular unit"),
        ([0, 0, 0], [1, 1, 1], np.zeros((3, 3)), "perpendicular unit"),
        ([0, 0, 0], [1, 1, 1], [[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]], "perpendicular unit"),
    ],
)
def test_what_is_no_box(center: list, lengths: list, axes: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        box_from_axes(center, lengths, axes)


TABLE = Label("table", False)


def labelled(object_id: int, center: tuple, extents: tuple, label: Label = TABLE) -> LabelledBox:
    box = Box(center=np.array(center), extents=np.array(extents), rotation=np.eye(3))
    return LabelledBox(object_id, label.text.upper(), label, box)


# a strip of 9 triangles along x at z = 0.5, vertex k at x = k / 2
STRIP = np.array([[k / 2, 0.1 * (k % 2), 0.5] for k in range(11)], dtype=np.float32)
TRIANGLES = np.array([[k, k + 1, k + 2] for k in range(9)], dtype=np.int32)


def test_vertices_and_faces_go_to_the_boxes_they_lie_in() -> None:
    boxes = [
        labelled(40, (4.0, 0, 0.5), (2.2, 1, 1)),  # x from 2.9 to 5.1
        labelled(7, (1.0, 0, 0.5), (2.2, 1, 1), Label("wall", True)),  # to 2.1
        labelled(9, (0, 0, 9), (1, 1, 1)),
    ]
    objects, face_object, counts = objects_in_boxes(boxes, STRIP, TRIANGLES)
    assert [one.object_id for one in objects] == [7, 9, 40]
    assert [one.vertex_ids.tolist() for one in objects] == [[0, 1, 2, 3, 4], [], [6, 7, 8, 9, 10]]
    assert face_object.tolist() == [7, 7, 7, -1, -1, -1, 40, 40, 40]  # what leaves a box is nobody's
    assert counts == {NO_SURFACE: 1}
    assert [(one.label, one.raw_label, one.is_structural) for one in objects] == [
        ("wall", "WALL", True),
        ("table", "TABLE", False),
        ("table", "TABLE", False),
    ]
    assert objects[1].box == boxes[2].box


def test_a_vertex_in_two_boxes_belongs_to_the_smaller() -> None:
    boxes = [labelled(1, (2.5, 0, 0.5), (6, 1, 1)), labelled(2, (1.0, 0, 0.5), (2.2, 1, 1))]
    objects, face_object, counts = objects_in_boxes(boxes, STRIP, TRIANGLES)
    assert [one.vertex_ids.tolist() for one in objects] == [[5, 6, 7, 8, 9, 10], [0, 1, 2, 3, 4]]
    assert face_object.tolist() == [2] * 3 + [-1] * 2 + [1] * 4 and not counts


def test_no_boxes_and_no_mesh() -> None:
    objects, face_object, counts = objects_in_boxes([], STRIP, TRIANGLES)
    assert (objects, face_object.tolist(), dict(counts)) == ([], [-1] * 9, {})
    alone = objects_of_boxes([labelled(4, (0, 0, 0), (1, 1, 1)), labelled(2, (0, 0, 0), (1, 1, 1))])
    assert [one.object_id for one in alone] == [2, 4]
    assert all(one.box is not None and not len(one.vertex_ids) for one in alone)
