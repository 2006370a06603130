"""GeoCalib's gravity as a frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import DataError
from factory.web.estimators.paper.gravity_geocalib import GeoCalib, GeoCalibParameters, gravity_from_up
from factory.web.estimators.weights import WeightFile, file_sha256


@pytest.fixture
def tiny(torch):
    from tests.web.estimators.paper import tiny_checkpoints

    return tiny_checkpoints


def test_a_level_camera_sees_the_gravity_frame():
    np.testing.assert_allclose(gravity_from_up(np.array([0.0, -1, 0])), np.eye(3), atol=1e-12)


@given(st.floats(-1.2, 1.2))
def test_a_camera_that_looks_up_looks_above_the_horizon(pitch):
    frame = gravity_from_up(np.array([0, -np.cos(pitch), np.sin(pitch)]))
    np.testing.assert_allclose(frame @ [0, 0, 1], [0, -np.sin(pitch), np.cos(pitch)], atol=1e-9)
    np.testing.assert_allclose(frame @ [1, 0, 0], [1, 0, 0], atol=1e-9)


def test_a_camera_along_gravity_has_no_frame():
    assert gravity_from_up(np.array([0.0, 0, 1])) is None


def saved(torch, path, up, **more):
    torch.save({"model": {"up": torch.tensor(up)}, **more}, path)
    return {"model": WeightFile("gravity", "GeoCalib", file_sha256(path), "Apache-2.0", str(path))}


def test_geocalib_through_its_interface(fake_geocalib, torch, tiny, tmp_path, pictures, known):
    weights = saved(torch, tmp_path / "pinhole.tar", [0.0, -0.8, 0.6])
    model = GeoCalib(weights, GeoCalibParameters(), tiny.machine(tmp_path))
    tall = known.copy()
    tall[1, 1] = 170.0
    one, two = model.estimate(pictures, [known, tall])
    np.testing.assert_allclose(one, [[1, 0, 0], [0, 0.8, -0.6], [0, 0.6, 0.8]], atol=1e-6)
    np.testing.assert_array_equal(one, two)
    asked = fake_geocalib.GeoCalib.asked
    assert asked == [((3, 120, 160), "pinhole", 150.0), ((3, 200, 90), "pinhole", 170.0)]
    (use,) = model.models()
    assert use.sha256 == weights["model"].sha256 and not model.is_random
    model.close()


@pytest.mark.parametrize("doubt", [np.deg2rad(11), np.nan])
def test_an_unsure_gravity_is_none(fake_geocalib, torch, tiny, tmp_path, pictures, known, doubt, monkeypatch):
    weights = saved(torch, tmp_path / "pinhole.tar", [0.0, -1, 0])
    model = GeoCalib(weights, GeoCalibParameters(), tiny.machine(tmp_path))
    assert model.estimate(pictures[:1], [known])[0] is not None
    monkeypatch.setattr(fake_geocalib.GeoCalib, "doubt", doubt)
    assert model.estimate(pictures[:1], [known]) == [None]


def test_what_is_no_geocalib_checkpoint(fake_geocalib, torch, tiny, tmp_path):
    path = tmp_path / "pinhole.tar"
    torch.save({"state": {}}, path)
    weights = {"model": WeightFile("gravity", "GeoCalib", file_sha256(path), "Apache-2.0", str(path))}
    with pytest.raises(DataError, match="expected the key model"):
        GeoCalib(weights, GeoCalibParameters(), tiny.machine(tmp_path))


def test_without_the_package_it_says_what_to_install(torch, tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "geocalib", None)
    with pytest.raises(DataError, match=r"geocalib cannot be imported.*pip install git\+https://github.com/cvg"):
        GeoCalib(tiny.random_weights("gravity"), GeoCalibParameters(), tiny.machine(tmp_path))


def test_the_frame_agrees_with_geocalibs_own_latitudes(real_geocalib, torch):
    """The height of every ray above the horizon, by GeoCalib and by the gravity frame."""
    from geocalib.camera import Pinhole
    from geocalib.gravity import Gravity
    from geocalib.perspective_fields import get_latitude_field, get_up_field

    camera = Pinhole.from_dict({"height": torch.tensor(48.0), "width": torch.tensor(64.0), "f": torch.tensor(50.0)})
    for roll, pitch in [(0.0, 0.0), (0.3, 0.0), (0.0, 0.5), (-0.4, 0.2), (0.2, -0.6)]:
        gravity = Gravity.from_rp(torch.tensor(roll), torch.tensor(pitch))
        frame = gravity_from_up(gravity.vec3d.numpy())
        v, u = np.mgrid[:48, :64]
        rays = np.stack([(u - 32) / 50, (v - 24) / 50, np.ones_like(u)], axis=-1)
        rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        ours = np.arcsin(-(rays @ frame.T)[..., 1])
        np.testing.assert_allclose(ours, get_latitude_field(camera, gravity)[0, ..., 0].numpy(), atol=1e-4)
        # in the picture's middle, up is where the frame's up is
        up = -frame.T[:, 1]
        flat = up[:2] - up[2] * rays[24, 32, :2]
        np.testing.assert_allclose(
            get_up_field(camera, gravity)[0, 24, 32].numpy(), flat / np.linalg.norm(flat), atol=1e-4
        )


@pytest.mark.slow
def test_the_real_geocalib_with_random_weights(real_geocalib, tiny, tmp_path, pictures, known):
    sure = GeoCalibParameters(max_uncertainty_deg=1e6)
    model = GeoCalib(tiny.random_weights("gravity"), sure, tiny.machine(tmp_path))
    assert model.is_random
    (frame,) = model.estimate(pictures[:1], [known])
    np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(frame) > 0 and abs(frame[0, 2]) < 1e-9


def test_a_geocalib_checkpoint_with_holes_is_refused(real_geocalib, torch, tiny, tmp_path):
    from factory.web.estimators.paper.stand_ins import geocalib

    path = tmp_path / "holes.tar"
    geocalib(path)
    content = torch.load(path, weights_only=True)
    content["model"].pop("ll_enc.conv1.conv.weight")
    torch.save(content, path)
    weights = {"model": WeightFile("gravity", "GeoCalib", file_sha256(path), "Apache-2.0", str(path))}
    with pytest.raises(DataError, match="1 weights are missing, first ll_enc"):
        GeoCalib(weights, GeoCalibParameters(), tiny.machine(tmp_path))
