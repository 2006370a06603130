"""Questions as items of the wild layout: one item per fact, its formats as pairs among which the loader draws."""

from collections import Counter, defaultdict
from typing import Any

from factory.exports.hispatial.objects import MOST_OBJECTS, named_objects, objects_field
from factory.exports.hispatial.picture_rows import PictureRows, Question, provenance
from factory.exports.hispatial.qa_types import METADATA, WILD_LISTS
from factory.exports.hispatial.tokens import BUDGET, pair_tokens

# The loader turns these into Yes and No, and adds a request for those words to half of the questions.
_TRUE_FALSE = {"Yes": "True", "No": "False"}


def wild_qa(picture: PictureRows, left_out: Counter[str]) -> dict[str, Any]:
    """The `qa` dict of a picture; rows that its layout cannot hold are counted by reason."""
    items: dict[str, list[Question]] = defaultdict(list)
    for row in picture.rows:
        if row.task in WILD_LISTS:
            items[row.item_id].append(row)
        else:
            left_out[f"{row.task}: the wild layout has no such type"] += 1
    lists: dict[str, Any] = {METADATA: provenance(picture.image)}
    for rows in items.values():
        task = rows[0].task
        named = named_objects(rows, picture.objects)
        pairs = [_pair(row) for row in rows]
        if len(named) > MOST_OBJECTS:
            left_out[f"{task}: names more than {MOST_OBJECTS} objects"] += len(rows)
        elif max(map(pair_tokens, pairs)) > BUDGET:
            # all formats, so that no half of a couple is left
            left_out[f"{task}: longer than {BUDGET} tokens"] += len(rows)
        else:
            item = {
                "qa_type": task,
                "item_id": rows[0].item_id,
                "object": objects_field(named),
                "qa_pairs": pairs,
            }
            lists.setdefault(WILD_LISTS[task], []).append(item)
    return lists


def _pair(row: Question) -> dict[str, Any]:
    answer: str | list[str] = row.answer
    if row.format == "mcq":
        # as a list: the loader looks for the option in it, and in a string it would find "left" in "left-front"
        answer = list(row.answers)
    elif row.format == "true_false" and "yes or no" not in row.question.lower():
        answer = _TRUE_FALSE[row.answer]
    return {
        "question": row.question,
        "answer": answer,
        "options": row.options,
        "format": row.format,
        "qa_type": row.pair_type or row.task,
    }
