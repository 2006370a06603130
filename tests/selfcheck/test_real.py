"""Real scans, where there are any: good as they are, and the slips are found in their noise too."""

from pathlib import Path

import pytest

from factory.selfcheck.check import check_scene
from factory.sources.frame_images import FrameImages
from factory.sources.registry import open_source
from factory.store.storage import Storage
from tests.selfcheck.slips import SLIPS, Loaded

LARGE = (
    "inverse poses",
    "OpenGL axes",
    "transforms.json as it is",
    "alignment of the mesh only",
    "depth of 0.25 mm read as 1 mm",
    "range for z-depth",
    "images turned clockwise",
    "intrinsics of half the size",
)


@pytest.fixture(scope="module")
def real(real_scans: Path) -> Loaded:
    source = open_source("scannet", Storage(real_scans))
    return Loaded(source.load(source.list_scenes()[0]), source.read_media)


def test_real_scans_are_good(real_scans: Path) -> None:
    source = open_source("scannet", Storage(real_scans))
    for scene_id in source.list_scenes():
        scene = source.load(scene_id)
        without_mesh = scene.model_copy(update={"mesh": None})
        without_depth = scene.model_copy(
            update={"frames": [frame.model_copy(update={"depth": None}) for frame in scene.frames]}
        )
        for one in (scene, without_mesh, without_depth):
            assert check_scene(one, FrameImages(source), thorough=False).verdict == "good"


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_slips_of_a_real_scan_are_named(real: Loaded, name: str) -> None:
    slip, likely = SLIPS[name]
    slipped = slip(real)
    first = check_scene(slipped.scene, FrameImages(slipped), thorough=False).evidence[0]
    assert first.verdict == "bad"
    assert first.likely is not None and first.likely.startswith(likely)
