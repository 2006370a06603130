"""Every remote operation against a store that fails in every way, and what is left behind."""

import importlib
import io
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.session import Session

from factory.errors import DataError, EnvironmentFailure
from factory.store import remote_files
from factory.store.remote_files import RemoteFiles
from factory.store.retries import Patience
from factory.store.storage import Storage
from tests.store.faulty_s3 import FaultyS3

KINDS = ["internal error", "slow down", "too many requests", "reset", "lost answer", "twice", "cut"]
LARGE = bytes(range(256)) * (44 << 10)  # 11 MB: three parts


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_files, "_PART", 5 << 20)  # the smallest that S3 takes


@pytest.fixture
def storage(faulty_s3: FaultyS3, s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A folder behind the faulty front, with waits of milliseconds and none that are botocore's."""
    monkeypatch.setitem(remote_files._S3["config_kwargs"], "retries", {"total_max_attempts": 1})
    monkeypatch.setattr(RemoteFiles, "patience", Patience(total_s=20.0, first_s=0.01, longest_s=0.2))
    return Storage(f"{s3_bucket}/{uuid.uuid4().hex}")


def client(faulty: FaultyS3) -> object:
    return Session().create_client("s3", endpoint_url=faulty.behind.geturl())


def uploads(faulty: FaultyS3, storage: Storage) -> list[str]:
    """The uploads in parts under a storage's folder that were neither finished nor aborted."""
    answer = client(faulty).list_multipart_uploads(Bucket="factory-tests")
    folder = storage.url.removeprefix("s3://factory-tests/")
    return [each["Key"] for each in answer.get("Uploads", []) if each["Key"].startswith(folder)]


def read_blocks(storage: Storage) -> bytes:
    with storage.open("a/f") as file:
        file.seek(10)
        return file.read()


def written(storage: Storage, rel: str, data: bytes) -> bytes:
    storage.write_atomic(rel, data)
    return storage.read_bytes(rel)


def created_in_vain(storage: Storage) -> bytes:
    with pytest.raises(FileExistsError):
        storage.write_new("a/g", b"another")
    return storage.read_bytes("a/g")


def deleted(storage: Storage) -> bool:
    storage.delete("a/f")
    return storage.exists("a/f")


OPERATIONS: dict[str, tuple[Callable[[Storage], object], object]] = {
    "read": (lambda s: s.read_bytes("a/f"), b"0123456789" * 100),
    "range": (lambda s: s.read_range("a/f", 5, 15), b"5678901234"),
    "tail": (lambda s: s.read_range("a/f", -4), b"6789"),
    "beyond": (lambda s: s.read_range("a/f", 995, 2000), b"56789"),
    "many": (lambda s: s.read_many(["a/f", "a/g"] * 5), [b"0123456789" * 100, b"g"] * 5),
    "blocks": (read_blocks, b"0123456789" * 99),
    "list": (lambda s: s.list_dir("a"), ["f", "g"]),
    "find": (lambda s: s.find(), ["a/f", "a/g"]),
    "stat": (lambda s: s.size("a/f"), 1000),
    "exists": (lambda s: (s.exists("a/f"), s.exists("a"), s.exists("a/h"), s.is_dir("a")), (True, True, False, True)),
    "put": (lambda s: written(s, "a/new", b"new"), b"new"),
    "create": (lambda s: (s.write_new("a/new", b"new"), s.read_bytes("a/new")), (None, b"new")),
    "create in vain": (created_in_vain, b"g"),
    "delete": (deleted, False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_survives_every_fault(storage: Storage, faulty_s3: FaultyS3, kind: str) -> None:
    storage.write_atomic("a/f", b"0123456789" * 100)
    storage.write_atomic("a/g", b"g")
    for seed, (name, (operation, expected)) in enumerate(OPERATIONS.items()):
        first = faulty_s3.inject(kind, times=2)
        faulty_s3.inject(kind, share=0.2, seed=seed)
        assert operation(storage) == expected, name
        assert first.done >= 1
        faulty_s3.heal()
        storage.delete("a/new")


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_file_arrives_whole_or_not_at_all(storage: Storage, faulty_s3: FaultyS3, kind: str) -> None:
    storage.write_atomic("large", b"old")
    for method, path in (("POST", "uploads"), ("PUT", "partNumber=2"), ("POST", "uploadId="), ("GET", "large")):
        faulty_s3.inject(kind, times=1, method=method, path=path)
    storage.put_atomic("large", io.BytesIO(LARGE))
    assert storage.read_bytes("large") == LARGE
    assert faulty_s3.struck[kind] == 4
    assert storage.find() == ["large"]
    # An upload that began without our hearing of it can be aborted by none but the bucket's own rules.
    assert len(uploads(faulty_s3, storage)) == (kind in ("lost answer", "twice", "cut"))


def test_a_server_that_comes_back_is_waited_for(storage: Storage, faulty_s3: FaultyS3) -> None:
    storage.write_atomic("f", b"1")
    with faulty_s3.outage(1.5):
        start = time.monotonic()
        storage.write_atomic("g", b"2")
        assert storage.read_many(["f", "g"]) == [b"1", b"2"]
        assert storage.find() == ["f", "g"]
        assert time.monotonic() - start > 1.2


def test_a_server_that_goes_while_a_large_file_is_sent(storage: Storage, faulty_s3: FaultyS3) -> None:
    class Slow(io.BytesIO):
        """Ends the server's day once, after the first part."""

        gone = False

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 6 << 20 and not self.gone:
                self.gone = True
                pool.submit(lambda: faulty_s3.outage(1.0).__enter__()).result()
            return super().read(size)

    with ThreadPoolExecutor(1) as pool:
        storage.put_atomic("large", Slow(LARGE))
    assert storage.read_bytes("large") == LARGE
    assert storage.find() == ["large"] and uploads(faulty_s3, storage) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_server_that_stays_away_ends_the_build(
    storage: Storage, faulty_s3: FaultyS3, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RemoteFiles, "patience", Patience(total_s=0.2, first_s=0.01, longest_s=0.1))
    faulty_s3.down()
    with pytest.raises(EnvironmentFailure, match=r"^s3://factory-tests/.*failed \d+ times.*AWS_ENDPOINT_URL"):
        OPERATIONS[name][0](storage)


def test_a_put_that_never_succeeds_leaves_the_old_file(storage: Storage, faulty_s3: FaultyS3) -> None:
    storage.write_atomic("large", b"old")
    faulty_s3.inject("internal error", method="POST", path="uploadId=")
    storage._remote.patience = Patience(total_s=0.2, first_s=0.01, longest_s=0.1)
    with pytest.raises(EnvironmentFailure, match="large: failed"):
        storage.put_atomic("large", io.BytesIO(LARGE))
    faulty_s3.heal()
    assert storage.read_bytes("large") == b"old"
    assert storage.find() == ["large"] and uploads(faulty_s3, storage) == []


def test_an_answer_that_does_not_come_is_asked_for_again(
    storage: Storage, faulty_s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(remote_files._S3["config_kwargs"], "read_timeout", 0.5)
    storage.write_atomic("f", b"1")
    start = time.monotonic()
    for _ in range(3):
        faulty_s3.inject("hang", times=1)
    assert storage.read_bytes("f") == b"1"
    assert 1.4 < time.monotonic() - start < 15


def test_a_body_that_claims_to_be_whole_is_found_out(storage: Storage, faulty_s3: FaultyS3) -> None:
    storage.write_atomic("f", b"0123456789" * 100)
    reads = (
        lambda: storage.read_range("f", 0, 1000),
        lambda: storage.open("f").read(),
        lambda: storage.read_bytes("f"),  # by the checksum
    )
    for read in reads:
        fault = faulty_s3.inject("short", method="GET", times=2)
        assert read() == b"0123456789" * 100
        assert fault.done == 2


def test_a_file_that_changes_while_it_is_read(storage: Storage) -> None:
    storage.write_atomic("f", bytes(1000))
    with storage.open("f") as file:
        storage.write_atomic("f", bytes(2000))
        with pytest.raises(DataError, match="f: changed while it was read"):
            file.read()


def test_refusals_are_not_tried_again(storage: Storage, faulty_s3: FaultyS3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(EnvironmentFailure, match="access refused"):
        storage.read_bytes("f")
    assert sum(faulty_s3.calls.values()) == 0


def test_a_missing_bucket_ends_the_build(faulty_s3: FaultyS3) -> None:
    storage = Storage("s3://no-such-bucket-here/lake")
    for data in (b"small", LARGE):
        with pytest.raises(EnvironmentFailure, match=r"no such bucket.*create it"):
            storage.write_atomic("f", data)


def test_missing_files_cost_no_retries(storage: Storage, faulty_s3: FaultyS3) -> None:
    storage.write_atomic("f", b"1")
    before = sum(faulty_s3.calls.values())
    with pytest.raises(FileNotFoundError):
        storage.read_many(["f", "nope"])
    assert not storage.exists("nope")
    assert sum(faulty_s3.calls.values()) - before <= 5


def test_a_listing_of_many_pages_under_faults(
    storage: Storage, faulty_s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    names = [f"scenes/dataset=d/scene={number:04d}/data.parquet" for number in range(95)]
    for name in names:
        storage.write_atomic(name, b"")
    faulty_s3.calls.clear()
    fault = faulty_s3.inject("slow down", method="GET", share=0.1, seed=2)
    assert storage.find("scenes") == names
    assert fault.done >= 1 and faulty_s3.calls["GET"] >= 11


def test_another_fsspec_store() -> None:
    storage = Storage(f"memory://{uuid.uuid4().hex}/lake")
    storage.write_atomic("a/f", b"0123")
    storage.put_atomic("a/large", io.BytesIO(LARGE))
    assert storage.read_bytes("a/f") == b"0123" and storage.read_range("a/f", -2) == b"23"
    assert storage.read_many(["a/f", "a/large"]) == [b"0123", LARGE]
    assert storage.find() == ["a/f", "a/large"] and storage.list_dir() == ["a"]
    assert storage.size("a/large") == len(LARGE) and storage.is_dir("a")
    with storage.open("a/f") as file:
        assert file.read() == b"0123"
    storage.delete("a/f")
    storage.delete("a/f")
    assert storage.find() == ["a/large"] and not storage.exists("a/f")
    with pytest.raises(FileNotFoundError):
        storage.read_bytes("a/f")


@pytest.mark.parametrize("scheme", ["gs", "gcs"])
def test_google_needs_its_package(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    monkeypatch.delitem(importlib.import_module("fsspec.registry")._registry, scheme, raising=False)
    with pytest.raises(DataError, match=rf"{scheme}://bucket/lake: .*gcsfs.*\[gcs\]"):
        Storage(f"{scheme}://bucket/lake").list_dir()


def test_an_unknown_protocol() -> None:
    with pytest.raises(DataError, match="nonsense://x/y: not a folder or URL"):
        Storage("nonsense://x/y").list_dir()
