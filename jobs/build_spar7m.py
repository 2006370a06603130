"""Builds a lake of SPAR questions from annotated 3D scenes; builds only what changed.

On a laptop:  python jobs/build_spar7m.py --source scannet --input scans --root lake
On a cluster: ray job submit --working-dir . -- python jobs/build_spar7m.py --source scannet --input s3://... --root s3://...
"""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from factory.errors import DataError
from factory.pipeline.config import BuildConfig
from factory.pipeline.metrics import BuildMetrics
from factory.pipeline.plan import Plan, make_plan
from factory.pipeline.prune import forget_settled, prune
from factory.pipeline.quotas import Quota, preset_quotas
from factory.pipeline.summary import Summary, render_plan
from factory.sources.registry import SOURCES, open_source
from factory.sources.splits import listed_ids
from factory.store.hashing import CachedHasher
from factory.store.lake import SCENE_TABLES, Lake
from factory.store.storage import Storage
from factory.tasks import all_tasks, get_task
from factory.visibility.select import resolve_rasterizer
from factory.wording.instructions import LANGUAGES, language_of
from jobs.command_line import (
    BUILD_STATUS,
    EXPECTED_ERRORS,
    JobParser,
    absolute,
    add_worker_options,
    complain,
    gpu_share,
    inputs_by_source,
    named_inputs,
)
from jobs.selection import selected

PRESETS = Path(__file__).parent / "presets.toml"
LOCAL_OBJECT_STORE_BYTES = 256 << 20  # rows are scene references: the store stays nearly empty


def parse(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, BUILD_STATUS)
    parser.add_argument("--source", metavar="NAME", help=f"data set, one of {', '.join(sorted(SOURCES))}")
    parser.add_argument(
        "--input",
        required=True,
        metavar="URL",
        help="folder or URL of the data set; without --source several of them, NAME=URL,NAME=URL",
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--only",
        metavar="SELECTION",
        help="scene=ID,scene=ID of one data set, source=NAME,scene=ID,source=NAME of several; the others stay as they "
        "are (default: all)",
    )
    parser.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="scenes that must not be built, such as those of a benchmark, one per line as scene0011_00 or "
        "scannet/scene0011_00; other scans of their rooms are refused with them",
    )
    parser.add_argument(
        "--tasks",
        metavar="A,B",
        help="questions of these tasks and no others, which a built scene then loses (default: all of the preset)",
    )
    parser.add_argument(
        "--preset", default="even", help="facts per scene and task: even, spar7m, sample, demo (default: even)"
    )
    parser.add_argument(
        "--extra-select", action="store_true", help="options to choose from also for tasks that SPAR-7M has none for"
    )
    parser.add_argument(
        "--instruction-languages",
        type=instruction_languages,
        default="en",
        metavar="A,B",
        help=f"walks whose instructions are in these languages, of {', '.join(LANGUAGES)} (default: en)",
    )
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument(
        "--rasterizer", choices=["auto", "egl", "embree"], default="auto", help="default: egl where it works"
    )
    parser.add_argument(
        "--rasterizer-gpus",
        type=gpu_share,
        default=0.0,
        metavar="SHARE",
        help="share of a GPU per rasterizer, 1/k (default: 0, software GL)",
    )
    add_worker_options(parser, "scenes")
    parser.add_argument("--plan", action="store_true", help="print what would be built and why, and stop")
    parser.add_argument("--prune", action="store_true", help="delete partitions whose scene is gone from the input")
    return parser.parse_args(argv)


def instruction_languages(text: str) -> list[str]:
    """Languages, sorted. Raises ArgumentTypeError for one whose action words are not known."""
    languages = sorted({language_of(name.strip()) for name in text.split(",")})
    if unknown := [name for name in languages if name not in LANGUAGES]:
        raise argparse.ArgumentTypeError(
            f"no action words are known in {unknown[0]!r}, only in {', '.join(LANGUAGES)}"
        )
    return languages


def inputs(options: argparse.Namespace) -> dict[str, str]:
    """The inputs by source. Raises DataError when it is not told which data set an input is."""
    if options.source:
        return inputs_by_source(options.input, [options.source])
    named = named_inputs(options.input)
    if named is None:
        raise DataError(f"--input {options.input}: which data set is it? give --source NAME, or NAME=URL,NAME=URL")
    return named


def quotas(options: argparse.Namespace, source: str) -> dict[str, Quota]:
    """Facts per scene by task and format."""
    names = options.tasks.split(",") if options.tasks else [task.spec.name for task in all_tasks()]
    specs = [get_task(name.strip()).spec for name in names]
    return preset_quotas(PRESETS, options.preset, source, specs, extra_formats=options.extra_select)


