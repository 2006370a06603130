"""How large the room is (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task
from factory.tasks.video import pool_of_frames

Array = np.ndarray


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
        nothing = np.zeros((1, 0), dtype=np.int64)
        pool = pool_of_frames(records, nothing, nothing)
        area = self._area(records, len(pool.objects))
        pool.reject("floor area unknown", np.isnan(area))
        least = self.parameters.min_floor_area_m2
        pool.reject(f"floor area below {least:g} m2", area < least)
        return pool.propose(pool.draw(quota, rng))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        area = self._area(records, len(candidates))
        return Answers(values=area[:, None], numbers={"answer": area})

    def _area(self, records: SceneRecords, count: int) -> Array:
        """(count,) [m2], not a number where the records have none."""
        return np.full(count, np.nan if records.floor_area is None else records.floor_area)
