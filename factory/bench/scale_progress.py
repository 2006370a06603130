"""What came of a build and when, and a Ray of its own to build on."""

import logging
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from factory.errors import DataError
from factory.pipeline.result import StageResult

_OBJECT_STORE_BYTES = 128 << 20  # rows are scene references


class Progress:
    """The clock of a build: starts when made; a scene is done when its questions are in the lake, whenever the driver
    hears of it. lake : on this machine's disk."""

    def __init__(self, lake: Path) -> None:
        self._lake = lake
        self._started = time.time()
        self.scenes = self.rows = 0
        self._done: list[float] = []

    def follow(self, built: Iterable[list[StageResult]]) -> "Progress":
        """Takes the results of all scenes. Raises DataError for one that cannot be built."""
        for results in built:
            for result in results:
                if result.status == "quarantined":
                    raise DataError(f"{result.scene_id}: {result.message}")
                self.rows += sum(count for name, count in result.counts.items() if name.startswith("rows: "))
            self.scenes += 1
        self._done = sorted(path.stat().st_mtime - self._started for path in self._lake.glob("qa/*/*/*.parquet"))
        return self

    @property
    def first(self) -> float:
        """Seconds until the first scene was done: workers start and import."""
        return self._done[0]

    @property
    def seconds(self) -> float:
        return self._done[-1]

    def steady(self) -> float:
        """Seconds per scene after the first tenth of them, at least two: what does not depend on the start."""
        skipped = min(max(2, self.scenes // 10), self.scenes - 1)
        return (self.seconds - self._done[skipped - 1]) / (self.scenes - skipped)


@contextmanager
def private_ray(cpus: int) -> Iterator[float]:
    """A Ray of that many logical CPUs that nobody else uses; yields the seconds that its start took."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ["RAY_AUTH_MODE"] = "disabled"
    import ray

    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="ray_", ignore_cleanup_errors=True) as folder:
        ray.init(
            address="local",
            num_cpus=cpus,
            object_store_memory=_OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _temp_dir=folder,
        )
        try:
            yield time.perf_counter() - started
        finally:
            ray.shutdown()
