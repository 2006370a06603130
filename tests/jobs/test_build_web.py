"""The build command over pictures: its words, its exit status, its bytes, and what a kill leaves behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.estimators.weights import FOLDER_VARIABLE
from factory.web.tasks import all_web_tasks
from jobs.build_web import configure, main, parse
from tests.building import build_web, contents
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import write_tiny_stack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pictures(tmp_path_factory.mktemp("web") / "photos", 14)


@pytest.fixture(scope="module")
def lake(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build without Ray makes of them."""
    root = tmp_path_factory.mktemp("web") / "lake"
    build_web(configure(parse(arguments(root.parent, pictures, root))))
    return root


def arguments(folder: Path, pictures: Path, root: Path, *more: str, depth: str = "TinyDepth") -> list[str]:
    stack = write_tiny_stack(folder / f"{depth}.toml", depth)
    base = ["--input", str(pictures), "--root", str(root), "--stack-config", str(stack), "--items", "3"]
    return [*base, "--rasterizer", "embree", *more]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--tasks", "vqa_distance"], "did you mean vqa_distance_multi"),
        (["--stack", "best"], "no stack is called 'best'; there are cpu, paper"),
        (["--shards", "00-of-99"], "no shard 00-of-99"),
        (["--records", "nowhere", "--source", "scannet"], "nowhere: holds no scene of scannet"),
        (["--stack-config", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_a_wrong_option_is_answered_with_what_would_be_right(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    """Before anything is built."""
    assert main(arguments(tmp_path, pictures, tmp_path / "lake", *more)) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--captioner-url", "http://localhost:1"], "--captioner-url and --captioner-model go together"),
        (["--records", "lake"], "--records needs --source"),
        (["--masks", "round"], "invalid choice"),
    ],
)
def test_wrong_usage(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments(tmp_path, pictures, tmp_path / "lake", *more))
    assert stopped.value.code == 2 and words in capsys.readouterr().err


def test_an_input_without_pictures_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        assert main(arguments(tmp_path, tmp_path / folder, tmp_path / "lake")) == 1
        assert folder in capsys.readouterr().err


def test_missing_weights_are_told_before_anything_is_built(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert main(["--input", str(pictures), "--root", str(tmp_path / "lake")]) == 1
    assert "`make weights` fetches them" in capsys.readouterr().err
    assert not (tmp_path / "lake").exists()


def test_a_plan_writes_nothing(pictures: Path, lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(tmp_path, pictures, tmp_path / "lake", "--plan")) == 0
    assert "new" in capsys.readouterr().out
    assert not (tmp_path / "lake").exists()
    fewer = ",".join([*(task.spec.name for task in all_web_tasks() if task.spec.name != "level0"), "problem_solving"])
    assert main(arguments(tmp_path, pictures, lake, "--plan", "--tasks", fewer)) == 0
    out = capsys.readouterr().out
    assert "wording changed: level0" in out, out
    assert main(arguments(tmp_path, pictures, lake)) == 0
    assert "plan: nothing to do" in capsys.readouterr().out


@pytest.mark.slow
def test_build_quarantine_prune_and_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str], local_ray: None) -> None:
    photos, root = write_pictures(tmp_path / "photos", 5), tmp_path / "lake"
    write_pictures(photos, 1, first=50, width=322)
    failing = arguments(tmp_path, photos, root, depth="FailingDepth")
    assert main(failing) == 3
    out = capsys.readouterr().out
    assert "out of memory" in out and "rows per task and format" in out and "1 pictures" in out
    lake = Lake(Storage(root))
    ((_, bad),) = lake.partitions("web_quarantine")
    assert main(failing) == 0, "nothing changed, so nothing is tried again"
    assert "nothing to do" in capsys.readouterr().out
    (photos / "p50.png").unlink()
    others = {shard for _, shard in lake.partitions("web_qa")} - {bad}
    assert main(failing) == 0
    if any(shard == bad for _, shard in lake.partitions("web_quarantine")):
        assert "--prune deletes" in capsys.readouterr().out
    assert main([*failing, "--prune"]) == 0
    assert lake.partitions("web_quarantine") == []
    assert {shard for _, shard in lake.partitions("web_qa")} >= others
    capsys.readouterr()
    assert main(failing) == 0
    assert f"nothing to do, {len(lake.partitions('web_qa'))} shards are up to date" in capsys.readouterr().out


@pytest.mark.slow
def test_one_worker_and_two_write_the_same_bytes(
    pictures: Path, lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], local_ray: None
) -> None:
    """Those that a build without Ray writes, too."""
    for workers in ("1", "2"):
        root = tmp_path / workers
        assert main(arguments(tmp_path, pictures, root, "--workers", workers)) == 0
        out = capsys.readouterr().out
        assert f"shards: {len(Lake(Storage(root)).partitions('web_qa'))} built" in out and "14 pictures" in out
        assert contents(root) == contents(lake)


@pytest.mark.slow
@pytest.mark.timeout(900)  # two builds, each with a Ray of its own
def test_a_killed_build_is_finished_by_the_next_with_the_same_bytes(
    pictures: Path, lake: Path, tmp_path: Path
) -> None:
    root = tmp_path / "lake"
    command = [sys.executable, str(ROOT / "jobs/build_web.py"), *arguments(tmp_path, pictures, root, "--workers", "1")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while not list(root.glob("web_images/*/*/data.parquet")) and time.monotonic() < deadline:
        assert killed.poll() is None, "the build ended before it could be killed"
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    done = len(list(root.glob("web_qa/*/*/data.parquet")))
    assert done < len(list(lake.glob("web_qa/*/*/data.parquet")))
    finished = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    assert contents(root) == contents(lake)
