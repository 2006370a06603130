"""Photographs and renders pass, drawings do not."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.web.screening import ScreeningLimits, is_graphic, picture_statistics, shrink
from tests.web.drawn_graphics import KINDS, draw_graphic

LIMITS = ScreeningLimits()


@pytest.fixture
def photographs() -> list[Path]:
    """Real photographs, from SPATIAL_QA_PHOTOS or beside the checkout; skips without."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos"
    folder = Path(os.environ.get("SPATIAL_QA_PHOTOS", beside))
    found = [
        path for kind in ("jpg", "png") for path in sorted(folder.glob(f"*/*.{kind}")) if "depth" not in path.name
    ]
    if not found:
        pytest.skip("no photographs here (set SPATIAL_QA_PHOTOS to a folder of folders of pictures)")
    return found


def graphic(rgb: np.ndarray) -> bool:
    return is_graphic(shrink(rgb), LIMITS)


def as_web(image: Image.Image, scale: float, quality: int) -> np.ndarray:
    small = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream).convert("RGB"))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_drawings_are_told_as_they_are_and_as_jpeg(kind: str) -> None:
    for seed in range(12):
        image = draw_graphic(100 + seed, kind)
        assert graphic(np.asarray(image)), (kind, seed)
        assert graphic(as_web(image, 0.8, 80)), (kind, seed, picture_statistics(shrink(as_web(image, 0.8, 80))))


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (12, 200, 77)])
def test_a_blank_picture_is_none(color: tuple[int, int, int]) -> None:
    assert graphic(np.full((300, 400, 3), color, dtype=np.uint8))


def test_noise_and_gradients_pass() -> None:
    rng = np.random.default_rng(0)
    assert not graphic(rng.integers(0, 256, size=(300, 400, 3), dtype=np.uint8))
    sky = np.linspace(90, 230, 300)[:, None, None] * np.ones((1, 400, 3)) * (0.6, 0.8, 1.0)
    assert not graphic(sky.astype(np.uint8))


def test_renders_pass(procedural_scans: Path) -> None:
    paths = sorted(procedural_scans.glob("*/color/*.jpg"))
    assert len(paths) >= 40
    assert [path.name for path in paths if graphic(np.asarray(Image.open(path)))] == []


def test_photographs_pass(photographs: list[Path]) -> None:
    rng = np.random.default_rng(0)
    for path in photographs:
        image = Image.open(path).convert("RGB")
        assert not graphic(np.asarray(image)), path.name
        assert not graphic(as_web(image, 0.7, 70)), path.name
        for _ in range(3):  # what a crop shows is a photograph, too
            width, height = image.width // 2, image.height // 2
            x, y = int(rng.integers(image.width - width)), int(rng.integers(image.height - height))
            assert not graphic(np.asarray(image.crop((x, y, x + width, y + height)))), path.name
