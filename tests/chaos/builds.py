"""Builds that a test disturbs: as a process, at a known moment, against an undisturbed build."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.chaos.moments import CLAIM, DIE, WAIT

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # [s] for one step of a build, however busy the machine is


def arguments(scans: Path | str, root: Path | str, *more: str) -> list[str]:
    """The command line of a build of few questions."""
    base = ["--source", "scannet", "--input", str(scans), "--root", str(root), "--preset", "demo"]
    return [*base, "--rasterizer", "embree", *more]


def wait_until(reached: Callable[[], bool], alive: Callable[[], bool], what: str, log: Path) -> None:
    """Waits for a moment. Raises AssertionError, with the output so far, when the process that leads to it ends
    before, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        elif not reached():
            raise AssertionError(f"no {what}, or not in {PATIENCE} s\n{log.read_text(errors='replace')}")


class Claim(NamedTuple):
    """A worker that waits: its process, and the path in the lake that its moment is about, if any."""

    pid: int
    path: str


def read_claim(file: Path) -> Claim:
    """What a worker said when it came to a moment."""
    claim = json.loads(file.read_text())
    return Claim(int(claim["pid"]), claim["moment"].split()[-1])


class Build:
    """A build in a process of its own, on the cluster at `address` or, without one, on a private Ray.

    wait_at, die_at : patterns of moments, see `tests.chaos.moments`; folder : where it leaves its output and caches.
    """

    def __init__(
        self,
        folder: Path,
        argv: list[str],
        *,
        address: str = "",
        wait_at: str = "",
        die_at: str = "",
        more: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.claim, self._log = folder / "claim", folder / "output.txt"
        environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
        environment |= {
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder),
            "COLUMNS": "160",
            CLAIM: str(self.claim),
        }
        environment |= {name: value for name, value in ((WAIT, wait_at), (DIE, die_at)) if value}
        environment |= {"RAY_ADDRESS": address} if address else {}
        module = "tests.chaos.driver" if address else "jobs.build_spar7m"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *argv],
                cwd=folder,
                env=environment | (more or {}),
                start_new_session=True,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def at_moment(self) -> Claim:
        """Waits for the worker that comes to the moment."""
        self.wait_until(self.claim.exists, "worker at the moment of the disturbance")
        return read_claim(self.claim)

    def wait_until(self, reached: Callable[[], bool], what: str) -> None:
        """Waits for a moment of this build. Raises AssertionError when the build ends before."""
        wait_until(reached, lambda: self.process.poll() is None, what, self._log)

    def status(self) -> int:
        """Waits for the end; the exit status."""
        self.wait_until(lambda: self.process.poll() is not None, "end of the build")
        return int(self.process.returncode)

    def stop(self) -> None:
        """Ends what is still running of the build."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
