"""The rules by which SPAR-Bench scores answers, with the properties that a generator has to live with."""

import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

_LOW = (
    "depth_prediction_oc",
    "depth_prediction_oo",
    "distance_prediction_oc",
    "distance_prediction_oo",
    "depth_prediction_oc_mv",
    "depth_prediction_oo_mv",
    "distance_prediction_oc_mv",
    "distance_prediction_oo_mv",
)
_HIGH = (
    "obj_spatial_relation_oo",
    "obj_spatial_relation_oc_mv",
    "obj_spatial_relation_oo_mv",
    "spatial_imagination_oc",
    "spatial_imagination_oo",
    "spatial_imagination_oc_mv",
    "spatial_imagination_oo_mv",
    "distance_infer_center_oo",
    "distance_infer_center_oo_mv",
)
_MATCHED_MIDDLE = ("position_matching", "camera_motion_infer")
VIEW_CHANGE = "view_change_infer"

NUMERIC_TASKS = frozenset(_LOW)
CHOICE_TASKS = frozenset(_HIGH + _MATCHED_MIDDLE)
TASKS = NUMERIC_TASKS | CHOICE_TASKS | {VIEW_CHANGE}

# Ten thresholds, 0.5 to 0.95: floating point cuts the eleventh off.
CONFIDENCES = np.linspace(0.5, 0.95, 10)
_NUMBER = re.compile(r"(?<!\^)\d+\.\d+|(?<!\^)\d+")
AXES = (
    ("move_right", "move_left"),
    ("move_up", "move_down"),
    ("move_forward", "move_backward"),
    ("rotate_right", "rotate_left"),
    ("rotate_up", "rotate_down"),
)


def score(task: str, prediction: str, answer: str) -> float:
    """Score of one answer, 0 to 1. Raises KeyError for a task that the benchmark does not have."""
    if task in NUMERIC_TASKS:
        return _score_number(task, prediction, answer)
    if task in CHOICE_TASKS:
        return _score_match(prediction, answer)
    if task == VIEW_CHANGE:
        return _score_view_change(prediction, answer)
    raise KeyError(f"SPAR-Bench has no task {task!r}")


def aggregate(scores: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Means: per task, `overall` over the tasks, and `Low`, `Middle`, `High` over the tasks of a level.

    `Middle` leaves view_change_infer out, as the benchmark's own code does; `overall` has it.
    """
    by_task: dict[str, list[float]] = defaultdict(list)
    for task, value in scores:
        by_task[task].append(value)
    means = {task: float(np.mean(values)) for task, values in sorted(by_task.items())}
    levels = {"Low": _LOW, "Middle": _MATCHED_MIDDLE, "High": _HIGH}
    result = {"overall": float(np.mean(list(means.values())))}
    for level, tasks in levels.items():
        known = [means[task] for task in tasks if task in means]
        result[level] = float(np.mean(known)) if known else float("nan")
    return means | result


def mean_relative_accuracy(prediction: float, target: float) -> float:
    """Share of the thresholds c for which the relative error is at most 1 - c (absolute error for a target of 0)."""
    error = abs(prediction - target) / (abs(target) if target != 0 else 1.0)
    return float(np.mean(error <= 1 - CONFIDENCES))


def _score_number(task: str, prediction: str, answer: str) -> float:
    # The sign of a number is never seen, and several images make the last number count instead of the first.
    found = _NUMBER.findall(prediction)
    if task.endswith("_mv"):
        number = float(found[-1]) if found else -1.0
    elif found:
        number = float(found[0])
    else:
        return 0.0
    try:
        return mean_relative_accuracy(number, float(answer))
    except ValueError:
        return 0.0


def _score_match(prediction: str, answer: str) -> float:
    # An empty prediction is part of every answer and scores.
    prediction, answer = prediction.lower(), answer.lower()
    return float(prediction in answer or prediction[0] == answer)


def _score_view_change(prediction: str, answer: str) -> float:
    try:
        predicted, true = axis_values(prediction), axis_values(answer)
    except ValueError:
        return 0.0
    # The benchmark measures the error in units of the prediction.
    return float(np.mean([mean_relative_accuracy(t, p) for p, t in zip(predicted, true, strict=True)]))


def axis_values(text: str) -> list[float]:
    """Signed values per axis; an axis that is not named is 0. Raises ValueError when the text has another form."""
    moves: dict[str, float] = {}
    for part in text.split(","):
        key, value = part.split(":")
        moves[key] = float(value)
    return [moves.get(plus, 0.0) - moves.get(minus, 0.0) for plus, minus in AXES]
