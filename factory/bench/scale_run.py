"""A run of thousands of scenes on Ray: planning, questions and writing, and what it costs the driver."""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory.bench.scale_copies import RECORDS, fill_lake, make_scans
from factory.bench.scale_plan import plan_anew
from factory.bench.scale_progress import Progress, in_new_process, private_ray
from factory.bench.speed import Figure, peak_memory_mb
from factory.errors import DataError
from factory.pipeline.config import BuildConfig
from factory.pipeline.quotas import even_quotas
from factory.store.lake import Lake
from factory.store.storage import Storage

GROWTH = 1.3  # of the time per scene, from the smallest run to the largest
SEEDS = (3, 4, 5)
_SMALL = {"faces": 12_000, "frame_count": 36, "width": 160, "height": 120, "rooms": 2}


@dataclass(frozen=True)
class Run:
    """What a build of so many scenes took: seconds and MB."""

    scenes: int
    workers: int
    plan: float
    first: float
    build: float
    steady: float
    rows: int
    memory_planned: float
    memory: float


def scale(scenes: Sequence[int], workers: Sequence[int], facts: int = 1) -> Iterator[Figure]:
    """The records of a few procedural scenes under many ids, asked about by 1, 2, ... workers; facts per task."""
    with tempfile.TemporaryDirectory() as folder:
        config = BuildConfig(
            source="scannet",
            input=f"{folder}/scans",
            root=f"{folder}/lake",
            quotas=even_quotas(facts),
            rasterizer="embree",
        )
        cache = Path(folder) / "digests.sqlite"
        names = make_scans(Path(config.input), max(scenes), SEEDS, **_SMALL)
        fill_lake(config, names, len(SEEDS), RECORDS, cache)
        for count in workers:
            runs = []
            for number in sorted(scenes):
                asked = config.model_copy(update={"scenes": names[:number], "workers": count})
                # The peak of a process never falls: each driver gets one of its own.
                runs.append(in_new_process(_run, asked.model_dump_json(), cache))
                yield from _figures(runs[-1])
                _forget(config)
            if len(runs) > 1:
                yield growth(runs[0], runs[-1])


def _run(text: str, cache: Path) -> Run:
    config = BuildConfig.model_validate_json(text)
    assert config.workers is not None and config.scenes is not None
    from factory.pipeline.raydata import build

    with private_ray(config.workers):
        started = time.perf_counter()
        plan = plan_anew(config, cache)
        planned, memory_planned = time.perf_counter() - started, peak_memory_mb()
        progress = Progress(Path(config.root)).follow(build(config, plan.to_build))
    if progress.scenes != len(config.scenes):
        raise DataError(f"{progress.scenes} scenes were built of {len(config.scenes)}")
    return Run(
        scenes=progress.scenes,
        workers=config.workers,
        plan=planned,
        first=progress.first,
        build=progress.seconds,
        steady=progress.steady(),
        rows=progress.rows,
        memory_planned=memory_planned,
        memory=peak_memory_mb(),
    )


def _figures(run: Run) -> Iterator[Figure]:
    name = f"{run.scenes:,} scenes, {run.workers} workers"
    conditions = (
        f"questions alone, {run.rows / run.scenes:.0f} rows per scene, "
        f"{run.workers} logical CPUs on {multiprocessing.cpu_count()} cores"
    )
    yield Figure(f"{name}: plan", run.plan, "s", "every scene's questions are new")
    yield Figure(f"{name}: build", run.build, "s", f"first scene after {run.first:.1f} s")
    yield Figure(f"{name}: throughput", 1 / run.steady, "scenes/s", conditions)
    yield Figure(f"{name}: throughput", run.rows / run.scenes / run.steady, "rows/s", conditions)
    yield Figure(f"{name}: driver's peak memory", run.memory, "MB", f"{run.memory_planned:.0f} MB after the plan")


def growth(small: Run, large: Run) -> Figure:
    """How much longer a scene takes in the larger run, and whether that is too much."""
    factor = max(large.steady / small.steady, large.plan / large.scenes / (small.plan / small.scenes))
    name = f"{small.scenes:,} -> {large.scenes:,} scenes, {large.workers} workers: growth of the time per scene"
    verdict = "as it should be" if factor <= GROWTH else "TOO MUCH"
    return Figure(name, factor, "x", f"{verdict}: the larger of plan and build, at most {GROWTH} is asked for")


def _forget(config: BuildConfig) -> None:
    lake = Lake(Storage(config.root))
    for source, scene_id in lake.partitions("qa"):
        lake.delete("qa", source, scene_id)
