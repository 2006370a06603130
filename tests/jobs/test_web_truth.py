import json

import pytest

from jobs.web_truth import main
from tests.web.labelled_scans import build_records


@pytest.mark.slow
def test_the_table_of_a_scan(tmp_path, make_procedural_scan, capsys):
    make_procedural_scan(tmp_path / "scans", 5, "scene0000_00", frame_count=12, rooms=2, faces=12_000)
    build_records(tmp_path / "scans", tmp_path / "lake")
    given = ["--records", str(tmp_path / "lake"), "--source", "scannet", "--input", str(tmp_path / "scans")]
    given += ["--rasterizer", "embree"]
    status = main([*given, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["quantity"] == "camera distance" and lines[0]["seen"] == "all" and lines[0]["count"] > 20
    assert lines[-1]["holds"] == (lines[-1]["share"] >= 0.95) and status == (0 if lines[-1]["holds"] else 3)
    assert main(given) == status
    out = capsys.readouterr().out
    assert f"{lines[-1]['share']:.1%} of {lines[-1]['objects']} objects whole in view" in out
    assert "vqa_distance_multi" in out and "mask too small" in out


@pytest.mark.parametrize(
    ("source", "message"),
    [("scannet", "a lake with scenes of scannet was expected"), ("scanet", "did you mean scannet")],
)
def test_a_wrong_input_is_said_in_one_line(tmp_path, capsys, source, message):
    given = ["--records", str(tmp_path), "--source", source, "--input", str(tmp_path), "--rasterizer", "embree"]
    assert main(given) == 1
    assert message in capsys.readouterr().err
