"""The table of `jobs/stats.py`."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from factory.bench.sample import EvenSample, answer_class
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


def test_a_draw_takes_rows_of_all_scenes(lake: Lake) -> None:
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


def number_row(number: int, value: float) -> dict[str, object]:
    row = {"format": "fill", "unit": "m", "values": [value], "answer": f"{value:.1f}"}
    return row | {"qa_id": hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()}


def test_a_draw_makes_rare_answers_as_frequent_as_common_ones() -> None:
    sample = EvenSample(90)
    lengths = np.random.default_rng(0).choice([0.5, 1.5, 4.5], size=2000, p=[0.8, 0.18, 0.02])
    for number, length in enumerate(lengths.tolist()):
        sample.add(number_row(number, length))
    assert sample.count == 2000
    assert Counter(row["answer"] for row in sample.rows()) == {"0.5": 30, "1.5": 30, "4.5": 30}
    ids = [row["qa_id"] for row in sample.rows()]
    assert ids == sorted(ids) and ids == [row["qa_id"] for row in sample.rows()]


def test_what_is_missing_is_taken_from_the_others() -> None:
    sample = EvenSample(10)
    for number, length in enumerate([0.5] * 2 + [4.5] * 50):
        sample.add(number_row(number, length))
    assert Counter(row["answer"] for row in sample.rows()) == {"0.5": 2, "4.5": 8}


def test_without_a_limit_all_rows_stay() -> None:
    sample = EvenSample(None)
    for number in range(30):
        sample.add(number_row(number, 0.5))
    assert len(sample.rows()) == 30


def test_answers_have_classes() -> None:
    letter = {"format": "select", "unit": "m", "values": [1.0], "answer": "C"}
    assert answer_class(letter) == ("C",)
    box = {"format": "fill", "unit": "0-1000", "values": [1.0, 2.0, 3.0, 4.0], "answer": "[1, 2, 3, 4]"}
    assert answer_class(box) == ()
    move = {"format": "fill", "unit": "none", "values": [0.3, 0.0, -0.4, 30.0, 5.0], "answer": ""}
    assert answer_class(move) == answer_class(number_row(0, 0.5)) != answer_class(number_row(0, 0.7))
