"""Many scenes of a few: their files and partitions are those that a build would make."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from factory.bench.scale_copies import RECORDS, fill_lake, make_scans
from factory.bench.scale_plan import plan_anew
from factory.pipeline.config import BuildConfig
from factory.pipeline.qa_stage import QaStage
from factory.pipeline.quotas import even_quotas
from factory.store.lake import Lake
from factory.store.storage import Storage

TINY = {"faces": 4_000, "frame_count": 12, "width": 64, "height": 48, "rooms": 2}


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("copies") / "scans"
    return root, make_scans(root, 5, [3, 4], **TINY)


def filled(scans: tuple[Path, list[str]], folder: Path, tables: Sequence[str]) -> BuildConfig:
    config = BuildConfig(
        source="scannet",
        input=str(scans[0]),
        root=str(folder / "lake"),
        quotas=even_quotas(1),
        rasterizer="embree",
    )
    fill_lake(config, scans[1], 2, tables, folder / "cache.json")
    return config


def test_a_filled_lake_needs_no_build(scans: tuple[Path, list[str]], tmp_path: Path) -> None:
    config = filled(scans, tmp_path, (*RECORDS, "qa"))
    plan = plan_anew(config, tmp_path / "cache.json")
    assert [step.scene_id for step in plan.steps] == scans[1] == [f"scene000{i}_00" for i in range(5)]
    assert plan.to_build == []
    lake = Lake(Storage(config.root))
    for table in (*RECORDS, "qa"):
        for scene_id in scans[1]:
            rows = lake.read_verified(table, "scannet", scene_id)
            assert set(rows["scene_id"].to_pylist()) == {scene_id}
    images = lake.read("views", "scannet", "scene0003_00")["image"].to_pylist()
    assert all((scans[0] / image).is_file() and image.startswith("scene0003_00/") for image in images)


def test_copied_records_are_asked_like_built_ones(scans: tuple[Path, list[str]], tmp_path: Path) -> None:
    config = filled(scans, tmp_path, RECORDS)
    steps = plan_anew(config, tmp_path / "cache.json").to_build
    assert [(step.records_reason, step.qa_reason) for step in steps] == [("", "new")] * 5
    results = [QaStage(config).run(scene_id) for scene_id in ("scene0001_00", "scene0003_00")]
    assert results[0].status == "built" and results[0].counts
    assert results[1].status == "built" and sum(results[1].counts.values()) > 0


def test_too_many_scenes_for_the_ids(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="10001 scenes"):
        make_scans(tmp_path, 10_001, [0])
