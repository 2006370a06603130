"""Houses that several modules read."""

from pathlib import Path

import pytest

from tests.sources.structured3d.tiny_house import TinyHouse


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A root with one house in folders."""
    TinyHouse().write(tmp_path)
    return tmp_path
