"""Builds that are submitted to a running cluster: what comes back, and what a lost driver leaves."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs.build_spar7m import configure, parse
from tests import building
from tests.building import contents
from tests.chaos import moments
from tests.chaos.builds import ROOT, arguments, read_claim, wait_until
from tests.chaos.head import Head

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SCRIPT = "jobs/build_spar7m.py"


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Head]:
    head = Head(tmp_path_factory.mktemp("cache"))
    yield head
    head.shutdown()


@pytest.fixture(scope="module")
def direct(four_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All files of a lake that was built in this process."""
    root = tmp_path_factory.mktemp("direct") / "lake"
    (config,) = configure(parse(arguments(four_scans, root)))
    assert [result.status for result in building.build(config)] == ["built"] * 8
    return contents(root)


def submit(head: Head, scans: Path, root: Path, *more: str) -> tuple[int, str]:
    """Submits a build and waits for it; exit status and output of the command."""
    log = root.parent / "output.txt"
    job = head.submit(ROOT, ["python", SCRIPT, *arguments(scans, root, *more)], log)
    wait_until(lambda: job.poll() is not None, lambda: True, "end of the job", log)
    return job.wait(), log.read_text()


@pytest.mark.chaos
def test_a_killed_driver_is_followed_by_another_that_finishes(
    four_scans: Path, tmp_path: Path, head: Head, direct: dict[str, bytes]
) -> None:
    root, claim, log = tmp_path / "lake", tmp_path / "claim", tmp_path / "killed.txt"
    stops = {moments.WAIT: "half views/*", moments.CLAIM: str(claim)}
    hook = f"{moments.__name__}.{moments.install.__name__}"
    options = ["--runtime-env-json", json.dumps({"env_vars": stops, "worker_process_setup_hook": hook})]
    job = head.submit(ROOT, ["python", SCRIPT, *arguments(four_scans, root)], log, *options)
    wait_until(claim.exists, lambda: job.poll() is None, "worker in the middle of a write", log)
    (driver,) = head.drivers(SCRIPT)
    driver.kill()
    wait_until(lambda: job.poll() is not None, lambda: True, "end of the job", log)
    assert job.wait() == 1 and "failed" in log.read_text()
    worker = read_claim(claim)
    wait_until(lambda: not psutil.pid_exists(worker.pid), lambda: True, "end of the lost driver's workers", log)
    (left,) = (root / worker.path).parent.iterdir()
    assert left.suffix == ".tmp"
    assert all(path.read_bytes() == direct[str(path.relative_to(root))] for path in root.glob("*/*/*/data.parquet"))
    status, output = submit(head, four_scans, root)
    assert status == 0, output
    assert contents(root) == direct
    status, output = submit(head, four_scans, root)
    assert status == 0 and "plan: nothing to do, 4 scenes are up to date" in output
    assert contents(root) == direct


def test_quarantine_fails_the_job_and_is_told_in_its_output(
    four_scans: Path, tmp_path: Path, head: Head, direct: dict[str, bytes]
) -> None:
    bad, good, root = "scene0003_00", "scene0014_00", tmp_path / "lake"
    others = shutil.ignore_patterns("scene0013_00", "scene0004_00")
    scans = shutil.copytree(four_scans, tmp_path / "scans", ignore=others)
    broken = scans / bad / f"{bad}.aggregation.json"
    broken.unlink()
    status, output = submit(head, scans, root)
    assert status == 1
    assert any(f"quarantined {bad}: " in line and broken.name in line for line in output.splitlines()), output
    written = contents(root)
    assert [path for path in written if bad in path] == [f"quarantine/dataset=scannet/scene={bad}/data.parquet"]
    good_ones = {path: data for path, data in direct.items() if good in path}
    assert {path: data for path, data in written.items() if bad not in path} == good_ones


def test_a_job_brings_the_project_along_and_nothing_heavy(head: Head, four_scans: Path, tmp_path: Path) -> None:
    status, _ = submit(head, four_scans, tmp_path / "lake", "--plan")
    assert status == 0
    upload = head.uploads()[0]
    assert (upload / SCRIPT).is_file() and (upload / "factory" / "wording").is_dir()
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()]
    assert not [name for name in (".git", *ignored) if list(upload.glob(name))]
    assert sum(path.stat().st_size for path in upload.rglob("*") if path.is_file()) < 50 << 20
