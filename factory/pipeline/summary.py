"""What a build did, added up as results come in, and as tables for a tired human."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from factory.pipeline.plan import Plan
from factory.pipeline.result import StageResult

if TYPE_CHECKING:  # the builds of scenes and of pictures need each other for nothing else
    from factory.pipeline.web_plan import WebPlan

_SHOWN_REASONS = 40
_EXAMPLES = 3


class Summary:
    """Adds up stage results; memory does not grow with the number of good scenes.

    parts : what the scenes of a build are called, `shards` for web images.
    """

    def __init__(self, parts: str = "scenes") -> None:
        self._parts = parts
        self.kept: Counter[str] = Counter()
        self.scenes: Counter[str] = Counter()
        self.rows: Counter[tuple[str, str]] = Counter()
        self.rejected: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.cpu_seconds: Counter[str] = Counter()
        self.peak_memory_mb = 0.0
        self.quarantined: list[StageResult] = []
        self.bad_pictures: Counter[str] = Counter()

    def add(self, results: Iterable[StageResult]) -> None:
        """Takes all results of one scene."""
        status = "unchanged"
        for result in results:
            self.seconds[result.stage] += result.seconds
            self.cpu_seconds[result.stage] += result.cpu_seconds
            self.peak_memory_mb = max(self.peak_memory_mb, result.peak_memory_mb)
            if result.status == "quarantined":
                self.quarantined.append(result)
            if result.status != "unchanged":
                status = result.status
            for name, count in result.counts.items():
                kind, _, rest = name.partition(": ")
                if kind == "rows":
                    task, _, form = rest.rpartition(" ")
                    self.rows[task, form] += count
                elif kind == "rejected":
                    self.rejected[rest] += count
                elif kind == "in quarantine":
                    self.bad_pictures[rest] += count
                elif kind in ("kept", "estimated"):
                    self.kept[f"{rest} {kind}"] += count
        self.scenes[status] += 1

    @property
    def failed(self) -> bool:
        """Whether anything is in quarantine."""
        return bool(self.quarantined or self.bad_pictures)

    def render(self, skipped: int, wall_seconds: float) -> RenderableType:
        """The summary tables; `skipped` scenes were up to date and not touched."""
        parts: list[RenderableType] = []
        if self.rows:
            parts.append(self._rows_table())
        if self.rejected:
            parts.append(self._rejected_table())
        if self.failed:
            parts.append(self._quarantine_table())
        stages = ", ".join(
            f"{stage} {self.seconds[stage]:.1f} s ({self.cpu_seconds[stage]:.1f} s CPU)"
            for stage in sorted(self.seconds)
        )
        kept = "".join(f"; {name}: {count:,}" for name, count in sorted(self.kept.items()))
        parts.append(
            Text(
                f"{self._parts}: {self.scenes['built']} built, "
                f"{skipped + self.scenes['unchanged']} skipped (up to date), "
                f"{self.scenes['quarantined']} quarantined; rows: {self.rows.total():,}{kept}\n"
                f"wall time {wall_seconds:.1f} s; {stages or 'no stage ran'}; "
                f"peak memory of a worker {self.peak_memory_mb:,.0f} MB"
            )
        )
        return Group(*parts)

    def _rows_table(self) -> Table:
        formats = sorted({form for _, form in self.rows})
        table = Table(
            Column("task", no_wrap=True), *formats, "all", title="rows per task and format", title_justify="left"
        )
        for column in table.columns[1:]:
            column.justify = "right"
        for task in sorted({task for task, _ in self.rows}):
            counts = [self.rows[task, form] for form in formats]
            table.add_row(task, *(f"{count:,}" if count else "" for count in counts), f"{sum(counts):,}")
        return table

    def _rejected_table(self) -> Table:
        table = Table("rejected", "count", title="rejected, by reason", title_justify="left")
        table.columns[1].justify = "right"
        for reason, count in sorted(self.rejected.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN_REASONS]:
            table.add_row(reason, f"{count:,}")
        if len(self.rejected) > _SHOWN_REASONS:
            table.add_row(
                f"... and {len(self.rejected) - _SHOWN_REASONS} more reasons, in the partitions' metadata", ""
            )
        return table

    def _quarantine_table(self) -> Table:
        table = Table(self._parts[:-1], "stage", "why", title="quarantined", title_justify="left", show_lines=True)
        for result in sorted(self.quarantined, key=lambda result: result.scene_id):
            table.add_row(result.scene_id, result.stage, Text(f"{result.error}: {result.message}"))
        for message, count in sorted(self.bad_pictures.items()):
            table.add_row(f"{count:,} pictures", "", Text(message))
        return table


def render_plan(plan: "Plan | WebPlan", parts: str = "scenes") -> RenderableType:
    """The plan: how many partitions per stage and reason, with examples; `parts` as in `Summary`."""
    reasons = plan.reasons()
    unchanged = sum(step.action == "none" for step in plan.steps)
    if not reasons:
        return Text(f"plan: nothing to do, {unchanged} {parts} are up to date")
    table = Table("stage", "reason", parts, "such as", title="plan", title_justify="left")
    table.columns[2].justify = "right"
    for (stage, reason), scenes in reasons.items():
        table.add_row(stage, reason, f"{len(scenes):,}", ", ".join(scenes[:_EXAMPLES]))
    return Group(table, Text(f"{unchanged} {parts} are up to date"))
