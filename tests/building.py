"""Helpers for tests that build a lake."""

import os
import shutil
from pathlib import Path

from factory.pipeline.config import BuildConfig
from factory.pipeline.images_stage import EstimateStage, LabelStage
from factory.pipeline.index_stage import IndexStage
from factory.pipeline.plan import Plan, make_plan
from factory.pipeline.qa_stage import QaStage
from factory.pipeline.questions_stage import QuestionsStage
from factory.pipeline.quotas import even_quotas
from factory.pipeline.records_stage import RecordsStage
from factory.pipeline.result import StageResult
from factory.pipeline.web_config import WebBuildConfig
from factory.pipeline.web_plan import WebPlan, plan_index, plan_labelled, plan_pictures
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.web.inputs.opening import open_input


def copy_scene(scene: Path, target: Path) -> Path:
    """A copy of a scene folder under another scene id."""
    shutil.copytree(scene, target)
    for path in target.glob(f"{scene.name}*"):
        path.rename(target / path.name.replace(scene.name, target.name))
    for path in target.glob("*.json"):
        path.write_text(path.read_text().replace(scene.name, target.name))
    return target


def config_for(scans: Path, root: Path | str, **change: object) -> BuildConfig:
    values = {
        "source": "scannet",
        "input": str(scans),
        "root": str(root),
        "quotas": even_quotas(12),
        "rasterizer": "embree",
    }
    return BuildConfig.model_validate(values | change)


def plan_for(config: BuildConfig) -> Plan:
    scans, root = Storage(config.input), Storage(config.root)
    return make_plan(config, open_source(config.source, scans), Lake(root), CachedHasher(scans), CachedHasher(root))


def build(config: BuildConfig) -> list[StageResult]:
    """Runs both stages of every planned scene, without Ray."""
    records, qa = RecordsStage(config), QaStage(config)
    results = []
    for step in plan_for(config).to_build:
        if step.records_reason:
            results.append(records.run(step.scene_id, step.records_versions))
        if not results or results[-1].status != "quarantined":
            results.append(qa.run(step.scene_id))
    records.close()
    return results


def contents(root: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not os.path.islink(path)
    }


def web_config_for(pictures: Path | str, root: Path | str, **change: object) -> WebBuildConfig:
    values = {"source": "photos", "input": str(pictures), "root": str(root), "rasterizer": "embree"}
    return WebBuildConfig.model_validate(values | change)


def web_plan_for(config: WebBuildConfig, run_index: bool = True) -> WebPlan:
    """The plan of a build; what it needs of the index is built first."""
    lake = Lake(Storage(config.root))
    if config.records is not None:
        return plan_labelled(config, lake, Lake(Storage(config.records)))
    hasher = CachedHasher(Storage(config.input), None)
    index = plan_index(config, open_input(config.input, config.buckets), lake, hasher)
    if run_index:
        stage = IndexStage(config)
        for step in index.to_build:
            stage.run(step.shard_id, step.versions)
        index = WebPlan(steps=[step.model_copy(update={"action": "none"}) for step in index.steps])
    return plan_pictures(config, lake, index)


def build_web(config: WebBuildConfig) -> list[StageResult]:
    """Runs all stages of every planned shard, without Ray."""
    kind = EstimateStage if config.records is None else LabelStage
    images, questions = kind(config, lambda count: None), QuestionsStage(config)
    results = []
    for step in web_plan_for(config).to_build:
        if step.images_reason:
            results.append(images.run(step.shard_id, step.versions, frozenset(step.dropped)))
        if not results or results[-1].status != "quarantined":
            results.append(questions.run(step.shard_id))
    images.close()
    return results
