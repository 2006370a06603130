"""What a full disk, a power cut and processes that died leave behind."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.store import local_files
from factory.store.storage import Storage

PUT = """
import resource, sys
from factory.store.storage import Storage
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    Storage(sys.argv[1]).write_atomic("a/f", bytes(3 << 20))
except OSError as error:
    print(error.errno)
"""


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB; skips where none may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount a file system")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tiny_disk: Path) -> None:
    storage = Storage(tiny_disk)
    storage.write_atomic("a/f", b"old")
    with pytest.raises(OSError, match="No space left"):
        storage.write_atomic("a/f", bytes(3 << 20))
    with pytest.raises(OSError, match="No space left"):
        storage.write_atomic("b/g", bytes(3 << 20))
    assert storage.read_bytes("a/f") == b"old"
    assert os.listdir(tiny_disk / "a") == ["f"] and os.listdir(tiny_disk / "b") == []
    storage.write_atomic("b/g", b"fits")
    assert storage.find() == ["a/f", "b/g"]


def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    Storage(tmp_path).write_atomic("a/f", b"old")
    done = subprocess.run([sys.executable, "-c", PUT, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 0
    assert Storage(tmp_path).read_bytes("a/f") == b"old"
    assert os.listdir(tmp_path / "a") == ["f"]


def test_file_and_name_are_on_the_disk_in_this_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[tuple[str, bool]] = []
    target, sync, replace = tmp_path / "a" / "f", os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        steps.append((Path(os.readlink(f"/proc/self/fd/{descriptor}")).name, target.exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", lambda path, to: (steps.append(("replace", False)), replace(path, to))[1])
    Storage(tmp_path).write_atomic("a/f", b"x")
    assert [name.startswith(".f.") for name, _ in steps] == [True, False, False]
    assert steps[1:] == [("replace", False), ("a", True)]


def leave_temporary(folder: Path, machine: str, pid: int, age_s: float) -> Path:
    path = folder / f".f.{machine}.{pid}-1.tmp"
    path.write_bytes(b"half")
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize("clean", [lambda s: s.write_atomic("f", b"x"), lambda s: s.delete("f")])
@pytest.mark.parametrize("asked_for", [True, False])
def test_temporaries_of_dead_processes_go(tmp_path: Path, clean: Callable[[Storage], None], asked_for: bool) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    if asked_for:
        gone.wait()
    else:  # dead, and still listed
        os.waitid(os.P_PID, gone.pid, os.WEXITED | os.WNOWAIT)
    (tmp_path / "f").write_bytes(b"old")
    leave_temporary(tmp_path, local_files._machine(), gone.pid, 0)
    busy = leave_temporary(tmp_path, local_files._machine(), os.getppid(), 9e9)
    clean(Storage(tmp_path))
    assert set(os.listdir(tmp_path)) - {"f"} == {busy.name}


def test_other_machines_temporaries_go_with_age(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    fresh = leave_temporary(tmp_path, "00000000", gone.pid, 3600)
    leave_temporary(tmp_path, "11111111", os.getpid(), 48 * 3600)
    Storage(tmp_path).write_atomic("f", b"x")
    assert sorted(os.listdir(tmp_path)) == sorted([fresh.name, "f"])
    assert Storage(tmp_path).find() == ["f"]
