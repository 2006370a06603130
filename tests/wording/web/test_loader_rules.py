"""What HiSpatial's loader needs of the pairs of an item, and that answers tell nothing by their place."""

from collections import Counter, defaultdict
from typing import Any

import pytest

from tests.wording.web.web_facts import TASKS, rows_of

_COUPLES = [("x_left_tf", "x_right_tf"), ("y_above_tf", "y_below_tf"), ("z_front_tf", "z_behind_tf")]
_BUGGY = {"x_distance_w_lf", "y_distance_w_lf", "z_distance_w_lf", "distance_description", "distance_farther"}
MANY = 1500


def items() -> list[list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows_of(count=60):
        found[row["item_id"]].append(row)
    return list(found.values())


def test_couples_are_whole_and_overlap_stands_alone() -> None:
    couples = 0
    for rows in items():
        claims = {row["pair_type"]: row["answer"] for row in rows if row["format"] == "true_false"}
        for low, high in _COUPLES:
            overlap = f"{low[0]}_overlap_tf"
            if "relation_multi" not in rows[0]["task"]:
                assert not {low, high, overlap} & set(claims)
            elif low in claims or high in claims:
                assert sorted((claims[low], claims[high])) == ["No", "Yes"]
                assert overlap not in claims
                couples += 1
            else:
                assert claims.get(overlap, "Yes") == "Yes"
    assert couples > 60


def test_options_are_distinct_and_the_answer_is_one_of_them() -> None:
    for rows in items():
        for row in rows:
            assert row["pair_type"] not in _BUGGY
            assert "3choice" not in row["pair_type"]
            if row["format"] != "mcq":
                assert row["options"] is None
                assert row["answers"] == [row["answer"]]
                continue
            options = row["options"]
            assert 2 <= len(options) <= 10
            assert len({option.casefold() for option in options}) == len(options)
            assert row["answers"] == [options["ABCDEFGHIJ".index(row["answer"])]]


def test_claims_are_answered_by_yes_or_no() -> None:
    for rows in items():
        for row in rows:
            if row["format"] == "true_false":
                assert row["answer"] in ("Yes", "No")
                assert "true or false" not in row["question"].casefold()


@pytest.mark.parametrize("task", TASKS)
def test_yes_and_no_and_letters_are_even(task: str) -> None:
    claims: Counter[str] = Counter()
    letters: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows_of((task,), MANY):
        if row["format"] == "true_false" and "overlap" not in row["pair_type"]:
            claims[row["answer"]] += 1
        elif row["format"] == "mcq":
            letters[len(row["options"])][row["answer"]] += 1
            if set(row["options"]) == {"Yes", "No"}:
                claims[row["answers"][0]] += 1
    if claims:
        assert 0.46 < claims["Yes"] / claims.total() < 0.54
    for options, counted in letters.items():
        expected = counted.total() / options
        spread = 4 * (expected * (1 - 1 / options)) ** 0.5
        assert len(counted) == options or expected < 10
        assert all(abs(number - expected) < spread for number in counted.values()), counted


def test_the_right_length_has_every_rank() -> None:
    ranks: Counter[int] = Counter()
    for row in rows_of(("vqa_distance_multi",), MANY):
        if row["format"] == "mcq":
            lengths = sorted(row["options"], key=lambda text: float(text.split()[0]))
            ranks[lengths.index(row["answers"][0])] += 1
    assert all(abs(ranks[rank] - MANY / 4) < 4 * (MANY * 3 / 16) ** 0.5 for rank in range(4)), ranks


def test_what_is_asked_does_not_tell_the_answer() -> None:
    """Kinds of claims about lengths, and the two polarities of a comparison, are each as often true as false."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows_of(("vqa_distance_multi", "vqa_distance_three_objects_comparision"), MANY):
        if row["format"] != "true_false":
            continue
        for kind in ("more than", "less than", "about", "closer to", "farther from"):
            if f" {kind} " in row["question"]:
                found[kind][row["answer"]] += 1
    for counted in found.values():
        assert counted.total() > 100
        assert 0.38 < counted["Yes"] / counted.total() < 0.62, found


def test_both_kinds_of_text_answers_occur() -> None:
    short = sum(
        row["answer"].count(" ") < 2 for row in rows_of(("vqa_distance_single",), 300) if row["format"] == "text"
    )
    assert 110 < short < 190
