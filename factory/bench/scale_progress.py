"""When the scenes of a build were done, and a Ray of its own to build on."""

import logging
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from factory.errors import DataError
from factory.pipeline.result import StageResult

_OBJECT_STORE_BYTES = 128 << 20  # rows are scene references


class Progress:
    """The clock of a build: starts when made, marks every scene that is done."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._done: list[tuple[float, int]] = []

    def follow(self, built: Iterable[list[StageResult]]) -> "Progress":
        """Marks the scenes as they come. Raises DataError for one that cannot be built."""
        for results in built:
            self.add(results)
        return self

    def add(self, results: list[StageResult]) -> None:
        """A scene is done."""
        for result in results:
            if result.status == "quarantined":
                raise DataError(f"{result.scene_id}: {result.message}")
        rows = sum(count for result in results for name, count in result.counts.items() if name.startswith("rows: "))
        self._done.append((time.perf_counter() - self._started, rows))

    @property
    def scenes(self) -> int:
        return len(self._done)

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self._done)

    @property
    def first(self) -> float:
        """Seconds until the first scene was done: workers start and import."""
        return self._done[0][0]

    @property
    def seconds(self) -> float:
        return self._done[-1][0]

    def steady(self) -> float:
        """Seconds per scene after the first tenth of them: what does not depend on the start."""
        skipped = max(1, self.scenes // 10)
        return (self.seconds - self._done[skipped - 1][0]) / max(1, self.scenes - skipped)


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
