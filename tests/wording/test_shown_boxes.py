"""The closest or farthest object: its box, on its image, and the boxes of others as options."""

import re
from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from factory.wording.boxes import MAX_IOU, box_text, iou
from factory.wording.shown_boxes import place_text
from factory.wording.speaker import one_decimal
from schemas.qa import Fact
from tests.wording.sample_facts import make_fact, render, rows_of

ONE, THREE = "distance_infer_center_oc", "distance_infer_center_oc_mv"
BOX = r"\[(\d+), (\d+), (\d+), (\d+)\]"
PLACE = {ONE: re.compile(BOX), THREE: re.compile(rf"the (first|second|third) image, {BOX}")}
IMAGES = ("first", "second", "third")
POLES = {"closest": r"\b(closest|nearest)\b", "farthest": r"\bfarthest\b"}


def parse(task: str, text: str) -> tuple[int, ...]:
    """The image, counted from 0 (where there are several), and the box."""
    match = PLACE[task].fullmatch(text)
    assert match, text
    *image, x1, y1, x2, y2 = match.groups()
    return (*(IMAGES.index(name) for name in image), int(x1), int(y1), int(x2), int(y2))


def poles(text: str) -> list[str]:
    return [pole for pole, words in POLES.items() if re.search(words, text)]


def others(count: int, image: float = 1.0) -> tuple[tuple[float, ...], ...]:
    """Boxes side by side, right of (300, 300)."""
    return tuple((image, 300.0 + 100 * k, 300.0, 390.0 + 100 * k, 500.0) for k in range(count))


def shown(**changes: Any) -> Fact:
    truth = (1.0, 100.0, 100.0, 290.0, 290.0)
    return make_fact(THREE, 0, np.random.default_rng(0), **{"values": truth, "alternatives": others(3)} | changes)


def select_row(fact: Fact) -> dict[str, Any] | None:
    return next((row for row in render(THREE, [fact]).table.to_pylist() if row["format"] == "select"), None)


def test_place_in_words() -> None:
    assert place_text((10, 20, 30, 40)) == "[10, 20, 30, 40]"
    assert place_text((1, 10, 20, 30, 40)) == "the second image, [10, 20, 30, 40]"


@pytest.mark.parametrize("task", [ONE, THREE])
def test_fill_is_the_place_alone(task: str) -> None:
    for fact, row in rows_of(task, 60, "fill"):
        assert parse(task, row["answer"]) == fact.values
        assert row["marks"] == []


@pytest.mark.parametrize("task", [ONE, THREE])
def test_question_asks_for_one_pole(task: str) -> None:
    for format_ in ("fill", "select", "sentence"):
        for fact, row in rows_of(task, 80, format_):
            assert [pole for pole, words in POLES.items() if re.search(words, row["question"])] == [
                fact.words["asked"]
            ]


@pytest.mark.parametrize("task", [ONE, THREE])
def test_sentence_has_label_distance_box_and_pole(task: str) -> None:
    for fact, row in rows_of(task, 200, "sentence"):
        text = row["answer"]
        place, box = fact.values[:-4], box_text([int(v) for v in fact.values[-4:]])
        assert text.count(box) == 1
        assert re.search(rf"\b{fact.labels[0]}\b", text, re.IGNORECASE)
        assert re.findall(r"\d+\.\d", text) == [one_decimal(fact.numbers["answer"])]
        assert poles(text) == [fact.words["asked"]]
        if task == THREE:
            # the first camera is the observer; of images, the last one before the box is the one that shows it
            before = re.findall(r"(first|second|third) image", text[: text.index(box)], re.IGNORECASE)
            assert before[-1].lower() == IMAGES[int(place[0])]
            assert set(re.findall(r"\b(second|third)\b", text)) <= {IMAGES[int(place[0])]}


@pytest.mark.parametrize("task", [ONE, THREE])
def test_options_are_boxes_of_other_objects_and_clearly_different(task: str) -> None:
    letters = Counter()
    for fact, row in rows_of(task, 500, "select"):
        places = [parse(task, text) for text in row["options"]]
        right = places["ABCD".index(row["answer"])]
        assert right == fact.values
        assert len(places) == 4
        assert set(places) - {right} <= set(fact.alternatives)
        for a, b in combinations(places, 2):
            assert a[:-4] != b[:-4] or iou(a[-4:], b[-4:]) < MAX_IOU
        letters[row["answer"]] += 1
    assert set(letters) == set("ABCD")
    expected = letters.total() / 4
    assert all(abs(count - expected) < 5 * (expected * 0.75) ** 0.5 for count in letters.values())


def test_too_few_objects_leave_nothing_to_choose_from() -> None:
    assert select_row(shown()) is not None
    rendered = render(THREE, [shown(alternatives=others(2))])
    assert rendered.rejected == {"no four plausible options": 1}
    assert sorted(rendered.table["format"].to_pylist()) == ["fill", "sentence"]


def test_near_copies_count_only_on_the_same_image() -> None:
    nearly = (105.0, 100.0, 290.0, 290.0)
    assert select_row(shown(alternatives=(*others(2), (1.0, *nearly)))) is None
    row = select_row(shown(alternatives=(*others(2), (2.0, *nearly))))
    assert row is not None
    assert "the third image, [105, 100, 290, 290]" in row["options"]


def test_each_other_object_is_offered_alike() -> None:
    alternatives = others(6)
    offered: Counter[str] = Counter()
    for number in range(400):
        row = select_row(shown(candidate=f"{number}", alternatives=alternatives))
        assert row is not None
        offered.update(row["options"])
    shares = [offered[place_text([int(v) for v in place])] / 400 for place in alternatives]
    # three of six are offered; five standard deviations of a binomial
    assert all(abs(share - 0.5) < 5 * 0.5 / 400**0.5 for share in shares), shares
