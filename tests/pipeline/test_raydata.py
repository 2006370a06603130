"""The graph on a local Ray: the same bytes whatever the workers and the order; bad scenes do not stop good ones."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.pipeline.plan import Step
from factory.pipeline.result import StageResult
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.tasks.rng import rng_for
from tests.building import config_for, contents, copy_scene, plan_for
from tests.sources.scannet.broken_scenes import FAULTS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_ray")]


def build(config, steps: list[Step]) -> list[StageResult]:  # type: ignore[no-untyped-def]
    from factory.pipeline import raydata

    return [result for results in raydata.build(config, steps) for result in results]


def test_one_worker_or_four_with_gpus_or_without_in_any_order_write_the_same_bytes(
    four_scans: Path, tmp_path: Path
) -> None:
    written = []
    for number, (workers, gpus) in enumerate(((1, 0.0), (4, 0.0), (2, 0.5))):
        root = tmp_path / str(number)
        config = config_for(four_scans, root, workers=workers, rasterizer_gpus=gpus)
        steps = plan_for(config).to_build
        steps = rng_for(number, "order").permutation(np.array(steps, dtype=object)).tolist()
        results = build(config, steps)
        assert sorted(result.status for result in results) == ["built"] * 8
        written.append(contents(root))
    assert written[0] == written[1] == written[2] and len(written[0]) == 16


def test_a_build_on_s3_writes_the_same_bytes(four_scans: Path, tmp_path: Path, s3_endpoint: str) -> None:
    scans, root = Storage(f"{s3_endpoint}/scans"), f"{s3_endpoint}/lake"
    for path, data in contents(four_scans).items():
        if "0003_00" in path or "/" not in path:
            scans.write_atomic(path, data)
    config = config_for(Path("unused"), root, input=scans.url)
    from factory.pipeline.qa_stage import QaStage
    from factory.pipeline.records_stage import RecordsStage

    (step,) = plan_for(config).to_build
    # The workers of the shared Ray were started before the bucket: this process runs the stages itself.
    stage = RecordsStage(config)
    assert stage.run(step.scene_id, step.records_versions).status == "built"
    assert QaStage(config).run(step.scene_id).status == "built"
    local = config_for(four_scans, tmp_path / "lake", scenes=[step.scene_id])
    build(local, plan_for(local).to_build)
    remote = Storage(root)
    assert {path: remote.read_bytes(path) for path in remote.find()} == contents(tmp_path / "lake")
    assert plan_for(config).to_build == []


def test_five_good_scenes_among_twenty_five(four_scans: Path, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    shutil.copy(four_scans / "scannetv2-labels.combined.tsv", scans)
    good = four_scans / "scene0003_00"
    by_reason = {fault.words: name for name, fault in FAULTS.items()}
    faults = {name: FAULTS[name] for name in sorted(by_reason.values())[:20]}
    assert len(faults) == 20
    for i in range(5):
        copy_scene(good, scans / f"scene01{i:02d}_00")
    broken = {f"scene02{i:02d}_00": name for i, name in enumerate(faults)}
    for scene_id, name in broken.items():
        faults[name].apply(copy_scene(good, scans / scene_id))
    config = config_for(scans, tmp_path / "lake")
    results = build(config, plan_for(config).to_build)
    lake = Lake(Storage(tmp_path / "lake"))
    assert {scene for _, scene in lake.partitions("qa")} == {f"scene01{i:02d}_00" for i in range(5)}
    assert {scene for _, scene in lake.partitions("quarantine")} == set(broken)
    messages = set()
    for scene_id, name in broken.items():
        (row,) = lake.read("quarantine", "scannet", scene_id).to_pylist()
        assert row["error"] == "DataError"
        for word in faults[name].expected(scene_id):
            assert word in row["message"]
        messages.add(row["message"].replace(scene_id, ""))
    assert len(messages) == 20
    assert sum(result.status == "quarantined" for result in results) == 20
    folders = {path.split("/")[0] for path in contents(tmp_path / "lake") if "/scene=scene02" in path}
    assert folders == {"quarantine"}  # nothing half-written
    reasons = {step.records_reason for step in plan_for(config).to_build}
    assert reasons == {"in quarantine"}
