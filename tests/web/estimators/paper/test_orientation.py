"""Orient Anything V2: what goes in, what comes out, and the ways to run it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.errors import DataError
from factory.web.estimators.paper.orientation import OrientAnything
from factory.web.estimators.paper.orientation_angles import decode, fronts
from factory.web.estimators.paper.orientation_crop import SIDE, object_crop
from factory.web.estimators.protocols import Orientation
from factory.web.estimators.weights import RANDOM, WeightFile, file_sha256
from schemas.base import Record


@pytest.fixture
def tiny(torch):
    from tests.web.estimators.paper import tiny_checkpoints

    return tiny_checkpoints


def peaks(fold, peak, middle):
    """A likelihood with `fold` equal peaks."""
    x = np.linspace(0, 2 * np.pi, 360)
    return np.exp(peak * np.cos(fold * (x - middle)) - peak)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([1, 2, 4]), st.floats(0.8, 2.0), st.floats(0, 2 * np.pi), st.floats(1e-3, 1))
def test_as_many_fronts_as_peaks(fold, peak, middle, scale):
    assert fronts(scale * peaks(fold, peak, middle)) == fold


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_noise_has_no_front(seed):
    assert fronts(np.random.default_rng(seed).uniform(0.4, 0.6, 360)) == 0


@pytest.mark.parametrize(("fold", "too_flat"), [(1, 0.4), (2, 0.35), (4, 0.15)])
def test_a_flat_peak_is_no_front(fold, too_flat):
    assert fronts(peaks(fold, too_flat, 1.0)) == 0


def test_three_peaks_are_not_asked_for():
    assert fronts(peaks(3, 1.5, 0.0)) == 0


@given(st.integers(0, 359), st.integers(-90, 89), st.integers(-180, 179))
@settings(deadline=None, max_examples=30)
def test_angles_are_the_likeliest_degrees(azimuth, elevation, rotation):
    outputs = np.concatenate(
        [
            2 * np.cos(np.deg2rad(np.arange(360) - azimuth)) - 1,
            -np.abs(np.arange(-90, 90) - elevation).astype(float),
            -np.abs(np.arange(-180, 180) - rotation).astype(float),
        ]
    )
    assert decode(outputs.astype(np.float32)) == Orientation(azimuth, elevation, rotation, 1)


def test_the_crop_is_the_object_on_white_in_the_middle():
    picture = np.zeros((100, 200, 3), dtype=np.uint8)
    picture[20:60, 50:150] = (255, 0, 0)
    mask = np.zeros((100, 200), dtype=bool)
    mask[20:60, 50:150] = True
    mask[30:40, 60:70] = False  # a hole shows the background, which is white
    crop = object_crop(picture, mask)
    assert crop.shape == (3, SIDE, SIDE) and crop.dtype == np.float32 and crop.min() >= 0 and crop.max() <= 1
    red = (crop[0] > 0.9) & (crop[1] < 0.1)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert len(columns) / SIDE == pytest.approx(0.85, abs=0.02)  # the longer side
    assert len(rows) / len(columns) == pytest.approx(0.4, abs=0.02)  # the object's aspect
    assert abs(rows[0] + rows[-1] - SIDE) < 8 and abs(columns[0] + columns[-1] - SIDE) < 8
    assert (crop[:, :100] == 1).all()
    scale = len(columns) / 100
    hole = crop[:, int(rows[0] + 15 * scale), int(columns[0] + 15 * scale)]
    np.testing.assert_allclose(hole, 1, atol=0.02)


def test_an_empty_mask_has_no_crop():
    assert object_crop(np.zeros((10, 10, 3), dtype=np.uint8), np.zeros((10, 10), dtype=bool)) is None


@pytest.fixture
def masks(pictures):
    found = np.zeros((3, *pictures[0].shape[:2]), dtype=bool)
    found[0, 20:60, 30:90], found[2, 5:110, 100:150] = True, True
    return found


def test_the_original_through_its_interface(fake_vision_tower, torch, tiny, tmp_path, pictures, masks):
    path = tmp_path / "rotmod_realrotaug_best.pt"
    torch.save({"shift": torch.ones(1)}, path)
    weights = {"model": WeightFile("orientation", "Orient Anything V2", file_sha256(path), "CC-BY-4.0", str(path))}
    model = OrientAnything(weights, Record(), tiny.machine(tmp_path))
    first, second, third = model.orient(pictures[0], np.zeros((3, 4)), masks)
    assert first == third == Orientation(30, 10, -5, 1) and second is None
    assert not model.is_random and model.models()[0].licence == "CC-BY-4.0"
    torch.save({"shift": torch.ones(1), "random_stand_in": True}, path)
    marked = {"model": WeightFile("orientation", "x", file_sha256(path), "CC-BY-4.0", str(path))}
    assert OrientAnything(marked, Record(), tiny.machine(tmp_path)).models()[0].sha256 == RANDOM
    torch.save({"other": torch.ones(1)}, path)
    wrong = {"model": WeightFile("orientation", "x", file_sha256(path), "CC-BY-4.0", str(path))}
    with pytest.raises(DataError, match="not the weights of Orient Anything V2"):
        OrientAnything(wrong, Record(), tiny.machine(tmp_path))


@pytest.mark.slow
def test_the_original_itself_with_random_weights(torch, tiny, tmp_path, pictures, masks, monkeypatch):
    """Its own code, with one layer of each kind in place of 24."""
    try:
        import vision_tower
    except ImportError as error:
        pytest.skip(f"the code of Orient Anything V2 is not on PYTHONPATH, or lacks a package ({error})")
    from vggt.models.aggregator import Aggregator

    class Shallow(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.aggregator = Aggregator(depth=1, patch_embed="conv")

    monkeypatch.setattr(vision_tower, "VGGT", Shallow)
    torch.manual_seed(1)
    path = tmp_path / "best.pt"
    torch.save(vision_tower.VGGT_OriAny_Ref(torch.float32, 900, True).state_dict(), path)
    weights = {"model": WeightFile("orientation", "x", file_sha256(path), "CC-BY-4.0", str(path))}
    model = OrientAnything(weights, Record(), tiny.machine(tmp_path))
    first, second, third = model.orient(pictures[0], np.zeros((3, 4)), masks)
    assert first is not None and second is None and first != third
    alone = OrientAnything(weights, Record(), tiny.machine(tmp_path, batch_size=1))
    assert alone.orient(pictures[0], np.zeros((3, 4)), masks) == [first, second, third]


def test_without_its_code_it_says_what_to_do(torch, tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "vision_tower", None)
    path = tmp_path / "best.pt"
    torch.save({"shift": torch.ones(1)}, path)
    weights = {"model": WeightFile("orientation", "x", file_sha256(path), "CC-BY-4.0", str(path))}
    with pytest.raises(DataError, match=r"git clone .*PYTHONPATH"):
        OrientAnything(weights, Record(), tiny.machine(tmp_path))


def test_an_onnx_export_in_batches(tiny, tmp_path, pictures, masks):
    pytest.importorskip("onnx", reason="random stand-ins in ONNX need the package onnx")
    weights = tiny.random_weights("orientation")
    together = OrientAnything(weights, Record(), tiny.machine(tmp_path)).orient(pictures[0], np.zeros((3, 4)), masks)
    alone = OrientAnything(weights, Record(), tiny.machine(tmp_path, batch_size=1))
    assert alone.is_random and together == alone.orient(pictures[0], np.zeros((3, 4)), masks)
    assert together[1] is None and together[0] != together[2]
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "random" / "orient_anything.onnx").rename(folder / "model.onnx")
    named = OrientAnything(tiny.weights_at("orientation", folder), Record(), tiny.machine(tmp_path))
    assert named.orient(pictures[0], np.zeros((3, 4)), masks) == together and named.is_random


def test_an_export_with_other_outputs_is_refused(tiny, tmp_path, pictures, masks):
    pytest.importorskip("onnx", reason="random stand-ins in ONNX need the package onnx")
    from factory.web.estimators.paper.onnx_stand_ins import write_means

    path = tmp_path / "model.onnx"
    write_means(path, (3, 518, 518), np.zeros((3, 902)), 0.0)
    weights = {"model": WeightFile("orientation", "x", file_sha256(path), "CC-BY-4.0", str(path))}
    model = OrientAnything(weights, Record(), tiny.machine(tmp_path))
    with pytest.raises(DataError, match=r"gave \(2, 902\), expected \(2, 900\)"):
        model.orient(pictures[0], np.zeros((3, 4)), masks)
    path.write_bytes(b"not a model")
    weights = {"model": WeightFile("orientation", "x", file_sha256(path), "CC-BY-4.0", str(path))}
    with pytest.raises(DataError, match="onnxruntime cannot load it"):
        OrientAnything(weights, Record(), tiny.machine(tmp_path))
