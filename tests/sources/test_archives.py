"""Zip archives read where they lie."""

import os
import pickle
import struct
import time
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest

from factory.errors import DataError
from factory.sources.archives import Archive, Archives, Member, archive_uri, split_archive_uri
from factory.store.storage import Storage

FILES = {
    "house/scene_00002/a.txt": b"second",
    "house/scene_00001/b.png": os.urandom(300_000),
    "house/scene_00001/a.txt": b"one two three " * 5_000,
    "house/scene_000011/a.txt": b"another scene of nearly the same name",
    "house/empty.txt": b"",
    "house/größe.txt": "Länge".encode(),
}


def pack(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.mkdir("house")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def header_offset(path: Path, name: str) -> int:
    with zipfile.ZipFile(path) as archive:
        return archive.getinfo(name).header_offset


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_was_packed_is_read(tmp_path: Path, compression: int) -> None:
    pack(tmp_path / "sub" / "a.zip", FILES, compression)
    archive = Archive(Storage(tmp_path), "sub/a.zip")
    assert archive.names() == sorted(FILES)
    assert {name: archive.read(name) for name in archive.names()} == FILES
    assert {name: archive.size(name) for name in FILES} == {name: len(content) for name, content in FILES.items()}
    assert archive.names("house/scene_00001/") == ["house/scene_00001/a.txt", "house/scene_00001/b.png"]
    assert archive.members("house/scene_00002/") == [
        Member("house/scene_00002/a.txt", 6, archive.digest("house/scene_00002/a.txt"))
    ]
    for name, content in FILES.items():
        for length in (0, 1, 100, len(content) + 10):
            assert archive.read_start(name, length) == content[:length]


def test_a_file_in_a_bucket_is_read_by_its_range(tmp_path: Path, s3_endpoint: str, monkeypatch) -> None:
    files = {**FILES, **{f"house/big{i}.bin": os.urandom(400_000) for i in range(10)}}
    path = pack(tmp_path / "a.zip", files)
    storage = Storage(s3_endpoint)
    fsspec.filesystem("s3").put(str(path), f"{s3_endpoint}/a.zip")
    archive = Archive(storage, "a.zip")
    assert archive.members() == Archive(Storage(tmp_path), "a.zip").members()
    ranges = []
    read = Storage.read_range
    monkeypatch.setattr(
        Storage,
        "read_range",
        lambda self, rel, start, end=None: ranges.append((start, end)) or read(self, rel, start, end),
    )
    assert archive.read("house/scene_00001/b.png") == FILES["house/scene_00001/b.png"]
    assert len(ranges) == 1 and ranges[0][1] - ranges[0][0] < 305_000
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(archive.read, sorted(files))) == [files[name] for name in sorted(files)]


