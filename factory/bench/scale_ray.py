"""What Ray costs: the same stages over the same scenes on Ray and in plain processes."""

import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path

from factory.bench.scale_copies import make_scans
from factory.bench.scale_plan import plan_anew
from factory.bench.scale_progress import Progress, in_new_process, private_ray
from factory.bench.speed import Figure
from factory.pipeline.config import BuildConfig
from factory.pipeline.plan import Step
from factory.pipeline.qa_stage import QaStage
from factory.pipeline.quotas import even_quotas
from factory.pipeline.records_stage import RecordsStage
from factory.pipeline.result import StageResult
from factory.visibility.select import resolve_rasterizer

SEEDS = (3, 4)
_SMALL = {"faces": 30_000, "frame_count": 40, "width": 320, "height": 240, "rooms": 3}
_FACTS = 12
_ROUNDS = 2


def ray_cost(scenes: int, workers: int) -> Iterator[Figure]:
    """Builds records and questions in turn with either; the best of the rounds, since others may use the machine."""
    with tempfile.TemporaryDirectory() as folder:
        scans, digests = Path(folder) / "scans", Path(folder) / "digests.sqlite"
        make_scans(scans, scenes, SEEDS[:scenes], **_SMALL)
        config = BuildConfig(
            source="scannet",
            input=str(scans),
            root=f"{folder}/lake",
            quotas=even_quotas(_FACTS),
            rasterizer=resolve_rasterizer("auto"),
            workers=workers,
        )
        steps = plan_anew(config, digests).to_build
        plain: list[Progress] = []
        on_ray: list[Progress] = []
        starts = []
        for number in range(_ROUNDS):
            plain.append(_plain(config.model_copy(update={"root": f"{folder}/plain{number}"}), steps))
            on_other = config.model_copy(update={"root": f"{folder}/ray{number}"})
            seconds, progress = in_new_process(_on_ray, on_other.model_dump_json(), steps)
            starts.append(seconds)
            on_ray.append(progress)
    conditions = f"{workers} workers on {os.cpu_count()} cores, {scenes} scenes, best of {_ROUNDS} in turn"
    yield Figure("start of Ray", min(starts), "s", "a cluster of its own, before any work")
    for name, runs in (("plain processes", plain), ("Ray", on_ray)):
        yield Figure(f"{name}: first scene", min(run.first for run in runs), "s", "workers start and import")
        per_scene = runs[0].rows / scenes
        yield Figure(f"{name}: steady", per_scene / _steady(runs), "rows/s", conditions)
    whole = min(run.seconds for run in plain) / min(run.seconds for run in on_ray)
    yield Figure("Ray's share of plain throughput, steady", 100 * _steady(plain) / _steady(on_ray), "%", conditions)
    yield Figure("Ray's share of plain throughput, start of the workers included", 100 * whole, "%", conditions)


def _steady(runs: list[Progress]) -> float:
    return min(run.steady() for run in runs)


def _on_ray(text: str, steps: list[Step]) -> tuple[float, Progress]:
    from factory.pipeline.raydata import build

    config = BuildConfig.model_validate_json(text)
    assert config.workers is not None
    with private_ray(config.workers) as seconds:
        return seconds, Progress(Path(config.root)).follow(build(config, steps))


def _plain(config: BuildConfig, steps: list[Step]) -> Progress:
    progress, text = Progress(Path(config.root)), config.model_dump_json()
    with ProcessPoolExecutor(config.workers, multiprocessing.get_context("spawn")) as pool:
        done = as_completed([pool.submit(_both, text, step) for step in steps])
        return progress.follow(future.result() for future in done)


@cache
def _stages(config: str) -> tuple[RecordsStage, QaStage]:
    parsed = BuildConfig.model_validate_json(config)
    return RecordsStage(parsed), QaStage(parsed)


def _both(config: str, step: Step) -> list[StageResult]:
    records, qa = _stages(config)
    return [records.run(step.scene_id, step.records_versions), qa.run(step.scene_id)]
