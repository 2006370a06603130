"""The source of the guide in docs/sources.md is complete: what it says is what runs."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from factory.geometry.transforms import inverse
from factory.sources import registry
from factory.sources.procedural.scene import build_scene
from factory.sources.procedural.writers.annotation import Annotation
from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import build, config_for

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "sources.md"
# what a Y-up file says of our world
FILE_FROM_WORLD = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A procedural home in the layout of the guide's data set; images are plain."""
    root = tmp_path_factory.mktemp("parts")
    folder = root / "home1"
    folder.mkdir()
    scene = build_scene(5, faces=12_000, frame_count=30, width=160, height=120, rooms=2)
    parts = trimesh.Scene()
    annotation = Annotation(scene)
    for thing in annotation.objects:
        own = (scene.mesh.vertex_object[scene.mesh.faces] == thing.object_id).all(axis=1)
        part = trimesh.Trimesh(scene.mesh.vertices, scene.mesh.faces[own], process=False)
        part.remove_unreferenced_vertices()
        parts.add_geometry(part.apply_transform(FILE_FROM_WORLD), node_name=f"{thing.label}.{thing.object_id:03d}")
    (folder / "mesh.glb").write_bytes(parts.export(file_type="glb"))
    cameras = [
        {
            "image": f"{i}.jpg",
            "intrinsics": scene.intrinsics.tolist(),
            "file_from_camera": (FILE_FROM_WORLD @ camera.world_from_camera).tolist(),
        }
        for i, camera in enumerate(scene.cameras)
    ]
    (folder / "cameras.json").write_text(json.dumps(cameras))
    for i in range(len(cameras)):
        Image.new("RGB", (160, 120)).save(folder / f"{i}.jpg")
    (root / "val.txt").write_text("home1\n")
    return root


def test_the_guide_builds_a_lake(scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (tmp_path / "guide_source.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(registry.SOURCES, "parts", "guide_source:PartsSource")
    results = build(config_for(scans, tmp_path / "lake", source="parts"))
    assert [(result.status, result.message) for result in results] == [("built", "")] * 2
    assert results[1].counts
    scene = build_scene(5, faces=12_000, frame_count=30, width=160, height=120, rooms=2)
    records, objects, views = Lake(Storage(tmp_path / "lake")).read_records("parts", "home1")
    assert records.column("split").to_pylist() == ["val"]
    assert set(objects.column("raw_label").to_pylist()) == {
        f"{thing.label}.{thing.object_id:03d}" for thing in scene.objects if thing.annotated
    }
    for view in views.to_pylist():
        found = np.reshape(view["world_from_camera"], (4, 4))
        true = scene.cameras[int(view["frame_id"])].world_from_camera
        np.testing.assert_allclose(inverse(true) @ found, np.eye(4), atol=1e-9)
