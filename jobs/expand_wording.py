"""Asks a language model for more sentences of the templates, and takes those that pass every check.

    python jobs/expand_wording.py --task obj_count --base-url http://localhost:8000/v1 --model NAME --dry-run

Any OpenAI-compatible endpoint serves. No build uses one: only this job does, and only when it is started. New
sentences go to the end of their list; read them before a build, which then makes the questions of that task anew.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from factory.language_model import LanguageModel
from factory.wording.expand import append, judge, open_list, own_lists, propose
from factory.wording.templates import FOLDER
from jobs.command_line import EXPECTED_ERRORS, JobParser, add_endpoint_options, complain, require_endpoint

_COUNT = 20


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(
        __doc__,
        "exit status: 0 done, 1 a list could not be asked for or written, 2 wrong usage. The key is never printed",
    )
    parser.add_argument("--task", required=True, help="a task, or shared for the sentences that follow questions")
    parser.add_argument(
        "--lists", metavar="A,B", help="lists of sentences, such as question (default: all of the task)"
    )
    parser.add_argument(
        "--count", type=int, default=_COUNT, help=f"sentences to ask for, per list (default: {_COUNT})"
    )
    add_endpoint_options(parser)
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds to wait for an answer (default: 120)")
    parser.add_argument("--dry-run", action="store_true", help="show the verdicts and write nothing")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="folder of template files (default: those of the factory)"
    )
    options = parser.parse_args(argv)
    require_endpoint(parser, options)
    if options.count < 1 or options.timeout <= 0:
        parser.error("--count and --timeout must be positive")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Enlarges the lists one by one; the exit status."""
    options = parse(argv)
    task = None if options.task == "shared" else options.task
    try:
        key = os.environ.get(options.key_variable, "")
        model = LanguageModel(options.base_url, options.model, key, options.timeout)
        names = options.lists.split(",") if options.lists else own_lists(options.folder, task)
    except EXPECTED_ERRORS as error:
        return complain(error)
    failed = False
    for name in names:
        try:
            _enlarge(options, model, task, name)
        except EXPECTED_ERRORS as error:
            failed = bool(complain(error))
    return int(failed)


def _enlarge(options: argparse.Namespace, model: LanguageModel, task: str | None, name: str) -> None:
    console = Console(soft_wrap=True, highlight=False)
    target = open_list(options.folder, task, name)
    proposed = propose(model, target, options.count)
    verdicts = judge(target, proposed[: options.count])
    taken = [verdict.sentence for verdict in verdicts if verdict.reason is None]
    for verdict in verdicts:
        if verdict.reason is None:
            console.print(f"[green]taken[/green]   {escape(repr(verdict.sentence))}")
        else:
            console.print(
                f"[yellow]refused[/yellow] {escape(repr(verdict.sentence))}\n        {escape(verdict.reason)}"
            )
    if extra := len(proposed) - len(verdicts):
        console.print(f"[yellow]ignored[/yellow] {extra} sentences more than were asked for")
    if taken and not options.dry_run:
        append(target, taken)
    where = "nothing written" if options.dry_run or not taken else f"added to {target.path.name}"
    console.print(f"{options.task}.{name}: {len(taken)} of {len(verdicts)} sentences taken, {where}")


if __name__ == "__main__":
    sys.exit(main())
