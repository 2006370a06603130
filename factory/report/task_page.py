"""A page in Markdown that says what each task asks, from the registry of tasks, with an example of each."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image

from factory.exports.spar import LETTERS
from factory.exports.spar_types import TYPES
from factory.report.pictures import Small, pictures
from factory.store.lake import Lake, Track
from factory.tasks.task import Task
from schemas.qa import Format, QARow

_FORMATS = {"fill": "fill in", "select": "choose", "sentence": "sentence", "judge": "yes or no"}
_INTRODUCTION = """# The tasks

Every kind of question that the factory asks, in SPAR's names. Level, views, formats and definition come from the
registry of tasks; the examples are from procedural scenes. In brackets: formats that SPAR-7M does not have for the
task, made with `--extra-select`. `jobs/task_page.py` writes this page anew.

| task | level | shown | formats |
|---|---|---|---|
"""
_PICTURE_WIDTH, _SHEET_WIDTH = 400, 960
_GAP = 6


def choose_examples(lake: Lake, track: Track = iter) -> dict[str, list[QARow]]:
    """Per task, one fact of the lake in all formats that it has; always the same for the same lake."""
    facts: dict[str, dict[tuple[Any, ...], dict[Format, QARow]]] = defaultdict(lambda: defaultdict(dict))
    for dataset, scene in track(lake.partitions("qa")):
        for record in lake.read_verified("qa", dataset, scene).to_pylist():
            row = QARow.model_validate(record)
            key = (scene, *row.frame_ids, *row.object_ids, *(mark.image_index for mark in row.marks))
            facts[row.task][key].setdefault(row.format, row)
    return {task: list(max(found.values(), key=len).values()) for task, found in sorted(facts.items())}


def example_picture(row: QARow, small: Small) -> Image.Image:
    """The images of a row side by side; of a video all frames, and below them the marked ones."""
    images = [shown.image for shown in pictures(row, small)]
    if row.view != "video":
        return _side_by_side([_resized(image, _PICTURE_WIDTH) for image in images])
    sheet = _resized(images[0], _SHEET_WIDTH)
    if len(images) == 1:
        return sheet
    below = _side_by_side([_resized(image, _SHEET_WIDTH // len(images[1:])) for image in images[1:]])
    both = Image.new("RGB", (_SHEET_WIDTH, sheet.height + _GAP + below.height), "white")
    both.paste(sheet, (0, 0))
    both.paste(_resized(below, _SHEET_WIDTH), (0, sheet.height + _GAP))
    return both


def task_page(tasks: Sequence[Task], examples: Mapping[str, list[QARow]], picture: Callable[[str], str]) -> str:
    """The page; `picture` gives the file of a task's picture as the page links it."""
    lines = [_INTRODUCTION.rstrip("\n")]
    for task in tasks:
        spec = task.spec
        lines.append(f"| [{spec.name}](#{spec.name}) | {spec.level} | {_images(spec.name)} | {_formats(task)} |")
    for task in tasks:
        lines += ["", f"## {task.spec.name}", "", _definition(task), ""]
        rows = examples.get(task.spec.name, [])
        if not rows:
            lines.append("No example: none of the scenes that this page is made from has what the task needs.")
            continue
        lines += [f"![Example of {task.spec.name}]({picture(task.spec.name)})", ""]
        for row in rows:
            lines.append(f"- *{_FORMATS[row.format]}* {_escaped(row.question)}")
            lines += [f"  - {letter}. {text}" for letter, text in zip(LETTERS, row.options or (), strict=False)]
            lines.append(f"  - **{_escaped(row.answer)}**")
    return "\n".join(lines) + "\n"


def _definition(task: Task) -> str:
    return " ".join((inspect.getdoc(type(task)) or "").split("\n\n")[0].split())


def _images(task: str) -> str:
    count = TYPES[task].images
    return "frames of a walk" if count is None else "32 frames" if count == 32 else f"{count} image{'s'[: count > 1]}"


def _formats(task: Task) -> str:
    extra = [f"({_FORMATS[name]})" for name in task.spec.extra_formats]
    return ", ".join([*(_FORMATS[name] for name in task.spec.formats), *extra])


def _escaped(text: str) -> str:
    """Text whose line breaks and special characters Markdown leaves alone."""
    for character in "\\*_<>[]|`":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "<br>")


def _resized(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def _side_by_side(images: Sequence[Image.Image]) -> Image.Image:
    width = sum(image.width for image in images) + _GAP * (len(images) - 1)
    strip = Image.new("RGB", (width, max(image.height for image in images)), "white")
    left = 0
    for image in images:
        strip.paste(image, (left, 0))
        left += image.width + _GAP
    return strip
