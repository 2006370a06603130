"""Reads a SPAR tree as its loaders do, and refuses whatever departs from the documented format."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory.errors import DataError
from factory.exports.spar_answers import answer_fault
from factory.exports.spar_places import is_video, video_list
from factory.exports.spar_types import TYPES, SparType, row_type

_ENTRY_KEYS = ["root", "annotation", "repeat_time", "length"]
_ANNOTATION = re.compile(
    r"spar/(?P<source>[^/]+)/qa_jsonl/(?P<split>train|val|test)/(?P<task>[^/]+)/(?P<format>[^/]+)/"
    r"(?P<stem>[^/_]+)_(?P<count>\d+)\.jsonl"
)
_ID = re.compile(r"(?P<scene>.+)_\d+")
_MANY_IMAGES = 10


@dataclass(frozen=True, slots=True)
class SparItem:
    """A row as a model sees it.

    question : with the image placeholders that loaders put before it; images, depth : absolute paths, in order;
    row : the row as it stands in the file.
    """

    source: str
    split: str
    task: str
    format: str
    question: str
    answer: str
    images: tuple[Path, ...]
    depth: tuple[Path, ...]
    row: dict[str, Any]


def read_export(folder: Path, *, check_images: bool = True) -> Iterator[SparItem]:
    """Yields every row that the index of an export names.

    Raises DataError at the first departure from the format; it names the file and the line. Without `check_images`,
    image files need not exist.
    """
    indices = sorted((folder / "data_jsons").glob("*.json"))
    if not indices:
        raise DataError(f"{folder}: no index in data_jsons; the export is not there or was interrupted, export again")
    named: set[str] = set()
    for path in indices:
        for key, entry in json.loads(path.read_text()).items():
            place = _check_entry(path, key, entry)
            named.add(entry["annotation"])
            yield from _read_file(folder, entry, place, check_images)
    for file in sorted((folder / "spar").glob("*/qa_jsonl/**/*.jsonl")):
        if file.relative_to(folder).as_posix() not in named:
            raise DataError(f"{file}: in no index; export again")


def placeholders(row_type: str, images: int, *, first: int = 1) -> str:
    """The image placeholders that loaders put before a question; SPAR's own counts frames from 1, others from 0."""
    if images > _MANY_IMAGES or row_type == "nav":
        return "".join(f"Frame-{first + i}: <image>\n" for i in range(images))
    return "<image>\n" * images


def _check_entry(path: Path, key: str, entry: dict[str, Any]) -> re.Match[str]:
    if list(entry) != _ENTRY_KEYS:
        raise DataError(f"{path}, {key}: expected the keys {_ENTRY_KEYS}, found {list(entry)}")
    place = _ANNOTATION.fullmatch(entry["annotation"])
    if place is None:
        raise DataError(
            f"{path}, {key}: {entry['annotation']!r} is not spar/<source>/qa_jsonl/<split>/<task>/<format>/…"
        )
    source, task, form = place["source"], place["task"], place["format"]
    if key != f"{source}_{task}_{form}" or entry["root"] != f"spar/{source}/images" or place["stem"] != form:
        raise DataError(f"{path}, {key}: key, root and annotation do not belong together")
    if task not in TYPES or form not in TYPES[task].formats:
        raise DataError(f"{path}, {key}: SPAR has no task {task!r} with format {form!r}")
    if entry["length"] != int(place["count"]):
        raise DataError(f"{path}, {key}: length {entry['length']} and file name {entry['annotation']!r} differ")
    if entry["repeat_time"] != 1:
        raise DataError(f"{path}, {key}: expected repeat_time 1, found {entry['repeat_time']!r}")
    return place


def _read_file(folder: Path, entry: dict[str, Any], place: re.Match[str], check_images: bool) -> Iterator[SparItem]:
    path = folder / entry["annotation"]
    if not path.is_file():
        raise DataError(f"{path}: named by the index, but not there; export again")
    root = folder / entry["root"]
    count = 0
    with path.open(encoding="utf-8") as file:
        for count, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}, line {count}: no JSON ({error}); export again") from error
            if fault := row_fault(place["task"], place["format"], row):
                raise DataError(f"{path}, line {count}: {fault}")
            item = _item(place, row, root)
            if check_images and (fault := _file_fault(item, root)):
                raise DataError(f"{path}, line {count}: {fault}; export the images")
            yield item
    if count != entry["length"]:
        raise DataError(f"{path}: {count} lines, but the name and the index say {entry['length']}")


def _file_fault(item: SparItem, root: Path) -> str | None:
    missing = [file for file in (*item.images, *item.depth) if not file.is_file()]
    if not missing and is_video(item.task):
        listed = root / video_list(item.images[0].relative_to(root).parts[0])
        missing = [] if listed.is_file() else [listed]
        if not missing and listed.read_text().strip() != ",".join(_video_frame(file.stem) for file in item.images):
            return f"{listed} lists other frames"
    return f"no file {missing[0]}" if missing else None


