"""What a lake holds and what was left out of it, from the partitions' own accounts."""

from collections import Counter
from dataclasses import dataclass, field

from factory.store.lake import Lake

_ROWS, _KEPT, _REJECTED = "rows: ", "kept: ", "rejected: "
RECORDS = "frames and objects"


@dataclass
class SceneTotal:
    """One scene of the lake; `questions` is 0 where there are records only."""

    dataset: str
    scene: str
    questions: int


@dataclass
class Totals:
    """rows : questions by task and format; kept : frames, objects, ... in the records; rejected : counts by stage or
    task, the records first, and by reason; quarantine : rows of the table."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)
    rejected: dict[str, Counter[str]] = field(default_factory=dict)
    kept: Counter[str] = field(default_factory=Counter)
    scenes: list[SceneTotal] = field(default_factory=list)
    quarantine: list[dict[str, str]] = field(default_factory=list)

    @property
    def questions(self) -> int:
        return sum(counts.total() for counts in self.rows.values())

    @property
    def formats(self) -> list[str]:
        """The formats that occur, sorted."""
        return sorted({form for counts in self.rows.values() for form in counts})


def read_totals(lake: Lake) -> Totals:
    """Adds up the footers of all `views` and `qa` partitions; reads no rows but those of the quarantine."""
    totals = Totals()
    rejected: dict[str, Counter[str]] = {}
    views, questions = lake.partitions("views"), lake.partitions("qa")
    per_scene = Counter(dict.fromkeys([*views, *questions], 0))
    for dataset, scene in views:
        for name, count in _counts(lake, "views", dataset, scene).items():
            if name.startswith(_REJECTED):
                rejected.setdefault(RECORDS, Counter())[name.removeprefix(_REJECTED)] += count
            elif name.startswith(_KEPT):
                totals.kept[name.removeprefix(_KEPT)] += count
    for dataset, scene in questions:
        for name, count in _counts(lake, "qa", dataset, scene).items():
            if name.startswith(_ROWS):
                task, _, form = name.removeprefix(_ROWS).rpartition(" ")
                totals.rows.setdefault(task, Counter())[form] += count
                per_scene[dataset, scene] += count
            elif name.startswith(_REJECTED):
                task, _, reason = name.removeprefix(_REJECTED).partition(": ")
                rejected.setdefault(task, Counter())[reason] += count
    totals.rejected = dict(sorted(rejected.items(), key=lambda item: (item[0] != RECORDS, item[0])))
    totals.scenes = [SceneTotal(*partition, per_scene[partition]) for partition in sorted(per_scene)]
    for dataset, scene in lake.partitions("quarantine"):
        totals.quarantine += lake.read("quarantine", dataset, scene).to_pylist()
    return totals


def _counts(lake: Lake, table: str, dataset: str, scene: str) -> dict[str, int]:
    meta = lake.meta(table, dataset, scene)
    return meta.counts if meta else {}
