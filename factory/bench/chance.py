"""What an answer is worth that never looks at the picture (SPAR, Table 4)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from factory.exports.spar_scorer import AXES, CONFIDENCES, TASKS, VIEW_CHANGE, axis_values, score
from schemas.qa import Format

Array = np.ndarray

_LETTERS = frozenset("ABCD")
_STEP = 0.1
_STEPS_PER_AXIS = (0.1, 0.1, 0.1, 5.0, 5.0)


class Answered(NamedTuple):
    """The stored answer of a row, and how many options it had (0 for none)."""

    answer: str
    options: int


@dataclass(frozen=True)
class Guess:
    """An answer given to every question, and its score in percent."""

    answer: str
    score: float


@dataclass(frozen=True)
class Chance:
    """Levels of one task and format in percent. random : by drawing an option, None where there are none;
    frequent : by the most frequent answer; constant : by the answer that scores best."""

    rows: int
    random: float | None
    frequent: Guess
    constant: Guess


def benchmark_format(task: str) -> Format:
    """The format in which the benchmark asks a task: numbers and camera moves are filled in, the rest is chosen."""
    numeric = task == VIEW_CHANGE or "_prediction_" in task
    return "fill" if numeric else "select"


def chance(task: str, rows: Sequence[Answered]) -> Chance:
    """Chance levels of at least one row of a task, all in one format that has short answers.

    Tasks of the benchmark are scored by its rules; other numbers by mean relative accuracy, other answers by equality.
    """
    answers = [row.answer for row in rows]
    counts = Counter(answers)
    most = max(counts.values())
    frequent = min(answer for answer, count in counts.items() if count == most)
    random = None
    if all(row.options for row in rows):
        random = 100.0 * float(np.mean([1.0 / row.options for row in rows]))
    elif set(counts) <= {"Yes", "No"}:
        random = 50.0
    return Chance(len(rows), random, Guess(frequent, _percent(task, frequent, counts)), _best(task, frequent, counts))


def _percent(task: str, guess: str, counts: Counter[str]) -> float:
    total = sum(count * _score(task, guess, answer) for answer, count in counts.items())
    return 100.0 * total / counts.total()


def _score(task: str, guess: str, answer: str) -> float:
    if answer in _LETTERS:  # also of tasks whose numbers the benchmark wants filled in
        return float(guess == answer)
    if task in TASKS:
        return score(task, guess, answer)
    if (numbers := _numbers([guess, answer])) is not None:
        return float(_relative_accuracy(numbers[:1], numbers[1:])[0, 0])
    return float(guess == answer)


def _best(task: str, frequent: str, counts: Counter[str]) -> Guess:
    """The best guess among all short numbers, or all camera moves, or the answers that occur."""
    if task == VIEW_CHANGE:
        guess = _best_move(counts)
    elif (truths := _numbers(list(counts))) is not None:
        guesses = np.arange(1, int(truths.max() / _STEP) + 2) * _STEP
        worth = _relative_accuracy(guesses, truths) @ np.array(list(counts.values()))
        guess = f"{guesses[worth.argmax()]:.1f}"
    else:
        guess = frequent
    return Guess(guess, _percent(task, guess, counts))


def _best_move(counts: Counter[str]) -> str:
    """The camera move whose axes each score best; the benchmark measures its error in units of the guess."""
    truths = np.array([axis_values(answer) for answer in counts])
    weights = np.array(list(counts.values()))
    parts = {}
    for (plus, minus), step, axis in zip(AXES, _STEPS_PER_AXIS, truths.T, strict=True):
        reach = int(np.abs(axis).max() / step) + 1
        guesses = np.arange(-reach, reach + 1) * step
        value = float(guesses[(weights @ _relative_accuracy(axis, guesses)).argmax()])
        parts[plus] = f"{plus if value > 0 else minus}:{abs(value):.1f}"
    order = ("move_right", "move_up", "move_forward", "rotate_up", "rotate_right")
    return ",".join(parts[key] for key in order)


def _relative_accuracy(predictions: Array, targets: Array) -> Array:
    """(p, t) mean relative accuracy of each prediction for each target (absolute error where the target is 0)."""
    scale = np.where(targets == 0, 1.0, np.abs(targets))
    errors = np.abs(predictions[:, None] - targets) / scale
    accuracy: Array = (errors[..., None] <= 1 - CONFIDENCES).mean(axis=-1)
    return accuracy


def _numbers(texts: Sequence[str]) -> Array | None:
    """The texts as numbers, None unless all of them are."""
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        return None
