"""The same expectations of a folder on disk and of a bucket over HTTP."""

import io
import multiprocessing
import os
import pickle
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from factory.store.local_files import _machine
from factory.store.storage import Entry, Storage


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "local":
        return Storage(tmp_path / "root")
    return Storage(f"{request.getfixturevalue('s3_endpoint')}/{uuid.uuid4().hex}/root")


def read_in_child(storage: Storage, rel: str, queue: multiprocessing.Queue) -> None:
    queue.put(storage.read_bytes(rel))


def test_round_trip(storage: Storage) -> None:
    storage.write_atomic("a/b.bin", b"0123456789")
    assert storage.read_bytes("a/b.bin") == b"0123456789"
    assert storage.read_range("a/b.bin", 2, 5) == b"234"
    assert storage.read_range("a/b.bin", 8, 50) == b"89"
    assert storage.read_range("a/b.bin", 50, 60) == b""
    assert storage.read_range("a/b.bin", 3, 3) == b""
    assert storage.read_range("a/b.bin", 7) == b"789"
    assert storage.read_range("a/b.bin", -4) == b"6789"
    assert storage.read_range("a/b.bin", -40) == b"0123456789"
    with pytest.raises(ValueError, match="no end"):
        storage.read_range("a/b.bin", -4, 9)
    assert storage.size("a/b.bin") == 10
    with storage.open("a/b.bin") as file:
        file.seek(7)
        assert file.read() == b"789"


class _Broken(io.BytesIO):
    """A file whose reading fails once so much of it was read."""

    def __init__(self, size: int, good: int) -> None:
        super().__init__(bytes(size))
        self._good = good

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self._good:
            raise OSError("the disk is gone")
        return super().read(size)


def test_a_large_file_arrives_whole(storage: Storage) -> None:
    data = bytes(range(256)) * (150 << 10)  # 38 MB: several parts
    storage.put_atomic("large.bin", io.BytesIO(data))
    assert storage.size("large.bin") == len(data)
    assert storage.read_range("large.bin", 17 << 20, (17 << 20) + 300) == data[17 << 20 : (17 << 20) + 300]


def test_what_fails_on_the_way_leaves_the_old_file(storage: Storage) -> None:
    storage.write_atomic("large.bin", b"old")
    with pytest.raises(OSError, match="gone"):
        storage.put_atomic("large.bin", _Broken(60 << 20, good=40 << 20))
    assert storage.read_bytes("large.bin") == b"old"
    assert storage.find() == ["large.bin"]


def test_empty_file(storage: Storage) -> None:
    storage.write_atomic("empty", b"")
    assert storage.read_bytes("empty") == b""
    assert storage.size("empty") == 0
    assert storage.read_range("empty", 0, 4) == b""
    assert storage.read_range("empty", -4) == b""


def test_listing(storage: Storage) -> None:
    for rel in ("b/2.txt", "b/10.txt", "b/deep/x#1.txt", "a.txt", "b.txt"):
        storage.write_atomic(rel, rel.encode())
    assert storage.list_dir() == ["a.txt", "b", "b.txt"]
    assert storage.list_dir("b") == ["10.txt", "2.txt", "deep"]
    assert storage.find() == ["a.txt", "b.txt", "b/10.txt", "b/2.txt", "b/deep/x#1.txt"]
    assert storage.find("b/deep") == ["b/deep/x#1.txt"]
    assert storage.find("a.txt") == []
    assert [(e.name, e.is_dir, e.size) for e in storage.scan("b")] == [
        ("10.txt", False, 8),
        ("2.txt", False, 7),
        ("deep", True, 0),
    ]
    assert storage.scan("b")[0].stamp == storage.stat("b/10.txt")[1]
    assert storage.read_many(["b/2.txt", "a.txt"]) == [b"b/2.txt", b"a.txt"]


def test_kinds(storage: Storage) -> None:
    storage.write_atomic("folder/file", b"x")
    assert storage.exists("folder") and storage.is_dir("folder")
    assert storage.exists("folder/file") and not storage.is_dir("folder/file")
    assert not storage.exists("fol") and not storage.is_dir("fol")


def test_missing_files(storage: Storage) -> None:
    storage.write_atomic("folder/file", b"x")
    assert not storage.exists("nope")
    assert storage.find("nope") == []
    for call in (storage.read_bytes, storage.size, storage.stat, storage.list_dir):
        with pytest.raises(FileNotFoundError):
            call("nope")
    with pytest.raises(FileNotFoundError):
        storage.read_range("nope", 0, 4)
    with pytest.raises(FileNotFoundError), storage.open("nope") as file:
        file.read()
    with pytest.raises(FileNotFoundError):
        storage.read_many(["folder/file", "nope"])
    with pytest.raises(FileNotFoundError):
        storage.stat("folder")
    with pytest.raises(FileNotFoundError):
        storage.list_dir("folder/file")


def test_stamp_follows_the_content(storage: Storage) -> None:
    storage.write_atomic("f", b"one")
    before = storage.stat("f")
    assert before[0] == 3 and before[1]
    assert storage.stat("f") == before
    storage.write_atomic("f", b"two")
    assert storage.stat("f")[1] != before[1]


def test_of_many_that_write_a_new_file_one_succeeds(storage: Storage) -> None:
    def write(number: int) -> bool:
        try:
            storage.write_new("folder/claim", b"%d" % number)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))
    assert sum(won) == 1 and storage.read_bytes("folder/claim") == b"%d" % won.index(True)
    assert write(won.index(True))  # the same again: the answer to the first may have been lost
    assert storage.find() == ["folder/claim"]


