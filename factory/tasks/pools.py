"""Where the objects of a question come from: one image, three, or a video."""

import numpy as np

from factory.tasks.eligibility import screen
from factory.tasks.records import SceneRecords
from factory.tasks.sampling import Pool, pool_in_one_view
from factory.tasks.task import Task
from factory.tasks.triples import pool_in_three_views
from factory.tasks.video import pool_in_video


def pool_for(
    task: Task, records: SceneRecords, quota: int, rng: np.random.Generator, *, main_too: bool = True
) -> Pool:
    """Sets of different objects, one for each mark of the task, that may be asked about in the images of its view.

    Without `main_too` the first of three images shows none of them.
    """
    video = task.spec.view == "video"
    eligible = screen(records, task.parameters, video=video).eligible
    size = len(task.marks)
    if video:
        return pool_in_video(records, eligible, size, quota, task.parameters, rng)
    if task.spec.view == "single":
        return pool_in_one_view(records, eligible, size, quota, task.parameters, rng)
    return pool_in_three_views(records, eligible, size, quota, task.parameters, rng, main_too=main_too)
