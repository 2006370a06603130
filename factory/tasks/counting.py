"""How many of a kind there are (SPAR, section 7.5)."""

import numpy as np

from factory.tasks.labels import kinds_of
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task
from factory.tasks.video import appearances, pool_of_frames

Array = np.ndarray


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
        kinds = kinds_of(records)
        members = _members(kinds, np.bincount(kinds[kinds >= 0]))
        pool = pool_of_frames(records, members, np.zeros_like(members))
        of_kind = (pool.objects >= 0).sum(axis=1)
        pool.reject("only one of the label", of_kind < 2)
        pool.reject(f"more than {self.parameters.max_count} of the label", of_kind > self.parameters.max_count)
        seen = np.append(appearances(records, self.parameters)[0].any(axis=0), True)
        pool.reject("one of the label never appears", ~seen[pool.objects].all(axis=1))
        return pool.propose(pool.draw(quota, rng, classes=of_kind))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        kinds = kinds_of(records)
        count = np.bincount(kinds[kinds >= 0])[kinds[candidates.objects[:, 0]]].astype(np.float64)
        return Answers(values=count[:, None], numbers={"answer": count})


def _members(kinds: Array, of_kind: Array) -> Array:
    """(L, K) the objects of each kind in their order, -1 at the end of the row where there are fewer than K."""
    members = np.full((len(of_kind), max(of_kind.max(initial=0), 1)), -1)
    order = np.argsort(kinds, kind="stable")[(kinds < 0).sum() :]
    members[np.arange(members.shape[1]) < of_kind[:, None]] = order
    return members
