"""A folder of static pages that shows what a lake holds: counts, samples of every task, what was rejected and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from factory.errors import DataError
from factory.exports.replacing import replacing
from factory.exports.spar import LETTERS
from factory.report.pictures import Shown, Small, pictures, small_images
from factory.report.samples import choose_samples
from factory.report.totals import Totals, read_totals
from factory.sources.base import Source
from factory.store.lake import Lake, Track
from schemas.qa import Mark, QARow
from schemas.web import WebQARow

Row = TypeVar("Row")

STYLE = "style.css"
_SIGNATURE = "/* Pages of a spatial question gallery */"
_ENTRIES = ("index.html", "tasks", "images", STYLE)
_JPEG_QUALITY = 82
_UNITS = {"m": "m", "cm": "cm", "m2": "m²", "deg": "°", "count": "", "0-1000": "of 1000", "none": ""}


@dataclass(frozen=True)
class Picture:
    """An image of a sample or a sheet of all: file relative to the gallery, size [px], what it is in words."""

    file: str
    width: int
    height: int
    alt: str
    caption: str
    sheet: bool = False


@dataclass(frozen=True)
class Option:
    """One choice of a `select` question."""

    letter: str
    text: str
    right: bool


@dataclass(frozen=True)
class Sample:
    """A question as the page shows it; `place` is the scene or picture it is about."""

    row: QARow | WebQARow
    place: str
    pictures: list[Picture]
    options: list[Option]
    exact: str
    answer_drawn: bool = False


def build_gallery(lake: Lake, out: Path, source: Callable[[str], Source], track: Track = iter) -> Totals:
    """Writes the gallery of a lake into `out`, in place of an earlier one; returns the counts that it shows.

    source : opens a data set over the input that the lake was built from. Raises DataError when there is nothing to
    show or an image cannot be read; an earlier gallery stays as it was then.
    """
    totals = read_totals(lake)
    if not totals.scenes and not totals.quarantine:
        raise DataError(f"{lake.storage.url}: an empty lake; build it first, or check --root")
    chosen = choose_samples(lake, track)
    small = cache(lambda name: small_images(source(name)))
    write_pages(out, totals, chosen, lambda row, number, new: _sample(row, number, small, new))
    return totals


def write_pages(
    out: Path, totals: Totals, chosen: Mapping[str, Sequence[Row]], sample: Callable[[Row, int, Path], Sample]
) -> None:
    """Writes the pages of a gallery in place of an earlier one.

    chosen : rows by task; sample : what the page shows of a row, given its number and the folder to put pictures in.
    """
    pages = Environment(
        loader=PackageLoader("factory", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with replacing(out, _ENTRIES, signed=STYLE, signature=_SIGNATURE) as new:
        (new / "tasks").mkdir()
        (new / "images").mkdir()
        samples = {task: [sample(row, i, new) for i, row in enumerate(rows)] for task, rows in chosen.items()}
        shared = {"totals": totals, "tasks": list(samples)}
        for task, shown in samples.items():
            page = pages.get_template("task.html").render(**shared, task=task, samples=shown, top="../")
            (new / "tasks" / f"{task}.html").write_text(page, encoding="utf-8")
        page = pages.get_template("index.html").render(**shared, samples=samples, top="")
        (new / "index.html").write_text(page, encoding="utf-8")
        (new / STYLE).write_text(files("factory.report").joinpath(STYLE).read_text(encoding="utf-8"), encoding="utf-8")


def _sample(row: QARow, number: int, small: Callable[[str], Small], new: Path) -> Sample:
    files = []
    shown = pictures(row, small(row.source))
    for i, picture in enumerate(shown):
        file = f"images/{row.task}-{number}-{i}.jpg"
        picture.image.save(new / file, quality=_JPEG_QUALITY)
        files.append(_picture(row, picture, file))
    options = [
        Option(letter, text, letter == row.answer) for letter, text in zip(LETTERS, row.options or (), strict=False)
    ]
    return Sample(row, row.scene_id, files, options, _exact(row), any(picture.answer for picture in shown))


def _picture(row: QARow, shown: Shown, file: str) -> Picture:
    width, height = shown.image.size
    if shown.place is None:
        all_frames = f"All {len(row.images)} frames, from Frame-0 to Frame-{len(row.images) - 1}"
        return Picture(file, width, height, f"{all_frames}, of {row.scene_id}", all_frames, sheet=True)
    marks = [_mention(mark) for mark in row.marks if mark.image_index == shown.place]
    if shown.answer:
        marks.append("the answer's box (cyan)")
    frame = f"frame {row.frame_ids[shown.place]}"
    if row.view == "video":
        place = f"Frame-{shown.place}, {frame} of the sequence"
    elif len(row.images) > 1:
        place = f"Image {shown.place + 1} of {len(row.images)}, {frame}"
    else:
        place = frame.capitalize()
    marked = f", marked: {', '.join(marks)}" if marks else ", no marks"
    return Picture(file, width, height, f"{place} of {row.scene_id}{marked}", place)


def _mention(mark: Mark) -> str:
    drawn = mark.color if mark.color[-1].isdigit() else f"{mark.color} {mark.kind}"
    return f"{mark.label} ({drawn})"


def _exact(row: QARow) -> str:
    if row.values is None:
        return "none"
    unit = "m, m, m, °, °" if row.task == "view_change_infer" else _UNITS[row.unit]
    return ", ".join(f"{value:.4g}" for value in row.values) + (f" {unit}" if unit else "")
