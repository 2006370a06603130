"""The closest and the farthest object to the observer, shown by its box (SPAR, section 7.5)."""

from dataclasses import replace

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task


@register
class ExtremeToObserver(Task):
    """Which object is closest to, or farthest from, the camera of the first image, among all that the images show."""

    spec = TaskSpec(
        name="distance_infer_center_oc",
        family="distance",
        level="high",
        view="single",
        relation="oc",
        formats=("fill", "select", "sentence"),
        answer="shown_box",
        version=1,
    )
    unit = "0-1000"
    choices = ("closest", "farthest")

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError


@register
class ExtremeToMainObserver(ExtremeToObserver):
    """The object shows on exactly one of three images."""

    spec = replace(ExtremeToObserver.spec, name="distance_infer_center_oc_mv", view="multi")
