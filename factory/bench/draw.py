"""Draws a benchmark from a lake: the 20 tasks of SPAR-Bench, from scenes that are held out for validation."""

from collections import defaultdict

from factory.bench.chance import benchmark_format
from factory.bench.sample import EvenSample
from factory.errors import DataError
from factory.exports.spar_scorer import TASKS
from factory.store.lake import Lake, Track
from schemas.qa import QARow

SPLIT = "val"


def draw_benchmark(lake: Lake, rows_per_task: int, track: Track) -> list[QARow]:
    """Rows by task and id: of each task, in the format in which the benchmark asks it, at most `rows_per_task`, with
    answers as even as the lake allows.

    Scenes for training or for the hidden test are never looked at. Raises DataError when no scene is for validation.
    """
    samples = {task: EvenSample(rows_per_task) for task in sorted(TASKS)}
    scenes: dict[str, int] = defaultdict(int)
    for dataset, scene in track(lake.partitions("qa")):
        split = lake.read("scenes", dataset, scene).column("split")[0].as_py()
        scenes[split] += 1
        if split != SPLIT:
            continue
        for row in lake.read_verified("qa", dataset, scene).to_pylist():
            if row["task"] in samples and row["format"] == benchmark_format(row["task"]):
                samples[row["task"]].add(row)
    if not scenes[SPLIT]:
        found = ", ".join(f"{count} for {split}" for split, count in sorted(scenes.items()) if count) or "none"
        raise DataError(
            f"{lake.storage.url}: a benchmark is drawn from scenes for validation, the lake has {found}; put the data "
            "set's split lists beside its scenes and build those of the validation list"
        )
    return [QARow.model_validate(row) for task in samples for row in samples[task].rows()]
