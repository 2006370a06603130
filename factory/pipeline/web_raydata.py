"""The Ray Data graphs over web images: rows are shard references, stages commit their own partitions."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, TaskPoolStrategy

from factory.pipeline.images_stage import EstimateStage, ImagesStage, LabelStage
from factory.pipeline.index_stage import IndexStage
from factory.pipeline.questions_stage import QuestionsStage
from factory.pipeline.raydata import actors_that_fit, dataset_of, prepare_context, results_of
from factory.pipeline.result import StageResult
from factory.pipeline.web_config import WebBuildConfig
from factory.pipeline.web_plan import WebStep

_INDEX_CPUS = 1.0
_IMAGES_CPUS = 0.75
_QUESTIONS_CPUS = 0.25

_SCHEMA = pa.schema(
    [
        ("shard_id", pa.string()),
        ("versions", pa.string()),
        ("dropped", pa.list_(pa.string())),
        ("results", pa.list_(pa.string())),
    ]
)


@ray.remote(num_cpus=0)
class PicturesDone:
    """Counts pictures of all workers, so that the driver can show how far long shards are."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, count: int) -> None:
        """More pictures are done."""
        self._count += count

    def count(self) -> int:
        """All of them."""
        return self._count


class _ImagesActor:
    """Holds the models; lives as long as the pool."""

    def __init__(self, config: str, done: Any) -> None:
        parsed = WebBuildConfig.model_validate_json(config)

        def progress(count: int) -> None:
            done.add.remote(count)

        kind = EstimateStage if parsed.records is None else LabelStage
        self._stage: ImagesStage = kind(parsed, progress)

    def __call__(self, batch: pa.Table) -> pa.Table:
        return _each(batch, self._run)

    def _run(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["versions"]:
            result = self._stage.run(row["shard_id"], json.loads(row["versions"]), frozenset(row["dropped"]))
            row["results"] = [result.model_dump_json()]
        return row


@cache
def _index_stage(config: str) -> IndexStage:
    return IndexStage(WebBuildConfig.model_validate_json(config))


def _index_task(batch: pa.Table, config: str) -> pa.Table:
    def run(row: dict[str, Any]) -> dict[str, Any]:
        result = _index_stage(config).run(row["shard_id"], json.loads(row["versions"]))
        return row | {"results": [result.model_dump_json()]}

    return _each(batch, run)


@cache
def _questions_stage(config: str) -> QuestionsStage:
    return QuestionsStage(WebBuildConfig.model_validate_json(config))


def _questions_task(batch: pa.Table, config: str) -> pa.Table:
    def run(row: dict[str, Any]) -> dict[str, Any]:
        before = [StageResult.model_validate_json(result) for result in row["results"]]
        if all(result.status != "quarantined" for result in before):
            row["results"] = [*row["results"], _questions_stage(config).run(row["shard_id"]).model_dump_json()]
        return row

    return _each(batch, run)


def _each(batch: pa.Table, run: Any) -> pa.Table:
    return pa.Table.from_pylist([run(row) for row in batch.to_pylist()], schema=_SCHEMA)


def index(config: WebBuildConfig, steps: list[WebStep]) -> Iterator[list[StageResult]]:
    """Indexes shards on the connected cluster; yields the result of a shard as soon as it is done, in any order."""
    prepare_context(config)
    dataset = dataset_of(steps, _row, _SCHEMA).map_batches(
        _index_task,
        fn_kwargs={"config": config.model_dump_json()},
        batch_size=1,
        batch_format="pyarrow",
        compute=TaskPoolStrategy(size=_most_workers(config, steps)),
        num_cpus=_INDEX_CPUS,
    )
    yield from results_of(dataset)


def build(config: WebBuildConfig, steps: list[WebStep], done: Any) -> Iterator[list[StageResult]]:
    """Runs models (or labels) and questions; yields the results of a shard as soon as it is done, in any order.

    done : handle of a `PicturesDone`.
    """
    prepare_context(config)
    text = config.model_dump_json()
    dataset = dataset_of(steps, _row, _SCHEMA)
    most_workers = _most_workers(config, steps)
    if any(step.images_reason for step in steps):
        dataset = dataset.map_batches(
            _ImagesActor,
            fn_constructor_args=(text, done),
            batch_size=1,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(
                min_size=min(most_workers, config.workers or actors_that_fit(config.gpus)), max_size=most_workers
            ),
            num_cpus=_IMAGES_CPUS,
            num_gpus=config.gpus or None,
        )
    dataset = dataset.map_batches(
        _questions_task,
        fn_kwargs={"config": text},
        batch_size=1,
        batch_format="pyarrow",
        compute=TaskPoolStrategy(size=most_workers),
        num_cpus=_QUESTIONS_CPUS,
    )
    yield from results_of(dataset)


def _row(step: WebStep) -> dict[str, Any]:
    versions = json.dumps(step.versions) if step.versions else ""
    return {"shard_id": step.shard_id, "versions": versions, "dropped": step.dropped, "results": []}


def _most_workers(config: WebBuildConfig, steps: list[WebStep]) -> int:
    return min(len(steps), config.workers or len(steps))
