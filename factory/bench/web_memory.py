"""Peak memory of a whole build over pictures in one process: it must not grow with their number."""

from collections import Counter
from collections.abc import Callable, Iterator

from factory.bench.speed import Figure, peak_memory_mb
from factory.errors import DataError
from factory.pipeline.images_stage import EstimateStage
from factory.pipeline.index_stage import IndexStage
from factory.pipeline.questions_stage import QuestionsStage
from factory.pipeline.result import StageResult
from factory.pipeline.web_config import WebBuildConfig
from factory.pipeline.web_plan import WebPlan, WebStep, plan_index, plan_pictures
from factory.store.hashing import CachedHasher
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.inputs.opening import open_input

_PICTURES = ("estimated: ", "rejected: picture: ", "in quarantine: ")


def build_memory(config: WebBuildConfig) -> Iterator[Figure]:
    """Builds a new lake shard by shard: peaks after half of the shards and after all, and the pictures by what became
    of them. Raises DataError when a shard as a whole cannot be built."""
    lake = Lake(Storage(config.root))
    plan = plan_index(config, open_input(config.input), lake, CachedHasher(Storage(config.input), None))
    index = IndexStage(config)
    yield from _halves("index", plan, lambda step: [index.run(step.shard_id, step.versions)], Counter())
    done = WebPlan(steps=[step.model_copy(update={"action": "none"}) for step in plan.steps])
    images, questions = EstimateStage(config, lambda count: None), QuestionsStage(config)

    def build(step: WebStep) -> list[StageResult]:
        estimated = images.run(step.shard_id, step.versions, frozenset(step.dropped))
        return [estimated, questions.run(step.shard_id)]

    counts: Counter[str] = Counter()
    yield from _halves("models and questions", plan_pictures(config, lake, done), build, counts)
    images.close()
    for name, count in sorted(counts.items()):
        if name.startswith(_PICTURES):
            yield Figure(name, count, "pictures", f"stack {config.stack.name}")
    rows = sum(count for name, count in counts.items() if name.startswith("rows: "))
    yield Figure("questions", rows, "rows", f"{config.items} items per task and picture")


def _halves(
    what: str, plan: WebPlan, run: Callable[[WebStep], list[StageResult]], counts: Counter[str]
) -> Iterator[Figure]:
    """Peaks over a plan's shards; adds up what the stages count."""
    steps = plan.to_build
    half = (len(steps) + 1) // 2
    for number, step in enumerate(steps, 1):
        for result in run(step):
            if result.status == "quarantined":
                raise DataError(f"{step.shard_id}: {result.message}")
            counts.update(result.counts)
        if number in (half, len(steps)):
            of = f"{number} of {len(steps)} shards, libraries included"
            yield Figure(f"peak memory, {what}", peak_memory_mb(), "MB", of)
