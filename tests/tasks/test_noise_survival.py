"""Answers in words outlive the noise that the margin speaks of."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks import all_tasks, get_task
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.spec import AnswerKind
from factory.tasks.task import Answers, Candidates, Task
from tests.tasks.synthetic_records import in_world, synthetic_records

DRAWS = 1000
# Answers that are measured alone have no margin: noise changes them a little, it does not turn them over.
MEASURED: set[AnswerKind] = {"number", "count", "box", "size", "camera", "image_point", "map"}
WITHOUT_NOISE: set[AnswerKind] = {"frames", "order", "instruction"}
TASKS = [task.spec.name for task in all_tasks() if task.spec.answer not in MEASURED | WITHOUT_NOISE]

# A view has at most two questions about extremes, and most of what is close is cut off.
VIEWS = {"distance_infer_center_oc": 300}


def side_of_difference(answers: Answers) -> np.ndarray:
    """(n, 1) of one value, or of the first minus the second: a difference of up to 0.1 m is none."""
    difference = answers.values[:, :1] - (answers.values[:, 1:] if answers.values.shape[1] == 2 else 0.0)
    return np.where(np.abs(difference) > 0.1, np.sign(difference), 0.0)


def shown_and_leading(answers: Answers) -> np.ndarray:
    """(n, width) where the winner is shown, and whether it leads by more than 0.1 m."""
    return np.column_stack([answers.values, answers.margin > 0])


def leads_all(answers: Answers) -> np.ndarray:
    """(n, 1) whether the winner leads the other listed objects by more than 0.1 m."""
    lengths = np.sort(answers.values, axis=1)
    closest = answers.words["asked"] == "closest"
    return np.where(closest, lengths[:, 1] - lengths[:, 0], lengths[:, -1] - lengths[:, -2])[:, None] > 0.1


# What an answer says beyond its words, by its kind.
BEYOND_WORDS: dict[AnswerKind, Callable[[Answers], np.ndarray]] = {
    "signed_number": side_of_difference,
    "name": side_of_difference,
    "listed_name": leads_all,
    "shown_box": shown_and_leading,
}


def outcomes(task: Task, answers: Answers) -> np.ndarray:
    """(n, columns) all that an answer says and noise could turn over."""
    columns = [np.asarray(words, dtype=str)[:, None] for words in answers.words.values()]
    if task.spec.answer in BEYOND_WORDS:
        columns.append(BEYOND_WORDS[task.spec.answer](answers).astype(str))
    return np.hstack(columns)


def with_noise(records: SceneRecords, rng: np.random.Generator) -> SceneRecords:
    """Every centre moved, every camera turned about its optical centre."""
    turns = Rotation.from_rotvec(rng.normal(0, np.radians(1.0), size=(len(records.frame_ids), 3))).as_matrix()
    cameras = records.world_from_camera.copy()
    cameras[:, :3, :3] = cameras[:, :3, :3] @ turns
    centers = records.centers + rng.normal(0, 0.02, size=records.centers.shape)
    return in_world(records, centers=centers, world_from_camera=cameras)


def survival(task: Task, records: SceneRecords, candidates: Candidates, rng: np.random.Generator) -> np.ndarray:
    """(n,) share of the draws of noise that leave an answer the same."""
    truth = outcomes(task, task.solve(records, candidates))
    same = np.zeros(len(candidates))
    for _ in range(DRAWS):
        same += (outcomes(task, task.solve(with_noise(records, rng), candidates)) == truth).all(axis=1)
    return same / DRAWS


def test_every_task_with_a_margin_is_tried() -> None:
    records = synthetic_records(1, objects=30, views=60)
    with_margin = set()
    for task in all_tasks():
        candidates = task.propose(records, np.random.default_rng(0), 10).candidates
        if task.solve(records, candidates).margin is not None:
            with_margin.add(task.spec.name)
    assert with_margin == set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_accepted_answers_survive(name: str) -> None:
    rng = np.random.default_rng(0)
    records = synthetic_records(1, objects=30, views=VIEWS.get(name, 60))
    task = get_task(name)
    candidates = task.propose(records, rng, 80).candidates
    assert len(candidates) >= 20
    shares = survival(task, records, candidates, rng)
    assert shares.mean() >= 0.99
    # each of the six words about an imagined move has a tail of its own
    imagined = task.spec.answer == "imagined_relation"
    assert (shares >= 0.99).mean() >= (0.95 if imagined else 0.99)
    assert shares.min() >= (0.96 if imagined else 0.98)


@pytest.mark.parametrize("name", TASKS)
def test_without_the_margin_they_would_not(name: str) -> None:
    rng = np.random.default_rng(0)
    records = synthetic_records(1, objects=30, views=VIEWS.get(name, 60))
    careless = type(get_task(name))(replace(DEFAULTS, required_margin=0.0))
    candidates = careless.propose(records, rng, 1000).candidates
    margin = careless.solve(records, candidates).margin
    assert margin is not None
    unsure = np.flatnonzero(margin < 1.0)[:50]
    assert len(unsure) >= 5
    shaky = Candidates(
        candidates.views[unsure], candidates.objects[unsure], candidates.choice[unsure], candidates.images[unsure]
    )
    assert survival(careless, records, shaky, rng).mean() < 0.85
