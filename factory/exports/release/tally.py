"""Counts of a release's rows, and how their answers are distributed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from factory.bench.chance import Answered, benchmark_format, chance
from factory.exports.release.manifest import Answers, Count, Place, Rows
from factory.exports.release.spill import Group

LOOKED_AT = 2000
PLACE_COLUMN: dict[Rows, str] = {"qa": "scene_id", "web_qa": "shard_id"}
_FREE_TEXT = ("sentence", "text", "cot")
_LETTERS = ("select", "mcq")
_COLUMNS = ["source", "qa_id", "format", "answer", "options", "values"]


def tally_columns(table: Rows) -> list[str]:
    """The columns that a tally looks at."""
    return [*_COLUMNS, PLACE_COLUMN[table]]


class Tally:
    """Takes rows of groups, each group in the order of its ids: the first are the sample that is looked at."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Group, str, str]] = Counter()
        self._places: dict[tuple[Rows, str, str], Counter[str]] = defaultdict(Counter)
        self._heads: dict[tuple[Rows, str, str], dict[str, list[dict[str, Any]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, group: Group, rows: pa.Table) -> None:
        """Takes rows with (at least) the columns of `tally_columns`."""
        place = PLACE_COLUMN[group.table]
        for row in rows.group_by(["source", "format", place]).aggregate([([], "count_all")]).to_pylist():
            self._counts[group, row["source"], row["format"]] += row["count_all"]
            self._places[group.table, row["source"], row[place]][group.split] += row["count_all"]
        for form in sorted(pc.unique(rows["format"]).to_pylist()):
            head = self._heads[group.table, group.task, form][group.split]
            if len(head) < LOOKED_AT:
                found = rows.select(_COLUMNS).filter(pc.equal(rows["format"], form))
                head += found.slice(0, LOOKED_AT - len(head)).to_pylist()

    def counts(self) -> list[Count]:
        """Rows by table, task, split, source and format, in order."""
        return [
            Count(table=group.table, source=source, task=group.task, format=form, split=group.split, rows=rows)
            for (group, source, form), rows in sorted(self._counts.items())
        ]

    def places(self, rooms: Mapping[tuple[Rows, str, str], Sequence[str]]) -> list[Place]:
        """Scenes and shards, in order; rooms : of each."""
        return [
            Place(
                table=key[0],
                source=key[1],
                scene=key[2],
                rooms=list(rooms.get(key, ())),
                rows=dict(sorted(rows.items())),
            )
            for key, rows in sorted(self._places.items())
        ]

    def answers(self) -> list[Answers]:
        """The distribution of each task and format, in order."""
        found = []
        for (table, task, form), heads in sorted(self._heads.items()):
            rows = sorted((row for head in heads.values() for row in head), key=lambda row: row["qa_id"])[:LOOKED_AT]
            level = None
            if form not in _FREE_TEXT:
                # Rules of the benchmark are for the format in which it asks a task.
                rules = task if form == benchmark_format(task) else ""
                level = chance(rules, [Answered(row["answer"], len(row["options"] or [])) for row in rows])
            found.append(
                Answers(
                    table=table,
                    task=task,
                    format=form,
                    rows=len(rows),
                    balance=_balance(form, rows),
                    random=level and level.random,
                    frequent=level and level.frequent.score,
                    constant=level and level.constant.score,
                )
            )
        return found


def _balance(form: str, rows: Sequence[dict[str, Any]]) -> str:
    """Shares of letters or of yes and no, the spread of single numbers, or the number of different answers."""
    answers = Counter(row["answer"] for row in rows)
    if form in _LETTERS or set(answers) <= {"Yes", "No"}:
        return " ".join(f"{name} {count / len(rows):.0%}" for name, count in sorted(answers.items()))
    values = [row["values"][0] for row in rows if row["values"] and len(row["values"]) == 1]
    if len(values) == len(rows):
        low, middle, high = np.quantile(np.abs(values), (0.05, 0.5, 0.95))
        return f"5 % {low:.2g}, median {middle:.2g}, 95 % {high:.2g}"
    return f"{len(answers):,} different answers"
