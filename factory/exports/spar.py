"""A question of the lake as a row of SPAR's training files."""

from typing import Any

from factory.errors import DataError
from factory.exports.spar_places import frame_places
from factory.exports.spar_types import TYPES, SparType, row_type
from schemas.qa import Mark, QARow

LETTERS = "ABCD"


def question_text(row: QARow) -> str:
    """The human turn: the question, for `select` also the options, one per line, and which letters there are."""
    if row.options is None:
        return row.question
    letters = LETTERS[: len(row.options)]
    lines = [f"{letter}. {option}" for letter, option in zip(letters, row.options, strict=True)]
    named = "A, B" if len(letters) == 2 else f"{', '.join(letters[:-1])} or {letters[-1]}"
    return "\n".join([row.question, *lines, f"Your answer can only include one of options {named}."])


def official_row(row: QARow, row_id: str, *, depth: bool) -> dict[str, Any]:
    """The row as it stands in a file: keys in the documented order, `depth` in the RGBD edition only.

    Raises DataError when the marks are not those that loaders draw for this task.
    """
    if row.task not in TYPES:
        raise DataError(f"{_where(row)}: SPAR has no task {row.task!r}; leave it out of the build for this export")
    rules = TYPES[row.task]
    if rules.images not in (None, len(row.images)):
        raise DataError(
            f"{_where(row)}: expected {rules.images} images, found {len(row.images)}; build the scene again"
        )
    places = frame_places(row)
    official: dict[str, Any] = {
        "id": row_id,
        "conversations": [
            {"from": "human", "value": question_text(row)},
            {"from": "gpt", "value": row.answer},
        ],
        "image": [place.image for place in places],
        "type": row_type(row.task),
    }
    if depth:
        official["depth"] = [place.depth for place in places]
    return official | _marker_fields(row, rules)


def _marker_fields(row: QARow, rules: SparType) -> dict[str, Any]:
    marks = _ordered_marks(row, rules)
    fields: dict[str, Any] = {}
    if rules.listed:
        fields[rules.list_key] = [[mark.coords for mark in marks]]
    else:
        fields = {rules.key(mark.color): [mark.coords] for mark in marks}
    if rules.indexed:
        fields[rules.index_key] = [[mark.image_index for mark in marks]]
    return fields


def _ordered_marks(row: QARow, rules: SparType) -> list[Mark]:
    if rules.listed:
        marks = row.marks
    else:
        by_color = {mark.color: mark for mark in row.marks}
        marks = [by_color[color] for color in rules.colors if color in by_color]
    least, most = rules.mark_range
    misplaced = not rules.indexed and any(mark.image_index != 0 for mark in marks)
    wrong_kind = any(mark.kind != rules.kind for mark in marks)
    if len(marks) != len(row.marks) or not least <= len(marks) <= most or misplaced or wrong_kind:
        found = ", ".join(f"{mark.color} {mark.kind} on image {mark.image_index}" for mark in row.marks) or "none"
        expected = " ".join(rules.colors) or f"{least} to {most} in a list"
        raise DataError(
            f"{_where(row)}: the marks ({found}) are not those of a SPAR row (expected {expected}, {rules.kind}); "
            "build the scene again"
        )
    return marks


def _where(row: QARow) -> str:
    return f"{row.source}/{row.scene_id}, {row.task} {row.format} {row.qa_id}"
