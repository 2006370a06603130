"""When things appear in a video (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task


@register
class FramesOfObject(Task):
    """In which other frames does red, marked in one, appear?"""

    spec = TaskSpec(
        name="obj_frame_locate",
        family="appearance",
        level="high",
        view="video",
        relation="none",
        formats=("sentence",),
        answer="frames",
        version=1,
    )
    unit = "none"
    marks = (MarkRole("bbox", "red"),)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError


@register
class OrderOfAppearance(Task):
    """In which order do four kinds of things first appear?"""

    spec = TaskSpec(
        name="appearance_order",
        family="appearance",
        level="high",
        view="video",
        relation="none",
        formats=("fill", "sentence"),
        answer="order",
        version=1,
        extra_formats=("select",),
    )
    unit = "none"

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
