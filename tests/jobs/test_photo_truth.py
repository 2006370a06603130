import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.web.sensors import read_manifest
from jobs.photo_truth import main
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import write_tiny_stack

PHOTO = """
[[photo]]
color = "p0.png"
depth = "depth.png"
units_per_meter = 1000
intrinsics = [300, 300, 160, 120]
"""


@pytest.fixture
def given(tmp_path: Path) -> list[str]:
    write_pictures(tmp_path, 1)
    Image.fromarray(np.full((240, 320), 3000, dtype=np.uint16)).save(tmp_path / "depth.png")
    (tmp_path / "photos.toml").write_text(PHOTO)
    stack = write_tiny_stack(tmp_path / "stack.toml")
    return ["--photos", str(tmp_path), "--manifest", str(tmp_path / "photos.toml"), "--stack-config", str(stack)]


def test_a_line_per_kind_of_camera(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*given, "--masks", "box", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["masks"], line["camera"]) for line in lines] == [("box", "known"), ("box", "unknown")]
    assert all(line["compared"] > 2 and 0 < line["median_relative"] < 1 for line in lines)
    assert main([*given, "--masks", "box"]) == 0
    assert f"{lines[0]['median_relative'] * 100:.1f}" in capsys.readouterr().out


def test_a_missing_photograph_is_named(given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p0.png").unlink()
    assert main([*given, "--masks", "box"]) == 1
    assert "p0.png" in capsys.readouterr().err


def test_the_manifest_that_comes_with_it() -> None:
    found = read_manifest(Path(__file__).resolve().parents[2] / "jobs" / "sensor_photos.toml")
    assert len(found) == 5 and {photo.units_per_meter for photo in found} == {1000, 5000}
