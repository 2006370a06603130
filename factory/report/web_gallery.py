"""The gallery of a lake of pictures: counts, samples of every task with what they name, what was left out and why."""

from collections.abc import Callable
from pathlib import Path

from factory.errors import DataError
from factory.report.gallery import Option, Picture, Sample, write_pages
from factory.report.totals import Totals, read_web_totals
from factory.report.web_pictures import web_picture
from factory.report.web_samples import WebSample, choose_web_samples
from factory.store.lake import Lake, Track

ReadPicture = Callable[[WebSample], bytes]

_JPEG_QUALITY = 85
_LETTERS = "ABCDEFGHIJ"
_UNITS = {"m": "m", "deg": "°", "count": "", "none": ""}


def build_web_gallery(lake: Lake, out: Path, read: ReadPicture, track: Track = iter) -> Totals:
    """Writes the gallery of a lake into `out`, in place of an earlier one; returns the counts that it shows.

    Raises DataError when there is nothing to show or a picture cannot be read; an earlier gallery stays as it was.
    """
    totals = read_web_totals(lake)
    if not totals.scenes and not totals.quarantine:
        raise DataError(f"{lake.storage.url}: no pictures in this lake; build it first, or check --root")
    write_pages(out, totals, choose_web_samples(lake, track), lambda one, number, new: _sample(one, number, read, new))
    return totals


def _sample(one: WebSample, number: int, read: ReadPicture, new: Path) -> Sample:
    row = one.row
    image = web_picture(one, read(one))
    file = f"images/{row.task}-{number}.jpg"
    image.save(new / file, quality=_JPEG_QUALITY)
    named = [f"{named.reference} ({named.color} box)" if named.color else named.reference for named in one.named]
    what = f": {', '.join(named)}" if named else ""
    picture = Picture(file, *image.size, f"Picture {row.image_id}{what}", ", ".join(named))
    options = [
        Option(letter, text, letter == row.answer) for letter, text in zip(_LETTERS, row.options or (), strict=False)
    ]
    unit = f" {_UNITS[row.unit]}" if _UNITS[row.unit] else ""
    exact = "none" if row.values is None else ", ".join(f"{value:.4g}" for value in row.values) + unit
    return Sample(row, row.image_id, [picture], options, exact)
