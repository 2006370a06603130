"""Has a language model write problems of several steps about a lake's pictures, and keeps those that pass every check.

    python jobs/write_problems.py --root lake --base-url http://localhost:8000/v1 --model NAME

Any OpenAI-compatible endpoint serves. The model sees facts in words, no picture. The next build_web.py adds what was
written to the questions; no build asks a model.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.progress import track

from factory.errors import DataError
from factory.language_model import LanguageModel
from factory.pipeline.problems_stage import ProblemsStage
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.command_line import EXPECTED_ERRORS, JobParser, add_endpoint_options, complain, require_endpoint


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, "exit status: 0 done, 1 wrong input or no model there, 2 wrong usage")
    parser.add_argument("--root", required=True, help="folder or URL of the lake")
    parser.add_argument("--source", metavar="NAME", help="only this data set (default: all of the lake)")
    add_endpoint_options(parser)
    parser.add_argument("--requests", type=int, default=8, help="pictures asked about at once (default: 8)")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    options = parser.parse_args(argv)
    require_endpoint(parser, options)
    if options.requests < 1:
        parser.error("--requests must be positive")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Asks shard by shard; the exit status."""
    options = parse(argv)
    console = Console()
    counts: Counter[str] = Counter()
    try:
        lake = Lake(Storage(options.root))
        shards = [key for key in lake.partitions("web_objects") if options.source in (None, key[0])]
        if not shards:
            raise DataError(f"{options.root}: no pictures in this lake; run build_web.py first")
        key = os.environ.get(options.key_variable, "")
        model = LanguageModel(options.base_url, options.model, key)
        stage = ProblemsStage(lake, model, options.seed, options.requests)
        for dataset, shard in track(shards, "shards", console=console):
            counts.update(stage.run(dataset, shard) or {"kept: shards as they were": 1})
    except EXPECTED_ERRORS as error:
        return complain(error)
    for name, count in sorted(counts.items()):
        console.print(f"{name}: {count:,}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
