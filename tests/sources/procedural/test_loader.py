"""What the ScanNet source reads from disk is what was built."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from factory.geometry.cameras import unproject
from factory.geometry.transforms import transform_points
from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.registry import open_source
from factory.store.storage import Storage
from schemas.scene import Scene

SETTINGS = {"faces": 30_000, "frame_count": 40, "width": 320, "height": 240, "rooms": 3}


@pytest.fixture(scope="module")
def built() -> ProceduralScene:
    return build_scene(1, **SETTINGS)


@pytest.fixture(scope="module")
def loaded(procedural_scans: Path) -> Scene:
    return open_source("scannet", Storage(str(procedural_scans))).load("scene0000_00")


def test_the_mesh_and_the_cameras_come_back_aligned(built: ProceduralScene, loaded: Scene) -> None:
    assert loaded.mesh is not None and loaded.axis_aligned
    assert np.abs(loaded.mesh.vertices - built.mesh.vertices).max() < 1e-4
    assert np.array_equal(loaded.mesh.faces, built.mesh.faces)
    tracked = {str(i): c for i, c in enumerate(built.cameras) if c.tracked}
    assert {frame.frame_id for frame in loaded.frames} == set(tracked)
    for frame in loaded.frames:
        assert np.abs(frame.world_from_camera - tracked[frame.frame_id].world_from_camera).max() < 1e-4
        assert np.abs(frame.intrinsics - built.intrinsics).max() < 1e-4


def test_every_annotated_object_comes_back_whole(built: ProceduralScene, loaded: Scene) -> None:
    assert loaded.mesh is not None
    expected = {o.object_id: o for o in built.objects if o.annotated}
    assert {o.object_id for o in loaded.objects} == set(expected)
    for o in loaded.objects:
        truth = expected[o.object_id]
        assert o.raw_label == truth.label
        if truth.label in ("wall", "ceiling"):  # painted in part
            assert np.isin(o.vertex_ids, truth.vertex_ids).all()
        else:
            assert np.array_equal(np.sort(o.vertex_ids), truth.vertex_ids)


def test_stored_depth_lies_on_the_loaded_mesh(loaded: Scene, procedural_scans: Path) -> None:
    import io

    import open3d as o3d
    from PIL import Image

    assert loaded.mesh is not None
    source = open_source("scannet", Storage(str(procedural_scans)))
    surface = o3d.t.geometry.RaycastingScene()
    surface.add_triangles(np.array(loaded.mesh.vertices), loaded.mesh.faces.astype(np.uint32))
    for frame in loaded.frames[::12]:
        assert frame.depth is not None
        depth = np.asarray(Image.open(io.BytesIO(source.read_media(frame.depth)[0]))) / 1000.0
        pixels = np.stack(np.meshgrid(np.arange(frame.width), np.arange(frame.height)), axis=-1)
        points = transform_points(frame.world_from_camera, unproject(frame.intrinsics, pixels, depth))[depth > 0]
        distance = surface.compute_distance(o3d.core.Tensor(points.astype(np.float32))).numpy()
        assert np.quantile(distance, 0.999) < 0.005


def test_the_same_seed_gives_the_same_bytes(
    procedural_scans: Path, make_procedural_scan: Callable[..., Path], tmp_path: Path
) -> None:
    again = make_procedural_scan(tmp_path, 1, "scene0000_00")
    first = procedural_scans / "scene0000_00"
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (first / name).read_bytes() != (again / name).read_bytes()] == []
