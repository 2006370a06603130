"""The command that makes procedural scans."""

from pathlib import Path

import pytest

from jobs.make_scans import main

SMALL = ["--frames", "6", "--faces", "20000", "--width", "160", "--height", "120"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("make_scans") / "scans"
    assert main(["--out", str(folder), "--scenes", "2", *SMALL]) == 0
    return folder


def test_it_writes_scenes_and_what_lies_beside_them(out: Path) -> None:
    assert sorted(p.name for p in out.iterdir()) == [
        "procedural.json",
        "scannetv2-labels.combined.tsv",
        "scannetv2_train.txt",
        "scannetv2_val.txt",
        "scene0000_00",
        "scene0001_00",
    ]
    assert (out / "scannetv2_train.txt").read_text() == "scene0000_00\n"
    assert (out / "scannetv2_val.txt").read_text() == "scene0001_00\n"
    assert len(list((out / "scene0001_00" / "color").iterdir())) == 6


def test_a_second_run_makes_only_what_is_missing(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.glob("scene000*/**/*")}
    assert main(["--out", str(out), "--scenes", "2", *SMALL]) == 0
    assert {path: path.stat().st_mtime_ns for path in out.glob("scene000*/**/*")} == before
    assert capsys.readouterr().out.count("already there") == 2


def test_what_an_interrupted_run_left_is_no_scene(out: Path) -> None:
    whole = out / "scene0001_00"
    whole.rename(out / ".scene0001_00.partial")
    (out / ".scene0001_00.partial" / "color" / "0.jpg").write_bytes(b"")
    assert main(["--out", str(out), "--scenes", "2", *SMALL]) == 0
    assert not (out / ".scene0001_00.partial").exists()
    assert (whole / "color" / "0.jpg").stat().st_size > 0


def test_other_settings_need_another_folder(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(out), "--scenes", "2", "--seed", "5", *SMALL]) == 2
    assert "other settings" in capsys.readouterr().err
