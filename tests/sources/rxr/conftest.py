"""A home with a mesh and one without, and the walks that RxR tells through them."""

from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.stations import filmed_from, stations
from factory.sources.procedural.writers.matterport3d import write_matterport3d, write_scene_lists
from factory.sources.procedural.writers.matterport3d_labels import write_category_mapping
from factory.sources.procedural.writers.rxr import Graph, read_graph, write_rxr
from factory.sources.rxr.source import RxRSource
from factory.store.storage import Storage
from schemas.scene import Scene

HOME, UNSEEN = "17DRP5sb8fy", "2azQ1b91cZZ"


@dataclass(frozen=True)
class Walks:
    """root : holds both homes, their graphs and `rxr-data/`; rows : the guides, by list."""

    root: Path
    scene: ProceduralScene
    rows: dict[str, list[dict[str, Any]]]

    @property
    def graph(self) -> Graph:
        return read_graph(self.root, HOME)

    @property
    def source(self) -> RxRSource:
        return RxRSource(Storage(self.root))


@pytest.fixture(scope="session")
def walks(tmp_path_factory: pytest.TempPathFactory) -> Walks:
    """`HOME` has five stations, walks of `train` and `val_seen`; `UNSEEN` has three, no mesh, walks of `val_unseen`.
    No list of Matterport3D holds a home out. Read only."""
    root = tmp_path_factory.mktemp("rxr") / "scans"
    root.mkdir()
    scene = build_scene(3, faces=12_000, frame_count=40, width=160, height=128, rooms=3)
    places = stations(scene)
    whole = filmed_from(scene, places)
    write_matterport3d(whole, root, HOME)
    write_matterport3d(filmed_from(scene, places[:3]), root, UNSEEN)
    rmtree(root / UNSEEN / "house_segmentations")
    write_category_mapping(root)
    write_scene_lists(root, [HOME])
    rows = {
        "train": write_rxr(whole, root, HOME, walks=8),
        "val_seen": write_rxr(whole, root, HOME, "val_seen", walks=2, first_id=41),
        "val_unseen": write_rxr(filmed_from(scene, places[:3]), root, UNSEEN, "val_unseen", walks=4, first_id=61),
    }
    return Walks(root, scene, rows)


@pytest.fixture(scope="session")
def home(walks: Walks) -> Scene:
    return walks.source.load(HOME)