def _video_frame(name: str) -> str:
    return name.partition("_")[2]


def _item(place: re.Match[str], row: dict[str, Any], root: Path) -> SparItem:
    human, gpt = row["conversations"]
    return SparItem(
        source=place["source"],
        split=place["split"],
        task=place["task"],
        format=place["format"],
        question=placeholders(row["type"], len(row["image"])) + human["value"],
        answer=gpt["value"],
        images=tuple(root / name for name in row["image"]),
        depth=tuple(root / name for name in row.get("depth", ())),
        row=row,
    )


def row_fault(task: str, form: str, row: dict[str, Any]) -> str | None:
    """What is wrong with a row of a task folder and format, or None."""
    rules = TYPES[task]
    keys = ["id", "conversations", "image", "type", *(["depth"] if "depth" in row else [])]
    if list(row)[: len(keys)] != keys:
        return f"expected the keys {keys} first, found {list(row)}"
    if row["type"] != row_type(task):
        return f"expected type {row_type(task)!r}, found {row['type']!r}"
    return (
        _conversation_fault(row["conversations"])
        or _media_fault(task, row)
        or _marker_fault(rules, {key: value for key, value in row.items() if key not in keys}, len(row["image"]))
        or answer_fault(task, form, *(turn["value"] for turn in row["conversations"]))
    )


def _conversation_fault(turns: Any) -> str | None:
    if not isinstance(turns, list) or [list(turn) for turn in turns] != [["from", "value"]] * 2:
        return "conversations are not two turns with from and value"
    if [turn["from"] for turn in turns] != ["human", "gpt"]:
        return "the turns are not human, gpt"
    if not all(isinstance(turn["value"], str) and turn["value"].strip() for turn in turns):
        return "a turn is empty"
    if "<image>" in turns[0]["value"] or "<video>" in turns[0]["value"]:
        return "the question holds an image placeholder, which loaders add themselves"
    return None


def _media_fault(task: str, row: dict[str, Any]) -> str | None:
    rules, images = TYPES[task], row["image"]
    if not isinstance(images, list) or not images or not all(isinstance(name, str) for name in images):
        return "image is not a list of paths"
    if rules.images not in (None, len(images)):
        return f"expected {rules.images} images, found {len(images)}"
    named = _ID.fullmatch(row["id"])
    if named is None or not all(name.startswith(f"{named['scene']}/") for name in images):
        return f"id {row['id']!r} is not <scene>_<number> of the scene of the images"
    for i, name in enumerate(images):
        expected = f"video_color/frame{i}_<frame>.jpg" if is_video(task) else "image_color/<frame>.jpg"
        pattern = re.escape(f"{named['scene']}/{expected}").replace("<frame>", "[^/]+")
        if not re.fullmatch(pattern, name):
            return f"image {name!r} is not {named['scene']}/{expected}"
    if row.get("depth", depth := [_depth_name(name) for name in images]) != depth:
        return "depth is not parallel to image"
    return None


def _depth_name(image: str) -> str:
    kind, _, name = image.rpartition("_color/")
    return f"{kind}_depth/{name.removesuffix('.jpg')}.png"


def _marker_fault(rules: SparType, fields: dict[str, Any], images: int) -> str | None:
    present = [rules.list_key] if rules.listed else [rules.key(c) for c in rules.colors if rules.key(c) in fields]
    expected = [*present, *([rules.index_key] if rules.indexed else [])]
    if list(fields) != expected:
        every = [rules.list_key] if rules.listed else [rules.key(color) for color in rules.colors]
        return f"expected the marker keys {every} and their order, found {list(fields)}"
    if any(not isinstance(value, list) or len(value) != 1 for value in fields.values()):
        return "a marker field is not a list of one"
    marks = fields[rules.list_key][0] if rules.listed else [fields[key][0] for key in present]
    least, most = rules.mark_range
    if not least <= len(marks) <= most:
        return f"expected {least} to {most} marks, found {list(fields)}"
    if bad := [mark for mark in marks if not _is_mark(rules, mark)]:
        return f"{bad[0]!r} is no {rules.kind} of integers from 0 to 1000"
    if rules.indexed:
        places = fields[rules.index_key][0]
        if len(places) != len(marks) or not all(type(i) is int and 0 <= i < images for i in places):
            return f"{rules.index_key} {places!r} does not name an image for each mark"
    return None


def _is_mark(rules: SparType, mark: Any) -> bool:
    size = 2 if rules.kind == "point" else 4
    if not isinstance(mark, list) or len(mark) != size or not all(type(v) is int and 0 <= v <= 1000 for v in mark):
        return False
    return size == 2 or (mark[0] < mark[2] and mark[1] < mark[3])
