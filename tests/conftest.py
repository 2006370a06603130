"""Fixtures that several parts share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_scans() -> Path:
    """A folder of real scans in the ScanNet layout, from SPATIAL_QA_SCANS or beside the checkout; skips without."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "scans"
    folder = Path(os.environ.get("SPATIAL_QA_SCANS", beside))
    if not folder.is_dir():
        pytest.skip("no real scans here (set SPATIAL_QA_SCANS to a folder of ScanNet-layout scenes)")
    return folder
