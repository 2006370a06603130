"""Answers in words outlive the noise that the margin speaks of."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.tasks import get_task
from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from factory.tasks.task import Answers, Candidates, Task
from tests.tasks.synthetic_records import in_world, synthetic_records

DRAWS = 1000
TASKS = ["depth_prediction_oo", "distance_infer_center_oo", "obj_spatial_relation_oo"]


def outcomes(answers: Answers) -> np.ndarray:
    """(n, slots) what an answer says, a difference of up to 0.1 m being none."""
    if "left_right" in answers.words:
        return np.stack([answers.words[slot] for slot in ("left_right", "above_below", "distance")], axis=1)
    difference = answers.values[:, :1] - (answers.values[:, 1:] if answers.values.shape[1] == 2 else 0.0)
    return np.where(np.abs(difference) > 0.1, np.sign(difference), 0.0)


def survival(task: Task, records: SceneRecords, candidates: Candidates, rng: np.random.Generator) -> np.ndarray:
    """(n,) share of the draws of noise that leave an answer the same."""
    truth = outcomes(task.solve(records, candidates))
    same = np.zeros(len(candidates))
    for _ in range(DRAWS):
        turns = Rotation.from_rotvec(rng.normal(0, np.radians(1.0), size=(len(records.frame_ids), 3))).as_matrix()
        cameras = records.world_from_camera.copy()
        cameras[:, :3, :3] = cameras[:, :3, :3] @ turns
        noisy = in_world(
            records,
            centers=records.centers + rng.normal(0, 0.02, size=records.centers.shape),
            world_from_camera=cameras,
        )
        same += (outcomes(task.solve(noisy, candidates)) == truth).all(axis=1)
    return same / DRAWS


@pytest.mark.parametrize("name", TASKS)
def test_accepted_answers_survive(name: str) -> None:
    rng = np.random.default_rng(0)
    records = synthetic_records(1, objects=30)
    task = get_task(name)
    candidates = task.propose(records, rng, 120).candidates
    assert len(candidates) == 120
    shares = survival(task, records, candidates, rng)
    assert (shares >= 0.99).mean() >= 0.99
    assert shares.min() >= 0.98


@pytest.mark.parametrize("name", TASKS)
def test_without_the_margin_they_would_not(name: str) -> None:
    rng = np.random.default_rng(0)
    records = synthetic_records(1, objects=30)
    careless = type(get_task(name))(replace(DEFAULTS, required_margin=0.0))
    candidates = careless.propose(records, rng, 1000).candidates
    margin = careless.solve(records, candidates).margin
    assert margin is not None
    unsure = np.flatnonzero(margin < 1.0)[:50]
    assert len(unsure) > 10
    shaky = Candidates(
        candidates.views[unsure], candidates.objects[unsure], candidates.choice[unsure], candidates.images[unsure]
    )
    assert survival(careless, records, shaky, rng).mean() < 0.85
