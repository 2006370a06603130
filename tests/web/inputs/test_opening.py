"""What lies under a URL decides how it is read."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factory.errors import DataError
from factory.store.storage import Storage
from factory.web.inputs.base import WebInput
from factory.web.inputs.opening import open_input
from tests.web.inputs.tiny_inputs import img2dataset_members, jpeg, write_tar


def write_parquet(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"jpg": [jpeg(1)], "url": ["x"]}), path)


def kind(root: Path) -> str:
    return open_input(str(root)).kind


def test_tars_with_the_accounts_of_img2dataset(tmp_path: Path) -> None:
    write_tar(tmp_path / "00000.tar", img2dataset_members(0, 1))
    write_parquet(tmp_path / "00000.parquet")
    (tmp_path / "00000_stats.json").write_text("{}")
    assert kind(tmp_path) == "tar"


def test_folders_of_img2dataset(tmp_path: Path) -> None:
    (tmp_path / "00000").mkdir()
    (tmp_path / "00000" / "000000001.jpg").write_bytes(jpeg(1))
    (tmp_path / "00000" / "000000001.txt").write_text("words")
    write_parquet(tmp_path / "00000.parquet")
    found = open_input(str(tmp_path), buckets=4)
    assert found.kind == "folder"
    [shard] = found.list_shards()
    assert shard.endswith("-of-4") and next(iter(found.read(shard))).caption == "words"


def test_parquet(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data" / "part-0.parquet")
    assert kind(tmp_path) == "parquet"


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no such folder; expected WebDataset tars \(\*.tar\), Parquet files"):
        open_input(str(tmp_path / "missing"))
    with pytest.raises(DataError, match=r"or pictures, found 0 other files$"):
        open_input(str(tmp_path))
    (tmp_path / "00000.tar.gz").write_bytes(b"")
    with pytest.raises(DataError, match=r"found 1 other files, such as 00000.tar.gz$"):
        open_input(str(tmp_path))
    with pytest.raises(DataError, match="no such folder"):
        open_input(str(tmp_path / "00000.tar.gz"))


def test_a_mixture_is_told(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", {})
    write_parquet(tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"1 tars \(a.tar\) and 1 Parquet files \(b.parquet\) lie below one folder"):
        open_input(str(tmp_path))


def test_names_that_no_table_can_hold(tmp_path: Path) -> None:
    write_tar(tmp_path / "a\udcff.tar", {})
    with pytest.raises(DataError, match=r"the name of a\\udcff.tar is not UTF-8; rename the file"):
        open_input(str(tmp_path))


def contents(found: WebInput) -> list[tuple[str, bytes | None, str | None]]:
    return [(p.uri, p.data, p.caption) for shard in found.list_shards() for p in found.read(shard)]


@pytest.mark.parametrize("kind", ["tar", "folder", "parquet"])
def test_a_bucket_reads_as_a_folder_does(tmp_path: Path, s3_endpoint: str, kind: str) -> None:
    local = tmp_path / kind
    if kind == "tar":
        for shard in range(2):
            write_tar(local / f"{shard:05d}.tar", img2dataset_members(100 * shard, 8))
    elif kind == "folder":
        for number in range(20):
            (local / f"{number % 3}").mkdir(parents=True, exist_ok=True)
            (local / f"{number % 3}" / f"{number}.jpg").write_bytes(jpeg(number))
    else:
        local.mkdir()
        pq.write_table(pa.table({"image": [jpeg(i) for i in range(20)]}), local / "p.parquet", row_group_size=6)
    url = f"{s3_endpoint}/{kind}"
    for name in Storage(local).find():
        Storage(url).write_atomic(name, (local / name).read_bytes())
    here, there = open_input(str(local)), open_input(url)
    assert there.kind == here.kind == kind
    assert contents(there) == contents(here) and contents(here)
    uri = contents(here)[-1][0]
    assert there.read_one(uri) == here.read_one(uri)
