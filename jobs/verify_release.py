"""Checks a release: checksums, counts, columns, every row, splits, and that the card says what is there."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import track

from factory.exports.release.verify import verify_release
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain

FOUND = 3
SHOWN_FINDINGS = 50


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 nothing is wrong, 1 no release there, 2 wrong usage, 3 something is wrong"
    )
    parser.add_argument("release", help="folder or URL of a release, such as out/releases/spatial-qa/v000001")
    parser.add_argument(
        "--fast", action="store_true", help="without validating every row by itself: all the rest is checked"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Verifies and reports; the exit status."""
    options = parse(argv)
    console = Console()
    progress = Console(stderr=True)
    try:
        manifest, findings = verify_release(
            Storage(options.release),
            rows=not options.fast,
            track=lambda files: track(files, description="shards", console=progress),
        )
    except EXPECTED_ERRORS as error:
        return complain(error)
    for finding in findings[:SHOWN_FINDINGS]:
        console.print(f"{finding.path}: {finding.message}", soft_wrap=True, markup=False, highlight=False)
    verdict = f"{len(findings):,} findings" if findings else "nothing wrong"
    rows = sum(file.rows for file in manifest.files)
    console.print(
        f"{rows:,} rows in {len(manifest.files):,} shards of {len(manifest.places):,} scenes, {verdict}: "
        f"{options.release}",
        soft_wrap=True,
        highlight=False,
    )
    return FOUND if findings else 0


if __name__ == "__main__":
    sys.exit(main())
