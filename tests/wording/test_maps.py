"""Maps: the line that clients parse, with every object in order."""

import re

import numpy as np

from tests.wording.sample_facts import make_fact, render, rows_of

TASK = "spatial_imagination_map_mv"
ENTRY = re.compile(r"Object(\d) :\((-?\d+\.\d),(-?\d+\.\d)\)\.")


def test_answer_holds_the_line() -> None:
    counts = set()
    for fact, row in rows_of(TASK, 200, "sentence"):
        values = fact.values or ()
        line = re.search(rf"{ENTRY.pattern}(?: {ENTRY.pattern})*", row["answer"])
        assert line
        entries = ENTRY.findall(line.group())
        assert entries == ENTRY.findall(row["answer"])
        assert [int(number) for number, _, _ in entries] == list(range(len(fact.marks)))
        told = [float(text) for _, x, y in entries for text in (x, y)]
        assert np.abs(np.array(told) - values).max() <= 0.05 + 1e-9
        counts.add(len(entries))
    assert counts == {3, 4, 5, 6, 7}


def test_question_names_the_objects_as_they_are_drawn() -> None:
    for fact, row in rows_of(TASK, 60, "sentence"):
        names = [f"the {mark.label} (object{n})" for n, mark in enumerate(fact.marks)]
        assert f"{', '.join(names[:-1])} and {names[-1]}" in row["question"]


def test_exact_form_and_no_negative_zero() -> None:
    fact = make_fact(TASK, 0, np.random.default_rng(0))
    values = (-0.04, 1.449, -1.06, 2.0, 0.25, -0.35, *[0.0] * 8)[: 2 * len(fact.marks)]
    fact = make_fact(TASK, 0, np.random.default_rng(0), values=values)
    (row,) = render(TASK, [fact]).table.to_pylist()
    assert "Object0 :(0.0,1.4). Object1 :(-1.1,2.0). Object2 :(0.2,-0.3)." in row["answer"]
