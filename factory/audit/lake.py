"""The audit of a lake, partition by partition."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import pyarrow as pa

from factory.audit.balance import check_balance
from factory.audit.findings import Finding, Kind, Report
from factory.audit.registry import AUDITS
from factory.audit.scene import report_scene
from factory.audit.web.balance import check_web_balance
from factory.audit.web.registry import WEB_AUDITS
from factory.audit.web.shard import report_shard
from factory.errors import DataError
from factory.store.lake import Lake, Track
from factory.store.storage import Storage

EXAMPLES = 3
RECORDS = {"qa": ("scenes", "objects", "views"), "web_qa": ("web_images", "web_objects")}
"""The tables of questions, and those that their answers follow from."""


@dataclass
class LakeReport:
    """The sum over all partitions. Of each kind of finding per task only the first `examples` are kept, `counts` all.

    unasked : scenes and shards that have records and no questions.
    """

    partitions: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    counts: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    examples: dict[tuple[str, Kind], list[tuple[str, Finding]]] = field(default_factory=dict)
    unasked: list[str] = field(default_factory=list)

    def add(self, scene: str, report: Report) -> None:
        """Takes in one partition."""
        self.partitions += 1
        self.rows += report.rows
        self.checked += report.checked
        self.wrong += report.wrong
        self.answers += report.answers
        self.note(scene, report.findings)

    def note(self, scene: str, findings: list[Finding]) -> None:
        """Counts findings and keeps the first of each kind."""
        for finding in findings:
            key = (finding.task, finding.kind)
            self.counts[key] += 1
            examples = self.examples.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append((scene, finding))

    @property
    def is_clean(self) -> bool:
        """Whether there are rows, every answer was re-derived, and nothing is wrong."""
        return self.rows.total() > 0 and self.rows == self.checked and not self.counts


def audit_lake(root: str, processes: int = 1, track: Track = iter) -> LakeReport:
    """Audits every partition of `qa` and `web_qa` under a root (a folder or a bucket), one in memory per process.

    `track` wraps the list of partitions, to show progress.
    """
    lake = Lake(Storage(root))
    asked = [(table, *key) for table in RECORDS for key in lake.partitions(table)]
    result = LakeReport()
    known = set(asked)
    for table, records in RECORDS.items():
        result.unasked += [
            scene for key in lake.partitions(records[-1]) if (table, *key) not in known for scene in key[1:]
        ]
    shown = track([(dataset, scene) for _, dataset, scene in asked])
    for (dataset, scene), report in zip(shown, _reports(root, asked, processes), strict=True):
        result.add(f"{dataset}/{scene}", report)
    of_web = Counter({key: count for key, count in result.answers.items() if key[0] in WEB_AUDITS})
    options = {name: audit.options for name, audit in AUDITS.items()}
    result.note("", check_balance(result.answers - of_web, options) + check_web_balance(of_web))
    return result


def _reports(root: str, partitions: list[tuple[str, str, str]], processes: int) -> Iterator[Report]:
    jobs = [(root, *partition) for partition in partitions]
    if processes <= 1 or len(jobs) <= 1:
        yield from map(audit_partition, jobs)
        return
    # Arrow runs threads, which a forked process would lack.
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(audit_partition, jobs)


def audit_partition(job: tuple[str, str, str, str]) -> Report:
    """The audit of (root, table of questions, dataset, scene). What cannot be read is a finding."""
    root, asked, dataset, scene = job
    lake = Lake(Storage(root))
    tables, findings = [], []
    for table in (*RECORDS[asked], asked):
        try:
            tables.append(lake.read_verified(table, dataset, scene))
        except FileNotFoundError:
            findings.append(Finding(Kind.MISSING, "", "", f"table {table}", "no partition", "one for every scene"))
        except DataError as error:
            findings.append(Finding(Kind.DIGEST, "", "", f"table {table}", str(error), "the digest in the footer"))
    if findings:
        return Report(findings=findings)
    report = report_scene(*tables) if asked == "qa" else report_shard(*tables)
    report.findings += _check_names(asked, tables[0], dataset, scene)
    report.findings += _check_counts(lake, asked, dataset, scene, report)
    return report


def _check_names(asked: str, records: pa.Table, dataset: str, scene: str) -> list[Finding]:
    """Records lie under the name that they carry."""
    columns = ["source", "scene_id"] if asked == "qa" else ["source", "shard_id"]
    keys = records.select(columns).to_pylist()
    expected = dict(zip(columns, (dataset, scene), strict=True))
    wrong = [key for key in keys if key != expected]
    if not wrong and (asked == "web_qa" or len(keys) == 1):
        return []
    table = RECORDS[asked][0]
    return [Finding(Kind.METADATA, "", "", f"table {table}", f"{wrong or keys}", f"{dataset}, {scene}")]


def _check_counts(lake: Lake, asked: str, dataset: str, scene: str, report: Report) -> list[Finding]:
    """The row counts that the footer states, against the rows."""
    meta = lake.meta(asked, dataset, scene)
    stated = sum(n for name, n in meta.counts.items() if name.startswith("rows: ")) if meta else 0
    rows = report.rows.total()
    if stated == rows:
        return []
    return [Finding(Kind.METADATA, "", "", f"footer of {asked}", f"{stated} rows", f"{rows} rows")]
