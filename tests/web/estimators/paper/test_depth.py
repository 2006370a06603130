"""Metric depth: transformers' models and MoGe-2."""

import json

import numpy as np
import pytest

from factory.errors import DataError
from factory.web.estimators.paper.depth_frames import map_size
from factory.web.estimators.paper.depth_moge import Moge, MogeParameters, depth_of, pixel_intrinsics
from factory.web.estimators.paper.depth_transformers import TransformersDepth
from factory.web.estimators.weights import RANDOM, WeightFile, file_sha256
from schemas.base import Record

KINDS = ["depth_anything", "zoedepth", "glpn", "depth_pro"]


@pytest.fixture
def tiny(torch):
    from tests.web.estimators.paper import tiny_checkpoints

    return tiny_checkpoints


@pytest.fixture(params=KINDS)
def checkpoint(request, tiny, tmp_path):
    """Each kind, from its own files."""
    path = tmp_path / request.param
    if request.param == "depth_anything":
        from factory.web.estimators.paper.stand_ins import depth_anything

        depth_anything(path)
    else:
        getattr(tiny, request.param)(path)
    return path


def test_depth_has_the_pictures_aspect_and_is_finite(checkpoint, tiny, tmp_path, pictures):
    model = TransformersDepth(tiny.weights_at("depth", checkpoint), Record(), tiny.machine(tmp_path))
    found = model.estimate(pictures, [None, None])
    assert len(found) == 2
    for depth, picture in zip(found, pictures, strict=True):
        height, width = depth.depth_m.shape
        assert depth.depth_m.dtype == np.float32
        assert abs(height / width - picture.shape[0] / picture.shape[1]) < 0.03
        assert height <= picture.shape[0] and np.isfinite(depth.depth_m).all() and depth.depth_m.min() > 0
        assert np.ptp(depth.depth_m) > 0
    model.close()


def test_a_batch_tells_what_single_pictures_tell(checkpoint, tiny, tmp_path, pictures):
    three = [pictures[0], pictures[1], pictures[0][::-1].copy()]
    weights = tiny.weights_at("depth", checkpoint)
    together = TransformersDepth(weights, Record(), tiny.machine(tmp_path, batch_size=4)).estimate(three, [None] * 3)
    alone = TransformersDepth(weights, Record(), tiny.machine(tmp_path, batch_size=1))
    for picture, depth in zip(three, together, strict=True):
        (single,) = alone.estimate([picture], [None])
        np.testing.assert_allclose(depth.depth_m, single.depth_m, rtol=1e-4)
    assert not np.array_equal(together[0].depth_m, together[2].depth_m)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_half_precision_is_near(checkpoint, tiny, tmp_path, pictures, precision):
    weights = tiny.weights_at("depth", checkpoint)
    whole = TransformersDepth(weights, Record(), tiny.machine(tmp_path)).estimate(pictures, [None, None])
    half = TransformersDepth(weights, Record(), tiny.machine(tmp_path, precision=precision)).estimate(
        pictures, [None, None]
    )
    for a, b in zip(whole, half, strict=True):
        assert b.depth_m.dtype == np.float32
        near = np.abs(np.log(b.depth_m / a.depth_m))
        assert np.median(near) < 0.1


def test_a_known_focal_length_scales_depth_pro(tiny, tmp_path, pictures):
    model = TransformersDepth(
        tiny.weights_at("depth", tiny.depth_pro(tmp_path / "pro")), Record(), tiny.machine(tmp_path)
    )
    told = model.estimate(pictures[:1], [None])[0]
    assert told.intrinsics is not None and told.intrinsics[0, 2] == 79.5
    double = told.intrinsics.copy()
    double[0, 0] *= 2
    scaled = model.estimate(pictures[:1], [double])[0]
    inside = (told.depth_m > 2e-4) & (scaled.depth_m < 9e3)
    np.testing.assert_allclose(scaled.depth_m[inside], 2 * told.depth_m[inside], rtol=1e-4)
    assert scaled.intrinsics is None


