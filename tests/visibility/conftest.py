"""Rasterizers that tests share."""

from collections.abc import Iterator

import pytest

from factory.visibility.rasterizer import Rasterizer
from factory.visibility.select import open_rasterizer


@pytest.fixture(scope="session")
def egl() -> Iterator[Rasterizer]:
    """The GL rasterizer; skips where no context can be made."""
    try:
        rasterizer = open_rasterizer("egl")
    except Exception as error:
        pytest.skip(f"no GL context can be made here: {error}")
    yield rasterizer
    rasterizer.close()


@pytest.fixture(scope="session")
def embree() -> Iterator[Rasterizer]:
    """The ray casting rasterizer."""
    rasterizer = open_rasterizer("embree")
    yield rasterizer
    rasterizer.close()


@pytest.fixture(params=["egl", "embree"])
def rasterizer(request: pytest.FixtureRequest) -> Rasterizer:
    """Each of the two in turn."""
    return request.getfixturevalue(request.param)
