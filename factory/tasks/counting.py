"""How many of a kind there are (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task


@register
class CountOfLabel(Task):
    """How many things of a label are in the room?"""

    spec = TaskSpec(
        name="obj_count",
        family="counting",
        level="high",
        view="video",
        relation="none",
        formats=("fill", "sentence"),
        answer="count",
        version=1,
        extra_formats=("select",),
    )
    unit = "count"

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
