"""When things appear in a video (SPAR, section 7.5)."""

from itertools import permutations

import numpy as np

from factory.tasks.eligibility import screen
from factory.tasks.labels import kinds_of, per_kind
from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import combinations, in_equal_parts
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, MarkRole, Proposal, Task
from factory.tasks.video import appearances, pool_of_frames

Array = np.ndarray

LISTED = 4


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
        appears, shows = appearances(records, self.parameters)
        rows = np.flatnonzero(screen(records, self.parameters, video=True).eligible)
        images = records.video_index[records.sighting_view[rows]]
        pool = pool_of_frames(records, records.sighting_object[rows, None], images[:, None])
        objects = pool.objects[:, 0]
        pool.reject("a frame shows little of it", (shows & ~appears).any(axis=0)[objects])
        others = appears.sum(axis=0)[objects] - 1
        pool.reject("in no other frame", others < 1)
        pool.reject("in every frame", others == len(appears) - 1)
        return pool.propose(pool.draw(quota, rng, classes=others))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        others = appearances(records, self.parameters)[0].T[candidates.objects[:, 0]]
        np.put_along_axis(others, candidates.images, False, axis=1)
        return Answers(values=[np.flatnonzero(row).astype(np.float64).tolist() for row in others])


@register
class OrderOfAppearance(Task):
    """In which order do four kinds of things first appear?

    The objects of a candidate are in that order; its choice is the order in which the question lists them: `2031`
    begins with the third to appear.
    """

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
    choices = tuple("".join(map(str, order)) for order in permutations(range(LISTED)))

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        appears, shows = appearances(records, self.parameters)
        kinds = kinds_of(records)
        first = _first_frames(per_kind(kinds, appears))
        never = first == len(appears)
        glimpsed = ~never & (_first_frames(per_kind(kinds, shows)) < first)
        usable = np.flatnonzero(~never & ~glimpsed)
        limit = self.parameters.pool_size(quota)
        members = usable[combinations(np.zeros(len(usable)), LISTED, limit, rng)]
        members = np.take_along_axis(members, np.argsort(first[members], axis=1, kind="stable"), axis=1)
        pool = pool_of_frames(records, _first_things(records, kinds, appears, first)[members], first[members])
        pool.count("label never appears", int(never.sum()) if len(appears) else 0)
        pool.count("label shows before it appears", int(glimpsed.sum()))
        pool.reject("two appear first in one frame", (np.diff(first[members], axis=1) == 0).any(axis=1))
        rows = pool.draw(quota, rng)
        return pool.propose(rows, in_equal_parts(len(rows), len(self.choices), rng))

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        kinds = kinds_of(records)
        first = _first_frames(per_kind(kinds, appearances(records, self.parameters)[0]))
        return Answers(
            values=first[kinds[candidates.objects]].astype(np.float64),
            words={"order": np.array(self.choices, dtype=object)[candidates.choice]},
        )


def _first_frames(table: Array) -> Array:
    """(L,) the first frame that is true in each column of (F, L), F where there is none."""
    first: Array = (np.cumsum(table, axis=0) == 0).sum(axis=0)
    return first


def _first_things(records: SceneRecords, kinds: Array, appears: Array, first: Array) -> Array:
    """(L,) of the objects of each kind that appear in its first frame the one that shows most, -1 for none."""
    kind = kinds[records.sighting_object]
    frame = records.video_index[records.sighting_view]
    rows = np.flatnonzero((kind >= 0) & (frame >= 0) & (frame < len(appears)))
    there = (frame[rows] == first[kind[rows]]) & appears[frame[rows], records.sighting_object[rows]]
    rows = rows[there]
    rows = rows[np.lexsort((records.sighting_object[rows], -records.pixel_counts[rows], kind[rows]))]
    known, start = np.unique(kind[rows], return_index=True)
    things = np.full(len(first), -1)
    things[known] = records.sighting_object[rows[start]]
    return things
