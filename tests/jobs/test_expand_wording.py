"""The job that enlarges the templates with a language model."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory.wording.templates import FOLDER, load
from jobs.expand_wording import main
from tests.fake_model import FakeModel, serve

GOOD = "What do you get if you count the {plural} of the whole scene?"
BAD = "How many are there?"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    with serve(FakeModel()) as model:
        yield model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "templates"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run(fake: FakeModel, folder: Path, *more: str, lists: str = "question") -> int:
    options = ["--task", "obj_count", "--base-url", fake.url, "--model", "m", "--folder", str(folder)]
    return main([*options, "--lists", lists, *more])


def test_good_sentences_are_added_and_bad_ones_reported(
    fake: FakeModel, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load(folder)["obj_count"].lists
    fake.says(json.dumps([GOOD, BAD]))
    assert run(fake, folder) == 0
    after = load(folder)["obj_count"].lists
    assert after["question"][:-1] == before["question"]
    assert after["question"][-1].render({"plural": "chairs"}) == GOOD.format(plural="chairs")
    assert after["answer"] == before["answer"]
    told = capsys.readouterr().out
    assert f"taken   {GOOD!r}" in told
    assert f"refused {BAD!r}\n        lacks the slot {{plural}}" in told
    assert "obj_count.question: 1 of 2 sentences taken, added to counting.toml" in told


def test_dry_run_writes_nothing(fake: FakeModel, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(folder)
    fake.says(json.dumps([GOOD]))
    assert run(fake, folder, "--dry-run") == 0
    assert contents(folder) == before
    assert "1 of 1 sentences taken, nothing written" in capsys.readouterr().out


def test_the_prompt_shows_the_list_its_slots_and_the_vocabulary(fake: FakeModel, folder: Path) -> None:
    fake.says("[]")
    assert run(fake, folder, "--count", "7") == 0
    prompt = fake.requests[0][2]["messages"][1]["content"]
    for part in ("Count the {plural} in this video.", "Write 7 more", "must use: {plural}", " altogether "):
        assert part in prompt


def test_all_lists_of_a_task_are_enlarged_by_default(fake: FakeModel, folder: Path) -> None:
    fake.says("[]")
    assert main(["--task", "obj_count", "--base-url", fake.url, "--model", "m", "--folder", str(folder)]) == 0
    assert len(fake.requests) == 2


def test_endpoint_and_key_come_from_the_environment(
    fake: FakeModel, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
    monkeypatch.setenv("MY_KEY", "sk-very-secret")
    fake.status = 401
    options = ["--task", "shared", "--lists", "yes_no", "--model", "m", "--folder", str(folder)]
    assert main([*options, "--key-variable", "MY_KEY"]) == 1
    assert fake.requests[0][1]["Authorization"] == "Bearer sk-very-secret"
    streams = capsys.readouterr()
    assert "HTTP status 401" in streams.err
    assert "sk-very-secret" not in streams.out + streams.err


@pytest.mark.parametrize("body", [b"oops", b'{"choices": [{"message": {"content": "I would rather not."}}]}'])
def test_a_failing_list_leaves_its_file_and_the_others_go_on(fake: FakeModel, folder: Path, body: bytes) -> None:
    before = contents(folder)
    fake.body = body
    assert run(fake, folder, lists="question,answer") == 1
    assert len(fake.requests) == 2
    assert contents(folder) == before


def test_a_late_endpoint_fails(fake: FakeModel, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake.wait_s = 20.0
    assert run(fake, folder, "--timeout", "0.2") == 1
    assert "no answer within 0.2 s" in capsys.readouterr().err


def test_more_than_was_asked_for_is_ignored(fake: FakeModel, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake.says(json.dumps([BAD, GOOD, GOOD]))
    assert run(fake, folder, "--count", "1") == 0
    told = capsys.readouterr().out
    assert "ignored 2 sentences more" in told
    assert "0 of 1 sentences taken, nothing written" in told


def test_control_characters_do_not_reach_the_terminal(
    fake: FakeModel, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.says(json.dumps(["How many {plural} \x1b[31mdo you see?"]))
    assert run(fake, folder) == 0
    assert "\x1b[31m" not in capsys.readouterr().out


def test_unknown_task_and_list_are_told(fake: FakeModel, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(fake, folder, lists="qestion") == 1
    assert "no list qestion of its own" in capsys.readouterr().err
    assert main(["--task", "smell", "--base-url", fake.url, "--model", "m", "--folder", str(folder)]) == 1
    assert "no templates for task smell" in capsys.readouterr().err
    assert not fake.requests


@pytest.mark.parametrize(
    "options", [[], ["--base-url", "http://h/v1", "--count", "0"], ["--base-url", "http://h/v1", "--timeout", "0"]]
)
def test_wrong_usage(options: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--task", "obj_count", "--model", "m", *options])
    assert caught.value.code == 2
