"""Instructions for a walk through a building, told with its frames (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task


@register
class Navigation(Task):
    """Which words are missing in the instruction?"""

    spec = TaskSpec(
        name="nav_video",
        family="navigation",
        level="high",
        view="video",
        relation="none",
        formats=("sentence",),
        answer="instruction",
        version=1,
    )
    unit = "none"

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