def test_zoedepths_margin_is_cut_off(tiny, tmp_path):
    """Depth that rises from left to right over the picture is told from its left to its right end."""
    from factory.web.estimators.paper.depth_frames import ProcessorFrame

    torch = pytest.importorskip("torch")

    class Padding:
        do_pad = True

    height, width = 120, 160
    across, down = int(3 * (width / 2) ** 0.5), int(3 * (height / 2) ** 0.5)
    columns = torch.arange(-across, width + across, dtype=torch.float32)
    depth = (columns + 100).repeat(height + 2 * down, 1)

    class Output:
        predicted_depth = depth[None]

    found = ProcessorFrame(torch, Padding(), padded=True).read(Output(), 0, (height, width), None).depth_m
    np.testing.assert_allclose(found, np.broadcast_to(np.arange(width) + 100.0, (height, width)), rtol=1e-5)


def test_relative_depth_is_refused(tiny, tmp_path):
    path = tiny.relative_depth(tmp_path / "relative")
    with pytest.raises(DataError, match=r"relative depth.*metric"):
        TransformersDepth(tiny.weights_at("depth", path), Record(), tiny.machine(tmp_path))


def test_another_kind_of_model_is_refused(tiny, tmp_path):
    path = tiny.glpn(tmp_path / "glpn")
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "model_type": "dpt"}))
    with pytest.raises(DataError, match="without scale"):
        TransformersDepth(tiny.weights_at("depth", path), Record(), tiny.machine(tmp_path))


def test_a_checkpoint_with_holes_is_refused(torch, tiny, tmp_path):
    """Transformers itself would go on with random numbers."""
    from safetensors.torch import load_file, save_file

    path = tiny.glpn(tmp_path / "glpn")
    weights = load_file(path / "model.safetensors")
    weights.pop(next(name for name in weights if name.startswith("head")))
    save_file(weights, path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DataError, match="1 weights of GLPNForDepthEstimation are missing"):
        TransformersDepth(tiny.weights_at("depth", path), Record(), tiny.machine(tmp_path))


def test_map_size_never_grows():
    assert map_size((120, 160), 80) == (60, 80)
    assert map_size((120, 160), 640) == (120, 160)
    assert map_size((3, 4000), 100) == (1, 100)


def test_moge_intrinsics_are_pixels_with_centers_at_integers():
    normalised = np.array([[0.8, 0, 0.5], [0, 1.2, 0.5], [0, 0, 1]])
    found = pixel_intrinsics(normalised, (480, 640))
    np.testing.assert_allclose(found, [[512, 0, 319.5], [0, 576, 239.5], [0, 0, 1]])
    # the point on the optical axis falls on the middle between the middle pixels
    assert pixel_intrinsics(-normalised, (480, 640)) is None
    assert pixel_intrinsics(normalised * np.nan, (480, 640)) is None


def test_outside_moges_mask_is_sky():
    depth = np.array([[1.0, 2.0], [np.inf, -1.0]], dtype=np.float32)
    mask = np.array([[True, False], [True, True]])
    np.testing.assert_array_equal(depth_of(depth, mask), np.array([[1, np.inf], [np.nan, np.nan]], dtype=np.float32))


def moge_weights(torch, path, state=None, config=None, **more):
    torch.save({"model_config": config or {"factor": 3.0}, "model": state, **more}, path)
    return {"model": WeightFile("depth", "MoGe-2", file_sha256(path), "MIT", str(path))}


def test_moge_through_its_interface(fake_moge, torch, tiny, tmp_path, pictures, known):
    weights = moge_weights(torch, tmp_path / "model.pt", {"scale_head.weight": torch.ones(1, 1)})
    model = Moge(weights, MogeParameters(), tiny.machine(tmp_path))
    dark = pictures[0].copy()
    dark[:40] = 0
    one, two, three = model.estimate([dark, pictures[1], pictures[0]], [None, None, known])
    assert np.isinf(one.depth_m[:40]).all() and np.isfinite(one.depth_m[41:]).all()
    expected = 3 * (2 + pictures[1].mean(axis=-1) / 255)
    np.testing.assert_allclose(two.depth_m, np.where(pictures[1].any(axis=-1), expected, np.inf), rtol=1e-5)
    np.testing.assert_allclose(one.intrinsics, [[80, 0, 79.5], [0, 80, 59.5], [0, 0, 1]], rtol=1e-6)
    np.testing.assert_allclose(three.intrinsics, known, rtol=1e-6)
    assert not model._model.mixed
    (use,) = model.models()
    assert use.sha256 == weights["model"].sha256 and use.licence == "MIT" and not model.is_random


