"""Shows how far answers lifted from one view are off the truth, on keyframes of a lake of labelled scenes.

Numbers are compared with those of true boxes, words with what these say, by how much of the objects shows.
"""

import argparse
import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from factory.bench.web_truth import CAMERA_DISTANCE, REQUIRED, RIGHT_M, RIGHT_SHARE, TruthRow, TruthTable, truth_table
from factory.errors import DataError
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.visibility.select import RasterizerOnDemand
from factory.web.labelled import labelled_pictures
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, scenes_bar
from schemas.web import WebImageRecord

_MIN_WIDTH = 170


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, f"exit status: 0 done, 1 wrong input, 2 wrong usage, 3 less than {REQUIRED:.0%} right")
    parser.add_argument("--records", required=True, help="folder or URL of the lake of scenes")
    parser.add_argument("--source", required=True, help="data set: scannet")
    parser.add_argument(
        "--input", required=True, help="folder or URL of the scene folders that the lake was built from"
    )
    parser.add_argument(
        "--rasterizer", choices=["auto", "egl", "embree"], default="auto", help="default: egl if it works"
    )
    parser.add_argument("--seed", type=int, default=0, help="which questions are compared (default: 0)")
    parser.add_argument("--json", action="store_true", help="one JSON object per line instead of a table")
    return parser.parse_args(argv)


def pictures(options: argparse.Namespace, counts: Counter[str]) -> Iterator[WebImageRecord]:
    """The labelled pictures of all scenes of the source in the lake."""
    lake, source = Lake(Storage(options.records)), open_source(options.source, Storage(options.input))
    scenes = [(dataset, scene) for dataset, scene in lake.partitions("views") if dataset == source.name]
    if not scenes:
        raise DataError(
            f"{options.records}: a lake with scenes of {source.name} was expected; build its records first"
        )
    rasterizer = RasterizerOnDemand(options.rasterizer)
    try:
        for _, scene in scenes_bar(Console(stderr=True))(scenes):
            yield from labelled_pictures(source, lake, scene, rasterizer, counts)
    finally:
        rasterizer.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    options = parse(argv)
    counts: Counter[str] = Counter()
    try:
        found = truth_table(pictures(options, counts), seed=options.seed)
    except EXPECTED_ERRORS as error:
        return complain(error)
    if options.json:
        for row in found.rows:
            sys.stdout.write(json.dumps(dataclasses.asdict(row)) + "\n")
        summary = {"criterion": CAMERA_DISTANCE, "objects": found.whole, "share": found.close, "holds": found.holds}
        sys.stdout.write(json.dumps(summary) + "\n")
    else:
        _print(found, counts)
    return 0 if found.holds else 3


def _print(found: TruthTable, counts: Counter[str]) -> None:
    console = Console(width=max(Console().width, _MIN_WIDTH), soft_wrap=True)
    console.print(_table(found.rows))
    console.print(
        f"{found.pictures} pictures; {CAMERA_DISTANCE} within {RIGHT_M * 100:.0f} cm or {RIGHT_SHARE:.0%} for "
        f"{found.close:.1%} of {found.whole} objects whole in view (at least {REQUIRED:.0%} wanted)"
    )
    for title, reasons in (("left out of the pictures", counts), ("not lifted", found.rejects)):
        told = "; ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()) if count)
        console.print(f"{title}: {told or 'nothing'}", highlight=False)


def _table(rows: list[TruthRow]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("quantity", "visible", "unit"):
        table.add_column(name)
    for name in ("count", "median", "mean", "median %", "mean %", "within 25 %", "right %", "wrong %"):
        table.add_column(name, justify="right")
    last = None
    for row in rows:
        numbers = [_number(row.median_abs), _number(row.mean_abs)]
        shares = (row.median_relative, row.mean_relative, row.within_25, row.right, row.wrong)
        name = "" if row.quantity == last else row.quantity
        table.add_row(name, row.seen, row.unit, f"{row.count:,}", *numbers, *map(_share, shares))
        last = row.quantity
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value * 100:.1f}"


if __name__ == "__main__":
    sys.exit(main())
