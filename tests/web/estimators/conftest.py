"""Real weights and real photographs, where they are."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from factory.errors import DataError
from factory.web.estimators.stack import Role, StackConfig, check_weights, open_role


@pytest.fixture(scope="session")
def cpu_stack() -> StackConfig:
    """The default stack, its weights all there; skips without."""
    config = StackConfig()
    try:
        check_weights(config)
    except DataError as error:
        pytest.skip(f"no weights here: {error}")
    return config


@pytest.fixture(scope="session")
def open_model(cpu_stack: StackConfig) -> Any:
    """A function that opens the default model of a role, once."""
    opened: dict[Role, Any] = {}

    def open_once(role: Role) -> Any:
        if role not in opened:
            opened[role] = open_role(cpu_stack, role)
        return opened[role]

    return open_once


@pytest.fixture(scope="session")
def real_photos() -> Path:
    """A folder of photographs with sensor depth and known cameras; skips without."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data" / "photos"
    folder = Path(os.environ.get("SPATIAL_QA_PHOTOS", beside))
    if not folder.is_dir():
        pytest.skip("no photographs here (set SPATIAL_QA_PHOTOS to a folder of them)")
    return folder


@pytest.fixture(scope="session")
def coffee() -> np.ndarray:
    """A photograph of a cup with a spoon on a saucer on a table, (400, 600, 3)."""
    from skimage import data

    return data.coffee()
