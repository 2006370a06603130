"""The same object in another view (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.eligibility import screen
from factory.tasks.marks import box_iou, box_share
from factory.tasks.pairs import near_duplicates
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool, combinations
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Alternatives, Answers, Candidates, MarkRole, Proposal, Task, alternatives_of

Array = np.ndarray


@register
class PositionMatching(Task):
    """Red's box is shown in the first image; where is it in the second?"""

    spec = TaskSpec(
        name="position_matching",
        family="matching",
        level="medium",
        view="multi",
        relation="none",
        formats=("fill", "select", "sentence"),
        answer="box",
        version=2,
    )
    unit = "0-1000"
    marks = (MarkRole("bbox", "red"),)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        rows = np.flatnonzero(screen(records, self.parameters).eligible)
        rows = rows[np.argsort(records.sighting_object[rows], kind="stable")]
        limit = self.parameters.pool_size(quota)
        pairs = rng.permuted(rows[combinations(records.sighting_object[rows], 2, limit, rng)], axis=1)
        pool = Pool(records.sighting_view[pairs], records.sighting_object[pairs[:, :1]])
        pool.reject("views nearly the same", near_duplicates(records, pool.views, self.parameters))
        unmoved = box_iou(records.boxes[pairs[:, 0]], records.boxes[pairs[:, 1]]) >= self.parameters.max_copied_box_iou
        pool.reject("box hardly moves", unmoved)
        return pool.propose(pool.draw(quota, rng))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        boxes = records.boxes[records.sighting_of[candidates.views[:, 1], candidates.objects[:, 0]]]
        return Answers(values=boxes.astype(np.float64), alternatives=self._other_boxes(records, candidates, boxes))

    def _other_boxes(self, records: SceneRecords, candidates: Candidates, truth: Array) -> Alternatives:
        """Boxes of other objects in the second view that do not pass for the right one."""
        p = self.parameters
        usable = (box_share(records.boxes) >= p.min_box_share) & ~records.structural[records.sighting_object]
        shown = records.sighting_of[candidates.views[:, 1]]
        candidate, other = np.nonzero((shown >= 0) & usable[shown])
        boxes = records.boxes[shown[candidate, other]]
        wrong = box_iou(boxes, truth[candidate]) < p.max_wrong_box_iou
        return alternatives_of(candidate[wrong], boxes[wrong], len(candidates))
