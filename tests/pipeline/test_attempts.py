"""A scene whose worker dies again and again is given up, and only then."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.pipeline.attempts import ATTEMPTS, MAX_ATTEMPTS, Attempt, forget_attempts, marked_scenes
from factory.pipeline.config import RunConfig
from factory.pipeline.prune import forget_settled
from factory.pipeline.result import run_stage
from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import contents

SCENE = "scene0000_00"
ROOT = Path(__file__).resolve().parents[2]

# A worker that comes to the work on a scene and does not come back, as a program of its own.
WORKER = """
import sys
from factory.pipeline.config import RunConfig
from factory.pipeline.result import run_stage
from factory.store.lake import Lake
from factory.store.storage import Storage

def work():
    {work}

config = RunConfig(source="scannet", input="in", root=sys.argv[1], run="r", scene_timeout=float(sys.argv[2]))
print(run_stage(Lake(Storage(config.root)), config, "scene0000_00", "records", work).model_dump_json())
"""
DEATHS = {
    "crash": ("import os; os.abort()", -6),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", -11),
    "hang in native code": ("import ctypes; ctypes.CDLL(None).sleep(600)", 1),
    # Holds the interpreter lock all the while, so that no Python code of any thread runs.
    "hang with the lock": ("import ctypes; ctypes.PyDLL(None).sleep(600)", 1),
    "loop": ("exec('while True: pass')", 1),
}


def lake_at(root: Path) -> Lake:
    return Lake(Storage(root))


def run_of(root: Path, run: str = "r") -> RunConfig:
    return RunConfig(source="scannet", input="in", root=str(root), run=run)


def die(root: Path, run: str = "r", times: int = 1) -> None:
    """Attempts that come to no end."""
    for _ in range(times):
        Attempt(lake_at(root), "scannet", SCENE, "records", "quarantine", run).begin()


@pytest.mark.parametrize("death", sorted(DEATHS))
def test_a_worker_that_dies_leaves_a_marker_and_the_last_death_is_the_scenes(tmp_path: Path, death: str) -> None:
    work, status = DEATHS[death]
    die(tmp_path, times=MAX_ATTEMPTS - 1)
    command = [sys.executable, "-c", WORKER.format(work=work), str(tmp_path), "2"]
    began = time.monotonic()
    died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert died.returncode == status and not died.stdout
    assert time.monotonic() - began < 100
    if status == 1:
        assert "Timeout (0:00:02)!" in died.stderr and "work" in died.stderr  # the stack of what hung
    assert len(contents(tmp_path)) == MAX_ATTEMPTS
    assert run_stage(lake_at(tmp_path), run_of(tmp_path), SCENE, "records", dict).status == "quarantined"
    assert list(contents(tmp_path)) == [f"quarantine/dataset=scannet/scene={SCENE}/data.parquet"]
    (row,) = lake_at(tmp_path).read("quarantine", "scannet", SCENE).to_pylist()
    assert (row["error"], row["stage"]) == ("WorkerDied", "records")
    assert row["message"].startswith(f"{SCENE}: its worker died {MAX_ATTEMPTS} times in records")


@pytest.mark.parametrize("work", [lambda: {"kept: frames": 3}, lambda: {"x": 1 // 0}, lambda: sys.exit(7)])
def test_an_attempt_that_ends_leaves_no_marker(tmp_path: Path, work: Callable[[], dict[str, int]]) -> None:
    die(tmp_path, times=MAX_ATTEMPTS - 1)
    result = run_stage(lake_at(tmp_path), run_of(tmp_path), SCENE, "records", work)
    assert result.error in ("", "ZeroDivisionError", "SystemExit")
    assert not any(path.startswith(ATTEMPTS) for path in contents(tmp_path))


def test_during_an_attempt_there_is_one_marker_that_says_who_tries(tmp_path: Path) -> None:
    seen = {}

    def work() -> dict[str, int]:
        seen.update(contents(tmp_path))
        return {}

    run_stage(lake_at(tmp_path), run_of(tmp_path), SCENE, "records", work)
    assert list(seen) == [f"attempts/dataset=scannet/scene={SCENE}/records-r-1.json"]
    assert set(json.loads(seen.popitem()[1])) == {"host", "pid", "began"}


def test_markers_of_other_runs_stages_and_scenes_are_no_deaths(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    die(tmp_path, run="other", times=MAX_ATTEMPTS)
    for stage, scene in (("qa", SCENE), ("records", SCENE + "1")):
        for _ in range(MAX_ATTEMPTS):
            Attempt(lake, "scannet", scene, stage, "quarantine", "r").begin()
    assert run_stage(lake, run_of(tmp_path), SCENE, "records", dict).status == "built"
    left = [path.split("/")[2:] for path in contents(tmp_path)]
    assert left == [[f"scene={SCENE}", f"qa-r-{n}.json"] for n in (1, 2, 3)] + [
        [f"scene={SCENE}1", f"records-r-{n}.json"] for n in (1, 2, 3)
    ]


def test_shards_of_pictures_have_markers_of_their_own(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    Attempt(lake, "my photos", "a/b", "index", "web_quarantine", "r").begin()
    assert list(contents(tmp_path)) == ["attempts/dataset=my%20photos/shard=a%2Fb/index-r-1.json"]
    assert marked_scenes(lake, "my photos") == ["a/b"]
    assert marked_scenes(lake, "my") == []


def test_markers_of_a_killed_build_are_forgotten_where_all_is_settled(tmp_path: Path) -> None:
    lake = lake_at(tmp_path)
    for scene in ("a", "b", "c"):
        Attempt(lake, "scannet", scene, "qa", "quarantine", "killed").begin()
    forget_settled(lake, "scannet", "quarantine", ["a", "c", "never seen"])
    assert marked_scenes(lake, "scannet") == ["b"]
    forget_attempts(lake, "scannet", "quarantine", "b")
    assert contents(tmp_path) == {}
