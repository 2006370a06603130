"""Makes a gallery of a lake: static pages with counts, samples of every task, and what was left out and why."""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from factory.report.gallery import build_gallery
from factory.report.totals import Totals
from factory.report.web_gallery import build_web_gallery
from factory.sources.registry import open_source
from factory.store.lake import Lake, Track
from factory.store.storage import Storage
from factory.web.reading import PictureReader
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, inputs_by_source, scenes_bar


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 the gallery is complete, 1 nothing was changed because of wrong input, 2 wrong usage"
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--input",
        required=True,
        help="folder or URL of scene folders or pictures, as it was given to the build: the lake has paths relative "
        "to it; for a lake of several sources NAME=URL,NAME=URL",
    )
    parser.add_argument(
        "--out", required=True, type=Path, help="folder of the pages; those of an earlier gallery are replaced"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Builds the gallery; the exit status."""
    options = parse(argv)
    console = Console()
    try:
        totals = _galleries(Lake(Storage(options.root)), options, scenes_bar(console))
    except EXPECTED_ERRORS as error:
        return complain(error)
    for page, total in totals.items():
        console.print(
            f"{total.questions:,} questions of {len(total.scenes):,} {total.parts}, "
            f"{len(total.quarantine)} in quarantine: {page}",
            soft_wrap=True,
            highlight=False,
        )
    return 0


def _galleries(lake: Lake, options: argparse.Namespace, track: Track) -> dict[Path, Totals]:
    """Builds one for scenes and one for pictures, as far as the lake has them; what each shows, by its first page."""
    of_pictures = sorted({name for table in ("web_images", "web_quarantine") for name, _ in lake.partitions(table)})
    of_scenes = sorted({name for table in ("views", "quarantine") for name, _ in lake.partitions(table)})
    made = {}
    if of_scenes or not of_pictures:
        inputs = inputs_by_source(options.input, of_scenes)
        source = functools.cache(lambda name: open_source(name, Storage(inputs[name])))
        made[options.out / "index.html"] = build_gallery(lake, options.out, source, track)
    if of_pictures:
        out = options.out / "pictures" if of_scenes else options.out
        reader = PictureReader(inputs_by_source(options.input, of_pictures))
        made[out / "index.html"] = build_web_gallery(lake, out, reader, track)
    return made


if __name__ == "__main__":
    sys.exit(main())
