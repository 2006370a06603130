"""The table of `jobs/stats.py`."""

import json
from pathlib import Path

import pytest

from factory.bench.statistics import lake_statistics
from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.stats import main
from tests.exports.sample_rows import SCENES, sample_rows, write_lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return write_lake(tmp_path / "lake", {scene: sample_rows(scene) for scene in SCENES})


def test_every_task_and_format_is_counted(lake: Lake) -> None:
    found = lake_statistics(lake, None, iter)
    assert [(one.task, one.format) for one in found] == sorted((r.task, r.format) for r in sample_rows(SCENES[0]))
    assert {(one.rows, one.scenes) for one in found} == {(2, 2)}
    assert all((one.chance is None) == (one.format == "sentence") for one in found)


def test_balance_says_letters_words_and_spread(lake: Lake) -> None:
    balance = {(one.task, one.format): one.balance for one in lake_statistics(lake, None, iter)}
    assert (
        balance["obj_spatial_relation_oo", "select"]
        == "A 0% B 100% C 0% D 0%; left 0% right 100%; closer 0% farther 100%"
    )
    assert balance["obj_spatial_relation_oo", "judge"] == "Yes 0% No 100%"
    assert balance["depth_prediction_oo", "fill"] == "5 % 0.42, median 0.42, 95 % 0.42"
    assert balance["position_matching", "fill"] == "1 different answers"


def test_a_draw_takes_the_smallest_ids_of_all_scenes(lake: Lake) -> None:
    drawn = lake_statistics(lake, 1, iter)
    assert {one.chance.rows for one in drawn if one.chance} == {1}
    assert {one.rows for one in drawn} == {2}
    assert lake_statistics(lake, 1, iter) == drawn


def test_the_job_prints_a_table_or_json(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    root = lake.storage.url
    assert main(["--root", root, "--benchmark"]) == 0
    printed = capsys.readouterr().out
    assert "position_matching" in printed and "judge" not in printed
    assert "SPAR-Bench: 8 of its 20 tasks" in printed
    assert main(["--root", root, "--json", "--rows", "1"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == len(sample_rows(SCENES[0]))


def test_an_empty_lake_and_odd_numbers_are_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 1
    assert "build it first" in capsys.readouterr().err
    assert main(["--root", str(tmp_path), "--rows", "0"]) == 1
    assert Lake(Storage(tmp_path)).partitions("qa") == []
