"""Fixtures that several parts share."""

import os
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A URL inside a bucket of a local S3 server that is reached over HTTP, as set by `AWS_*` in the environment."""
    from botocore.session import Session
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    values = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        Session().create_client("s3").create_bucket(Bucket="factory-tests")
        yield "s3://factory-tests"
    server.stop()
