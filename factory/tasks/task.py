"""What a task is: a declaration, a sampler and a solver, all over arrays of candidates."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from factory.tasks.parameters import DEFAULTS, Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.spec import TaskSpec
from schemas.qa import Unit

Array = np.ndarray
Alternatives = list[tuple[tuple[float, ...], ...]]
"""Per candidate the wrong answers that its scene offers."""


@dataclass(frozen=True)
class MarkRole:
    """How an object of the candidate is marked on its image."""

    kind: Literal["point", "bbox"]
    color: str


@dataclass(frozen=True, eq=False)
class Candidates:
    """Questions to ask (n): views (n, V) in the order of the images, objects (n, K) in the order of the marks,
    choice (n,) what is asked, an index into the task's `choices`, images (n, K) the place in `views` of the image
    that shows (and marks) each object. Where objects or images are fewer than K or V, -1 fills the end of the row."""

    views: Array
    objects: Array
    choice: Array
    images: Array

    def __len__(self) -> int:
        return len(self.choice)

    @property
    def object_views(self) -> Array:
        """(n, K) the view that shows each object, where every object has one."""
        views: Array = np.take_along_axis(self.views, self.images, axis=1)
        return views


@dataclass(frozen=True, eq=False)
class Proposal:
    """Candidates worth asking, and the number of others by the reason that ruled them out."""

    candidates: Candidates
    rejects: Counter[str]


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers (n), column by column; see `schemas.qa.Fact` for the meaning of each. Rows of `values` may differ in
    length: then they are lists."""

    values: Array | list[list[float]]
    numbers: dict[str, Array] = field(default_factory=dict)
    words: dict[str, Array] = field(default_factory=dict)
    margin: Array | None = None
    alternatives: Alternatives | None = None


class Task(ABC):
    """A kind of question.

    To add one: write a subclass with `@register` in its family's module (families are listed in
    `factory/tasks/__init__.py`) and its table of templates in `factory/wording`. Nothing else changes.

    marks : what the objects of a candidate are marked with, in order; fewer than objects where some are not marked.
    choices : what a candidate may ask, where there is a choice; `choice_names` where that depends on the scene;
    names_frames : the question names each object by the frame that shows it, although nothing is marked.
    """

    spec: ClassVar[TaskSpec]
    unit: ClassVar[Unit]
    marks: ClassVar[tuple[MarkRole, ...]] = ()
    choices: ClassVar[tuple[str, ...]] = ("",)
    names_frames: ClassVar[bool] = False

    def __init__(self, parameters: Parameters = DEFAULTS) -> None:
        self.parameters = parameters

    def choice_names(self, records: SceneRecords) -> tuple[str, ...]:
        """What `Candidates.choice` indexes in this scene."""
        return self.choices

    @abstractmethod
    def propose(self, records: SceneRecords, rng: np.random.Generator, quota: int) -> Proposal:
        """At most `quota` candidates whose answers are safe, spread over frames and objects; rejects are counted."""

    @abstractmethod
    def solve(self, records: SceneRecords, candidates: Candidates) -> Answers:
        """The answers: geometry alone, no randomness, no text."""


def centers_seen_from(records: SceneRecords, views: Array, objects: Array) -> Array:
    """(n, K, 3) centres [m, camera] of the objects (n, K), each in the camera of its view (n, K) or (n, 1)."""
    table = records.centers_in_views
    centers: Array = table.reshape(-1, 3).take(views * table.shape[1] + objects, axis=0)
    return centers


def alternatives_of(candidate: Array, rows: Array, count: int) -> Alternatives:
    """Wrong answers (m, width), each of the candidate (m,) below `count`, gathered by candidate."""
    lists: list[list[tuple[float, ...]]] = [[] for _ in range(count)]
    for owner, row in zip(candidate.tolist(), rows.astype(np.float64).tolist(), strict=True):
        lists[owner].append(tuple(row))
    return [tuple(rows_of_one) for rows_of_one in lists]
