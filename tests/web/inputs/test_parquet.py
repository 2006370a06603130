"""Parquet files with bytes, Hugging Face images or URLs."""

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import DataError
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from factory.web.inputs.base import NO_PICTURE, RawPicture
from factory.web.inputs.download import NOT_DOWNLOADED, Downloader
from factory.web.inputs.parquet import DAMAGED_PARQUET, ParquetInput, row_runs
from tests.web.inputs.picture_server import picture_server
from tests.web.inputs.tiny_inputs import jpeg


def write(path: Path, row_group_size: int = 100, **columns: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, row_group_size=row_group_size)


def open_parquet(root: Path, rows: int = 1000) -> ParquetInput:
    return ParquetInput(Storage(root), rows, Downloader(timeout_s=2.0, retries=0, threads=4))


def all_pictures(parquet: ParquetInput) -> list[RawPicture]:
    return [picture for shard in parquet.list_shards() for picture in parquet.read(shard)]


@pytest.mark.parametrize("name", ["jpg", "image", "image_bytes", "JPG"])
@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
@pytest.mark.parametrize("caption", ["caption", "text", "TEXT"])
def test_bytes_by_the_usual_names(tmp_path: Path, name: str, kind: pa.DataType, caption: str) -> None:
    data = [b"one", None, b"three"]
    write(tmp_path / "part-0.parquet", key=[1, 2, 3], **{caption: ["a", " ", None], name: pa.array(data, kind)})
    assert all_pictures(open_parquet(tmp_path)) == [
        RawPicture("part-0__0", "part-0.parquet#row=0", b"one", "a"),
        RawPicture("part-0__1", "part-0.parquet#row=1", None, None, NO_PICTURE),
        RawPicture("part-0__2", "part-0.parquet#row=2", b"three", None),
    ]


def test_hugging_face_images(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    images = [{"bytes": jpeg(1), "path": "1.jpg"}, {"bytes": jpeg(2), "path": None}, None]
    features = datasets.Features(image=datasets.Image(), text=datasets.Value("string"))
    made = datasets.Dataset.from_dict({"image": images, "text": ["a", "b", "c"]}, features=features)
    (tmp_path / "in").mkdir()
    made.to_parquet(tmp_path / "in" / "train-00000-of-00001.parquet")
    found = all_pictures(open_parquet(tmp_path / "in"))
    assert [p.data for p in found[:2]] == [jpeg(1), jpeg(2)]
    assert (found[2].data, found[2].reason) == (None, NO_PICTURE)
    assert [p.caption for p in found] == ["a", "b", "c"]


def test_urls_are_fetched_in_order(tmp_path: Path) -> None:
    with picture_server() as site:
        urls = [f"{site.url}/{'gone' if i % 7 == 3 else 'ok'}/{i}.jpg" for i in range(40)]
        write(tmp_path / "u.parquet", URL=[*urls, None], TEXT=[f"caption {i}" for i in range(41)])
        parquet = pickle.loads(pickle.dumps(open_parquet(tmp_path, rows=15)))
        assert parquet.list_shards() == ["u--00000000", "u--00000015", "u--00000030"]
        found = all_pictures(parquet)
        assert [p.uri for p in found] == [f"u.parquet#row={i}" for i in range(41)]
        assert [p.data for p in found[:-1]] == [None if i % 7 == 3 else jpeg(i) for i in range(40)]
        assert {p.reason for p in found[3:40:7]} == {NOT_DOWNLOADED} and found[40].reason == NO_PICTURE
        assert found[5].caption == "caption 5"
        assert parquet.read_one("u.parquet#row=5") == jpeg(5)
        with pytest.raises(DataError, match="row=3: not downloaded"):
            parquet.read_one("u.parquet#row=3")
        site.asked.clear()
        assert list(parquet.read("u--00000015", {found[16].image_id})) == [found[16]]
        assert sum(site.asked.values()) == 1, "only what is wanted is fetched"


@given(
    sizes=st.lists(st.integers(0, 50), max_size=12),
    rows=st.integers(1, 60),
    cut=st.booleans(),
)
def test_runs_cover_every_row_once(sizes: list[int], rows: int, cut: bool) -> None:
    runs = row_runs(sizes, rows, cut)
    assert [row for start, end in runs for row in range(start, end)] == list(range(sum(sizes)))
    assert all(end > start for start, end in runs)
    edges = {sum(sizes[:i]) for i in range(len(sizes) + 1)}
    for start, end in runs[:-1]:
        assert end - start == rows if cut else end - start >= rows and end in edges


def test_shards_of_bytes_are_whole_row_groups(tmp_path: Path) -> None:
    data = [f"{i}".encode() for i in range(95)]
    write(tmp_path / "b.parquet", row_group_size=20, jpg=data)
    parquet = open_parquet(tmp_path, rows=30)
    assert parquet.list_shards() == ["b--00000000", "b--00000040", "b--00000080"]
    assert [p.data for p in all_pictures(parquet)] == data
    assert parquet.read_one("b.parquet#row=94") == b"94"
    for uri in ("b.parquet#row=95", "b.parquet#row=x", "b.parquet"):
        with pytest.raises(FileNotFoundError):
            parquet.read_one(uri)


def test_a_file_without_pictures_says_what_is_expected(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", number=[1], image=[2])
    parquet = open_parquet(tmp_path)
    assert parquet.list_shards() == ["a--00000000"]
    with pytest.raises(DataError, match=r"a.parquet: no column with pictures among number, image; expected bytes in"):
        list(parquet.read("a--00000000"))


def test_a_broken_file_is_one_broken_shard(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", jpg=[b"fine"])
    for name, data in (("b", b""), ("c", b"<html>"), ("d", (tmp_path / "a.parquet").read_bytes()[:-9])):
        (tmp_path / f"{name}.parquet").write_bytes(data)
    parquet = open_parquet(tmp_path)
    assert parquet.list_shards() == [f"{name}--00000000" for name in "abcd"]
    assert len(list(parquet.read("a--00000000"))) == 1
    for name in "bcd":
        assert parquet.input_digest(f"{name}--00000000", CachedHasher(parquet.storage))
        with pytest.raises(DataError, match=f"{name}.parquet: not readable as Parquet"):
            list(parquet.read(f"{name}--00000000"))


def test_damaged_pages_end_the_shard_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, row_group_size=8, jpg=[jpeg(i) for i in range(32)])
    data = bytearray(path.read_bytes())
    offset = pq.read_metadata(path).row_group(2).column(0).data_page_offset
    data[offset : offset + 400] = b"\xff" * 400
    path.write_bytes(bytes(data))
    found = all_pictures(open_parquet(tmp_path))
    assert [p.data for p in found[:16]] == [jpeg(i) for i in range(16)]
    assert [(p.uri, p.reason) for p in found[16:]] == [("a.parquet", DAMAGED_PARQUET)]


def test_the_digest_follows_the_file_and_the_rows(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.parquet", row_group_size=10, jpg=[name.encode() * 4] * 20)

    def digests() -> list[dict[str, str]]:
        parquet = open_parquet(tmp_path, rows=10)
        return [parquet.input_digest(shard, CachedHasher(parquet.storage)) for shard in parquet.list_shards()]

    before = digests()
    assert before == digests() and len({str(d) for d in before}) == 4
    write(tmp_path / "b.parquet", row_group_size=10, jpg=[b"cccc"] * 20)
    after = digests()
    assert after[:2] == before[:2] and after[2] != before[2] and after[3] != before[3]
