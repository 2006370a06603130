"""Options from a file, for every job."""

from pathlib import Path

import pytest

from factory.errors import DataError
from jobs import audit, build_spar7m, export_spar, report
from jobs.command_line import inputs_by_source


def write(folder: Path, text: str) -> str:
    file = folder / "job.toml"
    file.write_text(text)
    return str(file)


def test_a_file_holds_any_option_and_the_command_line_wins(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        'source = "scannet"\ninput = "in"\nroot = "lake"\nseed = 4\nonly = ["scene=a", "scene=b"]\n'
        "rasterizer-gpus = 0.5\nplan = true\nprune = false\n",
    )
    options = build_spar7m.parse(["--config", file, "--seed", "5"])
    assert (options.source, options.seed, options.only, options.rasterizer_gpus) == (
        "scannet",
        5,
        "scene=a,scene=b",
        0.5,
    )
    assert options.plan and not options.prune


def test_every_job_takes_a_file(tmp_path: Path) -> None:
    file = write(tmp_path, 'root = "lake"\n')
    assert audit.parse(["--config", file]).root == "lake"
    assert export_spar.parse(["--config", file, "--out", "x", "--images", "none"]).root == "lake"
    assert report.parse(["--config", file, "--out", "x", "--input", "in"]).root == "lake"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sed = 4\n", "no option sed"),
        ("seed = \n", "a TOML file of options is expected"),
        ('seed = "many"\n', "invalid int value: 'many'"),
        ("seed = 4\n", "the following arguments are required: --input, --root"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        build_spar7m.parse(["--config", write(tmp_path, text)])
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_one_source_needs_no_name_and_several_do() -> None:
    assert inputs_by_source("s3://a/b", ["photos"]) == {"photos": "s3://a/b"}
    assert inputs_by_source("/data/dataset=old", ["photos"]) == {"photos": "/data/dataset=old"}
    assert inputs_by_source("x=/a, y=s3://b", ["x", "y"]) == {"x": "/a", "y": "s3://b"}
    assert inputs_by_source("x=/a,y=s3://b", ["y"]) == {"y": "s3://b"}
    for text in ("/a", "x=/a", "x=/a,z=/b"):
        with pytest.raises(DataError, match="NAME=URL"):
            inputs_by_source(text, ["x", "y"])
