"""Nobody is asked for the front of a thing that has none that people agree on."""

from dataclasses import replace

import numpy as np
import pytest

from factory.web.tasks import get_web_task
from factory.web.tasks.engine import make_facts
from factory.web.tasks.plain_fronts import with_front
from tests.web.synthetic_pictures import synthetic_picture

LABELS = {
    "chair": True,
    "teddy bear": True,
    "kitchen counter": True,
    "bus": True,
    "glasses case": True,
    "door": False,
    "books": False,
    "boxes": False,
    "coffee table": False,
    "bookcase": True,
    "": True,
}


def test_by_the_last_noun_of_a_label_that_has_a_front() -> None:
    picture = replace(synthetic_picture(0, len(LABELS)), labels=tuple(LABELS))
    fronts = np.tile([0.0, 0.0, -1.0], (len(LABELS), 1))
    assert with_front(replace(picture, fronts=fronts)).tolist() == list(LABELS.values())
    assert not with_front(replace(picture, fronts=np.full_like(fronts, np.nan))).any()


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("vqa_orientation", 1),
        ("vqa_orientation_comparison_two_objects", 2),
        ("vqa_relative_position_new_perspective", 1),
    ],
)
def test_tasks_that_need_a_front(name: str, turned: int) -> None:
    task = get_web_task(name)
    labels = set()
    for seed in range(20):
        picture = synthetic_picture(seed, 8, ("chair", "box"))
        for fact in make_facts(task, picture, 0)[0]:
            labels |= {picture.labels[row] for row in fact.rows[:turned]}
    assert labels == {"chair"}
