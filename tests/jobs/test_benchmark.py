"""The benchmark of web pictures: every part gives its figures, and they are of what was measured."""

import json
import time
from pathlib import Path

import pytest

from factory.bench.speed import Laps, best_cpu
from jobs.benchmark import main
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import write_tiny_stack


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict]:
    assert main([*arguments, "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(figure["value"] > 0 for figure in found)
    return {f"{figure['name']} [{figure['unit']}]": figure for figure in found}


def test_pictures_and_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = write_pictures(tmp_path / "photos", 5)
    (photos / "broken.jpg").write_bytes(b"no image")
    stack = write_tiny_stack(tmp_path / "stack.toml")
    found = figures(
        capsys, "web-index", "web-models", "--photos", str(photos), "--stack-config", str(stack), "--masks", "box"
    )
    assert found["index [pictures/CPU s]"]["conditions"].startswith("6 pictures, 5 of them kept")
    roles = ("depth, TinyDepth", "detector, TinyDetector", "segmenter, BoxMasks", "gravity, TinyGravity")
    speeds = {role: found[f"{role} [pictures/CPU s]"]["value"] for role in (*roles, "all models")}
    assert speeds["all models"] < min(speeds[role] for role in roles)
    whole = 1 / speeds["all models"] - sum(1 / speeds[role] for role in roles)
    others = ("resizing, maps and masks", "classifier, TinyClassifier")
    assert whole == pytest.approx(sum(1 / found[f"{name} [pictures/CPU s]"]["value"] for name in others))


def test_packaged_photographs_serve_where_none_are_given(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = figures(capsys, "web-index").values()
    assert found["conditions"].startswith("7 pictures, 7 of them kept")


@pytest.mark.slow
def test_questions_step_by_step(four_scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "web-questions", "--input", str(four_scans))
    steps = {name for name in found if name.startswith("questions: ")}
    names = ("lifting", "references", "tasks", "wording", "problems", "tables and writing")
    assert steps == {f"questions: {name} [ms of CPU]" for name in names}
    assert "8 items" in found["questions from stored pictures to Parquet [rows/CPU s]"]["conditions"]


def test_a_plan_of_unchanged_scenes(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "plan", "--scenes", "6")
    assert found["plan of 6 unchanged scenes, lake on disk [s]"]["conditions"].startswith("309 files per scene")


@pytest.mark.slow
def test_a_release_of_many_scenes(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "release", "--scenes", "5", "--facts", "2")
    (rows,) = {name.split()[2] for name in found if name.startswith("release of")}
    assert int(rows.replace(",", "")) > 500
    assert set(found) == {
        f"{what} of {rows} rows{which}" for what in ("release", "check") for which in (" [s]", ": peak memory [MB]")
    }


@pytest.mark.chaos
@pytest.mark.timeout(600)  # on a machine that does much else
def test_growing_numbers_of_scenes_on_ray(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "scale", "--scenes", "3,9", "--workers", "1")
    assert found["9 scenes, 1 workers: throughput [rows/s]"]["conditions"].endswith("cores")
    memory = [found[f"{scenes} scenes, 1 workers: driver's peak memory [MB]"]["value"] for scenes in (3, 9)]
    assert 50 < memory[0] < 1.2 * memory[1]
    assert "3 -> 9 scenes, 1 workers: growth of the time per scene [x]" in found


@pytest.mark.chaos
@pytest.mark.timeout(600)  # on a machine that does much else
def test_ray_beside_plain_processes(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys, "ray", "--scenes", "4", "--workers", "2")
    rows = [found[f"{name}: steady [rows/s]"]["value"] for name in ("Ray", "plain processes")]
    share = found["Ray's share of plain throughput, steady [%]"]["value"]
    assert share == pytest.approx(100 * rows[0] / rows[1])


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["web-indices"], "no benchmark web-indices, there are load"),
        (["web-questions"], "--input is needed"),
        ([], "--input is needed"),
        (["plan", "--scenes", "0"], "invalid numbers value: '0'"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2 and words in capsys.readouterr().err
    (tmp_path / "a.jpg").write_bytes(b"no image")
    assert main(["web-index", "--photos", str(tmp_path)]) == 1
    assert "no picture that can be used" in capsys.readouterr().err


def test_clocks_count_work_and_not_waiting() -> None:
    laps = Laps()
    laps.of("waiting", time.sleep, 0.1)
    assert laps.of("work", sum, range(2_000_000)) > 0
    laps.of("work", sum, range(2_000_000))
    assert laps.seconds["waiting"] < 0.05 < 10 * laps.seconds["work"]
    assert best_cpu(lambda: time.sleep(0.02)) < 0.02
