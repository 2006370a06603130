"""The files on disk are those of a release in the ScanNet++ layout."""

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from factory.geometry.transforms import transform_points
from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.walk import Camera
from factory.sources.procedural.writers.scannetpp import (
    annotated_id,
    world_of_scannetpp,
    write_scannetpp,
    write_scannetpp_splits,
)
from factory.sources.procedural.writers.scannetpp_cameras import nerfstudio_matrix
from factory.sources.procedural.writers.scannetpp_lens import COEFFICIENTS, FisheyeRenderer, fisheye_of

SCENE = "c0ffee1234"


@pytest.fixture(scope="module")
def built() -> ProceduralScene:
    scene = build_scene(7, faces=14_000, frame_count=12, width=160, height=120, rooms=1, step=0.6)
    return ProceduralScene(**{**vars(scene), "cameras": scene.cameras[6:10]})  # one lost, one blurred


@pytest.fixture(scope="module")
def root(built: ProceduralScene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("release")
    assert write_scannetpp(built, root, SCENE, undistorted=True) == root / "data" / SCENE
    write_scannetpp_splits(root, [SCENE, "0000000001", "0000000002"])
    return root


@pytest.fixture(scope="module")
def scene(root: Path) -> Path:
    return root / "data" / SCENE


def test_the_tree(scene: Path, root: Path) -> None:
    found = {path.relative_to(scene).as_posix() for path in scene.rglob("*") if path.is_file()}
    photos = [f"DSC{1482 + i:05d}" for i in range(4)]
    frames = [f"frame_{10 * i:06d}" for i in range(4)]
    assert found == {
        "scans/mesh_aligned_0.05.ply",
        "scans/segments.json",
        "scans/segments_anno.json",
        *(f"dslr/{folder}/{p}.JPG" for p in photos for folder in ("resized_images", "resized_undistorted_images")),
        *(f"dslr/resized_anon_masks/{p}.png" for p in photos),
        *(
            f"{camera}/colmap/{name}.txt"
            for camera in ("dslr", "iphone")
            for name in ("cameras", "images", "points3D")
        ),
        *(f"dslr/nerfstudio/{name}.json" for name in ("transforms", "transforms_undistorted")),
        "dslr/train_test_lists.json",
        *(f"iphone/rgb/{f}.jpg" for f in frames),
        *(f"iphone/depth/{f}.png" for f in frames),
        "iphone/nerfstudio/transforms.json",
        "iphone/pose_intrinsic_imu.json",
        "iphone/exif.json",
    }
    splits = {path.name: path.read_text() for path in (root / "splits").iterdir()}
    assert splits["nvs_sem_train.txt"] == f"{SCENE}\n0000000002\n" and splits["nvs_sem_val.txt"] == "0000000001\n"
    assert list((root / "data").iterdir()) == [scene]


def test_the_world_is_upright_and_in_the_first_quadrant(scene: Path, built: ProceduralScene) -> None:
    file_from_world = world_of_scannetpp(built)
    np.testing.assert_allclose(file_from_world[2], [0, 0, 1, file_from_world[2, 3]])
    np.testing.assert_allclose(file_from_world[:3, :3] @ file_from_world[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(file_from_world[:3, :3]) > 0
    mesh = trimesh.load(scene / "scans" / "mesh_aligned_0.05.ply", process=False)
    expected = transform_points(file_from_world, built.mesh.vertices.astype(np.float64))
    np.testing.assert_allclose(mesh.vertices, expected, atol=1e-5)
    np.testing.assert_array_equal(mesh.faces, built.mesh.faces)
    np.testing.assert_allclose(mesh.vertices.min(axis=0), 0, atol=1e-5)
    covariance = np.cov(mesh.vertices[:, :2].T)
    assert covariance[0, 0] > covariance[1, 1] and abs(covariance[0, 1]) < 1e-3


def test_the_annotation(scene: Path, built: ProceduralScene) -> None:
    segments = json.loads((scene / "scans" / "segments.json").read_text())
    assert list(segments) == ["params", "sceneId", "segIndices"]
    assert segments["params"] == {"kThresh": 0.01, "segMinVerts": 20}
    assert segments["segIndices"] == list(range(len(built.mesh.vertices)))
    content = json.loads((scene / "scans" / "segments_anno.json").read_text())
    assert content["appId"] == "stk.v1" and content["sceneId"] == f"scannetpp.{segments['sceneId']}"
    groups = content["segGroups"]
    ids = [group["objectId"] for group in groups]
    assert ids == [group["id"] for group in groups] and min(ids) == 1 and ids != sorted(ids)
    assert set(ids) == {annotated_id(thing.object_id) for thing in built.objects if thing.annotated}
    listed = np.concatenate([group["segments"] for group in groups])
    assert len(np.unique(listed)) < len(listed)  # a pillow is listed with its couch
    for group in groups:
        axes = np.array(group["obb"]["normalizedAxes"]).reshape(3, 3)
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)


def test_colmap_maps_the_world_to_the_camera(scene: Path, built: ProceduralScene) -> None:
    """A mesh vertex in the middle of the view, through the numbers of the two files."""
    cameras = [
        line.split() for line in (scene / "iphone/colmap/cameras.txt").read_text().splitlines() if line[0] != "#"
    ]
    assert [line[1:4] for line in cameras] == [["OPENCV", "160", "120"]]
    cx, cy = map(float, cameras[0][6:8])
    np.testing.assert_allclose([cx - 0.5, cy - 0.5], built.intrinsics[:2, 2])
    lines = (scene / "iphone/colmap/images.txt").read_text().splitlines()
    assert all(line.startswith("#") for line in lines[:4]) and len(lines) == 4 + 2 * 3  # one of four is lost
    heads = {line.split()[9]: list(map(float, line.split()[1:8])) for line in lines[4::2]}
    assert list(heads) != sorted(heads)
    i = next(i for i, camera in enumerate(built.cameras) if camera.tracked)
    world_from_camera = world_of_scannetpp(built) @ built.cameras[i].world_from_camera
    point = world_from_camera @ [0.1, 0.2, 3.0, 1.0]
    w, x, y, z, *t = heads[f"frame_{10 * i:06d}.jpg"]
    vector = np.array([x, y, z])
    turned = point[:3] + 2 * np.cross(vector, np.cross(vector, point[:3]) + w * point[:3])
    np.testing.assert_allclose(turned + t, [0.1, 0.2, 3.0], atol=1e-9)


def test_nerfstudios_numbers() -> None:
    """The element-wise definition F M D."""
    matrix = np.arange(16.0).reshape(4, 4)
    matrix[3] = 0, 0, 0, 1
    f = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1.0]])
    np.testing.assert_array_equal(nerfstudio_matrix(matrix), f @ matrix @ np.diag([1, -1, -1, 1.0]))


