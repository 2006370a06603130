"""Measured numbers, and the clocks that measure them."""

import resource
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

REPEATS = 3


@dataclass(frozen=True)
class Figure:
    """One measured number, and what it was measured on."""

    name: str
    value: float
    unit: str
    conditions: str


class Laps:
    """CPU seconds of all threads by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def of(self, name: str, run: Callable[..., T], *args: Any, **options: Any) -> T:
        """Runs and adds the time to that name's."""
        started = time.process_time()
        try:
            return run(*args, **options)
        finally:
            self.seconds[name] += time.process_time() - started


def best(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Wall seconds of the fastest run."""
    return min(_timed(run, time.perf_counter) for _ in range(repeats))


def best_cpu(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """CPU seconds of all threads of the fastest run, after one that warms up."""
    run()
    return min(_timed(run, time.process_time) for _ in range(repeats))


def peak_memory_mb() -> float:
    """The most that this process ever held, libraries included."""
    status = Path("/proc/self/status")
    if status.exists():  # what `getrusage` tells begins with the process that started this one
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(run: Callable[[], object], clock: Callable[[], float]) -> float:
    started = clock()
    run()
    return clock() - started
