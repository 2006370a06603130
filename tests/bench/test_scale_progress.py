"""The clock of a build: rows, the start, and what a scene takes once all workers are at work."""

import os
import time
from pathlib import Path

import pytest

from factory.bench.scale_progress import Progress
from factory.bench.scale_run import Run, growth
from factory.errors import DataError
from factory.pipeline.result import StageResult

DONE = StageResult(scene_id="scene0000_00", stage="qa", status="built", counts={"rows: depth fill": 3, "kept: x": 9})


@pytest.mark.parametrize("before, steady", [(-50, 0.25), (20, (104.75 - 20) / 18)])  # old records, new ones
def test_the_start_is_told_apart(tmp_path: Path, before: float, steady: float) -> None:
    progress = Progress(tmp_path)
    for scene in range(20):
        for table, seconds in (("views", before), ("qa", 100 + scene / 4)):
            path = tmp_path / f"{table}/dataset=scannet/scene={scene}/data.parquet"
            path.parent.mkdir(parents=True)
            path.touch()
            os.utime(path, (0, time.time() + seconds))
    progress.follow([DONE] for _ in range(20))  # all at once, after the last one
    assert progress.scenes == 20 and progress.rows == 60
    assert progress.first == pytest.approx(100, abs=1)
    assert progress.seconds == pytest.approx(104.75, abs=1)
    assert progress.steady() == pytest.approx(steady, abs=0.05)


def test_a_scene_that_is_not_built_ends_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="scene0000_00: no mesh"):
        Progress(tmp_path).follow([[DONE], [DONE.model_copy(update={"status": "quarantined", "message": "no mesh"})]])


def test_growth_of_either_part_is_told() -> None:
    def run(scenes: int, plan: float, steady: float) -> Run:
        return Run(scenes, 2, plan, 1.0, 10.0, steady, 10, 100.0, 100.0)

    small = run(100, 1.0, 0.1)
    assert growth(small, run(1000, 10.0, 0.1)).conditions.startswith("as it should be")
    for large, value in ((run(1000, 10.0, 0.2), 2.0), (run(1000, 30.0, 0.1), 3.0)):
        figure = growth(small, large)
        assert figure.value == pytest.approx(value) and figure.conditions.startswith("TOO MUCH")
