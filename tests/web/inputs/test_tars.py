"""WebDataset tars: samples, captions, and whatever a broken download leaves behind."""

import io
import pickle
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from factory.web.inputs.base import FILE_TOO_LARGE, NAME_NOT_UTF8, NO_PICTURE
from factory.web.inputs.tars import DAMAGED_TAR, REPEATED_NAME, TarInput
from tests.web.inputs.tiny_inputs import img2dataset_members, jpeg, write_tar


def open_tars(root: Path) -> TarInput:
    return TarInput(Storage(root))


def test_samples_as_img2dataset_writes_them(tmp_path: Path) -> None:
    for shard in range(3):
        write_tar(tmp_path / f"{shard:05d}.tar", img2dataset_members(10_000 * shard, 5))
    (tmp_path / "00000_stats.json").write_text("{}")
    tars = pickle.loads(pickle.dumps(open_tars(tmp_path)))
    assert tars.list_shards() == ["00000", "00001", "00002"]
    pictures = list(tars.read("00001"))
    assert [p.image_id for p in pictures] == [f"00001__{10_000 + i:09d}" for i in range(5)]
    assert [p.uri for p in pictures] == [f"00001.tar!/{10_000 + i:09d}.jpg" for i in range(5)]
    assert [p.data for p in pictures] == [jpeg(10_000 + i) for i in range(5)]
    assert [p.caption for p in pictures] == [f"caption {10_000 + i}" for i in range(5)]
    assert tars.read_one(pictures[3].uri) == pictures[3].data
    assert list(tars.read("00001", {pictures[2].image_id})) == [pictures[2]]


def test_one_picture_of_a_sample_and_odd_members(tmp_path: Path) -> None:
    members = {
        "a/x.y/0.png": b"png",  # dots in folders are no end of a key
        "a/x.y/0.JPG": b"jpg",
        "a/x.y/0.seg.png": b"mask",
        "a/x.y/0.json": b'{"caption": " from json "}',
        "1.cls": b"7",
        "2.jpg": b"two",
        "2.json": b"{broken",
        "3.webp": b"three",
        "3.txt": "\xff caption".encode("latin-1"),
        "2.jpeg": b"again",
    }
    write_tar(tmp_path / "odd.tar", members)
    found = list(open_tars(tmp_path).read("odd"))
    assert [(p.uri, p.data, p.reason) for p in found] == [
        ("odd.tar!/a/x.y/0.JPG", b"jpg", ""),
        ("odd.tar!/1", None, NO_PICTURE),
        ("odd.tar!/2.jpg", b"two", ""),
        ("odd.tar!/3.webp", b"three", ""),
        ("odd.tar!/2.jpeg", None, REPEATED_NAME),
    ]
    assert [p.caption for p in found] == ["from json", None, None, "� caption", None]
    assert len({p.image_id for p in found}) == 5


def test_equal_keys_of_two_tars_have_two_ids(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", {"b/c.jpg": b"1"})
    write_tar(tmp_path / "a" / "b.tar", {"c.jpg": b"2"})
    write_tar(tmp_path / "B.tar", {"c.jpg": b"3"})
    tars = open_tars(tmp_path)
    ids = [p.image_id for shard in tars.list_shards() for p in tars.read(shard)]
    assert len(ids) == len(set(ids)) == 3


def test_a_member_beyond_all_measure_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory.web.inputs.tars.MAX_FILE_BYTES", 100)
    write_tar(tmp_path / "0.tar", {"a.jpg": bytes(101), "b.jpg": bytes(100)})
    assert [p.reason for p in open_tars(tmp_path).read("0")] == [FILE_TOO_LARGE, ""]


def test_names_and_captions_that_no_table_can_hold(tmp_path: Path) -> None:
    write_tar(
        tmp_path / "0.tar",
        {
            "b\udcff.jpg": b"1",
            "c.jpg": b"2",
            "c.json": b'{"caption": "half \\ud83d"}',
            "d.jpg": b"3",
            "d.json": b"[" * 9999,
        },
    )
    found = list(open_tars(tmp_path).read("0"))
    assert [(p.uri, p.reason, p.caption) for p in found] == [
        ("0.tar!/b\\udcff.jpg", NAME_NOT_UTF8, None),
        ("0.tar!/c.jpg", "", "half ?"),
        ("0.tar!/d.jpg", "", None),
    ]
    str([(p.uri, p.caption) for p in found]).encode("utf-8")


def test_tars_of_the_command_line_tool(tmp_path: Path) -> None:
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).write_bytes(jpeg(1))
    subprocess.run(["tar", "cf", "made.tar", "./one.jpg", "./two.jpg"], cwd=tmp_path, check=True)
    tars = open_tars(tmp_path)
    found = list(tars.read("made"))
    assert [p.image_id for p in found] == ["made__one", "made__two"]
    assert tars.read_one(found[1].uri) == jpeg(1)


