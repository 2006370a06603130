"""The audit of a lake, partition by partition."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from factory.audit.balance import check_balance
from factory.audit.findings import Finding, Kind, Report
from factory.audit.registry import AUDITS
from factory.audit.scene import report_scene
from factory.errors import DataError
from factory.store.lake import Lake, Track
from factory.store.storage import Storage

EXAMPLES = 3
RECORDS = ("scenes", "objects", "views")


@dataclass
class LakeReport:
    """The sum over all partitions. Of each kind of finding per task only the first `examples` are kept, `counts` all.

    unasked : scenes that have records and no questions.
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
    """Audits every `qa` partition under a root (a folder or a bucket), one in memory per process.

    `track` wraps the list of partitions, to show progress.
    """
    lake = Lake(Storage(root))
    asked = lake.partitions("qa")
    result = LakeReport()
    known = set(asked)
    result.unasked = [scene for dataset, scene in lake.partitions("views") if (dataset, scene) not in known]
    for (dataset, scene), report in zip(track(asked), _reports(root, asked, processes), strict=True):
        result.add(f"{dataset}/{scene}", report)
    options = {name: audit.options for name, audit in AUDITS.items()}
    result.note("", check_balance(result.answers, options))
    return result


def _reports(root: str, partitions: list[tuple[str, str]], processes: int) -> Iterator[Report]:
    jobs = [(root, dataset, scene) for dataset, scene in partitions]
    if processes <= 1 or len(jobs) <= 1:
        yield from map(audit_partition, jobs)
        return
    # Arrow runs threads, which a forked process would lack.
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(audit_partition, jobs)


def audit_partition(job: tuple[str, str, str]) -> Report:
    """The audit of (root, dataset, scene): digests, then rows. What cannot be read is a finding."""
    root, dataset, scene = job
    lake = Lake(Storage(root))
    tables, findings = [], []
    for table in (*RECORDS, "qa"):
        try:
            tables.append(lake.read_verified(table, dataset, scene))
        except FileNotFoundError:
            findings.append(Finding(Kind.MISSING, "", "", f"table {table}", "no partition", "one for every scene"))
        except DataError as error:
            findings.append(Finding(Kind.DIGEST, "", "", f"table {table}", str(error), "the digest in the footer"))
    if findings:
        return Report(findings=findings)
    report = report_scene(*tables)
    keys = tables[0].select(["source", "scene_id"]).to_pylist()
    if keys != [{"source": dataset, "scene_id": scene}]:
        report.findings.append(Finding(Kind.METADATA, "", "", "table scenes", f"{keys}", f"{dataset}, {scene}"))
    report.findings += _check_counts(lake, dataset, scene, report)
    return report


def _check_counts(lake: Lake, dataset: str, scene: str, report: Report) -> list[Finding]:
    """The row counts that the footer states, against the rows."""
    meta = lake.meta("qa", dataset, scene)
    stated = sum(n for name, n in meta.counts.items() if name.startswith("rows: ")) if meta else 0
    rows = report.rows.total()
    if stated == rows:
        return []
    return [Finding(Kind.METADATA, "", "", "footer of qa", f"{stated} rows", f"{rows} rows")]
