"""A bird's-eye map of marked objects, as the first camera's observer would draw it (SPAR, section 4.4)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task

MOST_OBJECTS = 7


@register
class ImaginedMap(Task):
    """Coordinates of 3 to 7 objects on the ground plane below the first camera: its right, and its viewing direction."""

    spec = TaskSpec(
        name="spatial_imagination_map_mv",
        family="imagination",
        level="high",
        view="multi",
        relation="none",
        formats=("sentence",),
        answer="map",
        version=1,
    )
    unit = "m"
    marks = tuple(MarkRole("bbox", f"object{i}") for i in range(MOST_OBJECTS))

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
