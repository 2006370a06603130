"""Answers of the tasks on videos: names out of a list, frames, orders, counts."""

import dataclasses
import re
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.wording.counts import wrong_counts
from factory.wording.plurals import plural
from factory.wording.renderer import render_task
from factory.wording.speaker import listed, one_decimal
from schemas.qa import Fact
from tests.wording.sample_facts import make_fact, make_facts, render, rows_of, spec_of

LISTED, LOCATE, ORDER, COUNT = (
    "distance_infer_center_oo_video",
    "obj_frame_locate",
    "appearance_order",
    "obj_count",
)


def select_rows(task: str, facts: list[Fact]) -> list[tuple[Fact, dict[str, object]]]:
    """The rows of a format that only a switch of the build makes."""
    by_frames = {fact.frame_ids: fact for fact in facts}
    spec, quota = spec_of(task), {"select": len(facts)}
    rendered = render_task(spec, facts, quota, source="scannet", scene_id="scene0000_00", split="train", seed=0)
    return [(by_frames[tuple(row["frame_ids"])], row) for row in rendered.table.to_pylist()]


@pytest.mark.parametrize(
    ("parts", "text"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_listed(parts: tuple[str, ...], text: str) -> None:
    assert listed(parts) == text


def test_question_lists_four_candidates_and_the_anchor_by_frame() -> None:
    for fact, row in rows_of(LISTED, 100, "fill"):
        drawn = ["objectA", "object0", "object1", "object2", "object3"]
        for mark, name in zip(fact.marks, drawn, strict=True):
            assert f"{mark.label} ({name} in Frame-{mark.image_index})" in row["question"]


def test_listed_answer_is_a_label_or_one_with_its_name() -> None:
    marked = 0
    for fact, row in rows_of(LISTED, 300, "fill"):
        place = int(fact.words["answer"].removeprefix("point"))
        label = fact.marks[place].label
        if "name_marks" in fact.words:
            marked += 1
            assert row["answer"] == f"{label} (object{place - 1})"
        else:
            assert row["answer"] == label
    assert marked


def test_listed_options_are_the_four_objects() -> None:
    for fact, row in rows_of(LISTED, 300, "select"):
        names = {
            f"{mark.label} (object{k})" if "name_marks" in fact.words else mark.label
            for k, mark in enumerate(fact.marks[1:])
        }
        assert set(row["options"]) == names
        assert len(row["options"]) == 4
        winner = int(fact.words["answer"].removeprefix("point")) - 1
        assert row["options"]["ABCD".index(row["answer"])].startswith(fact.marks[1 + winner].label)


def test_listed_sentence_names_the_winner_its_distance_and_one_polarity() -> None:
    polarity = {"closest": r"\b(closest|nearest)\b", "farthest": r"\bfarthest\b"}
    for fact, row in rows_of(LISTED, 300, "sentence"):
        assert f"{one_decimal(fact.numbers['answer'])} meters" in row["answer"]
        winner = next(mark for mark in fact.marks if mark.color == fact.words["answer"])
        assert winner.label in row["answer"].lower()
        for word, pattern in polarity.items():
            for text in (row["question"], row["answer"]):
                assert bool(re.search(pattern, text)) == (word == fact.words["asked"]), text


def test_frames_are_listed_in_order_and_nothing_else_is_numbered() -> None:
    lengths = set()
    for fact, row in rows_of(LOCATE, 200, "sentence"):
        frames = [int(value) for value in fact.values or ()]
        assert [int(word) for word in re.findall(r"\d+", row["answer"])] == frames
        assert all(f"Frame-{frame}" in row["answer"] for frame in frames)
        assert f"(red bbox in Frame-{fact.marks[0].image_index})" in row["question"]
        lengths.add(len(frames))
    assert 1 in lengths


def test_an_object_in_no_other_frame_is_not_asked_about() -> None:
    rendered = render(LOCATE, [make_fact(LOCATE, 0, np.random.default_rng(0), values=())])
    assert rendered.rejected == {"in no other frame": 1}


def test_order_of_the_answer_and_of_the_question() -> None:
    for fact, row in rows_of(ORDER, 200, "fill"):
        assert row["answer"] == ", ".join(fact.labels)
        asked = [fact.labels[int(place)] for place in fact.words["order"]]
        bare, with_articles = listed(asked), listed([f"the {label}" for label in asked])
        assert bare in row["question"] or with_articles in row["question"].replace("The ", "the ")


def test_order_in_a_sentence_has_labels_and_frames_in_order() -> None:
    for fact, row in rows_of(ORDER, 200, "sentence"):
        assert re.findall(r"Frame-(\d+)", row["answer"]) == [str(int(value)) for value in fact.values or ()]
        text = row["answer"].lower()
        places = [re.search(rf"\b{label}\b", text).start() for label in fact.labels]  # type: ignore[union-attr]
        assert places == sorted(places), row["answer"]


def test_options_of_an_order_are_four_of_all_orders_alike() -> None:
    facts = [fact for fact in make_facts(ORDER, 3000) if not set(fact.labels) & {"chair", "office chair"}]
    seen: Counter[tuple[int, ...]] = Counter()
    for fact, row in select_rows(ORDER, facts):
        right = ", ".join(fact.labels)
        options = row["options"]
        assert options["ABCD".index(row["answer"])] == right  # type: ignore[index,arg-type]
        assert len(set(options)) == 4  # type: ignore[arg-type]
        for option in options:  # type: ignore[attr-defined]
            seen[tuple(fact.labels.index(label) for label in option.split(", "))] += 1
    wrong = [seen[order] for order in permutations(range(4)) if order != (0, 1, 2, 3)]
    expected = sum(wrong) / len(wrong)
    # five standard deviations of a binomial
    assert all(abs(count - expected) < 5 * expected**0.5 for count in wrong)


def test_an_order_of_a_kind_and_its_own_kind_is_not_asked() -> None:
    labels = ("oven", "chair", "tv", "office chair")
    fact = make_fact(ORDER, 0, np.random.default_rng(0), labels=labels)
    assert render(ORDER, [fact]).rejected == {"one label names a kind of another": 2}
    fact = dataclasses.replace(fact, labels=("oven", "armchair", "tv", "office chair"))
    assert not render(ORDER, [fact]).rejected


def test_count_is_a_whole_number_with_the_plural() -> None:
    for fact, row in rows_of(COUNT, 200, "fill"):
        assert row["answer"] == str(len(fact.object_ids))
        assert str(plural(fact.labels[0])) in row["question"]
    for fact, row in rows_of(COUNT, 200, "sentence"):
        assert re.findall(r"\d+", row["answer"]) == [str(len(fact.object_ids))]
        assert str(plural(fact.labels[0])) in row["answer"]


@pytest.mark.parametrize("label", ["curtains", "clothes", "toilet paper", "people"])
def test_what_cannot_be_counted_is_refused(label: str) -> None:
    fact = make_fact(COUNT, 0, np.random.default_rng(0), labels=(label, label))
    rendered = render(COUNT, [fact])
    assert rendered.table.num_rows == 0
    assert rendered.rejected == {"label is a plural or a mass noun: its instances are no count": 2}


unit = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 60), st.tuples(unit, unit, unit, unit))
def test_wrong_counts_are_other_plausible_counts(truth: int, draws: tuple[float, ...]) -> None:
    counts = wrong_counts(truth, draws)
    assert len({truth, *counts}) == 4
    assert min(counts) >= 1
    assert max(abs(count - truth) for count in counts) <= 3 + truth // 2


def test_place_of_the_true_count_is_no_cue() -> None:
    rng = np.random.default_rng(0)
    place = [sum(count < 8 for count in wrong_counts(8, row)) for row in rng.random((8000, 4)).tolist()]
    shares = np.bincount(place, minlength=4) / len(place)
    assert np.abs(shares - 0.25).max() < 0.02


def test_options_of_a_count() -> None:
    for fact, row in select_rows(COUNT, make_facts(COUNT, 200)):
        options = row["options"]
        assert options["ABCD".index(row["answer"])] == str(len(fact.object_ids))  # type: ignore[index,arg-type]


def test_room_size_is_said_in_square_meters() -> None:
    for fact, row in rows_of("room_size", 100, "sentence"):
        assert f"{one_decimal(fact.numbers['answer'])} square meters" in row["answer"]
    for fact, row in rows_of("room_size", 100, "fill"):
        assert row["answer"] == one_decimal(fact.numbers["answer"])
        assert "square meter" in row["question"]
