"""The job that has problems written: what it needs, what it says, what it leaves behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from factory.store.lake import Lake
from factory.store.storage import Storage
from jobs.write_problems import main
from tests.building import build_web, web_config_for
from tests.fake_model import FakeModel, serve
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import tiny_stack


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("problems")
    build_web(web_config_for(write_pictures(folder / "photos", 4), folder / "lake", stack=tiny_stack()))
    return folder / "lake"


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with serve(FakeModel()) as fake:
        fake.says("I would rather not.")
        yield fake


def test_refused_answers_are_counted_and_the_shard_is_done(
    root: Path, model: FakeModel, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--root", str(root), "--base-url", model.url, "--model", "writer", "--requests", "2"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "rejected: no JSON object" in said and "kept: problems: 0" in said
    lake, asked = Lake(Storage(root)), len(model.requests)
    assert asked and lake.partitions("web_problems") == lake.partitions("web_objects")
    assert main(command) == 0
    assert len(model.requests) == asked and "kept: shards as they were" in capsys.readouterr().out


def test_wrong_input_and_wrong_usage(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path), "--base-url", "http://127.0.0.1:9/v1", "--model", "m"]) == 1
    assert "no pictures in this lake" in capsys.readouterr().err
    assert main(["--root", str(root), "--base-url", "http://127.0.0.1:9/v1", "--model", "absent", "--seed", "7"]) == 1
    assert "127.0.0.1:9" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        main(["--root", str(root), "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--requests", "0"])
    assert wrong.value.code == 2
