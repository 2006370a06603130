"""A build whose workers die, whose disk is full, or beside which another one runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import build, contents, copy_scene
from tests.pipeline.disturbed import TROUBLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
TASK = "depth_prediction_oc"
GOOD = tuple(f"scene010{i}_00" for i in range(4))

# A build without Ray, so that two of them come to every scene at the same time.
STAGES = """
import sys
from jobs.build_spar7m import configure, parse
from tests.building import build
(config,) = configure(parse(sys.argv[1:]))
print(*(result.status for result in build(config)))
"""


def command(scans: Path, root: Path | str, *more: str) -> list[str]:
    base = ["--source", "scannet", "--input", str(scans), "--root", str(root), "--rasterizer", "embree"]
    return [sys.executable, "-m", "tests.pipeline.disturbed", *base, "--preset", "demo", "--tasks", TASK, *more]


def environment(tmp_path: Path) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path), "COLUMNS": "160", "RAY_AUTH_MODE": "disabled"}
    return {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"} | own


def run(tmp_path: Path, argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True)


@pytest.fixture
def scans(four_scans: Path, tmp_path: Path) -> Path:
    """Good scans only."""
    folder = tmp_path / "scans"
    folder.mkdir()
    shutil.copy(four_scans / "scannetv2-labels.combined.tsv", folder)
    for scene in GOOD:
        copy_scene(four_scans / "scene0003_00", folder / scene)
    return folder


def undisturbed(scans: Path, root: Path) -> dict[str, bytes]:
    from jobs.build_spar7m import configure, parse

    (config,) = configure(parse(command(scans, root)[3:]))
    assert {result.status for result in build(config)} == {"built"}
    return contents(root)


@pytest.mark.chaos
def test_scenes_that_take_their_workers_down_are_the_only_ones_missing(scans: Path, tmp_path: Path) -> None:
    expected = undisturbed(scans, tmp_path / "undisturbed")
    errors = {"abort": "WorkerDied", "kill": "WorkerDied", "hang": "WorkerDied", "exit": "SystemExit"}
    troubled = {f"scene020{i}_00": trouble for i, trouble in enumerate(errors)}
    for scene, trouble in troubled.items():
        (copy_scene(scans / GOOD[0], scans / scene) / TROUBLE).write_text(trouble)
    done = run(tmp_path, command(scans, tmp_path / "lake", "--scene-timeout", "15"))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "4 built" in done.stdout and "4 quarantined" in done.stdout
    lake = Lake(Storage(tmp_path / "lake"))
    assert [scene for _, scene in lake.partitions("quarantine")] == sorted(troubled)
    for scene, trouble in troubled.items():
        (row,) = lake.read("quarantine", "scannet", scene).to_pylist()
        assert (row["stage"], row["error"]) == ("records", errors[trouble])
    found = contents(tmp_path / "lake")
    assert {path: data for path, data in found.items() if not path.startswith("quarantine/")} == expected


@pytest.mark.chaos
def test_a_full_disk_ends_the_build_and_the_next_one_goes_on(scans: Path, tmp_path: Path) -> None:
    expected = undisturbed(scans, tmp_path / "undisturbed")
    (scans / GOOD[1] / TROUBLE).write_text("full")
    full = run(tmp_path, command(scans, tmp_path / "lake"))
    assert full.returncode == 1, full.stdout + full.stderr
    (line,) = [line for line in full.stderr.splitlines() if line.startswith("error:")]
    assert "no space left; free some and run the same command again" in line
    assert "Traceback" not in full.stderr + full.stdout
    assert not (tmp_path / "lake" / "quarantine").exists()
    (scans / GOOD[1] / TROUBLE).unlink()
    healed = run(tmp_path, command(scans, tmp_path / "lake"))
    assert healed.returncode == 0, healed.stdout + healed.stderr
    assert contents(tmp_path / "lake") == expected


@pytest.mark.parametrize("where", ["a folder", "a bucket"])
def test_two_builds_of_one_lake_at_once_do_no_harm(
    scans: Path, tmp_path: Path, where: str, request: pytest.FixtureRequest
) -> None:
    expected = undisturbed(scans, tmp_path / "undisturbed")
    root = str(tmp_path / "lake") if where == "a folder" else request.getfixturevalue("s3_endpoint") + "/lake"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", STAGES, *command(scans, root)[3:]],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        said, _ = process.communicate()
        assert process.returncode == 0, said
        assert set(said.split()) <= {"built", "unchanged"} and len(said.split()) == 2 * len(GOOD)
    storage = Storage(root)
    assert {path: storage.read_bytes(path) for path in storage.find()} == expected
