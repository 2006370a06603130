"""What a build reports to Prometheus through Ray while it runs; scraped at the metrics port of the driver's node.

Ray puts `ray_` before the names. A histogram's `_sum` is estimated from its buckets by Ray's agent, so seconds are
summed up in counters of their own.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from factory.pipeline.result import StageResult


class Metric(NamedTuple):
    """A metric's kind, the labels it carries, and what it says."""

    kind: Literal["Counter", "Gauge", "Histogram"]
    labels: tuple[str, ...]
    description: str


METRICS = {
    "spatial_qa_scenes_total": Metric(
        "Counter", ("source", "stage", "status"), "scenes (shards of pictures) done, by the last stage that they met"
    ),
    "spatial_qa_quarantined_total": Metric(
        "Counter", ("source", "stage", "error"), "scenes (shards) put into quarantine, by class of error"
    ),
    "spatial_qa_rows_total": Metric("Counter", ("source", "task"), "questions written"),
    "spatial_qa_busy_seconds_total": Metric("Counter", ("source", "stage"), "wall time that workers spent in a stage"),
    "spatial_qa_cpu_seconds_total": Metric("Counter", ("source", "stage"), "CPU time that workers spent in a stage"),
    "spatial_qa_stage_seconds": Metric("Histogram", ("source", "stage"), "wall time of a stage on one scene (shard)"),
    "spatial_qa_scenes_left": Metric("Gauge", ("source",), "scenes (shards) of the plan that are not done"),
    "spatial_qa_peak_memory_mb": Metric("Gauge", ("source", "stage"), "highest peak memory of a worker, in MB"),
}
_STAGE_SECONDS = [0.1, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600]


class BuildMetrics:
    """The metrics of one build of one source; costs nothing where this process is connected to no Ray."""

    def __init__(self, source: str, scenes: int) -> None:
        """scenes : how many the plan will build."""
        self._source = source
        self._left = scenes
        self._peak_mb: dict[str, float] = {}
        self._metrics = _connected_metrics()
        self._set("spatial_qa_scenes_left", scenes)

    def observe(self, results: Sequence[StageResult]) -> None:
        """Takes all results of one scene, at least one, in the order of the stages."""
        if not self._metrics:
            return
        self._left -= 1
        self._set("spatial_qa_scenes_left", self._left)
        last = results[-1]
        self._count("spatial_qa_scenes_total", 1, stage=last.stage, status=last.status)
        for result in results:
            stage = result.stage
            if result.status == "quarantined":
                self._count("spatial_qa_quarantined_total", 1, stage=stage, error=result.error)
            self._count("spatial_qa_busy_seconds_total", result.seconds, stage=stage)
            self._count("spatial_qa_cpu_seconds_total", result.cpu_seconds, stage=stage)
            self._observe("spatial_qa_stage_seconds", result.seconds, stage=stage)
            self._peak_mb[stage] = max(self._peak_mb.get(stage, 0.0), result.peak_memory_mb)
            self._set("spatial_qa_peak_memory_mb", self._peak_mb[stage], stage=stage)
            for name, count in result.counts.items():
                kind, _, what = name.partition(": ")
                if kind == "rows":
                    self._count("spatial_qa_rows_total", count, task=what.rpartition(" ")[0])

    def _count(self, name: str, value: float, **labels: str) -> None:
        if value > 0:  # Ray refuses to add nothing
            self._metrics[name].inc(value, {"source": self._source, **labels})

    def _observe(self, name: str, value: float, **labels: str) -> None:
        self._metrics[name].observe(value, {"source": self._source, **labels})

    def _set(self, name: str, value: float, **labels: str) -> None:
        if self._metrics:
            self._metrics[name].set(value, {"source": self._source, **labels})


def _connected_metrics() -> dict[str, Any]:
    import ray

    if not ray.is_initialized():
        return {}
    from ray.util import metrics

    return {
        name: metrics.Histogram(name, metric.description, boundaries=_STAGE_SECONDS, tag_keys=metric.labels)
        if metric.kind == "Histogram"
        else getattr(metrics, metric.kind)(name, metric.description, tag_keys=metric.labels)
        for name, metric in METRICS.items()
    }
