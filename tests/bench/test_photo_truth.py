"""Objects of photographs against a sensor's depth: errors that are put in are found."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.bench.photo_truth import PhotoTruth, photo_truth
from factory.errors import DataError
from factory.web.estimate import EstimateParameters
from factory.web.estimators.stack import Stack, StackConfig, open_stack
from factory.web.sensors import SensorPhoto, read_manifest
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import TinyDepth, tiny_stack

WIDTH, HEIGHT, UNITS = 320, 240, 5000
CAMERA = [280.0, 281.0, 159.0, 120.5]


@pytest.fixture(scope="module")
def stack() -> Stack:
    return open_stack(StackConfig.model_validate(tiny_stack()))


def photos(folder: Path, measured: np.ndarray, count: int = 4) -> list[SensorPhoto]:
    """Painted pictures with this depth (h, w) [m]."""
    write_pictures(folder, count)
    Image.fromarray(np.rint(measured * UNITS).astype(np.uint16)).save(folder / "depth.png")
    return [
        SensorPhoto(color=f"p{n}.png", depth="depth.png", units_per_meter=UNITS, intrinsics=CAMERA)
        for n in range(count)
    ]


def estimated() -> np.ndarray:
    (found,) = TinyDepth().estimate([np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)], [None])
    return found.depth_m


def compare(stack: Stack, folder: Path, measured: np.ndarray, known: bool = True) -> PhotoTruth:
    return photo_truth(stack, EstimateParameters(), folder, photos(folder, measured), known)


@pytest.mark.parametrize(("scale", "within"), [(1.0, 1.0), (1.2, 1.0), (0.75, 0.0)])
def test_depth_that_is_off_by_a_factor(stack: Stack, tmp_path: Path, scale: float, within: float) -> None:
    found = compare(stack, tmp_path, estimated() * scale)
    assert found.photos == 4 and found.detections >= found.lifted >= found.compared >= 12
    assert found.median_relative == pytest.approx(abs(1 / scale - 1), abs=0.01)
    assert found.mean_relative == pytest.approx(abs(1 / scale - 1), abs=0.02)
    assert (found.within_25, found.right) == (within, 1.0) and found.pairs > 10


def test_near_and_far_exchanged(stack: Stack, tmp_path: Path) -> None:
    found = compare(stack, tmp_path, 8.0 - estimated())
    assert found.pairs > 10 and found.right < 0.1


def test_what_the_sensor_did_not_see_is_not_compared(stack: Stack, tmp_path: Path) -> None:
    measured = estimated()
    measured[:, : WIDTH // 2] = 0
    found = compare(stack, tmp_path, measured)
    assert 0 < found.compared < 0.75 * found.lifted
    assert found.median_relative == pytest.approx(0.0, abs=0.01)


def test_a_camera_that_nobody_told_is_guessed(stack: Stack, tmp_path: Path) -> None:
    known, unknown = (compare(stack, tmp_path, estimated(), known) for known in (True, False))
    assert known.mean_relative < 1e-3 < unknown.mean_relative < 0.1


def test_files_that_cannot_be_used_are_named(stack: Stack, tmp_path: Path) -> None:
    made = photos(tmp_path, estimated(), 1)
    Image.fromarray(np.ones((10, 10), dtype=np.uint16)).save(tmp_path / "depth.png")
    with pytest.raises(DataError, match=r"depth\.png: expected one channel of 320 x 240 pixels, as p0\.png"):
        photo_truth(stack, EstimateParameters(), tmp_path, made, True)
    (tmp_path / "depth.png").write_text("no image")
    with pytest.raises(DataError, match=r"depth\.png: expected a depth image"):
        photo_truth(stack, EstimateParameters(), tmp_path, made, True)
    (tmp_path / "p0.png").write_text("no image")
    with pytest.raises(DataError, match=r"p0\.png: not an image"):
        photo_truth(stack, EstimateParameters(), tmp_path, made, True)


@pytest.mark.parametrize("text", ["[[photo", "photos = []", "[[photo]]\ncolor = 'a.png'\ndepth = 'b.png'"])
def test_a_manifest_that_says_too_little(tmp_path: Path, text: str) -> None:
    (tmp_path / "photos.toml").write_text(text)
    with pytest.raises(DataError, match=r"photos\.toml: expected tables \[\[photo\]\]"):
        read_manifest(tmp_path / "photos.toml")
