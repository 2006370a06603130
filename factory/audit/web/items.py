"""Rows that are one item for the loader: what they share, and which must stand together."""

from typing import Any

from factory.audit.findings import Finding, Kind
from factory.audit.web.case import WebCase
from factory.audit.web.relation import AXES, sides_of

_SHARED = [
    "source",
    "shard_id",
    "image_id",
    "split",
    "task",
    "level",
    "view",
    "relation",
    "frame",
    "images",
    "marks",
    "pixels",
    "object_ids",
    "labels",
    "box_colors",
    "values",
    "unit",
    "margin",
    "task_version",
]


def check_item(rows: list[dict[str, Any]], case: WebCase | None) -> list[Finding]:
    """Everything that is wrong between the rows of one item.

    case : one of them with its objects, where they are in order.
    """
    findings: list[Finding] = []
    first = rows[0]

    def note(kind: Kind, row: dict[str, Any], stored: object, derived: object) -> None:
        findings.append(Finding(kind, row["task"], row["format"], row["qa_id"], str(stored), str(derived)))

    for row in rows[1:]:
        for name in _SHARED:
            if row[name] != first[name]:
                note(Kind.METADATA, row, f"{name} {row[name]} in item {row['item_id']}", first[name])
    pairs = [(row["format"], row["pair_type"]) for row in rows]
    if len(set(pairs)) < len(pairs):
        note(Kind.DUPLICATE_ROW, first, f"pairs {pairs} of item {first['item_id']}", "each once")
    if first["task"].startswith("vqa_object_relation_multi") and case is not None:
        expected = _pairs_of_relation(case)
        for form, wanted in expected.items():
            found = {row["pair_type"] for row in rows if row["format"] == form}
            if found and found != wanted:
                note(Kind.MISSING, first, f"{form} pairs {sorted(found)}", sorted(wanted))
    if first["task"] == "problem_solving":
        by_format = {row["format"]: row["answer"] for row in rows}
        if set(by_format) != {"text", "cot"}:
            note(Kind.MISSING, first, f"formats {sorted(by_format)}", "text and cot")
        elif by_format["cot"].rpartition("Step4: Final answer\n")[2] != by_format["text"]:
            note(Kind.ANSWER, first, by_format["text"], "the final answer of its solution")
    return findings


def _pairs_of_relation(case: WebCase) -> dict[str, set[str]]:
    """The pair types that an item about a relation has, by format; couples of claims are never torn."""
    _, _, sides = sides_of(case)
    claims = {
        f"{axis}_{word}_tf"
        for axis, *words in AXES
        for word in (words if sides[axis] in words else ["overlap"] if sides[axis] == "overlap" else [])
    }
    decided = {axis for axis, *words in AXES if sides[axis] in words}
    return {
        "true_false": claims,
        "mcq": {"direction_mcq", *(f"{axis}_mcq" for axis in decided)},
        "text": {"direction_text", "axis_text"},
    }
