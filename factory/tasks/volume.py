"""How large an object is (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task


@register
class Volume(Task):
    """Length, width and height of red's box, in centimetres."""

    spec = TaskSpec(
        name="spatial_volume_infer",
        family="volume",
        level="high",
        view="single",
        relation="none",
        formats=("fill", "sentence"),
        answer="size",
        version=1,
    )
    unit = "cm"
    marks = (MarkRole("bbox", "red"),)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