def test_a_long_extra_field_of_the_local_header_is_skipped(tmp_path: Path) -> None:
    # Packers pad local headers to align files; the listing does not say so.
    path = pack(tmp_path / "a.zip", {"x.bin": b"0123456789"}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    at = header_offset(path, "x.bin")
    end = at + 30 + len("x.bin")
    padding = b"\xfe\xca" + (2_000).to_bytes(2, "little") + bytes(2_000)
    header = data[at : at + 28] + len(padding).to_bytes(2, "little")
    path.write_bytes(data[:at] + header + data[at + 30 : end] + padding + data[end:])
    # What comes after it moved: the start of the listing, which the end of the archive tells.
    data = bytearray(path.read_bytes())
    eocd = data.rfind(b"PK\x05\x06")
    offset = int.from_bytes(data[eocd + 16 : eocd + 20], "little") + len(padding)
    data[eocd + 16 : eocd + 20] = offset.to_bytes(4, "little")
    path.write_bytes(data)
    with zipfile.ZipFile(path) as oracle:
        assert oracle.read("x.bin") == b"0123456789"
    assert Archive(Storage(tmp_path), "a.zip").read("x.bin") == b"0123456789"


def test_archives_with_a_comment_and_with_bytes_before_them(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", FILES)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"c" * 65_000
    path.write_bytes(b"#!/bin/sh unpack yourself\n" * 100 + path.read_bytes())
    archive = Archive(Storage(tmp_path), "a.zip")
    assert {name: archive.read(name) for name in archive.names()} == FILES


def test_large_archives_use_64_bit_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As an archive beyond 4 GiB or 65,535 files has them, with the limits made small.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1_000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    path = pack(tmp_path / "a.zip", FILES)
    assert b"PK\x06\x06" in path.read_bytes()
    archive = Archive(Storage(tmp_path), "a.zip")
    assert {name: archive.read(name) for name in archive.names()} == FILES
    assert {name: archive.size(name) for name in FILES} == {name: len(content) for name, content in FILES.items()}


def test_a_sparse_archive_beyond_4_gib(tmp_path: Path) -> None:
    small = pack(tmp_path / "small.zip", FILES).read_bytes()
    with (tmp_path / "a.zip").open("wb") as file:  # a hole on the disk
        file.seek(5 << 30)
        file.write(small)
    archive = Archive(Storage(tmp_path), "a.zip")
    assert archive.read("house/scene_00001/b.png") == FILES["house/scene_00001/b.png"]


def test_of_a_name_that_is_there_twice_the_last_counts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, pytest.warns(UserWarning):
        archive.writestr("x.txt", b"old")
        archive.writestr("x.txt", b"new one")
    assert Archive(Storage(tmp_path), "a.zip").names() == ["x.txt"]
    assert Archive(Storage(tmp_path), "a.zip").read("x.txt") == b"new one"


@pytest.mark.parametrize("where", ["data", "header", "checksum"])
def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path, where: str) -> None:
    name = "house/scene_00001/b.png"
    path = pack(tmp_path / "a.zip", FILES)
    data = bytearray(path.read_bytes())
    header = header_offset(path, name)
    listed_checksum = data.rfind(name.encode()) - 30
    data[{"data": header + 5_000, "header": header, "checksum": listed_checksum}[where]] ^= 0xFF
    path.write_bytes(data)
    archive = Archive(Storage(tmp_path), "a.zip")
    with pytest.raises(DataError, match=r"^a\.zip!/house/scene_00001/b\.png: .*download the archive again"):
        archive.read(name)
    assert archive.read("house/scene_00001/a.txt") == FILES["house/scene_00001/a.txt"]


def test_files_that_hold_more_than_they_claim_are_damaged(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {"bomb.bin": bytes(10 << 20)})
    data = bytearray(path.read_bytes())
    listed = data.rfind(b"PK\x01\x02")
    data[listed + 24 : listed + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(DataError, match="another checksum or length"):
        Archive(Storage(tmp_path), "a.zip").read("bomb.bin")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, "encrypted"])
