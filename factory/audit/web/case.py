"""One row together with the picture it speaks of, and the declaration of a web task to the audit."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Any

from factory.audit.findings import Finding, Kind
from factory.audit.web import limits, reading
from factory.audit.web.evidence import Scenery, Thing

LETTERS = "ABCDEFGHIJ"


@dataclass
class WebCase:
    """A row under audit; findings and answers are collected on the way.

    things : the objects of the row, in the order of its slots; names : what texts call those that are named.
    """

    row: dict[str, Any]
    audit: "WebTaskAudit"
    scenery: Scenery
    things: list[Thing] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def format(self) -> str:
        """text, mcq, true_false or cot."""
        return str(self.row["format"])

    @property
    def answer(self) -> str:
        """The stored answer; a letter for mcq."""
        return str(self.row["answer"])

    @property
    def options(self) -> list[str]:
        """The stored options, none but for mcq."""
        return list(self.row["options"] or ())

    @property
    def frame(self) -> str:
        """camera or gravity; a problem whose picture has no gravity stays with the camera."""
        known = self.scenery.gravity_from_camera is not None
        return self.audit.frame if known or self.audit.name != "problem_solving" else "camera"

    @cached_property
    def question(self) -> str:
        """The question with tokens for names."""
        return self.read(self.row["question"])

    def read(self, text: str) -> str:
        """A text with tokens for names."""
        return reading.tokenise(text, self.names)

    def report(self, kind: Kind, stored: object, derived: object) -> None:
        """Adds a finding."""
        row = self.row
        self.findings.append(Finding(kind, row["task"], row["format"], row["qa_id"], str(stored), str(derived)))

    def expect(self, holds: bool, kind: Kind, stored: object, derived: object) -> bool:
        """Adds a finding unless the condition holds; returns the condition."""
        if not holds:
            self.report(kind, stored, derived)
        return bool(holds)

    def unreadable(self, expected: str) -> None:
        """The question says nothing that the audit could answer."""
        self.report(Kind.QUESTION, self.row["question"], f"a question that says {expected}")

    def check_values(self, exact: Sequence[float]) -> None:
        """The stored values against the re-derived ones."""
        stored = self.row["values"]
        same = stored is not None and len(stored) == len(exact)
        same = same and all(
            math.isclose(a, b, rel_tol=self.audit.tolerance, abs_tol=1e-9) for a, b in zip(stored, exact, strict=True)
        )
        self.expect(same, Kind.VALUE, stored, [round(value, 6) for value in exact])

    def check_margin(self, exact: float | None) -> None:
        """The stored margin against the re-derived one, which must be enough; None for numbers."""
        stored = self.row["margin"]
        if exact is None or stored is None:
            self.expect(stored is None and exact is None, Kind.MARGIN, f"margin {stored}", exact)
            return
        # a small difference is less exact than what it is of
        close = 1e-3 if self.audit.tolerance > limits.TOLERANCE else limits.TOLERANCE
        same = math.isclose(stored, exact, rel_tol=close, abs_tol=1e-9)
        self.expect(same, Kind.MARGIN, f"margin {stored}", f"{exact:.6f}")
        self.expect(exact >= 1.0 - 1e-9, Kind.MARGIN, f"margin {stored}", f"{exact:.6f}, at least 1")

    def check_yes_no(self, truth: bool) -> None:
        """A row that is answered by yes or no, in words, as options or alone."""
        if self.format == "mcq":
            self.check_choice([text == ("Yes" if truth else "No") for text in self.options])
            self.expect(sorted(self.options) == ["No", "Yes"], Kind.OPTIONS, self.options, "Yes and No")
            if self.answer in LETTERS[: len(self.options)]:
                self.answers.append(self.options[LETTERS.index(self.answer)])
            return
        said = self.answer.split(".")[0]
        self.expect(said == ("Yes" if truth else "No"), Kind.ANSWER, self.answer, "Yes" if truth else "No")
        if self.format == "true_false":
            self.expect(self.answer in ("Yes", "No"), Kind.ANSWER, self.answer, "Yes or No alone")
        self.answers.append(said)

    def check_choice(self, right: Sequence[bool]) -> None:
        """One option is right, and the letter names it."""
        letter, options = self.answer, self.options
        self.expect(sum(right) == 1, Kind.OPTIONS, options, f"one right option, {sum(right)} are")
        known = len(letter) == 1 and letter in LETTERS[: len(options)]
        truth = "".join(LETTERS[place] for place, good in enumerate(right) if good)
        self.expect(known and right[LETTERS.index(letter)], Kind.LETTER, f"{letter}: {options}", truth or "none")
        if known:
            self.answers.append(letter)


@dataclass(frozen=True)
class WebTaskAudit:
    """What the audit knows of a task.

    objects : fewest and most that a row has; named : how many of them the question names, None for all;
    check : re-derives values and answer of a row whose records are in order; tolerance : of stored values, relative.
    """

    name: str
    level: str
    relation: str
    frame: str
    unit: str
    formats: tuple[str, ...]
    objects: tuple[int, int]
    check: Callable[[WebCase], None]
    named: Callable[["WebCase"], int] | None = None
    tolerance: float = limits.TOLERANCE


def two_decimals(value: float) -> str:
    """A number as rows print it: half to even from the exact value, never -0.00."""
    if not math.isfinite(value):
        return str(value)
    rounded = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded)


def prints(case: WebCase, exact: float, place: int = 0) -> set[str]:
    """How a value may be printed: rounding noise may decide a tie, unless the stored value settles it."""
    stored = case.row["values"]
    close = case.audit.tolerance
    if stored and len(stored) > place and math.isclose(stored[place], exact, rel_tol=close, abs_tol=1e-9):
        return {two_decimals(stored[place])}
    return {two_decimals(exact)}
