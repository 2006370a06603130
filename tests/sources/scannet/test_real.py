"""Real scans in the ScanNet layout."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from factory.geometry.cameras import scale_intrinsics, unproject
from factory.geometry.transforms import transform_points
from factory.sources.scannet.source import ScanNetSource
from factory.store.storage import Storage


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_real_scans_load(real_scans: Path) -> None:
    source = ScanNetSource(Storage(real_scans))
    for scene_id in source.list_scenes():
        scene = source.load(scene_id)
        assert scene.axis_aligned and len(scene.frames) > 100 and len(scene.objects) > 20
        assert {"floor", "wall"} <= {o.label for o in scene.objects if o.is_structural}
        floor = next(o for o in scene.objects if o.label == "floor")
        assert abs(np.median(scene.mesh.vertices[floor.vertex_ids][:, 2])) < 0.03
        ids = np.concatenate([o.vertex_ids for o in scene.objects])
        assert len(np.unique(ids)) == len(ids)
        assert set(np.unique(scene.mesh.face_object)) <= {-1, *(o.object_id for o in scene.objects)}


def test_depth_of_real_scans_lies_on_the_mesh(real_scans: Path) -> None:
    """The check that catches every slip of convention at once: axes, direction of the pose, alignment, intrinsics."""
    from open3d.core import Tensor
    from open3d.t.geometry import RaycastingScene

    source = ScanNetSource(Storage(real_scans))
    for scene_id in source.list_scenes():
        scene = source.load(scene_id)
        surface = RaycastingScene(nthreads=1)
        surface.add_triangles(Tensor(scene.mesh.vertices), Tensor(scene.mesh.faces.astype(np.uint32)))
        for frame in (scene.frames[0], scene.frames[len(scene.frames) // 2], scene.frames[-1]):
            depth_m = pixels(source.read_media(frame.depth)[0]) / 1000.0
            v, u = np.nonzero(depth_m)
            chosen = slice(None, None, max(1, len(u) // 4000))
            height, width = depth_m.shape
            intrinsics = scale_intrinsics(frame.intrinsics, width / frame.width, height / frame.height)
            points_camera = unproject(intrinsics, np.stack([u, v], axis=1)[chosen], depth_m[v, u][chosen])
            points = transform_points(frame.world_from_camera, points_camera).astype(np.float32)
            assert np.median(surface.compute_distance(Tensor(points)).numpy()) <= 0.02
