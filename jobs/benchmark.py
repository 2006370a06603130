"""Measures speed and memory of every part of the line: one table, or JSON lines with --json."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.table import Table

from factory.bench.photo_speed import index_speed, model_speed
from factory.bench.question_speed import question_speed
from factory.bench.scale_plan import plan_speed
from factory.bench.scale_ray import ray_cost
from factory.bench.scale_release import release_speed
from factory.bench.scale_run import scale
from factory.bench.scene_speed import SceneSpeed
from factory.bench.speed import Figure
from factory.bench.web_memory import build_memory
from factory.pipeline.web_config import WebBuildConfig
from factory.web.inputs.base import WebInput
from factory.web.inputs.opening import open_input
from jobs.build_web import stack_config
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain
from jobs.demo_photos import gather

SCENES = ("load", "rasterize", "views", "rows", "tasks", "line", "audit", "memory")
WEB = ("web-index", "web-models", "web-questions", "web-memory")
CLUSTER = ("plan", "scale", "ray", "release")
NAMES = (*SCENES, *WEB, *CLUSTER)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"of {', '.join(NAMES)} (default: those of scenes, the first {len(SCENES)})",
    )
    parser.add_argument("--input", type=Path, help="folder of ScanNet-layout scenes; the first is measured")
    parser.add_argument("--facts", type=int, default=48, help="facts per task of a scene (default: %(default)s)")
    parser.add_argument("--photos", type=Path, help="pictures for web-… (default: photographs of scikit-image)")
    parser.add_argument("--stack", default="cpu", help="set of models: cpu, paper (default: %(default)s)")
    parser.add_argument("--stack-config", type=Path, metavar="FILE", help="TOML file, as for build_web.py")
    parser.add_argument("--masks", choices=["sam", "box"], help="box: a detection's box for its mask")
    parser.add_argument(
        "--scenes",
        type=numbers,
        metavar="N,N",
        help="procedural scenes of plan (default: 5000), scale (500,4500), ray (200) and release (1000)",
    )
    parser.add_argument(
        "--workers", type=numbers, metavar="N,N", help="workers of scale (default: 1,2,4) and ray (default: 2)"
    )
    parser.add_argument("--root", metavar="URL", help="empty folder or bucket for the lake of plan (default: a disk)")
    parser.add_argument("--json", action="store_true", help="a JSON line per figure instead of a table")
    options = parser.parse_args(argv)
    options.names = options.names or list(SCENES)
    unknown = sorted(set(options.names) - {*NAMES})
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}, there are {', '.join(NAMES)}")
    if not options.input and {*SCENES, "web-questions"} & set(options.names):
        parser.error("--input is needed, a folder of ScanNet-layout scenes")
    return options


def numbers(text: str) -> list[int]:
    """Whole numbers above zero, sorted. Raises ValueError for others."""
    found = sorted({int(number) for number in text.split(",")})
    if found[0] < 1:
        raise ValueError(text)
    return found


class Parts:
    """What is measured, opened when a part asks for it; photographs without a folder lie in a temporary one."""

    def __init__(self, options: argparse.Namespace, closing: ExitStack) -> None:
        self._options, self._closing = options, closing

    def figures(self, name: str) -> Iterator[Figure]:
        """Runs a part."""
        scenes, workers = self._options.scenes, self._options.workers
        others: dict[str, Callable[[], Iterator[Figure]]] = {
            "plan": lambda: plan_speed((scenes or [5000])[-1], self._options.root),
            "scale": lambda: scale(scenes or [500, 4500], workers or [1, 2, 4]),
            "ray": lambda: ray_cost((scenes or [200])[-1], (workers or [2])[-1]),
            "release": lambda: release_speed((scenes or [1000])[-1], self._options.facts),
            "web-index": lambda: index_speed(self.photos),
            "web-models": lambda: model_speed(self.photos, stack_config(self._options)),
            "web-questions": lambda: question_speed(self.scenes),
            "web-memory": self._memory,
        }
        yield from others[name]() if name in others else getattr(self.scenes, name)()

    @cached_property
    def scenes(self) -> SceneSpeed:
        return SceneSpeed(self._options.input, self._options.facts)

    @cached_property
    def photos(self) -> WebInput:
        return open_input(str(self._folder))

    @cached_property
    def _folder(self) -> Path:
        if self._options.photos:
            return Path(self._options.photos)
        folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        gather(folder, None)
        return folder

    def _memory(self) -> Iterator[Figure]:
        with tempfile.TemporaryDirectory() as root:
            config = WebBuildConfig(
                source="memory",
                input=str(self._folder),
                root=root,
                stack=stack_config(self._options),
                rasterizer="egl",
            )
            yield from build_memory(config)


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit status."""
    options = parse(argv)
    table = Table("what", "figure", "unit", "measured on", title="benchmark", title_justify="left")
    table.columns[1].justify = "right"
    try:
        with ExitStack() as closing:
            parts = Parts(options, closing)
            for name in options.names:
                for figure in parts.figures(name):
                    if options.json:
                        print(json.dumps(asdict(figure)), flush=True)
                    table.add_row(figure.name, _number(figure.value), figure.unit, figure.conditions)
    except EXPECTED_ERRORS as error:
        return complain(error)
    if not options.json:
        Console().print(table)
    return 0


def _number(value: float) -> str:
    return f"{value:,.2f}" if value < 100 and value != int(value) else f"{value:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
