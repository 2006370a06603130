"""Camera motion: the line that clients parse, and the sentence."""

import re

import numpy as np
import pytest

from schemas.qa import Fact
from tests.wording.sample_facts import make_fact, render, rows_of

TASK = "view_change_infer"
NAMES = ("right", "up", "forward", "pitch", "yaw")
METRES = r"(?:0|\d+\.\d)"
DEGREES = r"(?:0|[1-9]\d*)"
LINE = re.compile(
    rf"move_(?:right|left):{METRES},move_(?:up|down):{METRES},move_(?:forward|backward):{METRES},"
    rf"rotate_(?:up|down):{DEGREES},rotate_(?:right|left):{DEGREES}"
)
BLOCK = (
    "\nmove_<right_or_left>:<meters>,move_<down_or_up>:<meters>,move_<forward_or_back>:<meters>,"
    "rotate_<down_or_up>:<degrees>,rotate_<right_or_left>:<degrees>\n"
)
EXAMPLE = "\nExample:move_left:2.6,move_down:0.1,move_forward:0.2,rotate_up:10,rotate_left:0"


def moved(*values: float, **words: str) -> Fact:
    fact = make_fact(TASK, 0, np.random.default_rng(0))
    fact.numbers.update(zip(NAMES, values, strict=True))
    fact.words.update(words)
    return fact


def answers(fact: Fact) -> dict[str, str]:
    return {row["format"]: row["answer"] for row in render(TASK, [fact]).table.to_pylist()}


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            (0.42, 0.38, 2.44, 4.0, 61.0),
            "move_right:0.4,move_up:0.4,move_forward:2.4,rotate_up:5,rotate_right:60",
        ),
        (
            (-0.42, -0.38, -2.44, -4.0, -61.0),
            "move_left:0.4,move_down:0.4,move_backward:2.4,rotate_down:5,rotate_left:60",
        ),
        ((0.0, -0.0, 0.04, 12.4, 15.0), "move_left:0,move_down:0,move_forward:0,rotate_up:10,rotate_right:15"),
        ((0.04, 0.04, -0.04, 2.4, -2.5), "move_left:0,move_down:0,move_forward:0,rotate_down:0,rotate_left:0"),
        ((0.25, 0.75, 1.0, 7.5, 12.5), "move_right:0.2,move_up:0.8,move_forward:1.0,rotate_up:10,rotate_right:10"),
    ],
)
def test_line(values: tuple[float, ...], line: str) -> None:
    assert answers(moved(*values))["fill"] == line


def test_every_line_has_the_grammar_and_the_question_its_format() -> None:
    for _, row in rows_of(TASK, 400, "fill"):
        assert LINE.fullmatch(row["answer"])
        assert BLOCK in row["question"]
        assert row["question"].endswith(EXAMPLE)
        assert "move_backward" in row["question"]


def test_sentence_names_each_axis_that_moves_in_order_and_no_other() -> None:
    for fact, row in rows_of(TASK, 400, "sentence"):
        expected = []
        for name in NAMES[:3]:
            if (amount := f"{abs(fact.numbers[name]):.1f}") != "0.0":
                expected.append(f"{amount} meters")
        for name in NAMES[3:]:
            if degrees := round(abs(fact.numbers[name]) / 5) * 5:
                expected.append(f"{degrees} degrees")
        assert re.findall(r"[\d.]+ (?:meters|degrees)", row["answer"]) == expected


@pytest.mark.parametrize(
    ("values", "phrase"),
    [
        ((0.3, 0.0, 0.0, 0.0, 0.0), r"0\.3 meters"),
        ((0.0, 0.0, -0.3, 0.0, -20.0), r"back"),
        ((0.0, -0.3, 0.0, 0.0, 0.0), r"down|lower"),
        ((0.0, 0.0, 0.0, -10.0, 0.0), r"(tilt|pitch|rotate|look).* down"),
        ((0.0, 0.0, 0.0, 0.0, 20.0), r"(turn|pan|rotate|swing).* right"),
    ],
)
def test_sentence_of_one_kind_of_motion(values: tuple[float, ...], phrase: str) -> None:
    words = {"landmark": "tv", "landmark_from": "center", "landmark_to": "center", "landmark_shift": ""}
    sentence = answers(moved(*values, **words))["sentence"]
    assert re.search(phrase, sentence)
    assert ", and" not in sentence or (values[2] and values[4])


def test_no_motion_makes_no_sentence() -> None:
    rendered = render(TASK, [moved(0.01, 0.0, 0.0, 1.0, -1.0)])
    assert rendered.rejected == {"no camera motion after rounding": 1}
    assert rendered.table["format"].to_pylist() == ["fill"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"landmark_from": "top-left", "landmark_to": "bottom-right", "landmark_shift": "right and down"}, "a_moved"),
        ({"landmark_from": "center", "landmark_to": "center", "landmark_shift": "left"}, "a_within"),
        ({"landmark_from": "left", "landmark_to": "center", "landmark_shift": ""}, "a_still"),
    ],
)
def test_what_is_said_of_the_landmark(words: dict[str, str], expected: str) -> None:
    fact = moved(0.5, 0.0, 0.0, 0.0, 0.0, landmark="stairs", **words)
    row = next(r for r in render(TASK, [fact]).table.to_pylist() if r["format"] == "sentence")
    assert row["template_id"].split("/")[-1].startswith(expected)
    assert "stairs" in row["answer"]
    shifted = re.search(r"right(ward)? and down(ward)?", row["answer"])
    assert bool(shifted) == (expected == "a_moved")
