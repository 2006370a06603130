"""Lakes that the pipeline builds are clean; what is spoiled on disk or between partitions is found."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from factory.audit.findings import Kind
from factory.audit.lake import audit_lake
from factory.store.lake import UPSTREAM, Lake
from factory.store.storage import Storage
from jobs.audit import main
from tests.audit.clean_world import clean_world
from tests.audit.test_lake_audit import write as write_scene
from tests.audit.web.clean_rows import clean_picture
from tests.audit.web.small_picture import SHARD, SOURCE, SmallPicture
from tests.building import build_web, web_config_for
from tests.web.painted_pictures import write_pictures
from tests.web.tiny_models import tiny_stack

TABLES = ("web_images", "web_objects", "web_qa")


def write(root: Path, picture: SmallPicture) -> None:
    """A lake as a build leaves it."""
    lake = Lake(Storage(str(root)))
    digests: dict[str, str] = {}
    for name, table in zip(TABLES, picture.tables(), strict=True):
        counts = {"rows: all": len(picture.rows)} if name == "web_qa" else {}
        upstream = {above: digests[above] for above in UPSTREAM.get(name, ())}
        meta = lake.write(name, SOURCE, SHARD, table, versions={"v": "1"}, counts=counts, upstream=upstream)
        digests[name] = meta.content_digest


def test_a_lake_of_pictures_is_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = write_pictures(tmp_path / "photos", 24)
    build_web(web_config_for(pictures, tmp_path / "lake", stack=tiny_stack()))
    assert main(["--root", str(tmp_path / "lake"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == []
    assert sum(task["rows"] for task in report["tasks"].values()) > 1000
    assert all(task["rows"] == task["checked"] for task in report["tasks"].values())


@pytest.mark.slow
def test_a_lake_of_labelled_scenes_is_clean(four_scans: Path, lake_of_scans: Lake, tmp_path: Path) -> None:
    config = web_config_for(four_scans, tmp_path, source="scannet", records=lake_of_scans.storage.url)
    build_web(config.model_copy(update={"shards": ["scene0003_00", "scene0004_00"]}))
    report = audit_lake(str(tmp_path))
    assert report.counts == {}
    assert report.is_clean
    assert {"vqa_object_size_single", "problem_solving", "vqa_most_objects_in_class"} <= set(report.rows)


def test_scenes_and_pictures_in_one_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, clean_picture())
    write_scene(tmp_path, clean_world())
    assert main(["--root", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "depth_prediction_oc" in text and "vqa_orientation" in text and "all of 2 partitions" in text


def test_processes_change_nothing(tmp_path: Path) -> None:
    picture = clean_picture()
    picture.row("vqa_distance_single", "text")["answer"] = "9.99m"
    write(tmp_path, picture)
    write_scene(tmp_path, clean_world())
    assert audit_lake(str(tmp_path), processes=2) == audit_lake(str(tmp_path))


def test_a_wrong_answer_fails_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = clean_picture()
    row = picture.row("vqa_distance_single", "text")
    row["answer"], row["answers"] = "9.99m", ["9.99m"]
    write(tmp_path, picture)
    assert main(["--root", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert row["qa_id"] in text and "stored:  9.99m" in text and "derived: 3.20 m" in text


@pytest.mark.parametrize("name", TABLES[:2])
def test_a_missing_table(tmp_path: Path, name: str) -> None:
    write(tmp_path, clean_picture())
    Lake(Storage(str(tmp_path))).delete(name, SOURCE, SHARD)
    report = audit_lake(str(tmp_path))
    assert not report.is_clean
    assert ("", Kind.MISSING) in report.counts


@pytest.mark.parametrize("name", TABLES)
def test_bytes_that_were_changed(tmp_path: Path, name: str) -> None:
    picture = clean_picture()
    write(tmp_path, picture)
    path = tmp_path / Lake(Storage(str(tmp_path))).path(name, SOURCE, SHARD)
    footer = pq.read_schema(path).metadata
    picture.image["sha256"] = "1" * 64
    picture.thing(1)["score"] = 0.5
    picture.row("vqa_distance_single", "text")["answer"] = "9.99m"
    table: pa.Table = picture.tables()[TABLES.index(name)]
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(footer)
    assert set(audit_lake(str(tmp_path)).counts) == {("", Kind.DIGEST)}


def test_objects_of_another_build(tmp_path: Path) -> None:
    write(tmp_path, clean_picture())
    picture = clean_picture()
    picture.thing(1)["score"] = 0.5
    lake = Lake(Storage(str(tmp_path)))
    meta = lake.meta("web_objects", SOURCE, SHARD)
    assert meta is not None
    lake.write("web_objects", SOURCE, SHARD, picture.tables()[1], versions={}, counts={}, upstream=meta.upstream)
    assert set(audit_lake(str(tmp_path)).counts) == {("", Kind.DIGEST)}


def test_rows_that_got_lost(tmp_path: Path) -> None:
    write(tmp_path, clean_picture())
    lake = Lake(Storage(str(tmp_path)))
    meta = lake.meta("web_qa", SOURCE, SHARD)
    assert meta is not None
    fewer: pa.Table = clean_picture().tables()[2].slice(1)
    lake.write("web_qa", SOURCE, SHARD, fewer, versions={}, counts=meta.counts, upstream=meta.upstream)
    assert ("", Kind.METADATA) in audit_lake(str(tmp_path)).counts


def test_a_shard_under_another_name(tmp_path: Path) -> None:
    write(tmp_path, clean_picture())
    for name in TABLES:
        source = tmp_path / Lake(Storage(str(tmp_path))).path(name, SOURCE, SHARD)
        target = tmp_path / Lake(Storage(str(tmp_path))).path(name, SOURCE, "scene0009_00")
        target.parent.mkdir(parents=True)
        source.rename(target)
    assert set(audit_lake(str(tmp_path)).counts) == {("", Kind.METADATA)}


def test_shards_without_questions_are_told(tmp_path: Path) -> None:
    write(tmp_path, clean_picture())
    write_scene(tmp_path, clean_world())
    Lake(Storage(str(tmp_path))).delete("web_qa", SOURCE, SHARD)
    assert audit_lake(str(tmp_path)).unasked == [SHARD]
