"""Builds a lake of questions about web images, or about the keyframes of labelled scenes; builds only what changed.

On a laptop:  python jobs/build_web.py --input photos --root lake
With labels:  python jobs/build_web.py --records lake --source scannet --input scans --root lake
On a cluster: ray job submit --working-dir . -- python jobs/build_web.py --input s3://... --root s3://... --stack paper
"""

import argparse
import json
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from factory.errors import DataError
from factory.pipeline.metrics import BuildMetrics
from factory.pipeline.prune import forget_settled, prune
from factory.pipeline.questions_stage import geometric_tasks
from factory.pipeline.result import StageResult
from factory.pipeline.summary import Summary, render_plan
from factory.pipeline.web_config import CaptionerConfig, WebBuildConfig
from factory.pipeline.web_plan import WebPlan, plan_index, plan_labelled, plan_pictures
from factory.store.hashing import CachedHasher
from factory.store.lake import WEB_TABLES, Lake
from factory.store.storage import Storage
from factory.visibility.select import resolve_rasterizer
from factory.web.estimators.stack import StackConfig, check_weights, stack_weights
from factory.web.inputs.folders import DEFAULT_BUCKETS
from factory.web.inputs.opening import open_input
from factory.web.sensors import read_manifest
from jobs.build_spar7m import cache_file, start_ray
from jobs.command_line import (
    BUILD_STATUS,
    EXPECTED_ERRORS,
    JobParser,
    absolute,
    add_worker_options,
    complain,
    gpu_share,
)

_POLL_S = 2.0


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, BUILD_STATUS)
    parser.add_argument("--input", required=True, help="tars, Parquet or a folder of pictures; with --records, scans")
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument("--source", help="name of the data set (default: that of the input's folder)")
    parser.add_argument("--records", metavar="LAKE", help="take the keyframes of this lake of labelled scenes")
    parser.add_argument("--stack", help="set of models: cpu, paper (default: that of --stack-config, else cpu)")
    parser.add_argument(
        "--stack-config", type=Path, metavar="FILE", help="TOML file: weights, models by role, batch size, device, ..."
    )
    parser.add_argument("--masks", choices=["sam", "box"], help="box: a detection's box for its mask, quick and rough")
    parser.add_argument(
        "--sensors", type=Path, metavar="FILE", help="TOML file of pictures whose depth a sensor measured"
    )
    parser.add_argument("--captioner-url", metavar="URL", help="OpenAI-compatible endpoint that describes objects")
    parser.add_argument("--captioner-model", metavar="NAME", help="model at that endpoint")
    parser.add_argument(
        "--buckets", type=int, default=DEFAULT_BUCKETS, help=f"shards of a plain folder (default: {DEFAULT_BUCKETS})"
    )
    parser.add_argument("--shards", metavar="A,B", help="only these shards (default: all)")
    parser.add_argument("--tasks", metavar="A,B", help="questions of these tasks and no others (default: all)")
    parser.add_argument("--items", type=int, default=8, help="questions per task and picture (default: 8)")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument(
        "--rasterizer", choices=["auto", "egl", "embree"], default="auto", help="for --records (default: egl)"
    )
    parser.add_argument(
        "--gpus", type=gpu_share, default=0.0, metavar="SHARE", help="share of a GPU per set of models, 1/k"
    )
    add_worker_options(parser, "shards")
    parser.add_argument("--plan", action="store_true", help="print what would be built and why, and stop")
    parser.add_argument("--prune", action="store_true", help="delete partitions whose shard is gone from the input")
    options = parser.parse_args(argv)
    if bool(options.captioner_url) != bool(options.captioner_model):
        parser.error("--captioner-url and --captioner-model go together")
    if options.records and not options.source:
        parser.error("--records needs --source, the data set of the scenes")
    return options


def configure(options: argparse.Namespace) -> WebBuildConfig:
    """The options as a validated configuration. Raises DataError for models and tasks that nobody knows."""
    captioner = None
    if options.captioner_url:
        captioner = CaptionerConfig(base_url=options.captioner_url, model=options.captioner_model)
    config = WebBuildConfig(
        source=options.source or Path(options.input.rstrip("/")).name,
        input=absolute(options.input),
        root=absolute(options.root),
        records=absolute(options.records) if options.records else None,
        stack=stack_config(options),
        buckets=options.buckets,
        captioner=captioner,
        sensors=read_manifest(options.sensors) if options.sensors else [],
        shards=sorted({name.strip() for name in options.shards.split(",")}) if options.shards else None,
        tasks=sorted({name.strip() for name in options.tasks.split(",")}) if options.tasks else None,
        items=options.items,
        seed=options.seed,
        rasterizer=resolve_rasterizer(options.rasterizer),
        gpus=options.gpus,
        workers=options.workers,
        scene_timeout=options.scene_timeout,
    )
    stack_weights(config.stack)
    geometric_tasks(config)
    return config


