"""Checks that a data set's images, poses, intrinsics, depth, meshes and boxes fit each other; names the slip if not.

A build checks every scene so, with fewer questions asked, and puts into quarantine what is bad. This job shows the
numbers, also of good scenes and of those that were built before, and with --pictures what they mean.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from factory.errors import DataError
from factory.selfcheck.check import check_scene
from factory.selfcheck.pictures import FramePictures
from factory.selfcheck.verdict import Evidence, SceneCheck
from factory.selfcheck.views import spread
from factory.sources.base import Source
from factory.sources.frame_images import FrameImages
from factory.sources.registry import SOURCES, open_source
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain
from schemas.scene import Scene

_MIN_WIDTH = 130  # a row of the table in one line, also where it is written to a file


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 nothing is bad, 1 wrong input, 2 wrong usage, 3 a scene is bad or cannot be read"
    )
    parser.add_argument("--source", required=True, metavar="NAME", help=f"one of {', '.join(sorted(SOURCES))}")
    parser.add_argument("--input", required=True, metavar="URL", help="folder or URL of the data set")
    parser.add_argument("--scenes", metavar="A,B", help="only these scenes (default: all)")
    parser.add_argument(
        "--frames", type=int, default=6, metavar="N", help="depth images read per scene, at most (default: 6)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per scene instead of a table")
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="write there, per checked frame, the image with the edges of the mesh (red) and of its depth (green)",
    )
    options = parser.parse_args(argv)
    if options.frames < 2:
        parser.error(f"--frames {options.frames}: give at least 2, so that images can be compared")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    options = parse(argv)
    console = Console(soft_wrap=True, width=max(Console().width, _MIN_WIDTH))
    try:
        source = open_source(options.source, Storage(options.input))
        scenes = _scenes(source, options)
        checks = [
            _check(source, scene_id, options)
            for scene_id in track(scenes, description="scenes", console=Console(stderr=True))
        ]
    except EXPECTED_ERRORS as error:
        return complain(error)
    if options.json:
        for check in checks:
            sys.stdout.write(json.dumps(check.model_dump()) + "\n")
    else:
        console.print(_table(checks))
        for check in checks:
            for one in check.evidence:
                if one.advice:
                    word = "bad" if one.verdict == "bad" else "hint"
                    console.print(f"{check.scene_id}: {word}: {escape(one.says)}: {escape(one.advice)}")
    return 3 if any(check.verdict == "bad" for check in checks) else 0


def _scenes(source: Source, options: argparse.Namespace) -> list[str]:
    present = source.list_scenes()
    if not present:
        raise DataError(f"{options.input}: no {source.name} scene below it; give the folder of the data set")
    if not options.scenes:
        return present
    wanted = sorted({name.strip() for name in options.scenes.split(",")})
    if missing := [name for name in wanted if name not in present]:
        raise DataError(f"no scene {', '.join(missing)} under {options.input}; it holds such as {present[0]}")
    return wanted


def _check(source: Source, scene_id: str, options: argparse.Namespace) -> SceneCheck:
    try:
        scene = source.load(scene_id)
    except DataError as error:
        unread = Evidence(kind="scene", verdict="bad", images=0, error=None, says="cannot be read", advice=str(error))
        return SceneCheck(scene_id=scene_id, verdict="bad", evidence=[unread])
    if options.pictures:
        _draw(source, scene, options.pictures, options.frames)
    return check_scene(scene, FrameImages(source), options.frames)


def _draw(source: Source, scene: Scene, folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frames = sorted(scene.frames, key=lambda frame: frame.index)
    pictures = FramePictures(source, scene.mesh)
    for frame in spread([frame for frame in frames if frame.depth] or frames, count):
        pictures.draw(frame).save(folder / f"{scene.scene_id}_{frame.frame_id}.jpg", quality=85)


def _table(checks: list[SceneCheck]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("scene", "evidence", "images", "error", "p90", "> 5 cm", "> 10 cm", "verdict", "likely slip", "left"):
        table.add_column(name, justify="left" if name in ("scene", "evidence", "verdict", "likely slip") else "right")
    for check in checks:
        for one in check.evidence:
            table.add_row(
                check.scene_id,
                one.kind,
                str(one.images),
                _number(one.kind, one.error),
                _number(one.kind, one.p90),
                _number("", one.beyond_5_cm),
                _number("", one.beyond_10_cm),
                one.verdict,
                one.likely or "-",
                _number(one.kind, one.likely_error),
            )
    verdicts = [check.verdict for check in checks]
    table.caption = ", ".join(f"{verdicts.count(word)} {word}" for word in ("good", "bad", "cannot tell"))
    return table


def _number(kind: str, value: float | None) -> str:
    if value is None:
        return "-"
    if kind in ("mesh", "depth unit"):
        return f"{value * 100:.1f} cm"
    return f"{value:.0f} deg" if kind == "upright" else f"{value:.1%}"


if __name__ == "__main__":
    sys.exit(main())
