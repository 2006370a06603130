"""Pictures, and fixtures that skip in words where a package is absent."""

import importlib
import sys
import types

import numpy as np
import pytest

from tests.web.estimators.paper import fake_packages

EXTRA = "needs the extra `paper`: pip install -e '.[paper]'"


@pytest.fixture
def torch():
    """Torch and transformers, one thread."""
    found = pytest.importorskip("torch", reason=f"torch: {EXTRA}")
    pytest.importorskip("transformers", reason=f"transformers: {EXTRA}")
    found.set_num_threads(1)
    return found


@pytest.fixture
def pictures():
    """Two of different sizes: smooth blobs of color, so that resizing keeps something of them."""
    rng = np.random.default_rng(7)
    sizes = [(120, 160), (200, 90)]
    return [
        np.kron(rng.integers(0, 255, (h // 10, w // 10, 3), dtype=np.uint8), np.ones((10, 10, 1), np.uint8))
        for h, w in sizes
    ]


@pytest.fixture
def known():
    """(3, 3) intrinsics of a 160 x 120 picture."""
    return np.array([[150.0, 0, 79.5], [0, 150.0, 59.5], [0, 0, 1]])


def _absent(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return True
    return False


@pytest.fixture
def fake_moge(torch, monkeypatch):
    """A small package in place of `moge`."""
    for name in ("moge", "moge.model"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "moge.model.v2", fake_packages.moge_v2(torch))


@pytest.fixture
def real_moge(torch):
    if _absent("moge.model.v2"):
        pytest.skip("the package moge is not installed (pip install dlr-moge)")


@pytest.fixture
def fake_geocalib(torch, monkeypatch):
    """A small package in place of `geocalib`."""
    package = fake_packages.geocalib(torch)
    monkeypatch.setitem(sys.modules, "geocalib", package)
    return package


@pytest.fixture
def real_geocalib(torch, monkeypatch):
    """GeoCalib itself; it imports torchvision for a path it does not take here, so an empty one does."""
    import transformers.image_utils  # noqa: F401 - looks for torchvision, and shall find what is really there

    if _absent("torchvision"):
        monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    if _absent("geocalib"):
        pytest.skip("the package geocalib is not installed (git+https://github.com/cvg/GeoCalib.git)")


@pytest.fixture
def fake_vision_tower(torch, monkeypatch):
    """A small module in place of Orient Anything V2's `vision_tower`."""
    module = fake_packages.vision_tower(torch)
    monkeypatch.setitem(sys.modules, "vision_tower", module)
    return module