def stack_config(options: argparse.Namespace) -> StackConfig:
    """The models: what the file says, and over it the command line."""
    values: dict[str, Any] = {}
    if options.stack_config:
        try:
            values = tomllib.loads(options.stack_config.read_text())
        except tomllib.TOMLDecodeError as error:
            raise DataError(f"{options.stack_config}: expected a TOML file: {error}") from error
    if options.stack:
        values["name"] = options.stack
    if options.masks:
        values["masks"] = options.masks
    try:
        return StackConfig.model_validate_json(json.dumps(values))
    except ValueError as error:
        raise DataError(f"{options.stack_config or '--stack'}: {error}") from error


class Build:
    """Plans and runs the passes of a build, and shows how far they are."""

    def __init__(self, config: WebBuildConfig, console: Console) -> None:
        self._config = config
        self._console = console
        self._lake = Lake(Storage(config.root))
        self.summary = Summary("shards")
        self.skipped = 0

    def run(self, only_plan: bool, delete: bool) -> None:
        """All of it; with `only_plan` nothing is built."""
        config, lake = self._config, self._lake
        if config.records is not None:
            plan = plan_labelled(config, lake, Lake(Storage(config.records)))
        else:
            index_plan = self._plan_index()
            if index_plan.to_build and not only_plan:
                self._console.print(render_plan(index_plan, "shards"))
                check_weights(config.stack)  # new pictures will need them
                self._index(index_plan)
            if only_plan and index_plan.to_build:
                self._console.print(render_plan(index_plan, "shards"))
                plan = plan_pictures(config, lake, index_plan)
            else:
                done = index_plan.model_copy(
                    update={"steps": [step.model_copy(update={"action": "none"}) for step in index_plan.steps]}
                )
                plan = plan_pictures(config, lake, done)
        self._console.print(render_plan(plan, "shards"))
        if only_plan:
            return
        self._prune(plan, delete)
        self.skipped = sum(step.action == "none" for step in plan.steps) - len(self.summary.quarantined)
        if plan.to_build:
            self._build(plan)
        kept = [step.shard_id for step in plan.steps if step.action != "remove"]
        forget_settled(lake, config.source, "web_index", kept)

    def _plan_index(self) -> WebPlan:
        pictures = open_input(self._config.input, self._config.buckets)
        hasher = CachedHasher(Storage(self._config.input), cache_file())
        plan = plan_index(self._config, pictures, self._lake, hasher)
        hasher.save()
        return plan

    def _prune(self, plan: WebPlan, delete: bool) -> None:
        if delete:
            prune(self._lake, self._config.source, WEB_TABLES, [step.shard_id for step in plan.to_remove])
        elif plan.to_remove:
            self._console.print(f"{len(plan.to_remove)} shards are gone from the input; --prune deletes them")

    def _index(self, plan: WebPlan) -> None:
        start_ray(self._config.workers)
        from factory.pipeline.web_raydata import index

        for results in self._shown(index(self._config, plan.to_build), len(plan.to_build), "indexing"):
            if results[-1].status == "quarantined":
                self.summary.add(results)

    def _build(self, plan: WebPlan) -> None:
        if self._config.records is None and any(step.images_reason for step in plan.to_build):
            check_weights(self._config.stack)
        start_ray(self._config.workers)
        import ray

        from factory.pipeline.web_raydata import PicturesDone, build

        done = PicturesDone.remote()

        def pictures() -> str:
            return f"{ray.get(done.count.remote()):,} pictures"

        steps = plan.to_build
        for results in self._shown(build(self._config, steps, done), len(steps), "shards", pictures):
            self.summary.add(results)

    def _shown(
        self,
        results: Iterator[list[StageResult]],
        total: int,
        what: str,
        aside: Callable[[], str] = str,
    ) -> Iterator[list[StageResult]]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[aside]}"),
        )
        metrics = BuildMetrics(self._config.source, total)
        with Progress(*columns, console=self._console) as progress:
            bar = progress.add_task(what, total=total, aside="")
            with _Ticker(lambda: progress.update(bar, aside=aside())):
                for number, of_shard in enumerate(results, 1):
                    metrics.observe(of_shard)
                    progress.advance(bar)
                    if not self._console.is_terminal:
                        last = of_shard[-1]
                        self._console.print(f"{what} {number}/{total} {last.scene_id}: {last.status} {aside()}")
                    for result in of_shard:
                        if result.status == "quarantined":
                            progress.console.print(
                                f"[red]quarantined[/red] {result.scene_id}: {result.message}", soft_wrap=True
                            )
                    yield of_shard


class _Ticker:
    """Calls a function now and then, in a thread of its own, while its context lasts."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_POLL_S):
            self._tick()


def main(argv: list[str]) -> int:
    """Plans, builds, sums up; the exit status."""
    console = Console(soft_wrap=False)
    started = time.perf_counter()
    try:
        options = parse(argv)
        build = Build(configure(options), console)
        build.run(options.plan, options.prune)
    except EXPECTED_ERRORS as error:
        return complain(error)
    if build.summary.scenes.total():
        console.print(build.summary.render(build.skipped, time.perf_counter() - started))
    return 3 if build.summary.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
