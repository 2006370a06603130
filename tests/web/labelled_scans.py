"""Records of procedural scans, for tests of labelled pictures."""

from collections import Counter
from pathlib import Path

from factory.pipeline.records_stage import RecordsStage
from factory.sources.registry import open_source
from factory.sources.scannet.source import ScanNetSource
from factory.store.lake import Lake
from factory.store.storage import Storage
from factory.visibility.embree import EmbreeRasterizer
from factory.web.labelled import labelled_pictures
from schemas.web import WebImageRecord
from tests.building import config_for, plan_for


def build_records(scans: Path, root: Path) -> Lake:
    """The records of all scenes below a folder, no questions."""
    config = config_for(scans, root)
    stage = RecordsStage(config)
    for step in plan_for(config).to_build:
        assert stage.run(step.scene_id, step.records_versions).status == "built"
    stage.close()
    return Lake(Storage(root))


def pictures_of(scans: Path, lake: Lake, scene_id: str, source=None) -> tuple[list[WebImageRecord], Counter[str]]:
    """All pictures of a scene and what was left out; by default of the ScanNet source as it is."""
    source = source or open_source(ScanNetSource.name, Storage(scans))
    counts: Counter[str] = Counter()
    rasterizer = EmbreeRasterizer()
    found = list(labelled_pictures(source, lake, scene_id, rasterizer, counts))
    rasterizer.close()
    return found, counts
