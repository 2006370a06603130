"""One small home in the Matterport3D layout, and what is true of it."""

import shutil
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.stations import filmed_from, stations
from factory.sources.procedural.writers.matterport3d import write_matterport3d, write_scene_lists
from factory.sources.procedural.writers.matterport3d_labels import write_category_mapping

SCAN = "17DRP5sb8fy"


@dataclass(frozen=True)
class WrittenHome:
    """root : holds the scan, `connectivity/`, the category mapping and the lists; scene : what was written."""

    root: Path
    scene: ProceduralScene

    @property
    def folder(self) -> Path:
        return self.root / SCAN


@pytest.fixture(scope="session")
def packed_home(tmp_path_factory: pytest.TempPathFactory) -> WrittenHome:
    """Three stations, as they are downloaded; read only. The principal point lies away from the middle, so that its
    origin shows."""
    scene = build_scene(3, faces=12_000, frame_count=40, width=160, height=128, rooms=2)
    intrinsics = np.array([[120.0, 0.0, 84.2], [0.0, 121.0, 57.9], [0.0, 0.0, 1.0]])
    scene = filmed_from(replace(scene, intrinsics=intrinsics), stations(scene)[:3])
    root = tmp_path_factory.mktemp("packed") / "scans"
    root.mkdir()
    write_matterport3d(scene, root, SCAN, packed=True)
    return WrittenHome(root, scene)


@pytest.fixture(scope="session")
def home(packed_home: WrittenHome, tmp_path_factory: pytest.TempPathFactory) -> WrittenHome:
    """The same in folders, with the tables of the data set; read only."""
    root = tmp_path_factory.mktemp("folders") / "scans"
    for archive in sorted(packed_home.folder.iterdir()):
        zipfile.ZipFile(archive).extractall(root)
    shutil.copytree(packed_home.root / "connectivity", root / "connectivity")
    write_category_mapping(root)
    write_scene_lists(root, [SCAN])
    return WrittenHome(root, packed_home.scene)
