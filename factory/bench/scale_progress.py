"""What came of a build and when, and a Ray of its own to build on."""

import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from factory.errors import DataError
from factory.pipeline.result import StageResult

_OBJECT_STORE_BYTES = 128 << 20  # rows are scene references

P = ParamSpec("P")
R = TypeVar("R")


class Progress:
    """The clock of a build: starts when made, reads the times of what was committed, whenever the driver hears of it.

    lake : on this machine's disk.
    """

    def __init__(self, lake: Path) -> None:
        self._lake = lake
        self._started = time.time()
        self.scenes = self.rows = 0
        self._begun: list[float] = []
        self._done: list[float] = []

    def follow(self, built: Iterable[list[StageResult]]) -> "Progress":
        """Takes the results of all scenes. Raises DataError for one that cannot be built."""
        for results in built:
            for result in results:
                if result.status == "quarantined":
                    raise DataError(f"{result.scene_id}: {result.message}")
                self.rows += sum(count for name, count in result.counts.items() if name.startswith("rows: "))
            self.scenes += 1
        commits: dict[str, list[float]] = {}
        for table in ("views", "qa"):
            for path in self._lake.glob(f"{table}/*/*/*.parquet"):
                if (seconds := path.stat().st_mtime - self._started) > 0:
                    commits.setdefault(path.parent.name, []).append(seconds)
        self._begun = sorted(min(times) for times in commits.values())
        self._done = sorted(max(times) for times in commits.values())
        return self

    @property
    def first(self) -> float:
        """Seconds until the first scene was done: workers start and import."""
        return self._done[0]

    @property
    def seconds(self) -> float:
        return self._done[-1]

    def steady(self) -> float:
        """Seconds per scene from the first commit of a tenth of them (at least two) on: the start does not count.

        Questions may come long after the records of their scene, so that the time from records to records is none.
        """
        skipped = min(max(2, self.scenes // 10), self.scenes - 1)
        return (self.seconds - self._begun[skipped - 1]) / (self.scenes - skipped)


def in_new_process(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What a function of a module returns there: a driver whose memory is its own, and no other's Ray."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


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
