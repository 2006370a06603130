"""Partitions: one object, one atomic put, readable by everyone; mixtures of builds are refused."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factory.errors import DataError
from factory.store.lake import TABLES, Lake, fingerprint
from factory.store.storage import Storage


def qa_rows(scene: str, count: int) -> pa.Table:
    row = {
        "source": "scannet",
        "split": "train",
        "task": "depth_prediction_oc",
        "level": "low",
        "view": "single",
        "relation": "oc",
        "format": "fill",
        "images": ["scene/color/0.jpg"],
        "frame_ids": ["0"],
        "question": "How deep?",
        "answer": "1.5",
        "options": None,
        "marks": [
            {"kind": "point", "color": "red", "image_index": 0, "object_id": 3, "label": "bed", "coords": [1, 2]}
        ],
        "object_ids": [3],
        "labels": ["bed"],
        "values": [1.53],
        "unit": "m",
        "margin": None,
        "template_id": "t",
        "task_version": 1,
        "scene_id": scene,
    }
    rows = [row | {"qa_id": f"{scene}-{i:04d}"} for i in range(count)]
    return pa.Table.from_pylist(rows, schema=TABLES["qa"])


def object_rows(scene: str, x: float = 0.0) -> pa.Table:
    row = {
        "source": "scannet",
        "scene_id": scene,
        "object_id": 3,
        "label": "bed",
        "raw_label": "bed",
        "is_structural": False,
        "center": [x, 0.0, 0.0],
        "extents": [1.0, 1.0, 1.0],
        "rotation": [1.0, 0, 0, 0, 1, 0, 0, 0, 1],
        "aabb_min": [0.0, 0, 0],
        "aabb_max": [1.0, 1, 1],
        "point_count": 10,
        "front": None,
        "frame_ids": ["0"],
    }
    return pa.Table.from_pylist([row], schema=TABLES["objects"])


def write_records(lake: Lake, scene: str, x: float = 0.0) -> None:
    upstream = {}
    for table, data in (("scenes", TABLES["scenes"].empty_table()), ("objects", object_rows(scene, x))):
        upstream[table] = lake.write(table, "scannet", scene, data, versions={}, counts={}).content_digest
    views = TABLES["views"].empty_table()
    lake.write("views", "scannet", scene, views, versions={"records": "1"}, counts={}, upstream=upstream)


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "lake")
    return f"{request.getfixturevalue('s3_endpoint')}/lake"


def test_what_was_written_is_read_back(root: str) -> None:
    lake = Lake(Storage(root))
    assert lake.meta("qa", "scannet", "scene0000_00") is None
    assert lake.partitions("qa") == []
    data = qa_rows("scene0000_00", 7)
    written = lake.write("qa", "scannet", "scene0000_00", data, versions={"b": "2", "a": "1"}, counts={"kept": 7})
    assert lake.read("qa", "scannet", "scene0000_00").equals(data)
    assert lake.meta("qa", "scannet", "scene0000_00") == written
    assert written.fingerprint == fingerprint({"a": "1", "b": "2"})
    assert lake.partitions("qa") == [("scannet", "scene0000_00")]
    lake.delete("qa", "scannet", "scene0000_00")
    assert lake.partitions("qa") == []


def test_a_footer_longer_than_the_first_read_is_still_read(root: str) -> None:
    lake = Lake(Storage(root))
    versions = {f"input {i}": "x" * 64 for i in range(2_000)}
    lake.write("qa", "scannet", "s", qa_rows("s", 1), versions=versions, counts={})
    meta = lake.meta("qa", "scannet", "s")
    assert meta is not None and meta.versions == versions


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("first", "second"):
        lake = Lake(Storage(tmp_path / name))
        # Rows that arrive in several chunks must not show in the file.
        data = pa.concat_tables([qa_rows("s", 5).slice(0, 2), qa_rows("s", 5).slice(2)])
        data = data if name == "first" else qa_rows("s", 5)
        lake.write("qa", "scannet", "s", data, versions={"a": "1"}, counts={"x": 1})
        contents.append((tmp_path / name / lake.path("qa", "scannet", "s")).read_bytes())
    assert contents[0] == contents[1]


def test_the_content_digest_speaks_of_rows_only(tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path))
    first = lake.write("qa", "scannet", "a", qa_rows("s", 5), versions={"a": "1"}, counts={})
    other_versions = lake.write("qa", "scannet", "b", qa_rows("s", 5), versions={"a": "2"}, counts={"x": 1})
    other_rows = lake.write("qa", "scannet", "c", qa_rows("s", 6), versions={"a": "1"}, counts={})
    assert first.content_digest == other_versions.content_digest != other_rows.content_digest


def test_a_table_with_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="schema"):
        Lake(Storage(tmp_path)).write("qa", "scannet", "s", pa.table({"a": [1]}), versions={}, counts={})
    assert list(tmp_path.rglob("*")) == []


def test_records_of_two_builds_are_refused(tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path))
    write_records(lake, "s")
    assert [table.num_rows for table in lake.read_records("scannet", "s")] == [0, 1, 0]
    lake.read_verified("views", "scannet", "s")
    lake.write("objects", "scannet", "s", object_rows("s", x=1.0), versions={}, counts={})  # killed before `views`
    with pytest.raises(DataError, match="another build of 'objects'"):
        lake.read_records("scannet", "s")
    with pytest.raises(DataError, match="another build of 'objects'"):
        lake.read_verified("views", "scannet", "s")


def damage_data(content: bytes) -> bytes:
    return content[:40] + bytes([content[40] ^ 1]) + content[41:]


@pytest.mark.parametrize(
    ("damage", "words"),
    [(damage_data, "do not match the digest"), (lambda content: content[:-20], "not a partition of this lake")],
    ids=["one bit", "cut off"],
)
def test_damage_is_found(tmp_path: Path, damage: Callable[[bytes], bytes], words: str) -> None:
    lake = Lake(Storage(tmp_path))
    lake.write("qa", "scannet", "s", qa_rows("s", 50), versions={}, counts={})
    path = tmp_path / lake.path("qa", "scannet", "s")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=words):
        lake.read_verified("qa", "scannet", "s")


def test_foreign_readers_read_the_tables(tmp_path: Path) -> None:
    import datasets

    lake = Lake(Storage(tmp_path))
    for scene, count in (("scene0000_00", 3), ("scene0001_00", 4)):
        lake.write("qa", "scannet", scene, qa_rows(scene, count), versions={}, counts={})
    folder = tmp_path / "qa"
    assert pq.read_table(folder).num_rows == 7
    assert set(pq.read_table(folder, filters=[("scene", "=", "scene0001_00")])["scene_id"].to_pylist()) == {
        "scene0001_00"
    }
    frame = pd.read_parquet(folder)
    assert len(frame) == 7 and set(frame["scene"].astype(str)) == {"scene0000_00", "scene0001_00"}
    query = f"select scene, count(*), any_value(marks[1].color) from read_parquet('{folder}/**/*.parquet', "
    rows = duckdb.sql(query + "hive_partitioning=true) group by scene order by scene").fetchall()
    assert rows == [("scene0000_00", 3, "red"), ("scene0001_00", 4, "red")]
    loaded = datasets.load_dataset(
        "parquet", data_dir=str(folder), split="train", cache_dir=str(tmp_path / "hf"), keep_in_memory=True
    )
    assert len(loaded) == 7 and loaded[0]["marks"][0]["coords"] == [1, 2]


def test_a_partition_in_groups_is_read_as_it_was_written(tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path))
    groups = [object_rows("s", x) for x in (1.0, 2.0, 3.0)]
    with lake.writer("objects", "scannet", "s") as writer:
        for group in groups:
            writer.add(group)
        meta = writer.commit(versions={"a": "1"}, counts={"kept": 3})
    assert list(lake.read_groups("objects", "scannet", "s")) == groups
    assert lake.read_verified("objects", "scannet", "s") == pa.concat_tables(groups).combine_chunks()
    assert lake.meta("objects", "scannet", "s") == meta


def test_a_writer_that_fails_leaves_the_old_partition(tmp_path: Path) -> None:
    lake = Lake(Storage(tmp_path))
    lake.write("objects", "scannet", "s", object_rows("s", 1.0), versions={}, counts={})
    before = {path: lake.storage.read_bytes(path) for path in lake.storage.find()}
    with pytest.raises(ValueError, match="schema"), lake.writer("objects", "scannet", "s") as writer:
        writer.add(object_rows("s", 2.0))
        writer.add(TABLES["views"].empty_table())
    assert {path: lake.storage.read_bytes(path) for path in lake.storage.find()} == before
