"""What a release says of itself, for machines: the card and the table of licences are made from this alone."""

from typing import Literal

from factory.exports.release.licences import DataSet
from schemas.base import Record
from schemas.scene import Split
from schemas.web import ModelUse

MANIFEST = "manifest.json"
Rows = Literal["qa", "web_qa"]


class Selection(Record):
    """What of a lake is released; None for all. limit : rows of each task, format and split, answers even."""

    tasks: list[str] | None = None
    sources: list[str] | None = None
    splits: list[Split] | None = None
    limit: int | None = None


class ReleaseFile(Record):
    """A shard: rows of one task and split. size [bytes]."""

    path: str
    table: Rows
    task: str
    split: Split
    rows: int
    size: int
    sha256: str


class Count(Record):
    """How many rows there are of a kind."""

    table: Rows
    source: str
    task: str
    format: str
    split: Split
    rows: int


class Place(Record):
    """A scene, or a shard of pictures. rooms : the physical rooms or buildings that it shows, none where unknown;
    rows : by split."""

    table: Rows
    source: str
    scene: str
    rooms: list[str]
    rows: dict[Split, int]


class Answers(Record):
    """How the answers of a task and format are distributed, among `rows` of them: a fair draw.

    balance : a line to read; random, frequent, constant : what is scored in percent without looking, by drawing an
    option, by the most frequent answer and by the best single one; None where answers are free text.
    """

    table: Rows
    task: str
    format: str
    rows: int
    balance: str
    random: float | None
    frequent: float | None
    constant: float | None


class Missing(Record):
    """A scene or shard of the lake that is not in the release, and why."""

    source: str
    scene: str
    reason: str


class Manifest(Record):
    """A release.

    lake_digest : over the fingerprints and contents of all partitions that it was made from; versions : of stages,
    tasks, wordings, parameters, quotas and seeds, with all values that occur; left_out : how much, by reason;
    sources : the data sets of each, none where unknown; shard_bytes : no shard of several rows is larger.
    """

    layout: Literal[1] = 1
    name: str
    notes: str
    selection: Selection
    shard_bytes: int
    lake_digest: str
    versions: dict[str, list[str]]
    files: list[ReleaseFile]
    counts: list[Count]
    places: list[Place]
    answers: list[Answers]
    missing: list[Missing]
    left_out: dict[str, int]
    sources: dict[str, list[str]]
    data_sets: dict[str, DataSet]
    models: list[ModelUse]

    def to_bytes(self) -> bytes:
        """The file's content."""
        return (self.model_dump_json(indent=1) + "\n").encode()
