"""Makes a gallery of a lake: static pages with counts, samples of every task, and what was left out and why."""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from factory.report.gallery import build_gallery
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, scenes_bar


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 the gallery is complete, 1 nothing was changed because of wrong input, 2 wrong usage"
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--input",
        required=True,
        help="folder or URL of scene folders, as it was given to the build: the lake has paths relative to it",
    )
    parser.add_argument(
        "--out", required=True, type=Path, help="folder of the pages; those of an earlier gallery are replaced"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Builds the gallery; the exit status."""
    options = parse(argv)
    console = Console()
    storage = Storage(options.input)

    try:
        source = functools.cache(lambda name: open_source(name, storage))
        totals = build_gallery(Lake(Storage(options.root)), options.out, source, scenes_bar(console))
    except EXPECTED_ERRORS as error:
        return complain(error)
    console.print(
        f"{totals.questions:,} questions of {len(totals.scenes):,} scenes, {len(totals.quarantine)} in quarantine: "
        f"{options.out / 'index.html'}",
        soft_wrap=True,
        highlight=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
