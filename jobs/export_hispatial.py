"""Exports a lake as WebDataset shards, which HiSpatial's own loader reads unchanged, and checks every item of them."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from factory.errors import DataError
from factory.exports.hispatial.reader import HispatialReport, check_export
from factory.exports.hispatial.shard_export import HispatialSummary
from factory.exports.hispatial.tree import export_hispatial
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.reading import PictureReader
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, inputs_by_source

SHOWN_FINDINGS = 20
FOUND = 3


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__,
        "exit status: 0 the shards are complete and the strict reader finds nothing wrong in them, 1 nothing was "
        "changed because of wrong input, 2 wrong usage, 3 the strict reader found something",
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        help="folder for train/, val/, test/, chat/ and README.txt; those of an earlier export are replaced",
    )
    parser.add_argument(
        "--input",
        required=True,
        metavar="URL",
        help="folder or URL of the pictures (or scene folders) as it was given to the build; for a lake of several "
        "sources NAME=URL,NAME=URL",
    )
    parser.add_argument("--source", metavar="NAME", help="only this source of the lake")
    parser.add_argument(
        "--layout",
        choices=["wild", "ca1m"],
        help="wild: all pictures as those of the in-the-wild streams; ca1m: those with measured depth as CA-1M's "
        "(default: those with measured depth as CA-1M's, the others as wild ones)",
    )
    parser.add_argument(
        "--chat", action="store_true", help="also chat/<split>.jsonl with pictures, for LLaVA and others"
    )
    parser.add_argument(
        "--stand-ins", action="store_true", help="also pictures from models with random weights, to try things out"
    )
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="shards exported at once (default: 1)")
    return parser.parse_args(argv)


def tables(summary: HispatialSummary, report: HispatialReport) -> Iterator[Table]:
    """Pictures by source and split, questions by type, and what was left out."""
    table = Table("split", "layout", "source")
    for name in ("pictures", "shards"):
        table.add_column(name, justify="right")
    for place, count in sorted(summary.pictures.items()):
        table.add_row(*place, f"{count:,}", f"{summary.shards[place]:,}")
    yield table
    yield counted("layout and type of item", {" ".join(names): count for names, count in report.items.items()})
    if summary.left_out:
        yield counted("left out", summary.left_out)
    if summary.left_out_of_chat:
        yield counted("left out of the chat files", summary.left_out_of_chat)


def counted(title: str, counts: dict[str, int] | Counter[str]) -> Table:
    """Names and numbers."""
    table = Table(title, title_justify="left")
    table.add_column("count", justify="right")
    for name, count in sorted(counts.items()):
        table.add_row(name, f"{count:,}")
    return table


def main(argv: Sequence[str] | None = None) -> int:
    """Exports and checks; the exit status."""
    options = parse(argv)
    console = Console()
    try:
        lake = Lake(Storage(options.root))
        sources = sorted({name for name, _ in lake.partitions("web_qa") if options.source in (None, name)})
        if not sources:
            raise DataError(f"{lake.storage.url}: no questions about pictures there; build them, or check --source")
        summary = export_hispatial(
            lake,
            options.out,
            PictureReader(inputs_by_source(options.input, sources)),
            layout=options.layout,
            source=options.source,
            stand_ins=options.stand_ins,
            chat=options.chat,
            processes=options.processes,
            track=lambda places: track(places, description="shards", console=console),
        )
        report = check_export(
            options.out, options.processes, lambda paths: track(paths, description="checked", console=console)
        )
    except EXPECTED_ERRORS as error:
        return complain(error)
    console.print(*tables(summary, report), sep="\n")
    for finding in report.findings[:SHOWN_FINDINGS]:
        place = " ".join(part for part in (finding.shard, finding.key, finding.item) if part)
        console.print(f"{place}: {finding.fault.rule}: {finding.fault.message}", soft_wrap=True, markup=False)
    verdict = f"{len(report.findings):,} findings" if report.findings else "nothing wrong"
    console.print(
        f"{report.samples.total():,} pictures, {report.items.total():,} items, {verdict}: {options.out}",
        soft_wrap=True,
        highlight=False,
    )
    return FOUND if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
