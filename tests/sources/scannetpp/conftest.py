"""One room, written in both generations of the layout."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.writers.scannetpp import write_scannetpp, write_scannetpp_splits
from tests.sources.scannetpp.release import NEW, OLD


@pytest.fixture(scope="session")
def built() -> ProceduralScene:
    """A living room with a pillow on its couch; of its twelve cameras one is lost and one is blurred."""
    scene = build_scene(7, faces=14_000, frame_count=12, width=240, height=180, rooms=1, step=0.6)
    sharp = [replace(camera, exposure_end=None) for camera in scene.cameras[10:]]
    return replace(scene, cameras=scene.cameras[:10] + sharp)


@pytest.fixture(scope="session")
def release(built: ProceduralScene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a release with the room twice; read only."""
    root = tmp_path_factory.mktemp("scannetpp")
    write_scannetpp(built, root, NEW, undistorted=True)
    write_scannetpp(built, root, OLD, segments="over-segmentation", video=True, depth="records")
    write_scannetpp_splits(root, [NEW, OLD])
    return root


@pytest.fixture
def scene_copy(release: Path, tmp_path: Path) -> Path:
    """A copy of the newer scene, to be changed, in a folder of scene folders."""
    return Path(shutil.copytree(release / "data" / NEW, tmp_path / "scenes" / NEW))


@pytest.fixture
def old_copy(release: Path, tmp_path: Path) -> Path:
    """A copy of the older scene, to be changed, in a folder of scene folders."""
    return Path(shutil.copytree(release / "data" / OLD, tmp_path / "scenes" / OLD))
