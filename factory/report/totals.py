"""What a lake holds and what was left out of it, from the partitions' own accounts."""

from collections import Counter
from dataclasses import dataclass, field

from factory.store.lake import Lake

_ROWS, _KEPT, _REJECTED = "rows: ", "kept: ", "rejected: "
RECORDS = "frames and objects"


@dataclass
class SceneTotal:
    """One scene of the lake, or one shard of pictures; `questions` is 0 where there are records only."""

    dataset: str
    scene: str
    questions: int


@dataclass
class Totals:
    """rows : questions by task and format; kept : frames, objects, ... in the records; rejected : counts by stage or
    task, the records first, and by reason; quarantine : rows of the table; parts : what the scenes are called."""

    parts: str = "scenes"
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


def read_web_totals(lake: Lake) -> Totals:
    """Adds up the footers of all `web_images` and `web_qa` partitions; a shard takes the place of a scene."""
    totals = Totals(parts="shards")
    rejected: dict[str, Counter[str]] = {}
    images, questions = lake.partitions("web_images"), lake.partitions("web_qa")
    per_shard = Counter(dict.fromkeys([*images, *questions], 0))
    for table, partitions in (("web_images", images), ("web_qa", questions)):
        for dataset, shard in partitions:
            for name, count in _counts(lake, table, dataset, shard).items():
                kind, _, rest = name.partition(": ")
                if kind == "rows":
                    task, _, form = rest.rpartition(" ")
                    totals.rows.setdefault(task, Counter())[form] += count
                    per_shard[dataset, shard] += count
                elif kind == "kept":
                    totals.kept[rest] += count
                elif kind == "rejected":
                    place, _, reason = rest.partition(": ")
                    rejected.setdefault(place, Counter())[reason or place] += count
    totals.rejected = dict(sorted(rejected.items()))
    totals.scenes = [SceneTotal(*partition, per_shard[partition]) for partition in sorted(per_shard)]
    for dataset, shard in lake.partitions("web_quarantine"):
        for row in lake.read("web_quarantine", dataset, shard).to_pylist():
            place = f"{row['shard_id']}, {row['image_id']}" if row["image_id"] else row["shard_id"]
            totals.quarantine.append(row | {"scene_id": place})
    return totals


def _counts(lake: Lake, table: str, dataset: str, scene: str) -> dict[str, int]:
    meta = lake.meta(table, dataset, scene)
    return meta.counts if meta else {}
