"""A build over pictures as the web holds them: none stops it, each is counted, memory does not grow with their number.

`SPATIAL_QA_PICTURES=2000` makes it as long as one likes.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.web.distorted_pictures import DUPLICATE, KEPT, distorted_pictures
from tests.web.tiny_models import write_tiny_stack

ROOT = Path(__file__).resolve().parents[2]
COUNT = int(os.environ.get("SPATIAL_QA_PICTURES", "600"))
GROWTH = 1.1


@pytest.mark.slow
@pytest.mark.timeout(60 + COUNT)
def test_pictures_of_all_kinds_are_counted_and_memory_stays(tmp_path: Path) -> None:
    made = distorted_pictures(COUNT)
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in made.files.items():
        (folder / name).write_bytes(data)
    stack = write_tiny_stack(tmp_path / "stack.toml")
    command = [sys.executable, str(ROOT / "jobs/benchmark.py"), "web-memory", "--json"]
    done = subprocess.run(
        [*command, "--photos", str(folder), "--stack-config", str(stack)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    found = Counter({figure["name"]: figure["value"] for figure in figures if figure["unit"] == "pictures"})
    expected = {f"rejected: picture: {reason}": count for reason, count in made.expected.items() if reason != KEPT}
    assert found == expected | {"estimated: pictures": made.expected[KEPT]}
    assert found.total() == COUNT and made.expected[DUPLICATE] > 0
    assert next(figure["value"] for figure in figures if figure["unit"] == "rows") > 20 * made.expected[KEPT]
    for stage in ("index", "models and questions"):
        half, whole = (figure["value"] for figure in figures if figure["name"] == f"peak memory, {stage}")
        assert whole <= GROWTH * half, f"{stage}: {half:.0f} MB after half of the shards, {whole:.0f} MB after all"
