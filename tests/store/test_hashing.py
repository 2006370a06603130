import multiprocessing
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

import pytest

from factory.store.hashing import CachedHasher, digest_of
from factory.store.storage import Storage


class CountingStorage(Storage):
    """Counts the files that are opened."""

    opened = 0

    def open(self, rel):
        type(self).opened += 1
        return super().open(rel)


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    CountingStorage.opened = 0
    storage = CountingStorage(tmp_path / "root")
    storage.write_atomic("scene/mesh.ply", b"x" * 5_000_000)
    return storage


def test_content_is_the_digest_of_the_bytes(storage: CountingStorage) -> None:
    assert (
        CachedHasher(storage, None).content("scene/mesh.ply") == blake2b(b"x" * 5_000_000, digest_size=16).hexdigest()
    )


def test_second_run_reads_nothing(storage: CountingStorage, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "digests.sqlite"
    first = CachedHasher(storage, cache)
    digest = first.content("scene/mesh.ply")
    assert first.content("scene/mesh.ply") == digest and storage.opened == 1
    first.save()
    assert CachedHasher(storage, cache).content("scene/mesh.ply") == digest
    assert storage.opened == 1


def test_changed_file_is_read_again(storage: CountingStorage, tmp_path: Path) -> None:
    cache = tmp_path / "digests.sqlite"
    first = CachedHasher(storage, cache)
    before = first.content("scene/mesh.ply")
    first.save()
    storage.write_atomic("scene/mesh.ply", b"y" * 5_000_000)
    for hasher in (first, CachedHasher(storage, cache)):
        assert hasher.content("scene/mesh.ply") != before


def test_touched_file_has_the_same_digest(storage: CountingStorage) -> None:
    hasher = CachedHasher(storage, None)
    before = hasher.content("scene/mesh.ply")
    os.utime(Path(storage.url) / "scene/mesh.ply", (1, 1))
    assert hasher.content("scene/mesh.ply") == before and storage.opened == 2


def test_size_depends_on_path_and_size_alone(storage: CountingStorage, tmp_path: Path) -> None:
    hasher = CachedHasher(storage, None)
    before = hasher.size("scene/mesh.ply")
    storage.write_atomic("scene/mesh.ply", b"z" * 5_000_000)
    assert hasher.size("scene/mesh.ply") == before
    storage.write_atomic("scene/mesh.ply", b"z")
    assert hasher.size("scene/mesh.ply") != before
    elsewhere = Storage(tmp_path / "elsewhere")
    elsewhere.write_atomic("scene/mesh.ply", b"x" * 5_000_000)
    assert CachedHasher(elsewhere, None).size("scene/mesh.ply") == before
    assert storage.opened == 0


def test_derived_follows_its_file_and_its_kind(storage: CountingStorage) -> None:
    hasher = CachedHasher(storage, None)
    answers = iter("abc")
    assert hasher.derived("scene/mesh.ply", "heads", lambda: next(answers)) == "a"
    assert hasher.derived("scene/mesh.ply", "heads", lambda: next(answers)) == "a"
    assert hasher.derived("scene/mesh.ply", "tails", lambda: next(answers)) == "b"
    storage.write_atomic("scene/mesh.ply", b"other")
    assert hasher.derived("scene/mesh.ply", "heads", lambda: next(answers)) == "c"


def test_derived_of_a_folder_follows_all_its_files(storage: CountingStorage) -> None:
    hasher = CachedHasher(storage, None)
    answers = iter("abc")
    assert hasher.derived("scene", "poses", lambda: next(answers)) == "a"
    assert hasher.derived("scene", "poses", lambda: next(answers)) == "a"
    storage.write_atomic("scene/1.txt", b"1")
    assert hasher.derived("scene", "poses", lambda: next(answers)) == "b"
    storage.write_atomic("scene/1.txt", b"2")
    assert hasher.derived("scene", "poses", lambda: next(answers)) == "c"


def test_a_folder_that_was_listed_is_not_listed_again(
    storage: CountingStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = CachedHasher(storage, None)
    answers = iter("ab")
    before = storage.scan("scene")
    assert hasher.derived("scene", "poses", lambda: next(answers)) == "a"
    storage.write_atomic("scene/1.txt", b"1")
    after = storage.scan("scene")
    monkeypatch.delattr(Storage, "scan")
    assert hasher.derived("scene", "poses", lambda: next(answers), before) == "a"
    assert hasher.derived("scene", "poses", lambda: next(answers), after) == "b"


def test_missing_files(storage: CountingStorage) -> None:
    hasher = CachedHasher(storage, None)
    for call in (hasher.content, hasher.size, lambda path: hasher.derived(path, "k", lambda: "never")):
        with pytest.raises(FileNotFoundError):
            call("scene/nope")


@pytest.mark.parametrize("content", [b"", b"{}", b"SQLite format 3\0" + bytes(5000), b"SQLite format 3\0 cut"])
def test_damaged_cache_is_ignored(storage: CountingStorage, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "digests.sqlite"
    cache.write_bytes(content)
    hasher = CachedHasher(storage, cache)
    digest = hasher.content("scene/mesh.ply")
    hasher.save()
    assert CachedHasher(storage, cache).content("scene/mesh.ply") == digest and storage.opened == 1


def test_runs_keep_each_others_digests(storage: CountingStorage, tmp_path: Path) -> None:
    cache = tmp_path / "digests.sqlite"
    storage.write_atomic("a", b"1")
    storage.write_atomic("b", b"2")
    one, two = CachedHasher(storage, cache), CachedHasher(storage, cache)
    one.content("a")
    two.content("b")
    one.save()
    two.save()
    three, before = CachedHasher(storage, cache), storage.opened
    assert three.content("a") == one.content("a") and three.content("b") == two.content("b")
    assert storage.opened == before


def save_some(root: str, cache: Path, first: int) -> None:
    hasher = CachedHasher(Storage(root), cache)
    for number in range(first, first + 20):
        hasher.content(f"f{number}")
        hasher.save()


def test_processes_that_save_at_once_lose_nothing(storage: CountingStorage, tmp_path: Path) -> None:
    cache = tmp_path / "digests.sqlite"
    for number in range(60):
        storage.write_atomic(f"f{number}", str(number).encode())
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=save_some, args=(storage.url, cache, first)) for first in (0, 20, 40)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    hasher = CachedHasher(storage, cache)
    for number in range(60):
        hasher.content(f"f{number}")
    assert storage.opened == 0


def test_roots_share_a_cache_file(storage: CountingStorage, tmp_path: Path) -> None:
    cache = tmp_path / "digests.sqlite"
    other = CountingStorage(tmp_path / "other")
    digests = []
    for root, content in ((storage, b"1"), (other, b"2")):
        root.write_atomic("f", content)
        os.utime(Path(root.url) / "f", (1, 1))
        hasher = CachedHasher(root, cache)
        digests.append(hasher.content("f"))
        hasher.save()
    assert digests[0] != digests[1]
    assert [CachedHasher(root, cache).content("f") for root in (storage, other)] == digests


def test_a_cache_of_another_shape_is_left_alone(
    storage: CountingStorage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = tmp_path / "digests.sqlite"
    with sqlite3.connect(cache) as connection:
        connection.execute("CREATE TABLE digests (something TEXT)")
    hasher = CachedHasher(storage, cache)
    digest = hasher.content("scene/mesh.ply")
    hasher.save()
    assert "not remembered" in caplog.text
    assert CachedHasher(storage, cache).content("scene/mesh.ply") == digest and storage.opened == 2


def test_unwritable_cache_is_logged(
    storage: CountingStorage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    hasher = CachedHasher(storage, tmp_path / "file" / "digests.sqlite")
    hasher.content("scene/mesh.ply")
    hasher.save()
    assert "not remembered" in caplog.text


def test_threads(storage: CountingStorage, tmp_path: Path) -> None:
    for i in range(40):
        storage.write_atomic(f"f{i}", str(i).encode())
    hasher = CachedHasher(storage, tmp_path / "digests.sqlite")
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(lambda i: hasher.content(f"f{i % 40}"), range(120)))
    assert digests[:40] == [blake2b(str(i).encode(), digest_size=16).hexdigest() for i in range(40)]
    hasher.save()


def test_bucket(s3_endpoint: str, tmp_path: Path) -> None:
    storage = Storage(f"{s3_endpoint}/hashing")
    storage.write_atomic("a/b", b"bytes")
    hasher = CachedHasher(storage, tmp_path / "digests.sqlite")
    assert hasher.content("a/b") == blake2b(b"bytes", digest_size=16).hexdigest()
    assert hasher.derived("a", "k", lambda: "folder") == "folder"
    with pytest.raises(FileNotFoundError):
        hasher.content("nope")


def test_digest_of_tells_parts_apart() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])
    assert digest_of(["ab", b"c"]) == digest_of([b"ab", "c"])
