"""Golden rows: a few facts of every task in words. `python -m tests.wording.golden_rows` writes them anew.

Read the diff before it is committed: these rows are what the data set sounds like.
"""

import json
from pathlib import Path

from tests.wording.sample_facts import TASKS, make_facts, render

PATH = Path(__file__).parent / "golden" / "rows.jsonl"
_FACTS = 4


def golden_lines() -> list[str]:
    lines = []
    for task in TASKS:
        for row in render(task, make_facts(task, _FACTS, seed=7), seed=1).table.to_pylist():
            lines.append(json.dumps(row, ensure_ascii=False))
    return lines


if __name__ == "__main__":
    PATH.write_text("\n".join(golden_lines()) + "\n", encoding="utf-8")
