"""The build command: its words, its exit status, and what a kill leaves behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.build_spar7m import configure, excluded_scenes, main, parse, quotas
from tests.building import build, contents

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "160")


def arguments(scans: Path, root: Path, *more: str) -> list[str]:
    base = ["--source", "scannet", "--input", str(scans), "--root", str(root), "--preset", "demo"]
    return [*base, "--rasterizer", "embree", *more]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--preset", "best"], "no such preset, there are demo, even, sample, spar7m"),
        (["--tasks", "depth_prediction_ox"], "depth_prediction_oc"),
        (["--source", "scanet"], "scannet"),
        (["--only", "scene=scene0777_00"], "no scene scene0777_00"),
    ],
)
def test_a_wrong_option_is_answered_with_what_would_be_right(
    four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert main(arguments(four_scans, tmp_path / "lake", *more)) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    ("more", "languages"),
    [
        ([], ["en"]),
        (["--instruction-languages", "te, hi,en-US"], ["en", "hi", "te"]),
    ],
)
def test_languages_of_instructions(four_scans: Path, tmp_path: Path, more: list[str], languages: list[str]) -> None:
    (config,) = configure(parse(arguments(four_scans, tmp_path / "lake", *more)))
    assert config.instruction_languages == languages


def test_a_language_without_known_words_is_wrong_usage(
    four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(arguments(four_scans, tmp_path / "lake", "--instruction-languages", "en,pt"))
    assert "no action words are known in 'pt', only in en, hi, te" in capsys.readouterr().err


@pytest.mark.parametrize("empty", ["scans", "scans/scene0003_00", "nowhere"])
def test_an_input_without_scenes_is_no_success(
    four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], empty: str
) -> None:
    (tmp_path / "scans").mkdir()
    folder = four_scans / "scene0003_00" if "/" in empty else tmp_path / empty
    assert main(arguments(folder, tmp_path / "lake")) == 1
    assert "give the folder that holds the scene folders" in capsys.readouterr().err


def test_a_root_that_cannot_be_is_said_in_a_line(
    four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lake").write_text("a file")
    assert main(arguments(four_scans, tmp_path / "lake")) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_tasks_can_be_chosen() -> None:
    where = ["--source", "scannet", "--input", "in", "--root", "out"]
    chosen = quotas(parse([*where, "--tasks", "depth_prediction_oc, view_change_infer"]), "scannet")
    assert set(chosen) == {"depth_prediction_oc", "view_change_infer"}
    assert set(chosen) < set(quotas(parse(where), "scannet"))


def test_several_sources_are_built_one_after_the_other_into_one_lake(
    four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = f"scannet={four_scans},procedural={four_scans}"
    assert main(["--input", both, "--root", str(tmp_path / "lake"), "--preset", "demo", "--plan"]) == 0
    out = capsys.readouterr().out
    assert out.index(" scannet ") < out.index(" procedural ") and out.count("scene0003_00, scene0004_00") == 4
    assert main(["--input", str(four_scans), "--root", str(tmp_path / "lake"), "--plan"]) == 1
    assert "which data set is it?" in capsys.readouterr().err


def test_an_exclusion_list_names_scenes_of_one_source_or_of_all(tmp_path: Path) -> None:
    file = tmp_path / "excluded.txt"
    file.write_text("scene0011_00  # of another benchmark\nscannet/scene0015_00\nscannetpp/7b6477cb95\n\n")
    assert excluded_scenes(file, "scannet") == ["scene0011_00", "scene0015_00"]
    assert excluded_scenes(file, "scannetpp") == ["7b6477cb95", "scene0011_00"]


def test_scenes_on_the_exclusion_list_are_refused_with_a_count(
    four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "excluded.txt"
    file.write_text("scene0003_01\nscannet/scene0014_00\n")
    assert main(arguments(four_scans, tmp_path / "lake", "--plan", "--exclude", str(file))) == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if "on the exclusion list" in line]
    assert "2" in line.split() and "scene0003_00, scene0014_00" in line
    assert main(arguments(four_scans, tmp_path / "lake", "--plan", "--exclude", str(tmp_path / "none.txt"))) == 1


def test_a_plan_writes_nothing(four_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(four_scans, tmp_path / "lake", "--plan")) == 0
    assert "new" in capsys.readouterr().out
    assert not (tmp_path / "lake").exists()


@pytest.mark.slow
def test_build_quarantine_prune_and_rest(
    four_scans: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    local_ray: None,
) -> None:
    import shutil

    scans, root = shutil.copytree(four_scans, tmp_path / "scans"), tmp_path / "lake"
    broken = scans / "scene0003_00" / "scene0003_00.aggregation.json"
    broken.unlink()
    assert main(arguments(scans, root)) == 3
    out = capsys.readouterr().out
    assert "3 built" in out and "1 quarantined" in out and broken.name in out
    assert "rows per task and format" in out and "rejected, by reason" in out
    shutil.rmtree(scans / "scene0003_00")
    assert main(arguments(scans, root)) == 0
    assert Lake(Storage(root)).partitions("quarantine") != []
    assert "--prune deletes" in capsys.readouterr().out
    assert main(arguments(scans, root, "--prune")) == 0
    assert Lake(Storage(root)).partitions("quarantine") == []
    capsys.readouterr()
    assert main(arguments(scans, root)) == 0
    assert "nothing to do, 3 scenes are up to date" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.timeout(900)  # two builds, each with a Ray of its own
def test_a_killed_build_is_finished_by_the_next_with_the_same_bytes(four_scans: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    options = arguments(four_scans, tmp_path / "killed", "--workers", "1")
    command = [sys.executable, str(ROOT / "jobs/build_spar7m.py"), *options]
    killed = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while not list((tmp_path / "killed").glob("views/*/*/data.parquet")) and time.monotonic() < deadline:
        assert killed.poll() is None, "the build ended before it could be killed"
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    done = len(list((tmp_path / "killed").glob("qa/*/*/data.parquet")))
    assert done < 4
    finished = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    (undisturbed,) = configure(parse(arguments(four_scans, tmp_path / "undisturbed")))
    assert [result.status for result in build(undisturbed)] == ["built"] * 8  # without Ray
    assert contents(tmp_path / "killed") == contents(tmp_path / "undisturbed")
