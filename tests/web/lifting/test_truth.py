"""Detections that carry the truth."""

import numpy as np
import pytest

from factory.geometry.boxes import Boxes, box_corners
from factory.web.lifting.lift import lift
from factory.web.picture import Picture
from schemas.web import TrueBox
from tests.web.lifting.analytic import look, picture, seen_as
from tests.web.lifting.test_lift import CRATE, SCENE
from tests.web.synthetic_pictures import azimuths


def labelled(front=None, **camera: float):
    view = look(SCENE, **camera)
    camera_from_gravity = view.gravity_from_camera.T
    truth = TrueBox(
        center=(camera_from_gravity @ CRATE.center).tolist(),
        extents=list(CRATE.extents),
        rotation=(camera_from_gravity @ CRATE.axes).ravel().tolist(),
        front=None if front is None else (camera_from_gravity @ front).tolist(),
        visible_fraction=0.6,
    )
    return picture(view, [seen_as(view.shown == 0, "crate", object_id=4, truth=truth)]), truth


@pytest.mark.parametrize("camera", [{}, {"pitch": 25.0, "roll": 6.0}])
def test_center_and_boxes_are_the_true_ones(camera):
    image, truth = labelled(**camera)
    (found,), _ = lift(image)
    assert found.object_id == 4 and found.visible_fraction == 0.6
    assert found.center == truth.center
    corners = box_corners(
        Boxes(np.array(truth.center), np.array(truth.extents), np.array(truth.rotation).reshape(3, 3))
    )
    assert found.aabb_min == pytest.approx(corners.min(axis=0)) and found.aabb_max == pytest.approx(
        corners.max(axis=0)
    )
    # in the gravity frame the box does not depend on how the camera is held
    flat = box_corners(Boxes(np.array(CRATE.center), np.array(CRATE.extents), CRATE.axes))
    assert found.gravity_min == pytest.approx(flat.min(axis=0))
    assert found.gravity_max == pytest.approx(flat.max(axis=0))


def test_a_surface_that_does_not_fill_its_box_bounds_it():
    image, truth = labelled(pitch=15.0)
    ball = truth.model_copy(update={"reach_camera": [0.2, 0.21, 0.22], "reach_gravity": [0.23, 0.24, 0.25]})
    seen = image.detections[0].model_copy(update={"truth": ball})
    (found,), _ = lift(image.model_copy(update={"detections": [seen]}))
    assert found.center == truth.center
    for low, high, reach in (
        (found.aabb_min, found.aabb_max, ball.reach_camera),
        (found.gravity_min, found.gravity_max, ball.reach_gravity),
    ):
        assert (np.array(high) - np.array(low)) / 2 == pytest.approx(reach)
    assert (np.array(found.aabb_min) + np.array(found.aabb_max)) / 2 == pytest.approx(truth.center)


def test_points_are_those_of_mask_and_depth():
    image, _ = labelled(pitch=20.0)
    bare = image.model_copy(update={"detections": [image.detections[0].model_copy(update={"truth": None})]})
    assert lift(image)[0][0].points == lift(bare)[0][0].points


@pytest.mark.parametrize("degrees", range(0, 360, 45))
def test_a_true_front_becomes_an_azimuth_about_the_ray(degrees):
    a = np.radians(degrees)
    front = np.array([np.sin(a), 0.0, np.cos(a)])
    image, truth = labelled(front, pitch=20.0, roll=-5.0)
    (found,), _ = lift(image)
    assert found.front_camera == truth.front
    assert (found.elevation, found.rotation, found.symmetry) == (0.0, 0.0, 1)
    expected = azimuths(np.array([CRATE.center]), front[None])[0]
    assert (found.azimuth - expected + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert not np.isnan(Picture.of(image, [found]).fronts).any()


def test_without_a_front_there_is_no_orientation():
    (found,), _ = lift(labelled()[0])
    assert (found.azimuth, found.elevation, found.rotation, found.symmetry, found.front_camera) == (None,) * 5
