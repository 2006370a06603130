"""Workers that die in the middle of a scene: the others finish it, and the lake shows nothing of it."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import contents
from tests.chaos.builds import Build, arguments
from tests.chaos.machines import Machines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# Drawing; records half committed (the scene's other tables are there, the one that commits them is not); an object
# half written.
MOMENTS = {"drawing": "render 10", "committing": "put views/*", "writing": "half qa/*"}


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["drawing", "writing"])
def test_a_lost_node(
    four_scans: Path,
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    machines: Machines,
    start_build: Callable[..., Build],
    moment: str,
) -> None:
    root = tmp_path / "lake"
    build = start_build(arguments(four_scans, root), address=machines.address, wait_at=MOMENTS[moment])
    worker = build.at_moment()
    if moment == "writing":
        (left,) = (root / worker.path).parent.iterdir()
        assert left.suffix == ".tmp"
    machines.lose(worker.pid)
    machines.add()
    assert build.status() == 0, build.output
    assert contents(root) == undisturbed


def test_a_killed_actor(
    four_scans: Path,
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    machines: Machines,
    start_build: Callable[..., Build],
) -> None:
    root = tmp_path / "lake"
    build = start_build(arguments(four_scans, root), address=machines.address, wait_at=MOMENTS["committing"])
    worker = build.at_moment()
    assert (root / worker.path.replace("views", "objects")).exists() and not (root / worker.path).exists()
    os.kill(worker.pid, signal.SIGKILL)
    assert build.status() == 0, build.output
    assert contents(root) == undisturbed


@pytest.mark.chaos
def test_a_scene_that_kills_every_worker(
    four_scans: Path,
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    machines: Machines,
    start_build: Callable[..., Build],
) -> None:
    root, scene = tmp_path / "lake", "scene0004_00"
    build = start_build(arguments(four_scans, root), address=machines.address, die_at=f"put scenes/*/scene={scene}/*")
    assert build.status() == 3, build.output
    assert f"quarantined {scene}" in build.output
    (quarantined,) = Lake(Storage(root)).partitions("quarantine")
    assert quarantined == ("scannet", scene)
    (row,) = Lake(Storage(root)).read("quarantine", *quarantined).to_pylist()
    assert row["error"] == "WorkerDied"
    others = {path: data for path, data in contents(root).items() if f"scene={scene}/" not in path}
    assert others == {path: data for path, data in undisturbed.items() if f"scene={scene}/" not in path}
    assert {path.split("/")[0] for path in contents(root) if f"scene={scene}/" in path} == {"quarantine"}
    again = start_build(arguments(four_scans, root), address=machines.address)
    assert again.status() == 0, again.output  # what killed the workers is gone, and so is the quarantine
    assert contents(root) == undisturbed
