"""Web rows as a table: every row is validated, and what an item gives to its rows is converted once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
from pydantic import TypeAdapter

from factory.web.picture import Picture
from factory.wording.web.lines import Line
from factory.wording.web.mentions import Mention, box_mark
from schemas.arrow import arrow_schema
from schemas.web import WebQARow

SCHEMA = arrow_schema(WebQARow)
_TYPES = {field.name: field.type for field in SCHEMA}
_ROW = TypeAdapter(WebQARow)


class WordedWeb(NamedTuple):
    """The words of one row; `item` is the place of its item."""

    item: int
    qa_id: str
    pair_type: str
    format: str
    question: str
    answer: str
    answers: list[str]
    options: list[str] | None
    template_id: str


@dataclass(frozen=True)
class RenderedWeb:
    """Rows of one picture in words, the columns that rows of one item share, and what was not worded, by reason."""

    items: list[dict[str, Any]]
    rows: list[WordedWeb]
    rejected: Counter[str]


def object_columns(picture: Picture, rows: tuple[int, ...], named: list[Mention]) -> dict[str, Any]:
    """The columns about the objects at `rows`, the first of which are `named`: ids, labels, boxes."""
    colors = [mention.color for mention in named] + [""] * (len(rows) - len(named))
    return {
        "marks": [box_mark(picture, row, color) for row, color in zip(rows, colors, strict=True) if color],
        "object_ids": [int(picture.object_ids[row]) for row in rows],
        "labels": [picture.labels[row] for row in rows],
        "box_colors": colors if rows else None,
    }


def worded(item: int, qa_id: str, line: Line) -> WordedWeb:
    """A line as a row of an item."""
    return WordedWeb(
        item, qa_id, line.pair_type, line.format, line.question, line.answer, [line.right], line.options,
        line.template_id,
    )  # fmt: skip


def to_web_table(pictures: Iterable[RenderedWeb]) -> pa.Table:
    """A table with the schema of `WebQARow`: the rows of the pictures in their order.

    Raises pydantic.ValidationError for a row that breaks the contract.
    """
    items: list[dict[str, Any]] = []
    rows: list[WordedWeb] = []
    for picture in pictures:
        first = len(items)
        items += picture.items
        rows += [row._replace(item=row.item + first) for row in picture.rows] if first else picture.rows
    fields = WordedWeb._fields[1:]
    for row in rows:
        _ROW.validate_python({**items[row.item], **dict(zip(fields, row[1:], strict=True))})
    if not rows:
        return SCHEMA.empty_table()
    shared = pa.table({name: _array(name, [item[name] for item in items]) for name in items[0]})
    columns = dict(zip(WordedWeb._fields, zip(*rows, strict=True), strict=True))
    of_items = shared.take(pa.array(columns.pop("item"), pa.int32()))
    arrays: dict[str, pa.Array] = dict(zip(of_items.column_names, of_items.columns, strict=True))
    arrays |= {name: _array(name, values) for name, values in columns.items()}
    return pa.table([arrays[name] for name in SCHEMA.names], SCHEMA)


def _array(name: str, values: Iterable[Any]) -> pa.Array:
    if name == "marks":
        values = [[mark.__dict__ for mark in marks] for marks in values]
    return pa.array(values, _TYPES[name])
