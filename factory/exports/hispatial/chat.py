"""The same questions as conversations, in the form that LLaVA introduced and ms-swift and others read, too.

chat/<split>.jsonl and chat/images/<source>/<shard>/<key>.jpg; with boxes drawn, <key>-<digest>.jpg
"""

import io
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from PIL import Image, ImageDraw

from factory.exports.hispatial.ca1m_items import finished_question
from factory.exports.hispatial.jpeg import encode_jpeg, upright_jpeg
from factory.exports.hispatial.objects import named_objects
from factory.exports.hispatial.picture_rows import NamedObject, PictureRows, Question
from factory.exports.hispatial.qa_types import COLORS, LATTICE, OVERLAPS

FOLDER = "chat"
_PART = ".part"
_DIGITS = 9  # so that names sort as numbers
_STEPWISE = " Explain your reasoning step by step."
_LINE_SHARE = 2 / LATTICE  # width of a line: as wide as in HiSpatial's loader

Boxes = tuple[tuple[str, tuple[float, ...]], ...]


class ChatWriter:
    """Writes the pictures and questions of a shard, the `number`-th of all, beside those of others.

    Use it in a `with` block; `join_parts` makes the files of the splits of what all shards wrote.
    """

    def __init__(self, out: Path, dataset: str, shard: str, number: int) -> None:
        self._folder = out / FOLDER
        self._images = Path("images", quote(dataset, safe=""), quote(shard, safe=""))
        self._number = number
        self._files: dict[str, IO[str]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "ChatWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, key: str, picture: PictureRows, data: bytes, left_out: Counter[str]) -> None:
        """A picture as it is stored in the input; rows that have no place in a chat are counted by reason."""
        written: dict[Boxes, str] = {}
        for row in picture.rows:
            if row.pixels:
                left_out[f"{row.task}: pixels have no names in a chat"] += 1
            elif row.pair_type in OVERLAPS:
                left_out[f"{row.task}: {row.pair_type} has no place in a chat"] += 1
            else:
                boxes = _boxes(named_objects([row], picture.objects))
                if boxes not in written:
                    written[boxes] = self._write_picture(key, picture, data, boxes)
                self._line(row, written[boxes])

    def _line(self, row: Question, image: str) -> None:
        if row.split not in self._files:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{row.split}.{self._number:0{_DIGITS}d}{_PART}"
            self._files[row.split] = self._stack.enter_context(path.open("w", encoding="utf-8"))
        self._files[row.split].write(json.dumps(chat_row(row, image), ensure_ascii=False) + "\n")

    def _write_picture(self, key: str, picture: PictureRows, data: bytes, boxes: Boxes) -> str:
        """Its path relative to the folder of the chat files."""
        image = picture.image
        jpeg = upright_jpeg(data, (image.width, image.height), image.image)
        if boxes:
            jpeg = _with_boxes(jpeg, boxes)
            key += "-" + blake2b(repr(boxes).encode(), digest_size=8).hexdigest()
        path = self._images / f"{key}.jpg"
        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / path).write_bytes(jpeg)
        return path.as_posix()


def join_parts(out: Path) -> None:
    """One file per split of what the shards wrote, in their order."""
    for part in sorted((out / FOLDER).glob(f"*{_PART}")):
        with (out / FOLDER / f"{part.name.partition('.')[0]}.jsonl").open("ab") as whole, part.open("rb") as lines:
            shutil.copyfileobj(lines, whole)
        part.unlink()


def chat_row(row: Question, image: str) -> dict[str, Any]:
    """One conversation of a question and an answer; worked solutions are asked for."""
    question = finished_question(row) + (_STEPWISE if row.format == "cot" else "")
    return {
        "id": row.qa_id,
        "image": image,
        "conversations": [
            {"from": "human", "value": f"<image>\n{question}"},
            {"from": "gpt", "value": row.answer},
        ],
    }


def _boxes(named: Sequence[tuple[NamedObject, str]]) -> Boxes:
    return tuple((color, tuple(found.box)) for found, color in named if color)


def _with_boxes(jpeg: bytes, boxes: Boxes) -> bytes:
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    draw = ImageDraw.Draw(image)
    width = max(2, round(_LINE_SHARE * max(image.size)))
    for color, (x1, y1, x2, y2) in boxes:
        # the far edges are outside the last pixel
        draw.rectangle((x1, y1, max(x1, x2 - 1), max(y1, y2 - 1)), outline=COLORS[color], width=width)
    return encode_jpeg(image)
