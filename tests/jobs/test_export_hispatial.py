"""The export command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from factory.exports.hispatial.reader import check_export
from factory.store.storage import Storage
from jobs import export_hispatial
from jobs.export_hispatial import main, parse
from tests.building import contents
from tests.exports.hispatial.sample_lake import write_sample_lake

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    write_sample_lake(tmp_path / "lake", tmp_path / "inputs")
    return tmp_path / "lake"


def arguments(lake: Path, *more: str) -> list[str]:
    both = ",".join(f"{source}={lake.parent / 'inputs' / source}" for source in ("photos", "scannet"))
    return ["--root", str(lake), "--out", str(lake.parent / "out"), "--input", both, *more]


@pytest.mark.slow
def test_the_command_exports_checks_and_sums_up(lake: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "jobs/export_hispatial.py", *arguments(lake, "--chat")],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "140"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "nothing wrong" in done.stdout and "problem_solving: the wild layout has no such type" in done.stdout
    assert not check_export(tmp_path / "out").findings
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"train", "val", "chat", "README.txt"}


def test_one_source_needs_no_names(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--source", "photos", "--layout", "wild", "--input", str(tmp_path / "inputs" / "photos")]
    assert main(arguments(lake, *more)) == 0
    assert set(check_export(tmp_path / "out").samples) == {"wild"}
    assert "scannet" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--source", "photo"], "no questions about pictures there"),
        (["--input", "photos=x"], "--input says nothing of scannet"),
        (["--input", "x"], "--input says nothing of photos, scannet"),
        (["--source", "photos", "--input", "nowhere"], "no such folder"),
    ],
)
def test_wrong_input_is_said_in_a_line(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert main(arguments(lake, *more)) == 1
    error = capsys.readouterr().err
    assert words in error and len(error.splitlines()) == 1
    assert not list((tmp_path / "out").glob("*"))


def test_a_failed_export_leaves_the_earlier_one(lake: Path, tmp_path: Path) -> None:
    assert main(arguments(lake)) == 0
    before = contents(tmp_path / "out")
    (tmp_path / "inputs" / "photos" / "00001" / "a.jpg").unlink()
    assert main(arguments(lake)) == 1
    assert contents(tmp_path / "out") == before


@pytest.mark.slow
def test_several_processes_write_the_same_bytes(lake: Path, tmp_path: Path) -> None:
    assert main(arguments(lake, "--chat")) == 0
    alone = contents(tmp_path / "out")
    assert main(arguments(lake, "--chat", "--processes", "2")) == 0
    assert contents(tmp_path / "out") == alone


def test_findings_have_their_own_exit_status(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export = export_hispatial.export_hispatial

    def misplacing(*args: object, **options: object) -> object:
        summary = export(*args, **options)  # type: ignore[arg-type]
        shard = next((tmp_path / "out").glob("train/wild/*/*.tar"))
        shutil.copy(shard, tmp_path / "out" / "train" / "lost.tar")
        return summary

    monkeypatch.setattr(export_hispatial, "export_hispatial", misplacing)
    assert main(arguments(lake)) == 3
    out = capsys.readouterr().out
    assert "train/lost.tar: place: " in out and "1 findings" in out


def test_options_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text('root = "lake"\ninput = "in"\nchat = true\n')
    options = parse(["--config", str(tmp_path / "job.toml"), "--out", "x"])
    assert options.root == "lake" and options.chat and not options.stand_ins


def test_a_lake_without_pictures_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lake").mkdir()
    assert Storage(tmp_path / "lake").scan() == []
    assert main(arguments(tmp_path / "lake")) == 1
    assert "no questions about pictures" in capsys.readouterr().err
