"""Chance levels: against the scorer itself, tried on every answer."""

import numpy as np
import pytest

from factory.bench.chance import Answered, benchmark_format, chance
from factory.exports.spar_scorer import TASKS, score
from factory.exports.spar_types import TYPES

RNG = np.random.default_rng(3)
DEPTHS = [f"{depth:.1f}" for depth in RNG.uniform(0.5, 6.0, 120)]


def rows(answers: list[str], options: int = 0) -> list[Answered]:
    return [Answered(answer, options) for answer in answers]


def mean_score(task: str, guess: str, answers: list[str]) -> float:
    return 100.0 * float(np.mean([score(task, guess, answer) for answer in answers]))


@pytest.mark.parametrize("task", ["depth_prediction_oc", "distance_prediction_oo_mv"])
def test_no_number_does_better_than_the_best_one(task: str) -> None:
    found = chance(task, rows(DEPTHS))
    every = [mean_score(task, f"{tenths / 10:.1f}", DEPTHS) for tenths in range(1, 80)]
    assert found.constant.score == pytest.approx(max(every))
    assert found.constant.score == pytest.approx(mean_score(task, found.constant.answer, DEPTHS))
    assert found.frequent.score == pytest.approx(mean_score(task, found.frequent.answer, DEPTHS))
    assert found.random is None


def test_letters() -> None:
    found = chance("position_matching", rows(list("AABACADB"), options=4))
    assert found.random == 25.0
    assert found.frequent == found.constant
    assert (found.constant.answer, found.constant.score) == ("A", 50.0)
    assert chance("distance_infer_center_oo", rows(list("AABB"), options=2)).random == 50.0
    assert chance("depth_prediction_oc", rows(list("CCAD"), options=4)).frequent.score == 50.0  # letters, not numbers


def test_yes_and_no() -> None:
    found = chance("obj_spatial_relation_oo_mv", rows(["Yes", "No", "No"]))
    assert found.random == 50.0
    assert found.constant.answer == "No"


def test_moves_are_guessed_axis_by_axis() -> None:
    answers = [
        "move_right:0.4,move_up:0.4,move_forward:2.4,rotate_up:5,rotate_right:60",
        "move_left:0.3,move_up:0.4,move_forward:2.2,rotate_down:5,rotate_right:50",
        "move_right:0.4,move_down:0.2,move_backward:1.0,rotate_up:10,rotate_left:30",
    ]
    found = chance("view_change_infer", rows(answers))
    assert found.constant.score == pytest.approx(mean_score("view_change_infer", found.constant.answer, answers))
    zero = "move_left:0,move_down:0,move_forward:0,rotate_down:0,rotate_left:0"
    for guess in [*answers, zero]:
        assert mean_score("view_change_infer", guess, answers) <= found.constant.score + 1e-9


def test_numbers_of_other_tasks_have_the_same_metric() -> None:
    found = chance("obj_count", rows(["2", "2", "3", "8"]))
    assert found.frequent.answer == "2"
    assert found.constant.score >= found.frequent.score > 50.0


def test_texts_of_other_tasks_must_be_equal() -> None:
    found = chance("appearance_order", rows(["a, b, c, d", "b, a, c, d", "a, b, c, d"]))
    assert found.constant.score == pytest.approx(200 / 3)


def test_every_benchmark_task_is_asked_in_a_format_it_has() -> None:
    assert len(TASKS) == 20
    assert all(benchmark_format(task) in TYPES[task].formats for task in TASKS)
    assert {task for task in TASKS if benchmark_format(task) == "fill"} == {
        f"{quantity}_prediction_{relation}{view}"
        for quantity in ("depth", "distance")
        for relation in ("oc", "oo")
        for view in ("", "_mv")
    } | {"view_change_infer"}
