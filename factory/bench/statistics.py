"""How a lake's answers are distributed: counts, balance and chance levels per task and format."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from factory.bench.chance import Answered, Chance, chance
from factory.bench.sample import EvenSample
from factory.store.lake import Lake, Track
from schemas.qa import Format

_COLUMNS = ["source", "scene_id", "qa_id", "task", "format", "answer", "options", "values", "unit"]
_WORDS = ("left", "right", "above", "below", "closer", "farther", "front", "behind")


@dataclass(frozen=True)
class TaskStatistics:
    """One task in one format. rows : all of them; scenes : of the rows looked at; balance : shares of what is
    answered, as a line to read; chance : None for sentences, whose answers are no short strings."""

    task: str
    format: Format
    rows: int
    scenes: int
    balance: str
    chance: Chance | None


def lake_statistics(lake: Lake, limit: int | None, track: Track) -> list[TaskStatistics]:
    """Statistics of every task and format, ordered by name; with a limit, of that many rows of each, whose answers are
    as even as the lake allows."""
    samples: dict[tuple[str, Format], EvenSample] = defaultdict(lambda: EvenSample(limit))
    for dataset, scene in track(lake.partitions("qa")):
        table = lake.read("qa", dataset, scene).select(_COLUMNS)
        table = table.append_column("choices", pc.fill_null(pc.list_value_length(table["options"]), 0))
        for row in table.to_pylist():
            samples[row["task"], row["format"]].add(row)
    found = []
    for (task, form), sample in sorted(samples.items()):
        rows = sample.rows()
        answered = [Answered(row["answer"], row["choices"]) for row in rows]
        level = None if form == "sentence" else chance(task, answered)
        scenes = len({(row["source"], row["scene_id"]) for row in rows})
        found.append(TaskStatistics(task, form, sample.count, scenes, _balance(form, rows), level))
    return found


def _balance(form: Format, rows: Sequence[dict[str, Any]]) -> str:
    """Letters and words of options, Yes and No, the spread of numbers, or the number of different answers."""
    answers = Counter(row["answer"] for row in rows)
    if form == "judge":
        return _shares(answers, ("Yes", "No"))
    if form == "select":
        letters = _shares(answers, "ABCD"[: max(row["choices"] for row in rows)])
        right = [row["options"]["ABCD".index(row["answer"])] for row in rows]
        words = Counter(word for text in right for word in text.split(", ") if word in _WORDS)
        return "; ".join([letters, *_word_shares(words, len(rows))])
    values = [row["values"][0] for row in rows if row["values"] and len(row["values"]) == 1]
    if len(values) == len(rows):
        low, middle, high = np.quantile(np.abs(values), (0.05, 0.5, 0.95))
        return f"5 % {low:.2g}, median {middle:.2g}, 95 % {high:.2g}"
    return f"{len(answers):,} different answers"


def _shares(counts: Counter[str], names: Sequence[str]) -> str:
    return " ".join(f"{name} {counts[name] / counts.total():.0%}" for name in names)


def _word_shares(words: Counter[str], rows: int) -> list[str]:
    pairs = zip(_WORDS[0::2], _WORDS[1::2], strict=True)
    return [
        f"{first} {words[first] / rows:.0%} {second} {words[second] / rows:.0%}"
        for first, second in pairs
        if words[first] or words[second]
    ]
