"""Draws a benchmark in SPAR-Bench's layout from the validation scenes of a lake, marks drawn on the images."""

import argparse
import functools
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from factory.bench.draw import draw_benchmark
from factory.errors import DataError
from factory.exports.spar_bench import write_benchmark
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, inputs_by_source, scenes_bar


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, "exit status: 0 the file is complete, 1 wrong input, 2 wrong usage")
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--input",
        required=True,
        metavar="URL",
        help="folder or URL of the data set, as it was given to the build; for several sources NAME=URL,NAME=URL",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="Parquet file to write")
    parser.add_argument("--rows", type=int, default=400, metavar="N", help="questions per task (default: %(default)s)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Draws and writes; the exit status."""
    options = parse(argv)
    console = Console()
    try:
        if options.rows < 1:
            raise DataError(f"--rows {options.rows}: give a number of questions, at least 1")
        lake = Lake(Storage(options.root))
        rows = draw_benchmark(lake, options.rows, scenes_bar(console))
        sources = sorted({row.source for row in rows})
        inputs = inputs_by_source(options.input, sources)
        source = functools.cache(lambda name: open_source(name, Storage(inputs[name])))
        write_benchmark(options.out, rows, lambda name, uri: source(name).read_media(uri)[0])
    except EXPECTED_ERRORS as error:
        return complain(error)
    table = Table("task", "format", "questions", "scenes")
    for (task, form), count in sorted(Counter((row.task, row.format) for row in rows).items()):
        scenes = {(row.source, row.scene_id) for row in rows if row.task == task}
        table.add_row(task, form, f"{count:,}", f"{len(scenes):,}")
    console.print(table)
    console.print(f"{len(rows):,} questions of validation scenes: {options.out}", soft_wrap=True, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
