"""How large the room is (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task


@register
class RoomSize(Task):
    """The area of the floor."""

    spec = TaskSpec(
        name="room_size",
        family="room",
        level="high",
        view="video",
        relation="none",
        formats=("fill", "select", "sentence"),
        answer="number",
        version=1,
    )
    unit = "m2"

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
