"""Sizes in whole centimetres."""

import re

import numpy as np

from tests.wording.sample_facts import make_fact, render, rows_of

TASK = "spatial_volume_infer"
FILL = re.compile(r"length is (\d+) cm, width is (\d+) cm, and height is (\d+) cm")


def test_fill_is_the_line_that_clients_parse() -> None:
    for fact, row in rows_of(TASK, 200, "fill"):
        match = FILL.fullmatch(row["answer"])
        assert match
        assert [float(group) for group in match.groups()] == [round(value) for value in fact.values or ()]


def test_sentence_tells_each_side_once_beside_its_name() -> None:
    names = {
        "length": r"\blength\b|\blong\b",
        "width": r"\bwidth\b|\bwide\b",
        "height": r"\bheight\b|\bhigh\b|\btall\b",
    }
    for fact, row in rows_of(TASK, 300, "sentence"):
        clauses = [c for c in re.split(r"[,;:.]|\band\b|\bwhile\b", row["answer"]) if re.search(r"\d", c)]
        told = {}
        for clause in clauses:
            (side,) = [side for side, pattern in names.items() if re.search(pattern, clause, re.IGNORECASE)]
            told[side] = re.findall(r"\d+", clause)
        assert told == {side: [str(round(fact.numbers[side]))] for side in names}


def test_a_side_that_rounds_to_zero_is_rejected() -> None:
    fact = make_fact(TASK, 0, np.random.default_rng(0))
    fact.numbers["width"] = 0.4
    rendered = render(TASK, [fact])
    assert rendered.table.num_rows == 0
    assert rendered.rejected == {"a side rounds to zero": 2}
