"""The job that checks a data set's conventions."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.check_source import main

SCENE = "scene0006_00"


@pytest.fixture(scope="module")
def two_scans(tmp_path_factory: pytest.TempPathFactory, make_procedural_scan) -> Path:
    """A good one, and one whose poses were exported with the axes of OpenGL."""
    root = tmp_path_factory.mktemp("check_source") / "scans"
    good = make_procedural_scan(root, 6, SCENE, frame_count=12, rooms=2, faces=12_000, width=160, height=120)
    bad = shutil.copytree(good, root / "scene0007_00")
    for path in bad.glob(f"{SCENE}*"):
        path.rename(bad / path.name.replace(SCENE, bad.name))
    for path in (bad / "pose").iterdir():
        world_from_camera = np.loadtxt(path)
        if np.isfinite(world_from_camera).all():
            np.savetxt(path, world_from_camera @ np.diag([1, -1, -1, 1]), fmt="%f")
    return root


def test_the_table_names_what_is_wrong(two_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--source", "scannet", "--input", str(two_scans), "--frames", "3"]
    assert main([*given, "--pictures", str(tmp_path / "pictures")]) == 3
    lines = capsys.readouterr().out.splitlines()
    rows = {tuple(line.split()[:2]): line for line in lines if line.startswith("scene0")}
    assert " good " in rows[SCENE, "mesh"]
    assert " bad " in rows["scene0007_00", "mesh"] and "OpenGL axes" in rows["scene0007_00", "mesh"]
    assert any("scene0007_00: bad: depth lies" in line and "diag(1, -1, -1, 1)" in line for line in lines)
    assert "1 good, 1 bad, 0 cannot tell" in "\n".join(lines)
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert [path.name[:12] for path in pictures] == [SCENE] * 3 + ["scene0007_00"] * 3
    with Image.open(pictures[0]) as picture:
        panels = np.split(np.asarray(picture.convert("L"), dtype=float), 3, axis=1)
        assert np.abs(panels[1] - panels[2]).mean() < 3  # measured depth, and that of the mesh
    with Image.open(pictures[3]) as picture:
        panels = np.split(np.asarray(picture.convert("L"), dtype=float), 3, axis=1)
        assert np.abs(panels[1] - panels[2]).mean() > 20


def test_one_scene_as_json(two_scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--source", "scannet", "--input", str(two_scans), "--scenes", SCENE, "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    check = json.loads(line)
    assert (check["scene_id"], check["verdict"]) == (SCENE, "good")
    assert check["evidence"][0]["kind"] == "mesh" and check["evidence"][0]["error"] < 0.001


def test_a_scene_that_cannot_be_read_is_bad_and_the_others_are_checked(
    two_scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "scans"
    shutil.copytree(two_scans / SCENE, root / SCENE)
    (root / "scene0008_00").mkdir()
    assert main(["--source", "scannet", "--input", str(root), "--frames", "2"]) == 3
    assert "1 good, 1 bad" in (out := capsys.readouterr().out)
    assert "scene0008_00: bad: cannot be read" in out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--source", "scanet"], "did you mean scannet"),
        (["--scenes", "scene0042_00"], "no scene scene0042_00"),
        (["--input", "nowhere"], "no such folder"),
    ],
)
def test_a_wrong_input_is_said_in_one_line(
    two_scans: Path, capsys: pytest.CaptureFixture[str], change: list[str], message: str
) -> None:
    assert main(["--source", "scannet", "--input", str(two_scans), *change]) == 1
    assert message in capsys.readouterr().err


def test_one_frame_cannot_be_compared(two_scans: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--source", "scannet", "--input", str(two_scans), "--frames", "1"])
    assert ended.value.code == 2
