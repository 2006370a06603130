"""The commands that release a lake and check a release."""

from pathlib import Path

import pytest

from jobs.release import main as release
from jobs.verify_release import main as verify
from tests.exports.release.releasing import write_scenes
from tests.exports.sample_rows import write_quarantine


def test_a_lake_is_released_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_scenes(tmp_path / "lake", {"scene0001_00": "train"})
    write_scenes(tmp_path / "lake", {"home": "val"}, source="rgbd")
    (tmp_path / "notes.md").write_text("Only two scenes.\n")
    (tmp_path / "terms.toml").write_text(
        '[sources]\nrgbd = ["mine"]\n[data_sets.mine]\ntitle = "My homes"\nlicence = "CC0-1.0"\nurl = ""\n'
        'redistribution = "yes"\nterms = ""\nimages = "In the cupboard."\n'
    )
    command = ["--root", str(tmp_path / "lake"), "--out", str(tmp_path / "out"), "--name", "two"]
    assert release([*command, "--notes", str(tmp_path / "notes.md")]) == 0
    assert "the terms of rgbd are unknown" in capsys.readouterr().out
    assert release([*command, "--licences", str(tmp_path / "terms.toml")]) == 0
    assert "unknown" not in capsys.readouterr().out
    first, second = (tmp_path / "out" / "two" / f"v00000{n}" for n in (1, 2))
    assert "Only two scenes." in (first / "README.md").read_text()
    assert "| rgbd | My homes | CC0-1.0 |" in (second / "LICENSES.md").read_text()
    assert verify([str(first)]) == verify([str(second), "--fast"]) == 0
    assert "138 rows in 16 shards of 2 scenes, nothing wrong" in capsys.readouterr().out
    (first / "README.md").write_text("nothing")
    assert verify([str(first)]) == 3
    assert "README.md: does not say what the manifest says" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--splits", "training"], "train, val or test"),
        (["--limit", "0"], "at least 1"),
        (["--shard-mb", "0"], "a size was expected"),
        (["--input", "/data"], "NAME=URL"),
        (["--licences", "none.toml"], "TOML file of licences"),
        (["--notes", "none.md"], "none.md"),
        ([], "1 scenes are not in order"),
    ],
)
def test_wrong_wishes_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    write_quarantine(write_scenes(tmp_path / "lake", {"scene0001_00": "train"}), "scene0002_00")
    assert release(["--root", str(tmp_path / "lake"), "--out", str(tmp_path / "out"), *more]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert verify([str(tmp_path / "out")]) == 1


def test_licences_that_name_no_data_set_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_scenes(tmp_path / "lake", {"scene0001_00": "train"})
    for text, message in (
        ('[sources]\na = ["b"]\n[data_sets]\n', "add a table [data_sets.b]"),
        ("sources = 3", "tables [sources] and [data_sets.NAME] with title, licence"),
    ):
        (tmp_path / "terms.toml").write_text(text)
        command = [
            "--root",
            str(tmp_path / "lake"),
            "--out",
            str(tmp_path),
            "--licences",
            str(tmp_path / "terms.toml"),
        ]
        assert release(command) == 1
        assert message in capsys.readouterr().err
