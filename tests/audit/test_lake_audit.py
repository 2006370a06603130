"""The audit of a lake on disk and its command."""

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
from tests.audit.small_world import SCENE, SOURCE, World

TABLES = ("scenes", "objects", "views", "qa")


def write(root: Path, world: World, scene: str = SCENE) -> None:
    """A lake as a build leaves it."""
    lake = Lake(Storage(str(root)))
    digests: dict[str, str] = {}
    for name, table in zip(TABLES, world.tables(), strict=True):
        counts = {"rows: all": len(world.rows)} if name == "qa" else {}
        upstream = {above: digests[above] for above in UPSTREAM.get(name, ())}
        meta = lake.write(name, SOURCE, scene, table, versions={"v": "1"}, counts=counts, upstream=upstream)
        digests[name] = meta.content_digest


def renamed(scene: str) -> World:
    world = clean_world()
    for record in (world.scene, *world.objects, *world.views, *world.rows):
        record["scene_id"] = scene
    return world


def test_a_clean_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, clean_world())
    write(tmp_path, renamed("scene0002_00"), "scene0002_00")
    assert main(["--root", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "clean" in text and "position_matching" in text and "all of 2 partitions" in text


def test_processes_change_nothing(tmp_path: Path) -> None:
    world = clean_world()
    world.row("depth_prediction_oc", "fill")["answer"] = "9.9"
    write(tmp_path, world)
    write(tmp_path, renamed("scene0002_00"), "scene0002_00")
    assert audit_lake(str(tmp_path), processes=2) == audit_lake(str(tmp_path))


def test_a_wrong_answer_fails_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = clean_world()
    row = world.row("depth_prediction_oc", "fill")
    row["answer"] = "9.9"
    write(tmp_path, world)
    assert main(["--root", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert row["qa_id"] in text and "stored:  9.9" in text and "derived: 3.0" in text
    assert main(["--root", str(tmp_path), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["tasks"]["depth_prediction_oc"] == {"rows": 3, "checked": 3, "wrong": 1}
    assert [(f["task"], f["kind"], f["count"]) for f in report["findings"]] == [("depth_prediction_oc", "answer", 1)]


def test_an_empty_lake_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 1
    assert "no questions" in capsys.readouterr().out


def test_records_of_another_build(tmp_path: Path) -> None:
    write(tmp_path, clean_world())
    world = clean_world()
    world.views[0]["objects"][0]["pixel_count"] += 1
    lake = Lake(Storage(str(tmp_path)))
    meta = lake.meta("views", SOURCE, SCENE)
    assert meta is not None
    lake.write("views", SOURCE, SCENE, world.tables()[2], versions={}, counts={}, upstream=meta.upstream)
    report = audit_lake(str(tmp_path))
    assert not report.is_clean
    assert set(report.counts) == {("", Kind.DIGEST)}


def test_bytes_that_were_changed(tmp_path: Path) -> None:
    world = clean_world()
    write(tmp_path, world)
    path = tmp_path / Lake(Storage(str(tmp_path))).path("qa", SOURCE, SCENE)
    footer = pq.read_schema(path).metadata
    world.row("depth_prediction_oc", "fill")["answer"] = "9.9"
    writer = pq.ParquetWriter(path, world.tables()[3].schema, compression="zstd")
    writer.write_table(world.tables()[3])
    writer.add_key_value_metadata(footer)
    writer.close()
    report = audit_lake(str(tmp_path))
    assert set(report.counts) == {("", Kind.DIGEST)}


@pytest.mark.parametrize("name", TABLES[:3])
def test_a_missing_table(tmp_path: Path, name: str) -> None:
    write(tmp_path, clean_world())
    Lake(Storage(str(tmp_path))).delete(name, SOURCE, SCENE)
    report = audit_lake(str(tmp_path))
    assert not report.is_clean
    assert ("", Kind.MISSING) in report.counts


def test_a_partition_under_another_name(tmp_path: Path) -> None:
    write(tmp_path, clean_world(), "scene0009_00")
    assert set(audit_lake(str(tmp_path)).counts) == {("", Kind.METADATA)}


def test_rows_that_got_lost(tmp_path: Path) -> None:
    world = clean_world()
    lake = Lake(Storage(str(tmp_path)))
    write(tmp_path, world)
    meta = lake.meta("qa", SOURCE, SCENE)
    assert meta is not None
    fewer: pa.Table = world.tables()[3].slice(1)
    lake.write("qa", SOURCE, SCENE, fewer, versions={}, counts=meta.counts, upstream=meta.upstream)
    assert set(audit_lake(str(tmp_path)).counts) == {("", Kind.METADATA)}


def test_scenes_without_questions_are_told(tmp_path: Path) -> None:
    write(tmp_path, clean_world())
    write(tmp_path, renamed("scene0002_00"), "scene0002_00")
    Lake(Storage(str(tmp_path))).delete("qa", SOURCE, "scene0002_00")
    report = audit_lake(str(tmp_path))
    assert report.is_clean
    assert report.unasked == ["scene0002_00"]