def configure(options: argparse.Namespace) -> list[BuildConfig]:
    """The options as validated configurations, one per source; local folders become absolute, so that workers find
    them."""
    rasterizer = resolve_rasterizer(options.rasterizer)
    urls = inputs(options)
    chosen = selected(options.only, urls) if options.only else dict.fromkeys(urls)
    return [
        BuildConfig(
            source=source,
            input=absolute(url),
            root=absolute(options.root),
            scenes=chosen[source],
            excluded=excluded_scenes(options.exclude, source) if options.exclude else [],
            quotas=quotas(options, source),
            seed=options.seed,
            instruction_languages=options.instruction_languages,
            rasterizer=rasterizer,
            rasterizer_gpus=options.rasterizer_gpus,
            workers=options.workers,
            scene_timeout=options.scene_timeout,
        )
        for source, url in urls.items()
        if source in chosen
    ]


def excluded_scenes(file: Path, source: str) -> list[str]:
    """The scenes of a source in an exclusion list, sorted."""
    named = (line.rpartition("/") for line in listed_ids(file.read_bytes()))
    return sorted({scene_id for dataset, _, scene_id in named if dataset in ("", source)})


def cache_file() -> Path:
    """Where digests of unchanged input files are remembered between builds."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "spatial-qa-factory" / "digests.sqlite"


def start_ray(workers: int | None) -> None:
    """Joins the cluster that the job runs on, or starts a private one on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not os.environ.get("RAY_ADDRESS"):
        os.environ.setdefault("RAY_AUTH_MODE", "disabled")
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what matters is reported as an exception, too
    import ray

    if ray.is_initialized():
        return
    if os.environ.get("RAY_ADDRESS"):
        ray.init(log_to_driver=False)
        return
    ray.init(
        address="local",  # and not another Ray that happens to run on this machine
        num_cpus=max(workers or 0, os.cpu_count() or 1),
        object_store_memory=LOCAL_OBJECT_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="warning",
    )


def run(config: BuildConfig, plan: Plan, lake: Lake, delete: bool, console: Console) -> Summary:
    """Executes a plan."""
    summary = Summary()
    if delete:
        prune(lake, config.source, SCENE_TABLES, [step.scene_id for step in plan.to_remove])
    elif plan.to_remove:
        console.print(
            f"{len(plan.to_remove)} scenes of the lake are gone from the input or refused; --prune deletes their "
            "partitions"
        )
    if plan.to_build:
        execute(config, plan, summary, console)
    kept = [step.scene_id for step in plan.steps if step.action != "remove"]
    forget_settled(lake, config.source, "scenes", kept)
    return summary


def execute(config: BuildConfig, plan: Plan, summary: Summary, console: Console) -> None:
    """Builds what is planned on a cluster, and shows how far it is."""
    start_ray(config.workers)
    from factory.pipeline.raydata import build

    metrics = BuildMetrics(config.source, len(plan.to_build))
    columns = (TextColumn("scenes"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("scenes", total=len(plan.to_build))
        for results in build(config, plan.to_build):
            summary.add(results)
            metrics.observe(results)
            progress.advance(bar)
            if not console.is_terminal:
                done = summary.scenes.total()
                console.print(f"{done}/{len(plan.to_build)} {results[-1].scene_id}: {results[-1].status}")
            for result in results:
                if result.status == "quarantined":
                    progress.console.print(
                        f"[red]quarantined[/red] {result.scene_id}: {result.message}", soft_wrap=True
                    )


def main(argv: list[str]) -> int:
    """Plans, builds, sums up, one source after the other; the exit status."""
    console = Console(soft_wrap=False)
    failed = False
    try:
        options = parse(argv)
        configs = configure(options)
        for config in configs:
            if len(configs) > 1:
                console.rule(config.source)
            failed |= build_source(config, options, console)
    except EXPECTED_ERRORS as error:
        return complain(error)
    return 3 if failed else 0


def build_source(config: BuildConfig, options: argparse.Namespace, console: Console) -> bool:
    """Plans and builds one source; whether anything is in quarantine."""
    started = time.perf_counter()
    source, lake = open_source(config.source, Storage(config.input)), Lake(Storage(config.root))
    inputs, footers = (CachedHasher(Storage(url), cache_file()) for url in (config.input, config.root))
    plan = make_plan(config, source, lake, inputs, footers)
    inputs.save()
    footers.save()
    console.print(render_plan(plan))
    if options.plan:
        return False
    summary = run(config, plan, lake, options.prune, console)
    if plan.to_build:
        skipped = sum(step.action == "none" for step in plan.steps)
        console.print(summary.render(skipped, time.perf_counter() - started))
    return summary.failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
