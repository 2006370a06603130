"""Exports a lake as a SPAR tree, which SPAR's own loaders and their descendants read unchanged."""

import argparse
import functools
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from factory.errors import DataError
from factory.exports.spar_media import SparMedia
from factory.exports.spar_tree import ExportSummary, export_spar
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, inputs_by_source, scenes_bar

FORMATS = ("fill", "select", "sentence", "judge")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 the tree is complete, 1 nothing was changed because of wrong input, 2 wrong usage"
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        help="folder for spar/, data_jsons/ and README.txt; those of an earlier export are replaced",
    )
    parser.add_argument(
        "--images",
        choices=["link", "copy", "none"],
        default="link",
        help="link: symbolic links to the input; copy: self-contained, also takes frames out of containers (.sens); "
        "none: questions only (default: link)",
    )
    parser.add_argument(
        "--input",
        help="folder or URL of scene folders, as it was given to the build: the lake knows images by their place "
        "below it; for a lake of several sources NAME=URL,NAME=URL; needed unless --images none",
    )
    parser.add_argument("--vgllm", action="store_true", help="also vgllm/<split>.jsonl, the form that VG-LLM reads")
    parser.add_argument("--rgbd", action="store_true", help="also depth maps, poses and intrinsics")
    options = parser.parse_args(argv)
    if options.input is None and options.images != "none":
        parser.error(
            f"--images {options.images} needs --input, the folder of scene folders that the lake was built from "
            "(--images none exports the questions alone)"
        )
    return options


def media(options: argparse.Namespace, sources: Sequence[str]) -> SparMedia:
    """What places the images."""
    if options.images == "none":
        return SparMedia("none", {}, lambda name: open_source(name, Storage(".")))
    inputs = {name: Storage(url) for name, url in inputs_by_source(options.input, sources).items()}
    for storage in inputs.values():
        if not storage.is_dir(""):
            raise DataError(f"{storage.url}: no such folder; give --input as it was given to the build")
    source = functools.cache(lambda name: open_source(name, inputs[name]))
    return SparMedia(options.images, {name: Path(one.url) for name, one in inputs.items() if one.is_local}, source)


def tables(summary: ExportSummary) -> Iterator[Table]:
    """Questions per task and format, a table per source and split."""
    counts: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (source, split, task, form), count in summary.questions.items():
        counts[source, split][task][form] = count
    for (source, split), tasks in sorted(counts.items()):
        result = Table("task", title=f"{source}, {split}", title_justify="left")
        for name in (*FORMATS, "all"):
            result.add_column(name, justify="right")
        for task, by_format in sorted(tasks.items()):
            cells = [f"{by_format[form]:,}" if form in by_format else "" for form in FORMATS]
            result.add_row(task, *cells, f"{sum(by_format.values()):,}")
        yield result


def main(argv: Sequence[str] | None = None) -> int:
    """Exports; the exit status."""
    options = parse(argv)
    console = Console()

    try:
        lake = Lake(Storage(options.root))
        summary = export_spar(
            lake,
            options.out,
            media(options, sorted({dataset for dataset, _ in lake.partitions("qa")})),
            rgbd=options.rgbd,
            vgllm=options.vgllm,
            track=scenes_bar(console),
        )
    except EXPECTED_ERRORS as error:
        return complain(error)
    console.print(*tables(summary), sep="\n")
    if summary.left_out:
        console.print(f"{summary.left_out:,} questions left out: SPAR has no such format for their tasks")
    images = f"{summary.images.total():,} images" if options.images != "none" else "no images"
    console.print(
        f"{summary.questions.total():,} questions of {summary.scenes.total():,} scenes, {images}: {options.out}",
        soft_wrap=True,
        highlight=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
