"""Rows as a table: every row is validated, and what a fact gives to its rows is converted once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from pydantic import TypeAdapter

from schemas.arrow import arrow_schema
from schemas.qa import Fact, Format, QARow

SCHEMA = arrow_schema(QARow)
_TYPES = {field.name: field.type for field in SCHEMA}
_ROW = TypeAdapter(QARow)


class Worded(NamedTuple):
    """The words of one row; `fact` is the place of its fact."""

    fact: int
    format: Format
    qa_id: str
    question: str
    answer: str
    options: list[str] | None
    template_id: str


def _of_facts(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """What each fact gives to all of its rows."""
    return [
        {
            "images": list(fact.images),
            "frame_ids": list(fact.frame_ids),
            "marks": list(fact.marks),
            "object_ids": list(fact.object_ids),
            "labels": list(fact.labels),
            "values": None if fact.values is None else list(fact.values),
            "unit": fact.unit,
            "margin": fact.margin,
        }
        for fact in facts
    ]


def to_table(facts: Sequence[Fact], words: Sequence[Worded], constants: dict[str, Any]) -> pa.Table:
    """A table with the schema of `QARow`, rows in the order of `words`; `constants` are the same in all of them.

    Raises pydantic.ValidationError for a row that breaks the contract.
    """
    shared = _of_facts(facts)
    for row in words:
        _ROW.validate_python(
            {
                **constants,
                **shared[row.fact],
                "format": row.format,
                "qa_id": row.qa_id,
                "question": row.question,
                "answer": row.answer,
                "options": row.options,
                "template_id": row.template_id,
            }
        )
    if not words:
        return SCHEMA.empty_table()
    arrays = {name: pa.repeat(pa.scalar(value, _TYPES[name]), len(words)) for name, value in constants.items()}
    of_facts = pa.table({name: _array(name, [row[name] for row in shared]) for name in shared[0]})
    texts = dict(zip(Worded._fields, zip(*words, strict=True), strict=True))
    rows = of_facts.take(pa.array(texts.pop("fact"), pa.int32()))
    arrays |= zip(rows.column_names, rows.columns, strict=True)
    arrays |= {name: _array(name, values) for name, values in texts.items()}
    return pa.table([arrays[name] for name in SCHEMA.names], SCHEMA)


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    if name == "marks":
        values = [[mark.__dict__ for mark in marks] for marks in values]
    return pa.array(values, _TYPES[name])
