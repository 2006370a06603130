"""Where the second camera stands, seen in the first image (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task


@register
class CameraMotion(Task):
    """The second optical centre in the first image, on the 0-1000 scale, and its depth."""

    spec = TaskSpec(
        name="camera_motion_infer",
        family="camera_motion",
        level="medium",
        view="multi",
        relation="none",
        formats=("fill", "select", "sentence"),
        answer="image_point",
        version=1,
    )
    unit = "none"  # thousandths of the image and metres

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        raise NotImplementedError

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        raise NotImplementedError
