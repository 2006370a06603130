"""One row together with the records it speaks of, and the declaration of a task to the audit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from factory.audit.evidence import Camera, Evidence, Thing
from factory.audit.findings import Finding, Kind
from factory.audit.text import tokenise

Array = np.ndarray
MarkPlan = tuple[tuple[str, str, int], ...]


@dataclass
class Case:
    """A row under audit. `marked` maps a colour to its object; findings and answers are collected on the way."""

    row: dict[str, Any]
    audit: "TaskAudit"
    evidence: Evidence
    cameras: list[Camera] = field(default_factory=list)
    marked: dict[str, Thing] = field(default_factory=dict)
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
    def named(self) -> tuple[tuple[str, str, str], ...]:
        """(colour, point or bbox, label) of each mark."""
        return tuple((m["color"], m["kind"], m["label"]) for m in self.row["marks"])

    def tokens(self, text: str) -> str:
        """A text with its mentions of marked objects as `@color`."""
        return tokenise(text, self.named)

    def seen(self, color: str, image: int = 0) -> Array:
        """Centre (3,) of a marked object along the axes of the camera of an image [m]."""
        return self.evidence.seen(self.cameras[image].frame_id, self.marked[color].object_id)

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


@dataclass(frozen=True)
class TaskAudit:
    """What the audit knows of a task.

    options : how many a select row has;
    has_margin : whether a word of the answer could flip; purely numeric answers have no margin;
    marks : (point or bbox, colour, image) of each mark, in the order of `object_ids`;
    check : re-derives values and answer of a row whose records are in order.
    """

    name: str
    level: str
    view: str
    relation: str
    unit: str
    formats: tuple[str, ...]
    options: int
    images: int
    has_margin: bool
    marks: MarkPlan
    check: Callable[[Case], None]
