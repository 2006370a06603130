"""Which questions a gallery shows: few, spread evenly over formats and scenes, the same every time."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from factory.store.lake import Lake, Track
from schemas.qa import QARow

T = TypeVar("T")

PER_TASK = 12
MAX_SCENES = 24


def spread(items: Sequence[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """At most `count` items at even distances, first and last included."""
    if len(items) <= count:
        return list(items)
    return [items[i * (len(items) - 1) // (count - 1)] for i in range(count)]


def choose_samples(lake: Lake, track: Track = iter) -> dict[str, list[QARow]]:
    """Samples per task, ordered by format. Reads `MAX_SCENES` partitions at most."""
    scenes = spread(lake.partitions("qa"), MAX_SCENES)
    # (task, format) -> per scene its first rows; rows are sorted by their ids, which are digests
    rows: dict[tuple[str, str], list[list[QARow]]] = {}
    for dataset, scene in track(scenes):
        table = lake.read_verified("qa", dataset, scene)
        groups = table.group_by(["task", "format"]).aggregate([]).to_pylist()
        for group in groups:
            chosen = _first(table, group["task"], group["format"])
            rows.setdefault((group["task"], group["format"]), []).append(chosen)
    return {
        task: mix({f: rows[t, f] for t, f in sorted(rows) if t == task}, lambda row: row.format)
        for task in sorted({t for t, _ in rows})
    }


def _first(table: pa.Table, task: str, form: str) -> list[QARow]:
    of_both = pc.and_(pc.equal(table["task"], task), pc.equal(table["format"], form))
    return [QARow.model_validate(row) for row in table.filter(of_both).slice(0, PER_TASK).to_pylist()]


def mix(by_format: dict[str, list[list[T]]], format_of: Callable[[T], str]) -> list[T]:
    """`PER_TASK` rows of one task: as many of each format as there are, each from as many scenes as there are."""
    queues = [_round_robin(_rotated(scenes, i)) for i, scenes in enumerate(by_format.values())]
    chosen = _round_robin(queues)[:PER_TASK]
    order = list(by_format)
    return sorted(chosen, key=lambda row: order.index(format_of(row)))


def _rotated(scenes: list[list[T]], start: int) -> list[list[T]]:
    # Formats of one fact stand in the same scene: starting each format elsewhere shows more of the lake.
    start %= len(scenes)
    return scenes[start:] + scenes[:start]


def _round_robin(queues: list[list[T]]) -> list[T]:
    longest = max(map(len, queues))
    return [queue[i] for i in range(longest) for queue in queues if i < len(queue)]
