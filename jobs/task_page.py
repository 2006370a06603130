"""Writes tasks.md, the page of all tasks with examples from a lake; for those who change tasks or wording."""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from factory.report.pictures import small_images
from factory.report.task_page import choose_examples, example_picture, task_page
from factory.sources.registry import open_source
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.tasks import all_tasks
from jobs.command_line import EXPECTED_ERRORS, JobParser, complain, scenes_bar
from schemas.qa import QARow

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, FOLDER, EXAMPLES = "tasks.md", "tasks", "examples.jsonl"
_JPEG_QUALITY = 75


def picture_file(task: str) -> str:
    """The picture of a task, relative to the page."""
    return f"{FOLDER}/{task}.jpg"


def read_examples(docs: Path) -> dict[str, list[QARow]]:
    """The rows that the page in a folder shows, by task."""
    examples: dict[str, list[QARow]] = {}
    for line in (docs / FOLDER / EXAMPLES).read_text(encoding="utf-8").splitlines():
        row = QARow.model_validate_json(line)
        examples.setdefault(row.task, []).append(row)
    return examples


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = JobParser(__doc__, "exit status: 0 written, 1 wrong input, 2 wrong usage")
    parser.add_argument("--root", required=True, help="folder or URL of the lake to take examples from")
    parser.add_argument("--input", required=True, help="folder or URL of scene folders, as it was given to the build")
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page (default: docs)")
    options: argparse.Namespace = parser.parse_args(argv)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Writes page, pictures and examples; the exit status."""
    options = parse(argv)
    console = Console()
    storage = Storage(options.input)
    small = functools.cache(lambda name: small_images(open_source(name, storage)))
    try:
        examples = choose_examples(Lake(Storage(options.root)), scenes_bar(console))
        (options.out / FOLDER).mkdir(parents=True, exist_ok=True)
        for task, rows in examples.items():
            picture = example_picture(rows[0], small(rows[0].source))
            picture.save(options.out / picture_file(task), quality=_JPEG_QUALITY, optimize=True)
    except EXPECTED_ERRORS as error:
        return complain(error)
    lines = [row.model_dump_json() for rows in examples.values() for row in rows]
    (options.out / FOLDER / EXAMPLES).write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = task_page(all_tasks(), read_examples(options.out), picture_file)
    (options.out / PAGE).write_text(page, encoding="utf-8")
    console.print(f"{len(examples)} of {len(all_tasks())} tasks with an example: {options.out / PAGE}", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
