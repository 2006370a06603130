"""A cluster to take apart, and what an undisturbed build writes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.build_spar7m import configure, parse
from tests import building
from tests.building import contents
from tests.chaos.builds import ROOT, Build, arguments
from tests.chaos.machines import Machines


@pytest.fixture(scope="session")
def undisturbed(four_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All files of a lake that was built in peace, in one process."""
    root = tmp_path_factory.mktemp("undisturbed") / "lake"
    (config,) = configure(parse(arguments(four_scans, root)))
    assert [result.status for result in building.build(config)] == ["built"] * 8
    return contents(root)


@pytest.fixture(scope="session")
def machines() -> Iterator[Machines]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_memory_usage_threshold", "0.98")
        patch.setenv("PYTHONPATH", str(ROOT))
        machines = Machines(workers=2)
        yield machines
        machines.shutdown()


@pytest.fixture
def start_build(tmp_path: Path) -> Iterator[Callable[..., Build]]:
    """Starts builds, see `Build`, and ends those that a failed test leaves."""
    builds: list[Build] = []

    def start(argv: list[str], **settings: object) -> Build:
        builds.append(Build(tmp_path / f"build{len(builds)}", argv, **settings))  # type: ignore[arg-type]
        return builds[-1]

    yield start
    for build in builds:
        build.stop()
