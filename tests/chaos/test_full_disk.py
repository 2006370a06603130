"""A lake whose disk is full: the build ends in one line, nothing is half-written, and the next one goes on."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.building import contents
from tests.chaos.builds import Build, arguments
from tests.chaos.machines import Machines

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that holds about half of the lake; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(
    four_scans: Path,
    small_disk: Path,
    undisturbed: dict[str, bytes],
    machines: Machines,
    start_build: Callable[..., Build],
) -> None:
    root = small_disk / "lake"
    full = start_build(arguments(four_scans, root), address=machines.address)
    assert full.status() == 1, full.output
    (line,) = (line for line in full.output.splitlines() if line.startswith("error: "))
    assert "no space left" in line and "Traceback" not in full.output and "UDF" not in full.output
    left = {path: data for path, data in contents(root).items() if not path.startswith("attempts/")}
    assert left and left.keys() < undisturbed.keys()
    assert all(data == undisturbed[path] for path, data in left.items())
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    freed = start_build(arguments(four_scans, root), address=machines.address)
    assert freed.status() == 0, freed.output
    assert contents(root) == undisturbed
