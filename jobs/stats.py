"""Shows how the answers of a lake are distributed: counts, balance, and what can be scored without looking.

Chance levels are those of SPAR's Table 4, in percent: by drawing an option (random), by the most frequent answer, and
by the one answer that scores best when it is given to every question (constant), by the metrics of SPAR-Bench.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from factory.bench.chance import benchmark_format
from factory.bench.statistics import TaskStatistics, lake_statistics
from factory.errors import DataError
from factory.exports.spar_scorer import TASKS
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, scenes_bar

_MIN_WIDTH = 170  # a row of the table in one line, also where it is written to a file


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, "exit status: 0 done, 1 wrong input, 2 wrong usage")
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument(
        "--rows",
        type=int,
        metavar="N",
        help="look at N rows of each task and format, answers as even as the lake allows (default: all)",
    )
    parser.add_argument(
        "--benchmark", action="store_true", help="only the 20 tasks of SPAR-Bench, in the format in which it asks them"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line instead of a table")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table; the exit status."""
    options = parse(argv)
    console = Console(soft_wrap=True, width=max(Console().width, _MIN_WIDTH))
    try:
        if options.rows is not None and options.rows < 1:
            raise DataError(f"--rows {options.rows}: give a number of rows, at least 1")
        found = lake_statistics(Lake(Storage(options.root)), options.rows, scenes_bar(Console(stderr=True)))
        if not found:
            raise DataError(f"{options.root}: a lake with questions was expected, it has none; build it first")
    except EXPECTED_ERRORS as error:
        return complain(error)
    if options.benchmark:
        found = [one for one in found if one.task in TASKS and one.format == benchmark_format(one.task)]
    if options.json:
        for one in found:
            sys.stdout.write(json.dumps(dataclasses.asdict(one)) + "\n")
        return 0
    console.print(_table(found))
    if levels := _benchmark_levels(found):
        console.print(
            f"SPAR-Bench: {len(levels)} of its {len(TASKS)} tasks, mean of the best constant answers "
            f"{np.mean([constant for _, constant in levels]):.2f}, of the most frequent ones "
            f"{np.mean([frequent for frequent, _ in levels]):.2f} (the published benchmark: 32.74)"
        )
    return 0


def _benchmark_levels(found: list[TaskStatistics]) -> list[tuple[float, float]]:
    return [
        (one.chance.frequent.score, one.chance.constant.score)
        for one in found
        if one.chance and one.task in TASKS and one.format == benchmark_format(one.task)
    ]


def _table(found: list[TaskStatistics]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("task", "format", "rows", "scenes", "random", "frequent", "constant", "best constant", "answers"):
        table.add_column(
            name, justify="right" if name in ("rows", "scenes", "random", "frequent", "constant") else "left"
        )
    for one in found:
        chance = one.chance
        levels = ["", "", "", ""]
        if chance:
            random = "-" if chance.random is None else f"{chance.random:.1f}"
            constant = chance.constant
            levels = [random, f"{chance.frequent.score:.1f}", f"{constant.score:.1f}", _short(constant.answer)]
        table.add_row(one.task, one.format, f"{one.rows:,}", f"{one.scenes:,}", *levels, one.balance)
    return table


def _short(answer: str, limit: int = 30) -> str:
    return answer if len(answer) <= limit else answer[: limit - 3] + "..."


if __name__ == "__main__":
    sys.exit(main())
