"""One small procedural scan, with mesh and depth; with boxes for sets that have no mesh."""

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.geometry.boxes import fit_box
from factory.sources.registry import open_source
from factory.store.storage import Storage
from schemas.scene import Box, Scene, SceneObject
from tests.selfcheck.slips import Loaded

SCENE = "scene0006_00"


@pytest.fixture(scope="session")
def scan_root(tmp_path_factory: pytest.TempPathFactory, make_procedural_scan: Callable[..., Path]) -> Path:
    root = tmp_path_factory.mktemp("selfcheck") / "scans"
    make_procedural_scan(root, 6, SCENE, frame_count=24, rooms=2, faces=12_000, width=160, height=120)
    return root


@pytest.fixture(scope="session")
def with_mesh(scan_root: Path) -> Loaded:
    source = open_source("scannet", Storage(scan_root))
    return Loaded(source.load(SCENE), source.read_media)


@pytest.fixture(scope="session")
def without_mesh(with_mesh: Loaded) -> Loaded:
    """The same with boxes in place of the mesh."""
    objects = [_boxed(with_mesh.scene, one) for one in with_mesh.scene.objects if len(one.vertex_ids)]
    return with_mesh._replace(scene=with_mesh.scene.model_copy(update={"mesh": None, "objects": objects}))


@pytest.fixture(scope="session")
def without_depth(with_mesh: Loaded) -> Loaded:
    frames = [frame.model_copy(update={"depth": None}) for frame in with_mesh.scene.frames]
    return with_mesh._replace(scene=with_mesh.scene.model_copy(update={"frames": frames}))


def _boxed(scene: Scene, one: SceneObject) -> SceneObject:
    assert scene.mesh is not None
    fit = fit_box(scene.mesh.vertices[one.vertex_ids].astype(float))
    box = Box(center=fit.center, extents=fit.extents, rotation=fit.rotation)
    return one.model_copy(update={"box": box, "vertex_ids": one.vertex_ids[:0]})
