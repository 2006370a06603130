"""Says what a build will cost before it is paid: CPU hours, hours and money, as a Markdown table.

The number of scenes or pictures is what `--plan` of the build prints. Speeds and prices are those of a TOML file.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from factory.pipeline.cost import Prices, estimate, read_prices
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain

PRICES = Path(__file__).resolve().parents[1] / "infra" / "prices.toml"


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, "exit status: 0 all is said, 1 wrong prices, 2 wrong usage")
    parser.add_argument("--scenes", type=positive, metavar="N", help="annotated scenes (default: 1,000)")
    parser.add_argument("--images", type=positive, metavar="N", help="pictures (default: 1,000,000)")
    parser.add_argument("--workers", type=positive, default=10, metavar="N", help="worker nodes (default: 10)")
    parser.add_argument("--prices", type=Path, default=PRICES, metavar="FILE", help="default: infra/prices.toml")
    return parser.parse_args(argv)


def positive(text: str) -> int:
    """A whole number above zero, in which thousands may be set off by commas; raises ValueError."""
    number = int(text.replace(",", ""))
    if number <= 0:
        raise ValueError(text)
    return number


def table(prices: Prices, scenes: int | None, images: int | None, workers: int) -> str:
    """A row per kind of work that was asked for; of all kinds when neither number is given."""
    if scenes is None and images is None:
        scenes, images = 1_000, 1_000_000
    counts = {"scene": scenes, "image": images}
    lines = [
        f"| what | CPU hours | hours on {workers} x {prices.nodes.cpu.name} | {prices.currency} |",
        "|---|---|---|---|",
    ]
    for work, speed in prices.speeds.items():
        if count := counts[work.partition("_")[0]]:
            found = estimate(prices, work, count, workers)
            lines.append(
                f"| {count:,} {speed.unit} | {found.cpu_hours:,.1f} | {found.wall_hours:,.2f} | {found.cost:,.2f} |"
            )
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    options = parse(argv)
    try:
        print(table(read_prices(options.prices), options.scenes, options.images, options.workers))
    except EXPECTED_ERRORS as error:
        return complain(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
