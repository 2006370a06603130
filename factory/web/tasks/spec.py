"""What a web task declares about itself."""

from dataclasses import dataclass
from typing import Literal

from schemas.qa import Relation
from schemas.web import Frame, WebFormat, WebLevel, WebUnit

Need = Literal["gravity", "front"]


@dataclass(frozen=True)
class WebSpec:
    """A task type of HiSpatial.

    name : the loader's `qa_type`; frame : in which its words and numbers hold; objects : fewest and most that a
    question names; formats : all that it is asked in; needs : what a picture or an object must have beyond its box;
    version : raised when the same picture would give other facts.
    """

    name: str
    level: WebLevel
    relation: Relation
    frame: Frame
    objects: tuple[int, int]
    formats: tuple[WebFormat, ...]
    unit: WebUnit
    version: int
    needs: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class WebFact:
    """One answered question without language; in words it becomes one item with several rows.

    candidate : canonical text, unique within the task and picture; asked : what of the task's `choices` is asked;
    rows : places of the objects in the picture, in the order in which the question's slots name them;
    numbers, words : quantities and outcomes by name; values : the exact answer, in `unit`;
    margin : distance of the deciding quantity to its threshold in units of that threshold's margin, None for numbers;
    pixels : x y of the pixels that are asked about, on the loader's 448 x 448 lattice.
    """

    task: str
    candidate: str
    asked: str
    rows: tuple[int, ...]
    numbers: dict[str, float]
    words: dict[str, str]
    values: tuple[float, ...]
    margin: float | None
    pixels: tuple[int, ...] = ()
