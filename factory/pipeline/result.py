"""What a stage reports of one scene, and how a failure becomes quarantine."""

import resource
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pydantic import Field

from factory.errors import DataError, of_environment
from factory.pipeline.attempts import Attempt
from factory.pipeline.config import RunConfig
from factory.pipeline.watchdog import time_limit
from factory.store.lake import TABLES, Lake
from schemas.base import Record

Stage = Literal["records", "qa", "index", "estimate", "questions"]


class StageResult(Record):
    """One stage's work on one scene (for web images: one shard, its id in `scene_id`): wall and CPU seconds, the
    process's peak memory, counts by reason. `unchanged` is what turned out to be there already, as when a
    worker died before it could tell; its counts are those of the partition."""

    scene_id: str
    stage: Stage
    status: Literal["built", "unchanged", "quarantined"]
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    counts: dict[str, int] = Field(default_factory=dict)
    error: str = ""
    message: str = ""


def run_stage(
    lake: Lake, config: RunConfig, scene_id: str, stage: Stage, work: Callable[[], dict[str, int]]
) -> StageResult:
    """Runs `work`, which commits a partition and returns its counts; any exception puts the scene into quarantine,
    and so does the death of the worker when it happens again and again.

    Raises EnvironmentFailure when the lake or the machine fails, which is no fault of the scene.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    table = quarantine_table(stage)
    attempt = Attempt(lake, config.source, scene_id, stage, table, config.run)
    try:
        attempt.begin()
        with time_limit(config.scene_timeout):
            outcome = {"status": "built", "counts": work()}
    except (Exception, SystemExit) as error:  # one bad scene must not stop the others, whatever is wrong with it
        if failure := of_environment(error):
            raise failure from error
        outcome = {"status": "quarantined", "error": type(error).__name__, "message": describe(error)}
        _quarantine(lake, config.source, scene_id, stage, outcome["error"], outcome["message"])
    attempt.end()
    return StageResult(
        scene_id=scene_id,
        stage=stage,
        seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
        peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **outcome,
    )


def quarantine_table(stage: Stage) -> str:
    """Where what fails in a stage is told."""
    return "quarantine" if stage in ("records", "qa") else "web_quarantine"


def _quarantine(lake: Lake, source: str, scene_id: str, stage: Stage, error: str, message: str) -> None:
    row = {"source": source, "stage": stage, "error": error, "message": message}
    table = quarantine_table(stage)
    row |= {"scene_id": scene_id} if table == "quarantine" else {"shard_id": scene_id, "image_id": ""}
    rows = pa.Table.from_pylist([row], schema=TABLES[table])
    lake.write(table, source, scene_id, rows, versions={"stage": stage}, counts={})


def describe(error: BaseException) -> str:
    """An error in one line: its own words when the input is bad, its place in the code when it is a defect."""
    if isinstance(error, DataError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"unexpected {type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {error}"
