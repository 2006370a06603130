"""Measures speed and memory of the paper's models at their published sizes, with random weights.

Prints one table, or JSON lines with --json; `hours` are those of the device for five million pictures."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from factory.errors import DataError
from factory.web.estimators.model import Machine
from factory.web.estimators.paper.benchmark import measurable, measure
from factory.web.estimators.weights import weights_folder
from jobs.command_line import JobParser

PICTURES = 5_000_000  # of the published data set


def main() -> int:
    parser = JobParser(__doc__)
    names = ", ".join(measurable())
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {names} (default: all)")
    parser.add_argument("--device", default="auto", help="cpu, cuda:0 …, or auto (default)")
    parser.add_argument(
        "--precision", default="float32", choices=("float32", "float16", "bfloat16"), help="default: %(default)s"
    )
    parser.add_argument("--batch-size", type=int, default=1, help="pictures at once (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="on a CPU (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="for checkpoints of up to 5 GB, removed at the end")
    parser.add_argument("--json", action="store_true", help="a JSON line per model instead of a table")
    options = parser.parse_args()
    machine = Machine(
        folder=options.folder or weights_folder(),
        device=options.device,
        precision=options.precision,
        threads=options.threads,
        batch_size=options.batch_size,
    )
    table = Table("model", "pictures / s", "hours", "peak MB", "weights MB", "per picture", "measured on")
    hours = 0.0
    for name in options.names or measurable():
        try:
            speed = measure(name, machine)
        except DataError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        of_all = PICTURES / speed.images_per_s / 3600
        hours += of_all
        if options.json:
            print(json.dumps(asdict(speed) | {"hours": of_all}), flush=True)
        where = f"{speed.device}, {speed.precision}, batch {speed.batch_size}"
        table.add_row(
            name,
            f"{speed.images_per_s:.3g}",
            f"{of_all:,.0f}",
            f"{speed.peak_mb:,.0f}",
            f"{speed.weights_mb:,.0f}",
            speed.what,
            where,
        )
    if not options.json:
        Console().print(table)
        Console().print(f"{PICTURES:,} pictures: {hours:,.0f} hours of this device for all of them")
    return 0 if table.row_count else 1


if __name__ == "__main__":
    sys.exit(main())