def test_what_is_found_comes_with_its_size_and_stamp(storage: Storage) -> None:
    for path in ("b/2.txt", "a.txt", "b/10/x#1.txt"):
        storage.write_atomic(path, path.encode())
    assert storage.find_entries() == [
        Entry(path, False, *storage.stat(path)) for path in ("a.txt", "b/10/x#1.txt", "b/2.txt")
    ]
    assert storage.sub("b").find_entries("10") == [Entry("10/x#1.txt", False, *storage.stat("b/10/x#1.txt"))]


def test_others_writes_are_seen_at_once(storage: Storage) -> None:
    other = pickle.loads(pickle.dumps(storage))
    storage.write_atomic("a", b"1")
    assert other.list_dir() == ["a"]
    storage.write_atomic("b", b"12")
    assert other.list_dir() == ["a", "b"] and other.exists("b")
    storage.write_atomic("a", b"123")
    assert other.size("a") == 3 and other.read_bytes("a") == b"123"
    storage.delete("b")
    assert other.list_dir() == ["a"] and not other.exists("b")


def test_sub_and_pickle(storage: Storage) -> None:
    storage.exists("x")  # makes the file system behind it
    storage.sub("a", "b/c").write_atomic("d", b"x")
    assert storage.find() == ["a/b/c/d"]
    again = pickle.loads(pickle.dumps(storage.sub("a")))
    assert again.url == storage.url + "/a"
    assert again.read_bytes("b/c/d") == b"x"


def test_delete_twice(storage: Storage) -> None:
    storage.write_atomic("a/b/c", b"x")
    storage.write_atomic("a/d", b"x")
    storage.delete("a/b/c")
    storage.delete("a/b/c")
    assert not storage.exists("a/b")
    assert storage.find() == ["a/d"]


def test_paths_stay_inside(storage: Storage) -> None:
    with pytest.raises(ValueError, match="leads out of"):
        storage.read_bytes("a/../../secret")
    with pytest.raises(ValueError, match="leads out of"):
        storage.sub("..")
    storage.write_atomic("/a//b", b"x")
    assert storage.find() == ["a/b"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes(storage: Storage, method: str) -> None:
    storage.write_atomic("f", b"payload")
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=read_in_child, args=(storage, "f", queue))
    process.start()
    assert queue.get(timeout=60) == b"payload"
    process.join()
    assert process.exitcode == 0


def test_many_threads_write_one_file(storage: Storage) -> None:
    payloads = [bytes([65 + i]) * 50_000 for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: storage.write_atomic("f", data), payloads * 3))
    assert storage.read_bytes("f") in payloads
    assert storage.find() == ["f"]


def test_relative_and_file_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Storage("lake").write_atomic("f", b"x")
    moved = Storage("lake/")
    monkeypatch.chdir("/")
    assert moved.read_bytes("f") == b"x"
    assert moved.url == Storage(f"file://{tmp_path}/lake").url == str(tmp_path / "lake")


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(tmp_path)
    storage.write_atomic("f", b"old")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        storage.write_atomic("f", b"new")
    assert os.listdir(tmp_path) == ["f"]
    assert storage.read_bytes("f") == b"old"


def test_temporaries_are_hidden_and_stale_ones_removed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale = tmp_path / f".f.{_machine()}.{gone.pid}-1.tmp"
    busy = tmp_path / f".f.{_machine()}.{os.getppid()}-7.tmp"
    other = tmp_path / f".g.{_machine()}.{gone.pid}-1.tmp"
    for path in (stale, busy, other):
        path.write_bytes(b"half")
    storage = Storage(tmp_path)
    assert storage.list_dir() == storage.find() == []
    storage.write_atomic("f", b"x")
    assert sorted(os.listdir(tmp_path)) == sorted([busy.name, other.name, "f"])


def test_links_count_as_what_they_point_to(tmp_path: Path) -> None:
    (tmp_path / "data" / "scene").mkdir(parents=True)
    (tmp_path / "data" / "scene" / "f").write_bytes(b"four")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "scene").symlink_to(tmp_path / "data" / "scene")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "data" / "scene" / "f")
    (tmp_path / "root" / "dangling").symlink_to(tmp_path / "nothing")
    storage = Storage(tmp_path / "root")
    assert [(e.name, e.is_dir, e.size) for e in storage.scan()] == [("file", False, 4), ("scene", True, 0)]
    assert storage.find("scene") == ["scene/f"]


def test_folder_markers_in_a_bucket_are_no_files(s3_bucket: str) -> None:
    from botocore.session import Session

    folder = uuid.uuid4().hex
    client = Session().create_client("s3")
    client.put_object(Bucket="factory-tests", Key=f"{folder}/", Body=b"")
    client.put_object(Bucket="factory-tests", Key=f"{folder}/scene/", Body=b"")
    client.put_object(Bucket="factory-tests", Key=f"{folder}/scene/f", Body=b"x")
    storage = Storage(f"{s3_bucket}/{folder}")
    assert storage.list_dir() == ["scene"]
    assert storage.list_dir("scene") == ["f"]
    assert storage.find() == ["scene/f"]


def test_objects_of_other_machines_are_seen_at_once(s3_bucket: str) -> None:
    from botocore.session import Session

    folder = uuid.uuid4().hex
    client = Session().create_client("s3")
    storage = Storage(f"{s3_bucket}/{folder}")
    storage.write_atomic("a", b"1")
    assert storage.list_dir() == storage.find() == ["a"]
    client.put_object(Bucket="factory-tests", Key=f"{folder}/b", Body=b"12")
    client.put_object(Bucket="factory-tests", Key=f"{folder}/a", Body=b"123")
    assert storage.list_dir() == storage.find() == ["a", "b"]
    assert storage.exists("b") and storage.size("a") == 3
    client.delete_object(Bucket="factory-tests", Key=f"{folder}/a")
    assert storage.list_dir() == ["b"] and not storage.exists("a")