def test_other_methods_are_told(tmp_path: Path, method: int | str) -> None:
    path = pack(tmp_path / "a.zip", FILES, method if isinstance(method, int) else zipfile.ZIP_DEFLATED)
    if method == "encrypted":
        data = bytearray(path.read_bytes())
        data[data.rfind(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(data)
    with pytest.raises(DataError, match="encryption or a compression"):
        Archive(Storage(tmp_path), "a.zip").read("house/größe.txt")


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
def test_an_archive_that_is_cut_off_is_no_archive(tmp_path: Path, keep: float) -> None:
    path = pack(tmp_path / "a.zip", FILES)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(DataError, match=r"^a\.zip: expected an undamaged zip archive.*download it again"):
        Archive(Storage(tmp_path), "a.zip").names()


def test_a_damaged_listing_is_no_archive(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", FILES)
    data = bytearray(path.read_bytes())
    data[data.rfind(b"PK\x01\x02")] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DataError, match="a listing that is cut off"):
        Archive(Storage(tmp_path), "a.zip").names()


def test_what_is_not_there_raises_as_a_missing_file_does(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", FILES)
    archive = Archive(Storage(tmp_path), "a.zip")
    for ask in (archive.read, archive.size, archive.digest):
        with pytest.raises(FileNotFoundError, match=r"a\.zip!/house/none\.txt"):
            ask("house/none.txt")
    with pytest.raises(FileNotFoundError):
        Archive(Storage(tmp_path), "none.zip").names()


def test_an_archive_that_changes_is_listed_again(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", FILES)
    archive = Archive(Storage(tmp_path), "a.zip")
    before = archive.digest("house/scene_00002/a.txt")
    assert before == Archive(Storage(tmp_path), "a.zip").digest("house/scene_00002/a.txt")
    pack(path, {"house/first.txt": b"f" * 50_000, **FILES, "house/scene_00002/a.txt": b"SECOND"})
    assert archive.read("house/scene_00002/a.txt") == b"SECOND"  # its place is another one now
    assert archive.size("house/scene_00002/a.txt") == 6 and archive.digest("house/scene_00002/a.txt") != before
    assert "house/first.txt" in archive.names()


def test_archives_pickle_without_what_they_have_read(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", FILES)
    archive = Archive(Storage(tmp_path), "a.zip")
    size = len(pickle.dumps(archive))
    archive.names()
    assert len(pickle.dumps(archive)) == size
    assert pickle.loads(pickle.dumps(archive)).members() == archive.members()


def test_files_are_read_by_uri_in_and_outside_archives(tmp_path: Path) -> None:
    pack(tmp_path / "sub" / "a.zip", FILES)
    (tmp_path / "sub" / "plain.txt").write_bytes(b"plain")
    archives = pickle.loads(pickle.dumps(Archives(Storage(tmp_path))))
    assert archives.read("sub/a.zip!/house/scene_00002/a.txt") == b"second"
    assert archives.read("sub/plain.txt") == b"plain"
    assert archives.read_start("sub/a.zip!/house/scene_00002/a.txt", 3) == b"sec"
    assert archives.read_start("sub/plain.txt", 3) == b"pla"
    assert archives.open("sub/a.zip") is archives.open("sub/a.zip")


def test_uris() -> None:
    assert archive_uri("a/b.zip", "inner/x.png") == "a/b.zip!/inner/x.png"
    assert split_archive_uri("a/b.zip!/inner/x.png#depth_scale=4000") == ("a/b.zip", "inner/x.png#depth_scale=4000")
    assert split_archive_uri("a/B.ZIP!/x!/y.png") == ("a/B.ZIP", "x!/y.png")
    assert split_archive_uri("a/b.png") is None
    assert split_archive_uri("wow!/b.png") is None


def test_many_threads_read_the_listing_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(tmp_path / "a.zip", FILES)
    listings = []
    read = Storage.read_range
    monkeypatch.setattr(
        Storage, "read_range", lambda self, rel, start, end=None: listings.append(start) or read(self, rel, start, end)
    )
    archives = Archives(Storage(tmp_path))
    with ThreadPoolExecutor(16) as pool:
        digests = list(pool.map(lambda i: archives.open("a.zip").members(), range(64)))
    assert len(listings) == 2 and all(members == digests[0] for members in digests)


def test_a_hundred_thousand_files_are_listed_in_a_moment(tmp_path: Path) -> None:
    # The listing alone: its entries name places in a file that holds nothing else.
    count = 100_000
    names = [
        b"Structured3D/scene_%05d/2D_rendering/%d/perspective/full/%d/rgb_rawlight.png"
        % (i // 500, 100 + i % 500 // 5, i % 5)
        for i in range(count)
    ]
    listing = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, i, 9, 9, len(name), 0, 0, 0, 0, 0, i) + name
        for i, name in enumerate(names)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(listing), 0, 0)
    (tmp_path / "a.zip").write_bytes(listing + end)
    archive = Archive(Storage(tmp_path), "a.zip")
    tracemalloc.start()
    archive.names("x")
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    started = time.process_time()
    again = Archive(Storage(tmp_path), "a.zip")
    assert len(again.names()) == count
    assert time.process_time() - started < 3.0
    assert kept < 30 << 20


def test_no_flipped_bit_and_no_cut_gives_other_contents(tmp_path: Path) -> None:
    files = {"house/a.txt": b"one two three " * 4, "house/b.txt": b"stored"}
    path = pack(tmp_path / "a.zip", files)
    data = path.read_bytes()
    damaged = [data[:k] + bytes([data[k] ^ 1 << bit]) + data[k + 1 :] for k in range(len(data)) for bit in (0, 4, 7)]
    found = 0
    for content in [*damaged, *(data[:k] for k in range(len(data)))]:
        path.write_bytes(content)
        archive = Archive(Storage(tmp_path), "a.zip")
        for name, expected in files.items():
            try:
                assert archive.read(name) == expected
            except (DataError, FileNotFoundError) as error:
                found += 1
                assert "a.zip" in str(error)
    assert found > len(data)