def read_damaged(tmp_path: Path, data: bytes) -> list[str]:
    """The reasons, after checking what every reading must hold."""
    (tmp_path / "00000.tar").write_bytes(data)
    tars = open_tars(tmp_path)
    pictures = list(tars.read("00000"))
    assert len({p.image_id for p in pictures}) == len(pictures)
    for picture in pictures:
        assert (picture.data is None) == bool(picture.reason)
        if picture.data is not None:
            assert tars.read_one(picture.uri) == picture.data
    return [p.reason for p in pictures]


def whole_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in img2dataset_members(0, 6).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def test_a_cut_tar_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    data = whole_tar()
    assert read_damaged(tmp_path, data) == [""] * 6
    end = len(data.rstrip(b"\0"))
    for cut in range(0, end, 499):
        reasons = read_damaged(tmp_path, data[:cut])
        assert reasons[-1] == DAMAGED_TAR and set(reasons[:-1]) <= {""}
        assert len(reasons) >= 6 * cut // end - 1
    picture = list(open_tars(tmp_path).read("00000"))[-1]
    assert picture.uri == "00000.tar" and picture.data is None


def test_a_hole_or_a_second_archive_is_not_taken_for_the_end(tmp_path: Path) -> None:
    data = whole_tar()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        third = archive.getmember("000000002.jpg").offset
    assert read_damaged(tmp_path, data[:third] + bytes(1024) + data[third + 1024 :]) == ["", "", DAMAGED_TAR]
    assert read_damaged(tmp_path, data[:third] + b"x" * 512 + data[third + 512 :]) == ["", "", DAMAGED_TAR]
    assert read_damaged(tmp_path, data + data)[-1] == DAMAGED_TAR
    assert read_damaged(tmp_path, b"") == [DAMAGED_TAR]
    assert read_damaged(tmp_path, b"<html>not here</html>" * 100) == [DAMAGED_TAR]
    assert read_damaged(tmp_path, bytes(10240)) == []


@given(flips=st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 255)), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_flipped_bytes_crash_nothing(tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]) -> None:
    data = bytearray(whole_tar())
    for at, mask in flips:
        # headers are rare among the data: half of the hits go there
        data[(at % 512) if at % 2 else at % len(data)] ^= mask
    read_damaged(tmp_path_factory.mktemp("flips"), bytes(data))


def test_the_digest_follows_the_tar_alone(tmp_path: Path) -> None:
    for shard in range(2):
        write_tar(tmp_path / f"{shard:05d}.tar", img2dataset_members(shard, 4))

    def digests() -> list[dict[str, str]]:
        tars = open_tars(tmp_path)
        return [tars.input_digest(shard, CachedHasher(tars.storage)) for shard in tars.list_shards()]

    before = digests()
    assert before == digests() and before[0] != before[1]
    write_tar(tmp_path / "00002.tar", img2dataset_members(9, 1))
    assert digests()[:2] == before
    write_tar(tmp_path / "00001.tar", {**img2dataset_members(1, 4), "000000001.jpg": jpeg(77)})
    assert digests()[0] == before[0] and digests()[1] != before[1]
    tars = open_tars(tmp_path)
    assert tars.list_shards()
    (tmp_path / "00000.tar").unlink()
    assert tars.input_digest("00000", CachedHasher(tars.storage)) == {"tar": "missing"}