def test_photographs_that_are_tests_or_bad(scene: Path, built: ProceduralScene) -> None:
    content = json.loads((scene / "dslr/nerfstudio/transforms.json").read_text())
    lists = json.loads((scene / "dslr/train_test_lists.json").read_text())
    assert content["camera_model"] == "OPENCV_FISHEYE" and [content[f"k{i}"] for i in (1, 2, 3, 4)] == [*COEFFICIENTS]
    assert [entry["file_path"] for entry in content["frames"]] == lists["train"]
    assert [entry["file_path"] for entry in content["test_frames"]] == lists["test"]
    bad = [entry["file_path"] for entry in content["frames"] if entry["is_bad"]]
    blurred = [f"DSC{1482 + i:05d}.JPG" for i, camera in enumerate(built.cameras) if camera.exposure_end is not None]
    assert bad == blurred and len(bad) == 1


def test_rays_of_the_fisheye_come_back_to_their_pixels(built: ProceduralScene) -> None:
    lens = fisheye_of(built)
    rays = lens.rays()
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1, atol=1e-12)
    angle = np.arctan2(np.hypot(rays[..., 0], rays[..., 1]), rays[..., 2])
    k1, k2, k3, k4 = COEFFICIENTS
    bent = angle * (1 + k1 * angle**2 + k2 * angle**4 + k3 * angle**6 + k4 * angle**8) / np.sin(angle)
    v, u = np.mgrid[: lens.height, : lens.width]
    np.testing.assert_allclose(lens.focal_x * bent * rays[..., 0] + lens.center_x, u + 0.5, atol=1e-6)
    np.testing.assert_allclose(lens.focal_y * bent * rays[..., 1] + lens.center_y, v + 0.5, atol=1e-6)
    assert np.degrees(angle.max()) > 70


def test_the_fisheye_sees_what_rays_hit(built: ProceduralScene) -> None:
    """Sky blue shows where a ray of the lens hits nothing, and only there."""
    import open3d as o3d

    lens, camera = fisheye_of(built), built.cameras[1].world_from_camera
    high = camera.copy()
    high[:3, 3] += (0, 0, 6)  # above the house, where much of the view is empty
    with FisheyeRenderer(built, lens) as renderer:
        color = renderer.render(Camera(high, True, None))
    caster = o3d.t.geometry.RaycastingScene(nthreads=1)
    caster.add_triangles(built.mesh.vertices, built.mesh.faces.astype(np.uint32))
    directions = lens.rays() @ high[:3, :3].T
    origins = np.broadcast_to(high[:3, 3], directions.shape)
    rays = np.concatenate([origins, directions], axis=-1).astype(np.float32)
    empty = ~np.isfinite(caster.cast_rays(o3d.core.Tensor(rays), nthreads=1)["t_hit"].numpy())
    blue = (np.abs(color.astype(int) - (191, 217, 242)) < 6).all(axis=-1)
    assert 0.05 < empty.mean() < 0.95
    assert (blue == empty).mean() > 0.97


def test_depth_is_256_by_192(scene: Path) -> None:
    depth = Image.open(scene / "iphone/depth/frame_000010.png")
    assert depth.mode == "I;16" and depth.size == (256, 192)


def test_tracked_cameras_miss_the_last_frame(scene: Path) -> None:
    content = json.loads((scene / "iphone/pose_intrinsic_imu.json").read_text())
    assert list(content) == ["frame_000000", "frame_000010", "frame_000020"]
    assert set(content["frame_000000"]) == {"timestamp", "pose", "aligned_pose", "intrinsic", "imu"}


def test_same_scene_same_bytes(root: Path, built: ProceduralScene, tmp_path: Path) -> None:
    write_scannetpp(built, tmp_path, SCENE, undistorted=True)
    names = sorted(path.relative_to(root / "data") for path in (root / "data").rglob("*") if path.is_file())
    assert [n for n in names if (root / "data" / n).read_bytes() != (tmp_path / "data" / n).read_bytes()] == []
