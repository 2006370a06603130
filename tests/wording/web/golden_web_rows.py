"""Golden rows: facts of every web task in words. `python -m tests.wording.web.golden_web_rows` writes them anew.

Read the diff before it is committed: these rows are what the data set sounds like.
"""

import json
from pathlib import Path

from tests.wording.web.web_facts import rows_of

PATH = Path(__file__).parent / "golden" / "rows.jsonl"
_FACTS = 4


def golden_lines() -> list[str]:
    return [json.dumps(row, ensure_ascii=False) for row in rows_of(count=_FACTS)]


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text("\n".join(golden_lines()) + "\n", encoding="utf-8")
