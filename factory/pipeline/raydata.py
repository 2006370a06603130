"""The Ray Data graph: rows are scene references, stages commit their own partitions, the driver sums up."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy

from factory.errors import EnvironmentFailure
from factory.pipeline.attempts import MAX_ATTEMPTS
from factory.pipeline.config import BuildConfig, RunConfig
from factory.pipeline.plan import Step
from factory.pipeline.qa_stage import QaStage
from factory.pipeline.records_stage import RecordsStage
from factory.pipeline.result import StageResult

# Beside a GPU, a records actor and a question task share a core: the first takes most of the time.
_RECORDS_CPUS = 0.75
_QA_CPUS = 0.25
_BOTH_CPUS = 1.0
# A block costs the driver some 10 ms, and a scene waits for the others of its block: few scenes each.
_MIN_BLOCKS = 64
_SCENES_PER_BLOCK = 4
_PROVISIONING_S = 7200.0  # how long a cluster may take to find machines

_SCHEMA = pa.schema([("scene_id", pa.string()), ("versions", pa.string()), ("results", pa.list_(pa.string()))])
_S = TypeVar("_S")


class _SceneActor:
    """Rasterizes, and writes the questions too where it does so alone; lives as long as the pool, so that the GL
    context and the source are opened once."""

    def __init__(self, config: str, both: bool) -> None:
        self._records = RecordsStage(BuildConfig.model_validate_json(config))
        self._qa = _qa_stage(config) if both else None

    def __call__(self, batch: pa.Table) -> pa.Table:
        return _each(batch, self._run)

    def _run(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["versions"]:
            result = self._records.run(row["scene_id"], json.loads(row["versions"]))
            row["results"] = [result.model_dump_json()]
        return _ask(self._qa, row) if self._qa else row


@cache
def _qa_stage(config: str) -> QaStage:
    return QaStage(BuildConfig.model_validate_json(config))


def _qa_task(batch: pa.Table, config: str) -> pa.Table:
    return _each(batch, lambda row: _ask(_qa_stage(config), row))


def _ask(stage: QaStage, row: dict[str, Any]) -> dict[str, Any]:
    before = [StageResult.model_validate_json(result) for result in row["results"]]
    if all(result.status != "quarantined" for result in before):
        row["results"] = [*row["results"], stage.run(row["scene_id"]).model_dump_json()]
    return row


def _each(batch: pa.Table, run: Any) -> pa.Table:
    return pa.Table.from_pylist([run(row) for row in batch.to_pylist()], schema=_SCHEMA)


def prepare_context(config: RunConfig) -> None:
    """Settings of Ray Data that every graph needs."""
    context = DataContext.get_current()
    context.enable_progress_bars = False  # the job shows its own progress
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what ends a build is raised, too
    context.max_errored_blocks = 0  # above, blocks that fail would be left out with a line in a log
    # An exception that leaves a stage is a failure of the environment: trying again is for the next run.
    context.retried_map_errors = False
    context.actor_task_retry_on_errors = False
    context.raise_original_map_exception = True  # else its class is lost on the way to the driver
    # A node may go away while an actor starts there; a constructor that always fails ends the job after these.
    context.max_consecutive_actor_init_deaths = 3
    # Watches over what the time limit of a scene cannot: that work is placed at all. Never sooner than a block may
    # take whose scenes all hang as often as they may.
    context.execution_no_progress_timeout_s = _PROVISIONING_S + _SCENES_PER_BLOCK * MAX_ATTEMPTS * config.scene_timeout


def dataset_of(steps: Sequence[_S], row: Callable[[_S], dict[str, Any]], schema: pa.Schema) -> Any:
    """A dataset of a row per step, in enough blocks to keep a cluster busy."""
    count = min(len(steps), max(_MIN_BLOCKS, len(steps) // _SCENES_PER_BLOCK))
    parts = (steps[i::count] for i in range(count))
    return ray.data.from_arrow([pa.Table.from_pylist([row(step) for step in part], schema=schema) for part in parts])


def actors_that_fit(gpus: float) -> int:
    """How many actors of that share of a GPU, or of a CPU each, there is room for now; at least one."""
    room = ray.cluster_resources()
    return max(1, int(room.get("GPU", 0) / gpus if gpus else room.get("CPU", 1)))


def results_of(dataset: Any) -> Iterator[list[StageResult]]:
    """Runs a graph; yields the results of a row as soon as it is done.

    Raises EnvironmentFailure, as the worker raised it, when the lake or a machine fails.
    """
    try:
        for row in dataset.iter_rows():
            yield [StageResult.model_validate_json(result) for result in row["results"]]
    except ray.exceptions.RayTaskError as error:
        cause: BaseException = error
        while isinstance(cause, ray.exceptions.RayTaskError):
            cause = cause.cause
        if isinstance(cause, EnvironmentFailure):
            raise EnvironmentFailure(str(cause).partition("\n")[0]) from None  # Ray appends advice of its own
        raise


def build(config: BuildConfig, steps: list[Step]) -> Iterator[list[StageResult]]:
    """Runs the steps on the connected cluster; yields the results of a scene as soon as it is done, in any order.

    Raises EnvironmentFailure when the lake or a machine fails; what was committed until then is kept.
    """
    prepare_context(config)
    text = config.model_dump_json()
    dataset = dataset_of(steps, _row, _SCHEMA)
    # Without --workers the cluster may grow up to one actor per scene.
    most_workers = min(len(steps), config.workers or len(steps))
    gpus = config.rasterizer_gpus if any(step.records_reason for step in steps) else 0
    # Without GPUs one process does all of a scene: question workers beside the actors cost 15 % on two cores.
    dataset = dataset.map_batches(
        _SceneActor,
        fn_constructor_args=(text, not gpus),
        batch_size=1,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(
            min_size=min(most_workers, config.workers or actors_that_fit(gpus)), max_size=most_workers
        ),
        num_cpus=_RECORDS_CPUS if gpus else _BOTH_CPUS,
        num_gpus=gpus or None,
    )
    if gpus:
        dataset = dataset.map_batches(
            _qa_task,
            fn_kwargs={"config": text},
            batch_size=1,
            batch_format="pyarrow",
            compute=TaskPoolStrategy(size=most_workers),
            num_cpus=_QA_CPUS,
        )
    yield from results_of(dataset)


def _row(step: Step) -> dict[str, Any]:
    versions = json.dumps(step.records_versions) if step.records_reason else ""
    return {"scene_id": step.scene_id, "versions": versions, "results": []}
