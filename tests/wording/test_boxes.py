"""Boxes in answers and options."""

import re
from itertools import combinations

import numpy as np
import pytest

from factory.wording.boxes import BoxSpeaker, box_text, iou
from tests.wording.sample_facts import make_fact, render, rows_of

TASK = "position_matching"
GRAMMAR = re.compile(r"\[(\d+), (\d+), (\d+), (\d+)\]")


def parse(text: str) -> tuple[int, ...]:
    match = GRAMMAR.fullmatch(text)
    assert match, text
    return tuple(int(group) for group in match.groups())


def test_iou() -> None:
    assert iou((0, 0, 10, 10), (0, 0, 10, 10)) == 1.0
    assert iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert iou((0, 0, 10, 10), (10, 0, 20, 10)) == 0.0


def test_fill_and_sentence_hold_the_box() -> None:
    for fact, row in rows_of(TASK, 100, "fill"):
        assert parse(row["answer"]) == tuple(fact.values or ())
    for fact, row in rows_of(TASK, 100, "sentence"):
        assert box_text([int(v) for v in fact.values or ()]) in row["answer"]
        assert "second" in row["answer"]


def test_options_are_proper_and_clearly_different() -> None:
    for fact, row in rows_of(TASK, 400, "select"):
        boxes = [parse(text) for text in row["options"]]
        right = boxes["ABCD".index(row["answer"])]
        assert right == tuple(fact.values or ())
        assert all(0 <= x1 < x2 <= 1000 and 0 <= y1 < y2 <= 1000 for x1, y1, x2, y2 in boxes)
        assert all(iou(a, b) < 0.5 for a, b in combinations(boxes, 2))


def test_boxes_of_other_objects_come_first() -> None:
    for fact, row in rows_of(TASK, 400, "select"):
        truth = tuple(fact.values or ())
        usable = [tuple(box) for box in fact.alternatives]
        apart = all(iou(a, b) < 0.5 for a, b in combinations([truth, *usable], 2))
        taken = {parse(text) for text in row["options"]} - {truth}
        if apart:
            assert len(taken & set(usable)) == min(3, len(usable))


def test_near_copies_among_alternatives_are_not_offered() -> None:
    near = (105.0, 100.0, 300.0, 300.0)
    others = ((500.0, 100.0, 600.0, 300.0), (505.0, 100.0, 600.0, 300.0), near, (700.0, 700.0, 900.0, 800.0))
    fact = make_fact(TASK, 0, np.random.default_rng(0), values=(100.0, 100.0, 300.0, 300.0), alternatives=others)
    draws = np.random.default_rng(1).random((200, BoxSpeaker.option_draws))
    for options in BoxSpeaker().options([fact] * 200, draws):
        assert len(options) == 4
        boxes = [parse(text) for text in options]
        assert tuple(int(v) for v in near) not in boxes
        assert all(iou(a, b) < 0.5 for a, b in combinations(boxes, 2))


def test_a_box_that_fills_the_image_has_no_wrong_copies() -> None:
    fact = make_fact(TASK, 0, np.random.default_rng(0), values=(0.0, 0.0, 1000.0, 1000.0), alternatives=())
    rendered = render(TASK, [fact])
    assert rendered.rejected == {"no four plausible options": 1}
    assert sorted(rendered.table["format"].to_pylist()) == ["fill", "sentence"]
