"""Which of two objects: names, marks in names, and sentences that do not contradict themselves."""

import dataclasses

import numpy as np

from factory.wording.speaker import one_decimal
from tests.wording.sample_facts import make_fact, render, rows_of

TASK = "distance_infer_center_oo"


def test_answer_is_the_label_with_its_mark_where_labels_repeat() -> None:
    marked = 0
    for fact, row in rows_of(TASK, 400, "fill"):
        winner = next(m for m in fact.marks if m.color == fact.words["answer"])
        if "name_marks" in fact.words:
            marked += 1
            assert row["answer"] == f"{winner.label} ({winner.color} point)"
        else:
            assert row["answer"] == winner.label
        assert row["answer"] in row["question"]
    assert marked


def test_options_are_the_two_objects() -> None:
    letters = []
    for fact, row in rows_of(TASK, 400, "select"):
        green, blue = (next(m for m in fact.marks if m.color == color) for color in ("green", "blue"))
        assert len(set(row["options"])) == 2
        right = row["options"]["AB".index(row["answer"])]
        winner = green if fact.words["answer"] == "green" else blue
        assert right in (winner.label, f"{winner.label} ({winner.color} point)")
        letters.append(row["answer"])
    assert set(letters) == {"A", "B"}


def test_sentence_has_both_distances_and_the_winner() -> None:
    for fact, row in rows_of(TASK, 400, "sentence"):
        for number in ("green_distance", "blue_distance"):
            assert f"{one_decimal(fact.numbers[number])} meters" in row["answer"]
        winner = next(m for m in fact.marks if m.color == fact.words["answer"])
        assert winner.label.lower() in row["answer"].lower()
        same, other = {"closer": ("closer|nearer", "farther"), "farther": ("farther", "closer|nearer")}[
            fact.words["asked"]
        ]
        assert any(word in row["answer"] for word in same.split("|"))
        assert not any(word in row["answer"] for word in other.split("|"))


def test_winner_in_a_sentence_is_named_as_the_other_mentions_are() -> None:
    """Red and green share a label, blue does not: only those two need their marks."""
    fact = make_fact(TASK, 0, np.random.default_rng(0))
    labels = ("towel", "towel", "oven")
    marks = tuple(m.model_copy(update={"label": label}) for m, label in zip(fact.marks, labels, strict=True))
    fact = dataclasses.replace(fact, marks=marks, labels=labels)
    fact.words.update(name_marks="yes", answer="blue")
    rows = {row["format"]: row for row in render(TASK, [fact]).table.to_pylist()}
    assert rows["fill"]["answer"] == "oven (blue point)"
    assert "oven" in rows["sentence"]["answer"]
    assert "(blue point)" not in rows["sentence"]["answer"]
    assert "towel (green point)" in rows["sentence"]["answer"]


def test_equal_printed_distances_make_no_sentence() -> None:
    fact = make_fact(TASK, 0, np.random.default_rng(0))
    fact.numbers.update(green_distance=1.46, blue_distance=1.54)
    rendered = render(TASK, [fact])
    assert sorted(rendered.table["format"].to_pylist()) == ["fill", "select"]
    assert rendered.rejected == {"both distances round to the same number": 1}