def test_moge_sees_large_pictures_smaller(fake_moge, torch, tiny, tmp_path):
    weights = moge_weights(torch, tmp_path / "model.pt", {"scale_head.weight": torch.ones(1, 1)})
    model = Moge(weights, MogeParameters(longest_side=64), tiny.machine(tmp_path))
    (found,) = model.estimate([np.full((96, 128, 3), 200, dtype=np.uint8)], [None])
    assert found.depth_m.shape == (48, 64)
    np.testing.assert_allclose(found.intrinsics, [[64, 0, 63.5], [0, 64, 47.5], [0, 0, 1]], rtol=1e-6)


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ({"state_dict": {}}, "expected the keys model_config and model"),
        ({"model_config": {"factor": 1.0}, "model": {}}, "1 weights are missing, first scale_head.weight"),
        ({"model_config": {"other": 1.0}, "model": {}}, "cannot be made of it"),
    ],
)
def test_what_is_no_moge_checkpoint(fake_moge, torch, tiny, tmp_path, saved, words):
    path = tmp_path / "model.pt"
    torch.save(saved, path)
    weights = {"model": WeightFile("depth", "MoGe-2", file_sha256(path), "MIT", str(path))}
    with pytest.raises(DataError, match=words):
        Moge(weights, MogeParameters(), tiny.machine(tmp_path))


def test_what_is_no_checkpoint_at_all(fake_moge, tiny, tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"<html>not found</html>")
    weights = {"model": WeightFile("depth", "MoGe-2", file_sha256(path), "MIT", str(path))}
    with pytest.raises(DataError, match=r"model\.pt: not a torch checkpoint"):
        Moge(weights, MogeParameters(), tiny.machine(tmp_path))


def test_missing_weights_are_named_with_their_place(fake_moge, tiny, tmp_path):
    weights = {"model": WeightFile("depth", "MoGe-2", "0" * 64, "MIT", str(tmp_path / "moge-2.pt"))}
    with pytest.raises(DataError, match=r"moge-2\.pt.*MoGe-2 \(depth\) are not there; wanted is one file \(\.pt\)"):
        Moge(weights, MogeParameters(), tiny.machine(tmp_path))


def test_the_real_moge_with_random_weights(real_moge, tiny, tmp_path, pictures, known):
    model = Moge(tiny.random_weights("depth"), MogeParameters(), tiny.machine(tmp_path))
    assert model.is_random and model.models()[0].sha256 == RANDOM
    found = model.estimate([pictures[0], pictures[1]], [known, None])
    assert [depth.depth_m.shape for depth in found] == [picture.shape[:2] for picture in pictures]
    assert np.isfinite(found[0].depth_m).mean() > 0.5
    np.testing.assert_allclose(found[0].intrinsics, known, rtol=1e-4)


def test_the_real_moge_in_batches(real_moge, tiny, tmp_path, pictures, known):
    three = [pictures[0], pictures[0][:, ::-1].copy(), pictures[0][::-1].copy()]
    weights = tiny.random_weights("depth")
    together = Moge(weights, MogeParameters(), tiny.machine(tmp_path, batch_size=3)).estimate(three, [known] * 3)
    alone = Moge(weights, MogeParameters(), tiny.machine(tmp_path, batch_size=1))
    for picture, depth in zip(three, together, strict=True):
        (single,) = alone.estimate([picture], [known])
        np.testing.assert_allclose(depth.depth_m, single.depth_m, rtol=1e-3)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_the_real_moge_in_half_precision(real_moge, tiny, tmp_path, pictures, known, precision):
    weights = tiny.random_weights("depth")
    (whole,) = Moge(weights, MogeParameters(), tiny.machine(tmp_path)).estimate(pictures[:1], [known])
    model = Moge(weights, MogeParameters(), tiny.machine(tmp_path, precision=precision))
    (half,) = model.estimate(pictures[:1], [known])
    assert half.depth_m.dtype == np.float32
    assert np.median(np.abs(np.log(half.depth_m / whole.depth_m))) < 0.1
