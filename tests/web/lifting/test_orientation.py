import numpy as np
import pytest

from factory.web.lifting.lift import lift
from factory.web.lifting.orientation import azimuth_of_front, camera_from_ray, front_from_angles
from tests.web.lifting.analytic import look, picture, seen_as
from tests.web.lifting.test_lift import SCENE

CENTERS = [np.array(c) for c in ((0.0, 0.0, 2.0), (1.5, 0.0, 2.0), (-2.0, 0.7, 3.0), (0.4, -1.0, 1.5))]


@pytest.mark.parametrize("center", CENTERS, ids=str)
def test_a_ray_camera_is_a_rotation_that_looks_at_the_center_and_stays_level(center):
    turn = camera_from_ray(center)
    assert turn @ turn.T == pytest.approx(np.eye(3)) and np.linalg.det(turn) == pytest.approx(1)
    assert turn[:, 2] == pytest.approx(center / np.linalg.norm(center))
    assert turn[1, 0] == 0 and turn[0, 0] > 0 and turn[1, 1] > 0


@pytest.mark.parametrize("center", CENTERS, ids=str)
def test_azimuth_0_faces_the_camera_and_180_away(center):
    ray = center / np.linalg.norm(center)
    assert front_from_angles(0, 0, center) == pytest.approx(-ray)
    assert front_from_angles(180, 0, center) == pytest.approx(ray)


def test_azimuth_90_faces_the_left_of_the_picture_and_elevation_tilts_the_front_down():
    ahead = CENTERS[0]
    assert front_from_angles(90, 0, ahead) == pytest.approx([-1, 0, 0])
    assert front_from_angles(270, 0, ahead) == pytest.approx([1, 0, 0])
    # seen from above (elevation 30), what faces the camera points below it
    assert front_from_angles(0, 30, ahead) == pytest.approx([0, 0.5, -np.sqrt(0.75)])


@pytest.mark.parametrize("azimuth", range(0, 360, 15))
@pytest.mark.parametrize("center", CENTERS[:2], ids=str)
def test_azimuths_of_fronts_undo_fronts_of_azimuths(azimuth, center):
    assert azimuth_of_front(front_from_angles(azimuth, 0, center), center, None) % 360 == pytest.approx(azimuth)


@pytest.mark.parametrize(
    ("change", "usable"),
    [
        ({}, True),
        ({"symmetry": 0}, False),
        ({"symmetry": 2}, False),
        ({"rotation": 15.0}, True),
        ({"rotation": -16.0}, False),
        ({"azimuth": None}, False),
        ({"symmetry": None}, False),
    ],
)
def test_only_one_unturned_front_is_used(change, usable):
    view = look(SCENE, pitch=15)
    angles = {"azimuth": 30.0, "elevation": 10.0, "rotation": 0.0, "symmetry": 1} | change
    (found,), _ = lift(picture(view, [seen_as(view.shown == 0, **angles)]))
    assert (found.front_camera is not None) == usable
    assert (found.azimuth, found.symmetry) == (angles["azimuth"], angles["symmetry"])
    if usable:
        assert found.front_camera == pytest.approx(front_from_angles(30, 10, np.array(found.center)))
