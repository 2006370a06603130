"""One row together with the records it speaks of, and the declaration of a task to the audit."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from factory.audit.evidence import Camera, Evidence, Thing
from factory.audit.findings import Finding, Kind
from factory.audit.text import Named, tokenise

Array = np.ndarray
MarkPlan = tuple[tuple[str, str], ...]


class Placing(StrEnum):
    """On which images of a row its marks lie."""

    FIRST = "all on the first image"
    LATER = "none on the first image"
    APART = "each on another image"
    SPREAD = "on more than one image"
    ANY = "on any image"

    def allows(self, images: list[int]) -> bool:
        """Whether marks may lie on these images."""
        return {
            Placing.FIRST: not any(images),
            Placing.LATER: all(images),
            Placing.APART: len(set(images)) == len(images),
            Placing.SPREAD: len(set(images)) > 1,
            Placing.ANY: True,
        }[self]


@dataclass
class Case:
    """A row under audit. Findings and answers are collected on the way.

    marked, marked_in : by colour, the object of a mark and the camera of the image that carries it.
    """

    row: dict[str, Any]
    audit: "TaskAudit"
    evidence: Evidence
    cameras: list[Camera] = field(default_factory=list)
    marked: dict[str, Thing] = field(default_factory=dict)
    marked_in: dict[str, Camera] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def format(self) -> str:
        """fill, select, sentence or judge."""
        return str(self.row["format"])

    @property
    def answer(self) -> str:
        """The stored answer; the letter of a select row."""
        return str(self.row["answer"])

    @property
    def options(self) -> list[str]:
        """The stored options, none for other formats than select."""
        return list(self.row["options"] or ())

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """What texts call the objects of the row: those with marks, unless the task says otherwise."""
        if self.audit.names:
            return self.audit.names(self)
        marks = enumerate(self.row["marks"])
        return tuple(Named(m["color"], m["label"], self._writings(m, place)) for place, m in marks)

    def _writings(self, mark: dict[str, Any], place: int) -> tuple[str, ...]:
        """A mark as questions write it, then the short form that answers may use.

        Listed marks are called as loaders draw them: of the points, the first is the anchor. Loaders also write names
        beside the boxes that relations in a video are about.
        """
        color = str(mark["color"])
        listed = color.removeprefix("point")
        if color.startswith("object"):
            short = color
        elif listed != color:
            short = "objecta" if listed == "0" else f"object{int(listed) - 1}"
        else:
            short = f"{color} {mark['kind']}"
        if self.audit.view != "video":
            return (short,)
        drawn = f"object{place}, " if mark["kind"] == "bbox" and self.audit.relation != "none" else ""
        return (f"{drawn}{short} in frame-{mark['image_index']}", short)

    def tokens(self, text: str) -> str:
        """A text with its mentions of named objects as `@color`."""
        return tokenise(text, self.named)

    def seen(self, color: str, image: int = 0) -> Array:
        """Centre (3,) of a marked object along the axes of the camera of an image [m]."""
        return self.evidence.seen(self.cameras[image].frame_id, self.marked[color].object_id)

    def seen_on_its_image(self, color: str) -> Array:
        """Centre (3,) of a marked object along the axes of the camera whose image carries its mark [m]."""
        return self.evidence.seen(self.marked_in[color].frame_id, self.marked[color].object_id)

    def center(self, color: str) -> Array:
        """Centre (3,) of a marked object [m, world]."""
        return self.marked[color].center

    def report(self, kind: Kind, stored: object, derived: object) -> None:
        """Adds a finding."""
        row = self.row
        self.findings.append(Finding(kind, row["task"], row["format"], row["qa_id"], str(stored), str(derived)))

    def expect(self, holds: bool, kind: Kind, stored: object, derived: object) -> bool:
        """Adds a finding unless the condition holds; returns the condition."""
        if not holds:
            self.report(kind, stored, derived)
        return bool(holds)


def video_frames(case: Case) -> list[str]:
    """All frames of the scene's video, in order."""
    return [camera.frame_id for camera in case.evidence.video]


@dataclass(frozen=True)
class TaskAudit:
    """What the audit knows of a task.

    options : how many a select row has;
    images : how many images a row has, None where its frames decide;
    has_margin : whether a word of the answer could flip; purely numeric answers have no margin;
    marks : (point or bbox, colour) of each mark, in the order of `object_ids`; placing : on which images they lie;
    least_marks : how many a row must have, where it may leave out the last ones;
    check : re-derives values and answer of a row whose records are in order;
    frames : the frames that a row must show, where the records decide them; names : what texts call the objects,
    where it is not by their marks.
    """

    name: str
    level: str
    view: str
    relation: str
    unit: str
    formats: tuple[str, ...]
    options: int
    images: int | None
    has_margin: bool
    marks: MarkPlan
    check: Callable[[Case], None]
    placing: Placing = Placing.FIRST
    least_marks: int | None = None
    frames: Callable[[Case], list[str]] | None = None
    names: Callable[[Case], tuple[Named, ...]] | None = None

    def in_three_images(self, placing: Placing) -> "TaskAudit":
        """The `_mv` task that asks the same."""
        return replace(self, name=f"{self.name}_mv", view="multi", images=3, placing=placing)

    def in_video(self) -> "TaskAudit":
        """The `_video` task that asks the same, with marks in any frames."""
        return replace(
            self, name=f"{self.name}_video", view="video", images=32, placing=Placing.ANY, frames=video_frames
        )
