"""Workers on which chosen scenes, or the lake itself, go wrong; and a build on a private Ray of such workers.

A file `trouble` in a scene's folder says what loading the scene does: abort (a crash in native code), kill (what the
system does to a process that eats its memory), hang (for ever, in native code), exit, or full (the disk).
"""

import ctypes
import errno
import os
import signal
import sys
from pathlib import Path

import ray

from factory.sources.registry import SOURCES
from factory.sources.scannet.source import ScanNetSource
from jobs.build_spar7m import main
from schemas.scene import Scene

TROUBLE = "trouble"


class TroubledSource(ScanNetSource):
    """Scans of which some take their worker down."""

    def load(self, scene_id: str) -> Scene:
        file = Path(self._root.url, scene_id, TROUBLE)
        if file.exists():
            _run_into(file.read_text())
        return super().load(scene_id)


def _run_into(trouble: str) -> None:
    match trouble:
        case "abort":
            os.abort()
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            ctypes.CDLL(None).sleep(3600)
        case "exit":
            raise SystemExit(5)
        case "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def install() -> None:
    """Makes a worker read scans through `TroubledSource`."""
    SOURCES["scannet"] = f"{__name__}:{TroubledSource.__name__}"


if __name__ == "__main__":
    ray.init(
        address="local",
        num_cpus=2,
        object_store_memory=100 << 20,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"worker_process_setup_hook": "tests.pipeline.disturbed.install"},
    )
    sys.exit(main(sys.argv[1:]))
