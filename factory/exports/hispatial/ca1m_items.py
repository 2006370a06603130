"""Questions as items of the CA-1M layout: finished texts, one per format; problems with their worked solution."""

import json
import re
from collections import Counter
from typing import Any

from factory.errors import DataError
from factory.exports.hispatial.ca1m_types import PROBLEM_ANSWER, ca1m_type
from factory.exports.hispatial.objects import MOST_OBJECTS, named_objects, objects_field
from factory.exports.hispatial.picture_rows import PictureRows, Question
from factory.exports.hispatial.qa_types import OVERLAPS, PROBLEM
from factory.exports.hispatial.tokens import BUDGET, item_tokens

_LETTERS = "ABCDEFGHIJ"
_REQUEST = " Answer with Yes or No."
_STEP = re.compile(r"^(?=Step ?\d)", re.MULTILINE)
_STEPS = 4


def ca1m_qa(picture: PictureRows, left_out: Counter[str]) -> list[dict[str, Any]]:
    """The `qa` list of a picture; rows that its layout cannot hold are counted by reason."""
    final = {row.item_id: row.answer for row in picture.rows if row.task == PROBLEM and row.format == "text"}
    items = []
    for row in picture.rows:
        name = _type_name(row, picture)
        named = named_objects([row], picture.objects)
        if name is None:
            left_out[f"{row.task}: the CA-1M layout has no such type"] += 1
        elif row.pair_type in OVERLAPS:
            # always true: its answer teaches nothing, and nothing is switched off here
            left_out[f"{row.task}: {row.pair_type} only is a switch of the wild layout"] += 1
        elif len(named) > MOST_OBJECTS:
            left_out[f"{row.task}: names more than {MOST_OBJECTS} objects"] += 1
        else:
            item = {
                "qa_type": name,
                "prefix": finished_question(row),
                "suffix": final.get(row.item_id, row.answer),
                "meta": _meta(row),
                "object": objects_field(named),
            }
            if item_tokens(item) > BUDGET:
                left_out[f"{row.task}: longer than {BUDGET} tokens"] += 1
            else:
                items.append(item)
    return items


def _type_name(row: Question, picture: PictureRows) -> str | None:
    if row.task == PROBLEM:
        return PROBLEM if row.format == "cot" else PROBLEM_ANSWER
    return ca1m_type(row, picture.objects)


def finished_question(row: Question) -> str:
    """With its options below it, or a request for yes or no."""
    if row.format == "mcq":
        options = (f"{letter}. {option}" for letter, option in zip(_LETTERS, row.options or (), strict=False))
        return "\n".join((row.question, *options))
    if row.format == "true_false" and "yes or no" not in row.question.lower():
        return row.question + _REQUEST
    return row.question


def _meta(row: Question) -> dict[str, Any]:
    meta = {"qa_id": row.qa_id, "item_id": row.item_id, "task": row.task, "pair_type": row.pair_type}
    if row.format == "cot":
        meta["student_cot"] = json.dumps({"cot_simple": chain_steps(row)}, ensure_ascii=False)
    return meta


def chain_steps(row: Question) -> list[str]:
    """The four steps of a worked solution, each with its heading. Raises DataError when there are not four."""
    steps = [step.strip() for step in _STEP.split(row.answer) if step.strip()]
    if len(steps) != _STEPS:
        raise DataError(f"{row.qa_id}: a solution of {len(steps)} steps instead of {_STEPS}; build the shard again")
    return steps
