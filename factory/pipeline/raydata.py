"""The Ray Data graph: rows are scene references, stages commit their own partitions, the driver sums up."""

import json
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, TaskPoolStrategy

from factory.pipeline.config import BuildConfig
from factory.pipeline.plan import Step
from factory.pipeline.qa_stage import QaStage
from factory.pipeline.records_stage import RecordsStage
from factory.pipeline.result import StageResult

# A records actor and a question task share a core: the first takes most of the time.
_RECORDS_CPUS = 0.75
_QA_CPUS = 0.25
_MIN_BLOCKS = 64
_SCENES_PER_BLOCK = 16

_SCHEMA = pa.schema([("scene_id", pa.string()), ("versions", pa.string()), ("results", pa.list_(pa.string()))])


class _RecordsActor:
    """Rasterizes; lives as long as the pool, so that the GL context and the source are opened once."""

    def __init__(self, config: str) -> None:
        self._stage = RecordsStage(BuildConfig.model_validate_json(config))

    def __call__(self, batch: pa.Table) -> pa.Table:
        return _each(batch, self._run)

    def _run(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["versions"]:
            result = self._stage.run(row["scene_id"], json.loads(row["versions"]))
            row["results"] = [result.model_dump_json()]
        return row


@cache
def _qa_stage(config: str) -> QaStage:
    return QaStage(BuildConfig.model_validate_json(config))


def _qa_task(batch: pa.Table, config: str) -> pa.Table:
    def run(row: dict[str, Any]) -> dict[str, Any]:
        before = [StageResult.model_validate_json(result) for result in row["results"]]
        if all(result.status != "quarantined" for result in before):
            row["results"] = [*row["results"], _qa_stage(config).run(row["scene_id"]).model_dump_json()]
        return row

    return _each(batch, run)


def _each(batch: pa.Table, run: Any) -> pa.Table:
    return pa.Table.from_pylist([run(row) for row in batch.to_pylist()], schema=_SCHEMA)


def prepare_context() -> None:
    """Settings of Ray Data that every graph needs: nothing is skipped or tried again behind our back."""
    context = DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # the job shows its own progress
    context.max_errored_blocks = 0
    context.retried_map_errors = False


def blocks_of(rows: list[dict[str, Any]], schema: pa.Schema) -> list[pa.Table]:
    """Rows spread over enough blocks to keep a cluster busy."""
    blocks = min(len(rows), max(_MIN_BLOCKS, len(rows) // _SCENES_PER_BLOCK))
    return [pa.Table.from_pylist(rows[i::blocks], schema=schema) for i in range(blocks)]


def build(config: BuildConfig, steps: list[Step]) -> Iterator[list[StageResult]]:
    """Runs the steps on the connected cluster; yields the results of a scene as soon as it is done, in any order."""
    prepare_context()
    text = config.model_dump_json()
    rows = [
        {
            "scene_id": step.scene_id,
            "versions": json.dumps(step.records_versions) if step.records_reason else "",
            "results": [],
        }
        for step in steps
    ]
    dataset = ray.data.from_arrow(blocks_of(rows, _SCHEMA))
    # As many actors as there is room for now; without --workers the cluster may grow up to one per scene.
    workers = min(len(steps), config.workers or max(1, int(ray.cluster_resources().get("CPU", 1))))
    most_workers = min(len(steps), config.workers or len(steps))
    if any(step.records_reason for step in steps):
        dataset = dataset.map_batches(
            _RecordsActor,
            fn_constructor_args=(text,),
            batch_size=1,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(min_size=workers, max_size=most_workers),
            num_cpus=_RECORDS_CPUS,
            num_gpus=config.rasterizer_gpus or None,
        )
    dataset = dataset.map_batches(
        _qa_task,
        fn_kwargs={"config": text},
        batch_size=1,
        batch_format="pyarrow",
        compute=TaskPoolStrategy(size=most_workers),
        num_cpus=_QA_CPUS,
    )
    for row in dataset.iter_rows():
        yield [StageResult.model_validate_json(result) for result in row["results"]]
