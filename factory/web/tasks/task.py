"""What a web task is: a declaration, a sampler and a solver, over arrays of candidates of one picture."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from factory.web.picture import Picture
from factory.web.tasks.parameters import DEFAULTS, WebParameters
from factory.web.tasks.spec import WebSpec

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class WebCandidates:
    """Questions to ask (n): rows (n, K) objects in the order of the slots, -1 fills the end of a row where there are
    fewer; choice (n,) what is asked, an index into the task's `choices`; pixels (n, P) x y on the 448 lattice, filled
    with -1 alike."""

    rows: Array
    choice: Array
    pixels: Array | None = None

    def __len__(self) -> int:
        return len(self.choice)


@dataclass(frozen=True, eq=False)
class WebProposal:
    """Candidates worth asking, and the number of others by the reason that ruled them out."""

    candidates: WebCandidates
    rejects: Counter[str]


@dataclass(frozen=True, eq=False)
class WebAnswers:
    """Answers (n), column by column; see `WebFact`. Rows of `values` may differ in length: then they are lists. The
    margin of a number is NaN; None where all are numbers."""

    values: Array | list[list[float]]
    numbers: dict[str, Array] = field(default_factory=dict)
    words: dict[str, Array] = field(default_factory=dict)
    margin: Array | None = None


class WebTask(ABC):
    """A kind of question about one picture.

    To add one: write a subclass with `@register` in its family's module (families are listed in
    `factory/web/tasks/__init__.py`) and its table of templates in `factory/wording/web`. Nothing else changes.
    """

    spec: ClassVar[WebSpec]
    choices: ClassVar[tuple[str, ...]] = ("",)

    def __init__(self, parameters: WebParameters = DEFAULTS) -> None:
        self.parameters = parameters

    @abstractmethod
    def propose(self, picture: Picture, rng: np.random.Generator, quota: int) -> WebProposal:
        """At most `quota` candidates whose answers are safe, spread over objects and answers; rejects are counted."""

    @abstractmethod
    def solve(self, picture: Picture, candidates: WebCandidates) -> WebAnswers:
        """The answers: geometry alone, no randomness, no text."""
