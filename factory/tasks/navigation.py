"""Instructions for a walk through a building, told with its frames (SPAR, section 7.5)."""

from collections.abc import Iterable

import numpy as np

from factory.tasks.records import SceneRecords
from factory.tasks.registry import register
from factory.tasks.sampling import Pool
from factory.tasks.spec import TaskSpec
from factory.tasks.task import Answers, Candidates, Proposal, Task

Array = np.ndarray

_UNKNOWN = -2  # a frame that the records do not hold; -1 is none at all


@register
class Navigation(Task):
    """Which words are missing in the instruction?"""

    spec = TaskSpec(
        name="nav_video",
        family="navigation",
        level="high",
        view="video",
        relation="none",
        formats=("sentence",),
        answer="instruction",
        version=1,
    )
    unit = "none"

    def choice_names(self, records: SceneRecords) -> tuple[str, ...]:
        return tuple(path.id for path in records.paths)

    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        rows = sorted(range(len(records.paths)), key=lambda row: records.paths[row].id)
        paths = [records.paths[row] for row in rows]
        row_of = {frame: row for row, frame in enumerate(records.frame_ids.tolist())}
        views = _padded([[row_of.get(frame, _UNKNOWN) for frame in path.frame_ids] for path in paths])
        pool = Pool(views, np.zeros((len(paths), 0), dtype=np.int64), frames=views[:, :1])
        languages = self.parameters.instruction_languages
        others = _each(path.language.lower().split("-")[0] not in languages for path in paths)
        pool.reject(f"instruction not in {', '.join(languages)}", others)
        pool.reject("instruction without text", _each(not path.text.strip() for path in paths))
        pool.reject("path with fewer than 2 frames", _each(len(path.frame_ids) < 2 for path in paths))
        pool.reject("a frame of the path is not stored", (views == _UNKNOWN).any(axis=1))
        before = [None, *(path.id for path in paths)]
        pool.reject(
            "another path has its id", _each(path.id == last for path, last in zip(paths, before, strict=False))
        )
        drawn = pool.draw(quota, rng)
        return pool.propose(drawn, np.array(rows, dtype=np.int64)[drawn])

    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        paths = [records.paths[row] for row in candidates.choice.tolist()]
        return Answers(
            values=np.zeros((len(paths), 0)),
            words={
                "instruction": np.array([path.text.strip() for path in paths], dtype=object),
                "language": np.array([path.language for path in paths], dtype=object),
            },
        )


def _each(flags: Iterable[bool]) -> Array:
    return np.fromiter(flags, dtype=bool)


def _padded(rows: list[list[int]]) -> Array:
    """(n, V) rows of different lengths, -1 at their end."""
    width = max((len(row) for row in rows), default=0)
    return np.array([row + [-1] * (width - len(row)) for row in rows], dtype=np.int64).reshape(len(rows), width)
