"""Rows as a table: every row is validated, and what a fact gives to its rows is converted once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from pydantic import TypeAdapter

from schemas.arrow import arrow_schema
from schemas.qa import Fact, Format, QARow

SCHEMA = arrow_schema(QARow)
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


def _fact_columns(facts: Sequence[Fact]) -> list[dict[str, Any]]:
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
    shared = _fact_columns(facts)
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
    of_fact = pa.array([row.fact for row in words], type=pa.int32())
    arrays = []
    for field in SCHEMA:
        if field.name in constants:
            array = pa.repeat(pa.scalar(constants[field.name], type=field.type), len(words))
        elif shared and field.name in shared[0]:
            values = [row[field.name] for row in shared]
            if field.name == "marks":
                values = [[mark.__dict__ for mark in marks] for marks in values]
            array = pa.array(values, type=field.type).take(of_fact)
        else:
            array = pa.array([getattr(row, field.name) for row in words], type=field.type)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
