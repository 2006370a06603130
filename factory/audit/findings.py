"""What an audit finds, and the tally of a partition."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    DIGEST = "digest"  # stored bytes or upstream digests do not match
    SCHEMA = "schema"
    MISSING = "missing"  # a table, a view or an object that rows refer to
    RECORD = "record"  # views and objects contradict each other
    UNKNOWN_TASK = "unknown task"
    METADATA = "metadata"  # source, split, level, unit, ...
    ORDER = "order"
    DUPLICATE_ID = "duplicate id"
    DUPLICATE_ROW = "duplicate row"
    IMAGE = "image"
    OBJECT = "object"  # ids, labels, what may be a subject
    VISIBILITY = "visibility"
    MARK = "mark"
    MENTION = "mention"  # a text names an object or a mark wrongly
    QUESTION = "question"  # what a question states is false or cannot be read
    VALUE = "value"
    ANSWER = "answer"
    LETTER = "letter"
    OPTIONS = "options"
    MARGIN = "margin"
    RULE = "rule"  # should not have been asked
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: what the lake says and what was derived. `item` is the `qa_id`, or names the record."""

    kind: Kind
    task: str
    format: str
    item: str
    stored: str
    derived: str


@dataclass
class Report:
    """The tally of one partition.

    rows, checked, wrong : rows per task, rows whose answer was re-derived, and rows with at least one finding;
    answers : how often (task, format, answer) occurs, for the balance.
    """

    rows: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
