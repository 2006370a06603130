"""Distances between objects that a video shows, and which of four is nearest to a fifth (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task


@register
class DistanceInVideo(Task):
    """How far red and blue, marked in frames of a video, are from each other."""

    spec = TaskSpec(
        name="distance_prediction_oo_video",
        family="distance",
        level="low",
        view="video",
        relation="oo",
        formats=("fill", "select", "sentence"),
        answer="number",
        version=1,
    )
    unit = "m"
    marks = (MarkRole("point", "red"), MarkRole("point", "blue"))

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError


@register
class NearestToAnchor(Task):
    """Which of four objects is closest to (or farthest from) the anchor, the first point."""

    spec = TaskSpec(
        name="distance_infer_center_oo_video",
        family="distance",
        level="high",
        view="video",
        relation="oo",
        formats=("fill", "select", "sentence"),
        answer="listed_name",
        version=1,
    )
    unit = "m"
    marks = tuple(MarkRole("point", f"point{i}") for i in range(5))
    choices = ("closest", "farthest")

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
