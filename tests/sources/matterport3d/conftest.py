"""One small home in the Matterport3D layout, and what is true of it."""

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
def home(tmp_path_factory: pytest.TempPathFactory) -> WrittenHome:
    """Three stations; read only. The principal point lies away from the middle, so that its origin shows."""
    scene = build_scene(3, faces=12_000, frame_count=40, width=160, height=128, rooms=2)
    intrinsics = np.array([[120.0, 0.0, 84.2], [0.0, 121.0, 57.9], [0.0, 0.0, 1.0]])
    scene = filmed_from(replace(scene, intrinsics=intrinsics), stations(scene)[:3])
    root = tmp_path_factory.mktemp("matterport3d") / "scans"
    root.mkdir()
    write_matterport3d(scene, root, SCAN)
    write_category_mapping(root)
    write_scene_lists(root, [SCAN])
    return WrittenHome(root, scene)
