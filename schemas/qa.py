"""Questions: the fact without words, and the row in words."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Record
from schemas.records import Thousandth
from schemas.scene import Split

Level = Literal["low", "medium", "high"]
View = Literal["single", "multi", "video"]
Relation = Literal["oo", "oc", "none"]
Format = Literal["fill", "select", "sentence", "judge"]
Unit = Literal["m", "cm", "m2", "deg", "count", "0-1000", "none"]


class Mark(Record):
    """A point or box drawn on one image of a row, in 0..1000; `color` is a colour or `object0`, `point0`, ..."""

    kind: Literal["point", "bbox"]
    color: str
    image_index: int
    object_id: int
    label: str
    coords: Annotated[list[Thousandth], Field(min_length=2, max_length=4)]


@dataclass(frozen=True, slots=True)
class Fact:
    """One answered question without language.

    numbers : named quantities that a question or an answer mentions [m or deg], `{"answer": 1.53, "red_depth": 1.0}`.
    words : categorical outcomes, `{"left_right": "left", "above_below": ""}` (empty: indistinguishable).
    values : the exact answer as stored in the row, in the order of the answer; `unit` its unit.
    margin : distance of the deciding quantity to its threshold in units of its noise; None for numeric answers.
    candidate : canonical text of the candidate (frames, objects, what is asked); part of the row's id.
    shown_in : per object the image (place in `images`) on which it is marked, or by which the question names it;
    empty where the question does neither.
    alternatives : wrong answers taken from the scene (boxes of other objects, ...), for options.
    """

    task: str
    candidate: str
    images: tuple[str, ...]
    frame_ids: tuple[str, ...]
    marks: tuple[Mark, ...]
    object_ids: tuple[int, ...]
    labels: tuple[str, ...]
    values: tuple[float, ...] | None
    unit: Unit
    margin: float | None
    numbers: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    alternatives: tuple[tuple[float, ...], ...] = ()
    shown_in: tuple[int, ...] = ()


class QARow(Record):
    """A fact in words, in one format. `question` holds no options; for `select` the answer is the letter."""

    source: str
    scene_id: str
    qa_id: str
    split: Split
    task: str
    level: Level
    view: View
    relation: Relation
    format: Format
    images: Annotated[list[str], Field(min_length=1)]
    frame_ids: Annotated[list[str], Field(min_length=1)]
    question: Annotated[str, Field(min_length=1)]
    answer: Annotated[str, Field(min_length=1)]
    options: list[str] | None
    marks: list[Mark]
    object_ids: list[int]
    labels: list[str]
    values: list[float] | None
    unit: Unit
    margin: float | None
    template_id: str
    task_version: int
