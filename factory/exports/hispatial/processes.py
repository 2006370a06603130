"""Work on shards, in one process or several."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

_Job = TypeVar("_Job")
_Done = TypeVar("_Done")


def in_processes(work: Callable[[_Job], _Done], jobs: Sequence[_Job], processes: int) -> Iterator[_Done]:
    """The results in the order of the jobs."""
    if processes <= 1 or len(jobs) <= 1:
        yield from map(work, jobs)
        return
    # Arrow runs threads, which a forked process would lack.
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, jobs)
