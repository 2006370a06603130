"""Numbers in words, and the wrong numbers among the options."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.wording.numbers import wrong_numbers
from factory.wording.speaker import one_decimal
from tests.wording.sample_facts import make_fact, make_facts, render, rows_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.53, "1.5"),
        (0.25, "0.2"),
        (0.75, "0.8"),
        (2.5, "2.5"),
        (0.05, "0.1"),
        (-0.04, "0.0"),
        (-0.0, "0.0"),
        (7, "7.0"),
    ],
)
def test_one_decimal_half_to_even(value: float, text: str) -> None:
    assert one_decimal(value) == text


unit = st.floats(0, 1, exclude_max=True)


@given(st.floats(0.0501, 30.0), st.tuples(unit, unit, unit, unit))
def test_wrong_numbers_are_wrong_by_enough_and_plausible(exact: float, draws: tuple[float, ...]) -> None:
    wrong = [tenths / 10 for tenths in wrong_numbers(np.array([exact]), np.array([draws]))[0].tolist()]
    truth = float(one_decimal(exact))
    for a, b in [*combinations([truth, *wrong], 2), *((exact, w) for w in wrong)]:
        assert abs(a - b) >= max(0.2, 0.1 * max(a, b)) - 1e-9
    assert all(w >= 0.1 for w in wrong)
    assert all(truth / 4 - 0.1 <= w <= 3 * truth + 1.3 for w in wrong)


def test_place_of_the_truth_is_no_cue() -> None:
    rng = np.random.default_rng(0)
    exact = rng.uniform(0.7, 6.0, 20000)
    wrong = wrong_numbers(exact, rng.random((20000, 4)))
    place = (wrong < 10 * exact[:, None]).sum(axis=1)
    shares = np.bincount(place, minlength=4) / len(exact)
    assert np.abs(shares - 0.25).max() < 0.02


def test_options_of_a_row() -> None:
    for fact, row in rows_of("distance_prediction_oc", 300, "select"):
        right = row["options"]["ABCD".index(row["answer"])]
        assert right == one_decimal(fact.numbers["answer"])
        assert len(set(row["options"])) == 4


def test_order_of_the_wrong_options_is_no_cue() -> None:
    """The wrong ones come in any order: were they sorted, the truth would be the one out of order."""
    rising: Counter[bool] = Counter()
    for _, row in rows_of("distance_prediction_oc", 600, "select"):
        values = [float(text) for text in row["options"]]
        del values["ABCD".index(row["answer"])]
        rising[values == sorted(values)] += 1
    assert 0.08 < rising[True] / rising.total() < 0.26


@pytest.mark.parametrize("task", ["depth_prediction_oo", "distance_prediction_oc"])
def test_zero_is_said_only_as_a_number(task: str) -> None:
    fact = make_fact(task, 0, np.random.default_rng(0))
    fact.numbers["answer"] = 0.04
    rendered = render(task, [fact])
    assert [(r["format"], r["answer"]) for r in rendered.table.to_pylist()] == [("fill", "0.0")]
    assert rendered.rejected == {"answer rounds to zero": 2}


def test_signed_difference_is_a_magnitude_with_a_direction() -> None:
    facts = make_facts("depth_prediction_oo", 200)
    assert any(f.values and f.values[0] < 0 for f in facts)
    for fact, row in rows_of("depth_prediction_oo", 200, "fill"):
        assert row["answer"] == one_decimal(abs(fact.values[0])) if fact.values else False
        assert "-" not in row["answer"]
    for fact, row in rows_of("depth_prediction_oo", 200, "sentence"):
        assert fact.words["direction"] in row["answer"]
        assert f"{one_decimal(fact.numbers['answer'])} meters" in row["answer"]
    for _, row in rows_of("depth_prediction_oo", 200, "select"):
        assert all(float(text) > 0 for text in row["options"])
