"""Problems as rows: the answer alone and the whole solution."""

import pytest

from factory.web.problems.problem import Problem
from factory.wording.web.problem_rows import MAX_CHARACTERS, problem_rows
from factory.wording.web.rows import to_web_table
from tests.wording.web.web_facts import named_picture

CHAIR = "the chair (highlighted by the red box)"
STEPS = ("Step 1: Plan ...", "Step 2: Facts ...", "Step 3: Reasoning ...", "Step 4: 0.40 meters.")


def problem(**changes: object) -> Problem:
    parts = {
        "kind": "gap",
        "candidate": "gap|0,1",
        "question": f"How much taller is the red cup than {CHAIR}?",
        "answer": "0.40 meters.",
        "chain": STEPS,
        "rows": (0, 1),
        "values": (0.4,),
        "unit": "m",
        "margin": None,
    }
    return Problem(**(parts | changes))  # type: ignore[arg-type]


def test_a_problem_has_two_rows() -> None:
    rows = to_web_table([problem_rows(named_picture(), [problem()])]).to_pylist()
    assert [row["format"] for row in rows] == ["text", "cot"]
    assert [row["answer"] for row in rows] == ["0.40 meters.", "\n".join(STEPS)]
    assert len({row["qa_id"] for row in rows}) == 2
    assert len({row["item_id"] for row in rows}) == 1
    for row in rows:
        assert (row["task"], row["level"], row["pair_type"], row["relation"]) == (
            "problem_solving", "level3", "gap", "oo",
        )  # fmt: skip
        assert row["box_colors"] == ["", "red"]
        assert [mark["color"] for mark in row["marks"]] == ["red"]
        assert row["answers"] == [row["answer"]]
        assert row["values"] == [0.4]


def test_a_box_must_be_mentioned() -> None:
    with pytest.raises(ValueError, match="does not mention 'the chair"):
        problem_rows(named_picture(), [problem(question="How much taller is the red cup than the chair?")])


def test_problems_come_once() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        problem_rows(named_picture(), [problem(), problem()])


def test_long_solutions_are_counted() -> None:
    rendered = problem_rows(named_picture(), [problem(chain=("x" * MAX_CHARACTERS,)), problem(candidate="other")])
    assert dict(rendered.rejected) == {"problem_solving: too long": 1}
    assert len(rendered.rows) == 2
    assert {row.item for row in rendered.rows} == {0}
