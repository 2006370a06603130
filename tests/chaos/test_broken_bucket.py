"""A bucket that fails, hangs and goes away while a build reads from it and writes to it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.store.storage import Storage
from tests.building import contents
from tests.chaos.builds import Build, arguments
from tests.chaos.machines import Machines
from tests.store.faulty_s3 import FaultyS3

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@pytest.fixture
def front(s3_bucket: str, caplog: pytest.LogCaptureFixture) -> Iterator[FaultyS3]:
    """A front before the local S3 server."""
    caplog.set_level("ERROR", logger="werkzeug")
    front = FaultyS3(os.environ["AWS_ENDPOINT_URL"])
    yield front
    front.close()


@pytest.fixture
def bucket(front: FaultyS3, s3_endpoint: str, four_scans: Path) -> Storage:
    """A folder of the bucket that holds the scans, reached without the front."""
    bucket = Storage(s3_endpoint)
    for path, data in contents(four_scans).items():
        bucket.write_atomic(f"scans/{path}", data)
    return bucket


def build_through(front: FaultyS3, bucket: Storage, machines: Machines, start_build: Callable[..., Build]) -> Build:
    return start_build(
        arguments(f"{bucket.url}/scans", f"{bucket.url}/lake"),
        address=machines.address,
        more={"AWS_ENDPOINT_URL": front.endpoint},
    )


def lake_in(bucket: Storage) -> dict[str, bytes]:
    return {path.removeprefix("lake/"): bucket.read_bytes(path) for path in bucket.find("lake")}


def test_every_tenth_call_fails(
    undisturbed: dict[str, bytes],
    machines: Machines,
    start_build: Callable[..., Build],
    front: FaultyS3,
    bucket: Storage,
) -> None:
    kinds = ("internal error", "slow down", "too many requests", "reset", "lost answer", "twice", "cut")
    for seed, kind in enumerate(kinds):
        front.inject(kind, share=0.1 / len(kinds), seed=seed)
    for method in ("GET", "PUT"):
        front.inject("hang", times=1, method=method, path="lake", hold_s=600)
    build = build_through(front, bucket, machines, start_build)
    assert build.status() == 0, build.output
    assert front.struck["hang"] == 2 and front.struck.total() > 20
    assert lake_in(bucket) == undisturbed


def test_the_bucket_is_gone_for_a_while(
    undisturbed: dict[str, bytes],
    machines: Machines,
    start_build: Callable[..., Build],
    front: FaultyS3,
    bucket: Storage,
) -> None:
    build = build_through(front, bucket, machines, start_build)
    build.wait_until(lambda: front.calls["PUT"] >= 4, "objects in the lake")
    with front.outage(20):
        assert len(bucket.find("lake/qa")) < 4
    assert build.status() == 0, build.output
    assert lake_in(bucket) == undisturbed
