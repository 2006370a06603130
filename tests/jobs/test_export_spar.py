"""The export command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory.exports.spar_reader import read_export
from factory.store.storage import Storage
from jobs.export_spar import main
from tests.exports.sample_rows import write_sample_lake, write_scans

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    write_sample_lake(tmp_path / "lake")
    write_scans(tmp_path / "scans")
    return tmp_path / "lake"


def test_the_command_exports_and_sums_up(lake: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "jobs/export_spar.py",
            "--root",
            lake,
            "--out",
            tmp_path / "out",
            "--input",
            tmp_path / "scans",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "46 questions of 2 scenes, 4 images" in done.stdout
    assert "distance_infer_center_oo" in done.stdout
    assert len(list(read_export(tmp_path / "out"))) == 46


@pytest.mark.parametrize("mode", ["link", "copy"])
def test_images_need_the_input(lake: Path, tmp_path: Path, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--root", str(lake), "--out", str(tmp_path / "out"), "--images", mode])
    assert stopped.value.code == 2
    assert f"--images {mode} needs --input" in capsys.readouterr().err
    assert main(["--root", str(lake), "--out", str(tmp_path / "out"), "--images", "none"]) == 0


def test_wrong_input_is_an_error_in_words(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["--root", str(tmp_path / "nothing"), *out, "--images", "none"]) == 1
    assert "a lake without questions" in capsys.readouterr().err
    assert main(["--root", str(lake), *out, "--input", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: no such folder" in capsys.readouterr().err
    assert main(["--root", str(lake), *out, "--input", str(lake), "--images", "copy"]) == 1
    assert "--input" in capsys.readouterr().err
    assert not list(tmp_path.glob("out/*"))


def test_lake_and_input_may_lie_in_a_bucket(s3_endpoint: str, tmp_path: Path) -> None:
    write_sample_lake(f"{s3_endpoint}/export/lake")
    write_scans(tmp_path / "scans")
    scans = Storage(f"{s3_endpoint}/export/scans")
    for path in (tmp_path / "scans").rglob("*.*"):
        scans.write_atomic(path.relative_to(tmp_path / "scans").as_posix(), path.read_bytes())
    options = ["--root", f"{s3_endpoint}/export/lake", "--out", str(tmp_path / "out"), "--input", scans.url]
    assert main(options) == 1  # nothing in a bucket can be linked
    assert main([*options, "--images", "copy"]) == 0
    write_sample_lake(tmp_path / "lake")
    local = ["--root", str(tmp_path / "lake"), "--input", str(tmp_path / "scans"), "--images", "copy"]
    assert main([*local, "--out", str(tmp_path / "local")]) == 0
    trees = [
        [(path.relative_to(out), path.read_bytes()) for path in sorted(out.rglob("*")) if path.is_file()]
        for out in (tmp_path / "out", tmp_path / "local")
    ]
    assert trees[0] == trees[1] and len(trees[0]) > 50
