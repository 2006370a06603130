"""Turns a lake into a numbered, immutable release: training-sized shards by task, checksums, licences, a card."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from factory.errors import DataError
from factory.exports.release.build import ReleaseOptions, make_release
from factory.exports.release.licences import load_licences
from factory.exports.release.manifest import Manifest, Selection
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, named_inputs, scenes_bar


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__, "exit status: 0 released, 1 nothing was released because of wrong input, 2 wrong usage"
    )
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument("--out", required=True, help="folder or URL below which NAME/v000001, ... are written")
    parser.add_argument("--name", default="spatial-qa", help="name of the data set (default: spatial-qa)")
    parser.add_argument("--notes", type=Path, metavar="FILE", help="Markdown for the card")
    parser.add_argument("--tasks", metavar="A,B", help="only these tasks")
    parser.add_argument("--sources", metavar="A,B", help="only these sources")
    parser.add_argument("--splits", metavar="A,B", help="only these of train, val, test")
    parser.add_argument(
        "--limit", type=int, metavar="N", help="at most N rows of each task, format and split, with even answers"
    )
    parser.add_argument(
        "--shard-mb", type=float, default=192, metavar="MB", help="no shard is larger (default: 192 MB of 2^20 bytes)"
    )
    parser.add_argument(
        "--input",
        metavar="NAME=URL,...",
        help="inputs of the build, for data sets whose tables say which scans are of one room (ARKitScenes, 3RScan); "
        "without, the names of scenes decide",
    )
    parser.add_argument(
        "--licences", type=Path, metavar="FILE", help="TOML with the terms of further sources, see docs/releases.md"
    )
    parser.add_argument(
        "--allow-incomplete",
        action="store_true",
        help="release a lake in which scenes are in quarantine or have no questions yet; the card names them",
    )
    return parser.parse_args(argv)


def release_options(options: argparse.Namespace) -> ReleaseOptions:
    """What is asked for. Raises DataError for values that cannot be."""
    names = {key: _names(getattr(options, key)) for key in ("tasks", "sources", "splits")}
    for split in names["splits"] or ():
        if split not in ("train", "val", "test"):
            raise DataError(f"--splits {split}: train, val or test was expected")
    if options.limit is not None and options.limit < 1:
        raise DataError(f"--limit {options.limit}: give a number of rows, at least 1")
    if not options.shard_mb > 0:
        raise DataError(f"--shard-mb {options.shard_mb}: a size was expected")
    inputs = named_inputs(options.input) if options.input else {}
    if inputs is None:
        raise DataError(f"--input {options.input}: NAME=URL,NAME=URL was expected")
    return ReleaseOptions(
        name=options.name,
        notes=options.notes.read_text("utf-8") if options.notes else "",
        selection=Selection.model_validate(names | {"limit": options.limit}),
        licences=load_licences(options.licences),
        inputs={name: Storage(url) for name, url in inputs.items()},
        shard_bytes=int(options.shard_mb * 2**20),
        allow_incomplete=options.allow_incomplete,
    )


def table(manifest: Manifest) -> Table:
    """Rows and shards by task and split."""
    rows: Counter[tuple[str, str]] = Counter()
    shards: Counter[tuple[str, str]] = Counter()
    for one in manifest.files:
        rows[one.task, one.split] += one.rows
        shards[one.task, one.split] += 1
    found = Table("task", "split")
    for name in ("rows", "shards"):
        found.add_column(name, justify="right")
    for place, count in sorted(rows.items()):
        found.add_row(*place, f"{count:,}", f"{shards[place]:,}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Releases; the exit status."""
    options = parse(argv)
    console = Console()
    try:
        where, manifest = make_release(
            Lake(Storage(options.root)),
            Storage(options.out),
            release_options(options),
            scenes_bar(Console(stderr=True)),
        )
    except EXPECTED_ERRORS as error:
        return complain(error)
    console.print(table(manifest))
    for source, names in manifest.sources.items():
        if not names:
            console.print(f"the terms of {source} are unknown: name them with --licences", soft_wrap=True)
    rows, size = sum(one.rows for one in manifest.files), sum(one.size for one in manifest.files)
    console.print(
        f"{rows:,} rows of {len(manifest.places):,} scenes in {len(manifest.files):,} shards, {size / 2**20:,.1f} MB, "
        f"{len(manifest.missing):,} scenes missing: {where}",
        soft_wrap=True,
        highlight=False,
    )
    return 0


def _names(text: str | None) -> list[str] | None:
    return None if text is None else sorted({part.strip() for part in text.split(",") if part.strip()})


if __name__ == "__main__":
    sys.exit(main())
