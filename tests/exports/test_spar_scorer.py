"""The benchmark's scoring rules."""

import pytest

from factory.exports.spar_scorer import TASKS, aggregate, mean_relative_accuracy, score
from tests.exports.sample_rows import sample_rows

ZERO = "move_left:0,move_down:0,move_forward:0,rotate_up:0,rotate_left:0"
SCORED = [
    row
    for row in sample_rows("scene0261_00")
    if row.format == ("select" if "infer" in row.task or "position" in row.task or "obj" in row.task else "fill")
    or row.format in ("fill", "judge")
]


@pytest.mark.parametrize("row", SCORED, ids=lambda row: f"{row.task}-{row.format}")
def test_the_right_answer_scores_one(row) -> None:
    assert score(row.task, row.answer, row.answer) == 1.0


def test_the_benchmark_has_twenty_tasks() -> None:
    assert len(TASKS) == 20
    with pytest.raises(KeyError, match="room_size"):
        score("room_size", "12", "12")


@pytest.mark.parametrize(("prediction", "expected"), [(2.0, 1.0), (2.15, 0.9), (2.4, 0.7), (1.0, 0.1), (0.9, 0.0)])
def test_accuracy_counts_ten_thresholds(prediction: float, expected: float) -> None:
    assert mean_relative_accuracy(prediction, 2.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("task", "prediction", "answer", "expected"),
    [
        ("depth_prediction_oc", "about 1.5 meters, not 4.0", "1.5", 1.0),
        ("depth_prediction_oc_mv", "not 4.0 but 1.5", "1.5", 1.0),
        ("depth_prediction_oc_mv", "1.5, not 4.0", "1.5", 0.0),
        ("depth_prediction_oo", "-0.4", "0.4", 1.0),
        ("depth_prediction_oo", "-0.4", "-0.4", 0.0),
        ("depth_prediction_oo", "x^2 and 0.4", "0.4", 1.0),
        ("depth_prediction_oc", "no idea", "1.5", 0.0),
        ("depth_prediction_oc_mv", "no idea", "1.5", 0.0),
        ("depth_prediction_oc", "1.5", "B", 0.0),
        ("position_matching", "", "C", 1.0),
        ("position_matching", "c", "C", 1.0),
        ("position_matching", "C. [1, 2, 3, 4]", "C", 1.0),
        ("position_matching", "The answer is C", "C", 0.0),
        ("position_matching", "D", "C", 0.0),
        ("view_change_infer", ZERO, ZERO, 1.0),
        ("view_change_infer", "I cannot tell", ZERO, 0.0),
        # Each axis counts a fifth; one that is not named is zero.
        ("view_change_infer", "move_right:1.0", "move_right:1.0,move_up:9.0,rotate_up:90", 0.6),
        ("view_change_infer", "move_left:1.0", "move_right:1.0", 0.8),
        ("view_change_infer", "move_back:1.0,move_up:1.0", "move_backward:1.0,move_up:1.0", 0.8),
        # Errors are relative to the prediction: 1.0 is off by half of 2.0, and 2.0 by all of 1.0.
        ("view_change_infer", "move_right:2.0", "move_right:1.0", 0.82),
        ("view_change_infer", "move_right:1.0", "move_right:2.0", 0.8),
    ],
)
def test_answers_score_as_in_the_benchmark(task: str, prediction: str, answer: str, expected: float) -> None:
    assert score(task, prediction, answer) == pytest.approx(expected)


def test_means_are_over_tasks_and_levels() -> None:
    means = aggregate(
        [
            ("depth_prediction_oc", 1.0),
            ("depth_prediction_oc", 0.0),
            ("distance_prediction_oo_mv", 1.0),
            ("view_change_infer", 0.0),
            ("position_matching", 1.0),
            ("spatial_imagination_oc", 0.25),
        ]
    )
    assert means["depth_prediction_oc"] == 0.5
    assert means["overall"] == pytest.approx((0.5 + 1 + 0 + 1 + 0.25) / 5)
    assert (means["Low"], means["Middle"], means["High"]) == (0.75, 1.0, 0.25)
