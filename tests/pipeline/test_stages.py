"""The two stages without Ray: what they write, leave alone and quarantine."""

import shutil
from pathlib import Path

import pytest

from factory.audit.scene import audit_scene
from factory.errors import EnvironmentFailure
from factory.pipeline.records_stage import RecordsStage
from factory.store.lake import TABLES, Lake
from factory.store.storage import Storage
from schemas.records import ObjectRecord, ViewRecord
from tests.building import build, config_for, contents, plan_for

SCENE = "scene0003_00"


@pytest.fixture(scope="module")
def lake(lake_of_scans: Lake) -> Lake:
    return lake_of_scans


def test_all_tables_are_there_and_belong_together(lake: Lake) -> None:
    for table in ("scenes", "objects", "views", "qa"):
        assert len(lake.partitions(table)) == 4
        for partition in lake.partitions(table):
            assert lake.read_verified(table, *partition).schema == TABLES[table]
    assert lake.partitions("quarantine") == []


def test_rows_validate_again_after_the_round_trip(lake: Lake) -> None:
    for model, table in ((ObjectRecord, "objects"), (ViewRecord, "views")):
        rows = lake.read(table, "scannet", SCENE).to_pylist()
        assert [model.model_validate(row) for row in rows]


def test_questions_are_sorted_and_ids_unique(lake: Lake) -> None:
    rows = lake.read("qa", "scannet", SCENE).to_pylist()
    keys = [(row["task"], row["format"], row["qa_id"]) for row in rows]
    assert keys == sorted(keys) and len({row["qa_id"] for row in rows}) == len(rows)


def test_every_task_speaks_in_every_format_of_its_own(lake: Lake) -> None:
    from factory.tasks import all_tasks

    found = set()
    for partition in lake.partitions("qa"):
        table = lake.read("qa", *partition)
        found |= set(zip(table["task"].to_pylist(), table["format"].to_pylist(), strict=True))
    every = {(task.spec.name, form) for task in all_tasks() for form in task.spec.formats}
    assert found == every - {("nav_video", "sentence")}  # scans hold no instructions


def test_the_audit_agrees(lake: Lake) -> None:
    for dataset, scene in lake.partitions("qa"):
        findings = audit_scene(*lake.read_records(dataset, scene), lake.read("qa", dataset, scene))
        assert findings == []


def test_counts_in_the_footer_are_those_of_the_rows(lake: Lake) -> None:
    meta = lake.meta("qa", "scannet", SCENE)
    assert meta is not None
    rows = sum(count for name, count in meta.counts.items() if name.startswith("rows: "))
    assert rows == lake.read("qa", "scannet", SCENE).num_rows


def test_a_second_build_does_nothing_and_a_touched_scene_is_built_alone(four_scans: Path, tmp_path: Path) -> None:
    scans = shutil.copytree(four_scans, tmp_path / "scans")
    config = config_for(scans, tmp_path / "lake")
    build(config)
    before = contents(tmp_path / "lake")
    assert build(config) == []
    meta = scans / SCENE / f"{SCENE}.txt"
    meta.write_text(meta.read_text() + "comment = touched\n")
    assert [(result.scene_id, result.stage, result.status) for result in build(config)] == [
        (SCENE, "records", "built"),
        (SCENE, "qa", "unchanged" if _same_rows(before, tmp_path / "lake") else "built"),
    ]
    changed = {path for path, data in contents(tmp_path / "lake").items() if before[path] != data}
    assert changed and all(f"scene={SCENE}" in path for path in changed)


def test_records_that_are_committed_are_not_made_again(
    lake: Lake, four_scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = lake.meta("views", "scannet", SCENE)
    assert meta is not None
    stage = RecordsStage(config_for(four_scans, lake.storage.url))
    monkeypatch.setattr(stage, "_build", lambda *_: pytest.fail("made again"))
    result = stage.run(SCENE, meta.versions)
    assert result.status == "unchanged" and result.counts == meta.counts


@pytest.mark.parametrize("left", ["an empty folder", "nothing"])
def test_an_input_that_goes_away_is_no_fault_of_its_scenes(four_scans: Path, tmp_path: Path, left: str) -> None:
    scans = shutil.copytree(four_scans, tmp_path / "scans")
    config = config_for(scans, tmp_path / "lake")
    stage, steps = RecordsStage(config), plan_for(config).to_build
    shutil.rmtree(scans / SCENE)
    assert stage.run(SCENE, steps[0].records_versions).status == "quarantined"
    shutil.rmtree(scans)
    if left == "an empty folder":  # what is left of a mount
        scans.mkdir()
    for step in steps[1:]:
        with pytest.raises(EnvironmentFailure, match="no scene is to be seen there any more; mount it again"):
            stage.run(step.scene_id, step.records_versions)
    assert Lake(Storage(tmp_path / "lake")).partitions("quarantine") == [("scannet", SCENE)]


def test_records_without_all_their_tables_are_made_again(four_scans: Path, tmp_path: Path) -> None:
    config = config_for(four_scans, tmp_path / "lake", scenes=[SCENE])
    build(config)
    lake, before = Lake(Storage(tmp_path / "lake")), contents(tmp_path / "lake")
    meta = lake.meta("views", "scannet", SCENE)
    assert meta is not None
    lake.delete("objects", "scannet", SCENE)
    assert RecordsStage(config).run(SCENE, meta.versions).status == "built"
    assert contents(tmp_path / "lake") == before


def _same_rows(before: dict[str, bytes], root: Path) -> bool:
    return all(data == before[path] for path, data in contents(root).items() if path.startswith("qa/"))


def test_a_scene_that_breaks_keeps_its_old_partitions_and_heals(four_scans: Path, tmp_path: Path) -> None:
    scans = shutil.copytree(four_scans, tmp_path / "scans")
    config = config_for(scans, tmp_path / "lake", scenes=[SCENE])
    build(config)
    before = contents(tmp_path / "lake")
    mesh = scans / SCENE / f"{SCENE}_vh_clean_2.ply"
    whole = mesh.read_bytes()
    mesh.write_bytes(whole[: len(whole) // 2])
    results = build(config)
    assert [result.status for result in results][:1] == ["quarantined"]
    lake = Lake(Storage(tmp_path / "lake"))
    (row,) = lake.read("quarantine", "scannet", SCENE).to_pylist()
    assert row["stage"] == "records" and row["error"] == "DataError" and mesh.name in row["message"]
    after = contents(tmp_path / "lake")
    assert {path: data for path, data in after.items() if not path.startswith("quarantine")} == before
    mesh.write_bytes(whole)
    build(config)
    assert contents(tmp_path / "lake") == before


def test_egl_and_embree_tell_the_same_story(four_scans: Path, tmp_path: Path) -> None:
    tables = {}
    for name in ("egl", "embree"):
        config = config_for(four_scans, tmp_path / name, rasterizer=name, scenes=[SCENE])
        assert [result.status for result in build(config)] == ["built", "built"]
        tables[name] = Lake(Storage(tmp_path / name)).read("views", "scannet", SCENE).to_pylist()
    for one, other in zip(tables["egl"], tables["embree"], strict=True):
        pixels = [{item["object_id"]: item["pixel_count"] for item in row["objects"]} for row in (one, other)]
        for object_id in pixels[0].keys() & pixels[1].keys():
            assert abs(pixels[0][object_id] - pixels[1][object_id]) <= 3 + 0.02 * pixels[0][object_id]
        lost = pixels[0].keys() ^ pixels[1].keys()
        assert all(max(pixels[0].get(i, 0), pixels[1].get(i, 0)) < 5 for i in lost)
