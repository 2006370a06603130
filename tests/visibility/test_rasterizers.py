"""Both rasterizers against closed forms and a ray-triangle loop, and against each other."""

import numpy as np
import pytest
import trimesh
from scipy import ndimage

from factory.geometry.cameras import project, unproject
from factory.geometry.transforms import inverse, transform_points
from factory.visibility.egl import EglRasterizer
from factory.visibility.egl_devices import device_for_cuda, list_egl_devices
from factory.visibility.rasterizer import NEAR_M
from tests.visibility.cameras import look_at, pinhole

IDENTITY = np.eye(4)


def rectangle(intrinsics, u0, v0, u1, v1, z):
    """Two triangles whose outline projects to the given pixel coordinates, in a camera at the origin."""
    corners = np.array([(u0, v0), (u1, v0), (u1, v1), (u0, v1)], dtype=float)
    return unproject(intrinsics, corners, np.full(4, float(z))), np.array([[0, 1, 2], [0, 2, 3]])


def ray_triangle_oracle(vertices, faces, world_from_camera, intrinsics, width, height):
    """Face id and z-depth per pixel, triangle by triangle, without float32 or GL rules (Moeller and Trumbore)."""
    v, u = np.mgrid[:height, :width]
    directions = unproject(intrinsics, np.stack([u, v], axis=-1).astype(float), np.ones((height, width)))
    directions = directions.reshape(-1, 3) @ world_from_camera[:3, :3].T
    face_id, depth = np.full(len(directions), -1), np.full(len(directions), np.inf)
    for face, (a, b, c) in enumerate(vertices[faces].astype(float)):
        normal = np.cross(b - a, c - a)
        to_plane = (a - world_from_camera[:3, 3]) @ normal
        with np.errstate(divide="ignore", invalid="ignore"):
            t = to_plane / (directions @ normal)
        hit = world_from_camera[:3, 3] + t[:, None] * directions
        inside = np.isfinite(t) & (t > NEAR_M) & (t < depth)
        for start, end in ((a, b), (b, c), (c, a)):
            inside &= (np.cross(end - start, np.nan_to_num(hit) - start) @ normal) >= 0
        face_id[inside], depth[inside] = face, t[inside]
    depth[face_id < 0] = 0
    return face_id.reshape(height, width), depth.reshape(height, width)


def clear_pixels(face_id):
    """Pixels whose 3 x 3 neighbourhood shows one face."""
    return ndimage.maximum_filter(face_id, 3) == ndimage.minimum_filter(face_id, 3)


def test_half_pixel_edges_cover_exactly_the_pixels_between_them(rasterizer):
    intrinsics = np.array([[50.0, 0, 31.0], [0, 60.0, 20.0], [0, 0, 1]])
    vertices, faces = rectangle(intrinsics, 9.5, 4.5, 20.5, 12.5, 2.0)
    rasterizer.load(vertices, faces)
    raster = rasterizer.render(IDENTITY, intrinsics, 64, 48)
    covered = np.zeros((48, 64), dtype=bool)
    covered[5:13, 10:21] = True
    np.testing.assert_array_equal(raster.face_id >= 0, covered)
    assert raster.face_id.dtype == np.int32
    assert raster.depth_m.dtype == np.float32
    np.testing.assert_allclose(raster.depth_m[covered], 2.0, rtol=1e-6)
    assert (raster.depth_m[~covered] == 0).all()


@pytest.mark.parametrize("shift", [-0.4, -0.1, 0.1, 0.4])
def test_a_pixel_is_covered_when_its_centre_is(rasterizer, shift):
    intrinsics = np.array([[50.0, 0, 31.3], [0, 60.0, 20.7], [0, 0, 1]])
    vertices, faces = rectangle(intrinsics, 10 + shift, 5 + shift, 20 + shift, 12 + shift, 2.0)
    rasterizer.load(vertices, faces)
    rows, columns = np.nonzero(rasterizer.render(IDENTITY, intrinsics, 64, 48).face_id >= 0)
    first, last = (11, 20) if shift > 0 else (10, 19)
    assert (columns.min(), columns.max()) == (first, last)
    assert (rows.min(), rows.max()) == (first - 5, last - 8)


def test_skewed_intrinsics_move_columns(rasterizer):
    intrinsics = np.array([[50.0, 10.0, 31.0], [0, 60.0, 20.0], [0, 0, 1]])
    vertices, faces = rectangle(intrinsics, 9.5, 4.5, 20.5, 12.5, 2.0)
    rasterizer.load(vertices, faces)
    covered = rasterizer.render(IDENTITY, intrinsics, 64, 48).face_id >= 0
    assert covered[5:13, 10:21].all()
    assert covered.sum() == 8 * 11


@pytest.fixture(scope="module")
def tiny():
    rng = np.random.default_rng(4)
    mesh = trimesh.util.concatenate(
        [
            trimesh.creation.box((1, 0.6, 0.8), trimesh.transformations.random_rotation_matrix(rng.random(3))),
            trimesh.creation.icosphere(subdivisions=1, radius=0.4).apply_translation((0.5, 0.7, 0.1)),
            trimesh.creation.cylinder(0.02, 2.0, sections=6).apply_translation((-0.4, -0.6, 0)),
            trimesh.creation.box((4, 4, 0.02)).apply_translation((0, 0, -0.6)),
        ]
    )
    return np.asarray(mesh.vertices, dtype=np.float32), np.asarray(mesh.faces)


@pytest.mark.parametrize("eye", [(2.5, 0.3, 0.8), (-1.5, -1.9, 0.5), (0.2, 0.9, 2.8), (1.0, 0.2, -0.55)])
def test_agrees_with_a_ray_triangle_loop(rasterizer, tiny, eye):
    vertices, faces = tiny
    intrinsics, pose = pinhole(96, 72, 70.0), look_at(eye, (0, 0, 0))
    rasterizer.load(vertices, faces)
    ours = rasterizer.render(pose, intrinsics, 96, 72)
    face_id, depth = ray_triangle_oracle(vertices, faces, pose, intrinsics, 96, 72)
    clear = clear_pixels(face_id)
    assert clear.mean() > 0.5
    np.testing.assert_array_equal(ours.face_id[clear], face_id[clear])
    np.testing.assert_allclose(ours.depth_m[clear], depth[clear], atol=2e-5)
    assert (ours.face_id == face_id).mean() > 0.995


def test_both_sides_of_a_triangle_show(rasterizer):
    intrinsics = pinhole(32, 32, 30.0)
    vertices, faces = rectangle(intrinsics, 3.5, 3.5, 20.5, 20.5, 1.5)
    rasterizer.load(vertices, faces)
    front = rasterizer.render(IDENTITY, intrinsics, 32, 32)
    rasterizer.load(vertices, faces[:, ::-1])
    back = rasterizer.render(IDENTITY, intrinsics, 32, 32)
    np.testing.assert_array_equal(front.face_id, back.face_id)
    assert (front.face_id >= 0).sum() == 17 * 17


def test_a_floor_that_runs_under_the_camera_is_cut_at_the_near_plane(rasterizer):
    vertices = np.array([[-50, -50, 0], [50, -50, 0], [50, 50, 0], [-50, 50, 0.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    intrinsics, pose = pinhole(64, 48, 40.0), look_at((0.3, -0.2, 1.4), (2, 1, 0.9))
    rasterizer.load(vertices, faces)
    raster = rasterizer.render(pose, intrinsics, 64, 48)
    face_id, depth = ray_triangle_oracle(vertices, faces, pose, intrinsics, 64, 48)
    np.testing.assert_array_equal(raster.face_id >= 0, face_id >= 0)
    np.testing.assert_allclose(raster.depth_m, depth, rtol=1e-4)


def test_what_is_nearer_than_the_near_plane_hides_nothing(rasterizer):
    intrinsics = pinhole(32, 32, 30.0)
    near, faces = rectangle(intrinsics, -5, -5, 40, 40, NEAR_M * 0.9)
    far, _ = rectangle(intrinsics, -5, -5, 40, 40, 3.0)
    rasterizer.load(np.concatenate([near, far]), np.concatenate([faces, faces + 4]))
    raster = rasterizer.render(IDENTITY, intrinsics, 32, 32)
    assert (raster.face_id >= 2).all()
    np.testing.assert_allclose(raster.depth_m, 3.0, rtol=1e-6)


def test_a_mesh_far_from_the_origin_keeps_its_precision(rasterizer, tiny):
    vertices, faces = tiny
    offset = np.array([3000.0, -8000.0, 500.0])
    intrinsics, pose = pinhole(96, 72, 70.0), look_at((2.5, 0.3, 0.8), (0, 0, 0))
    rasterizer.load(vertices, faces)
    here = rasterizer.render(pose, intrinsics, 96, 72)
    rasterizer.load(vertices.astype(np.float64) + offset, faces)
    pose[:3, 3] += offset
    there = rasterizer.render(pose, intrinsics, 96, 72)
    assert (here.face_id == there.face_id).mean() > 0.999
    same = here.face_id == there.face_id
    np.testing.assert_allclose(there.depth_m[same], here.depth_m[same], atol=1e-5)


def test_nothing_to_see(rasterizer, tiny):
    vertices, faces = tiny
    intrinsics = pinhole(20, 10, 20.0)
    rasterizer.load(vertices, faces)
    away = rasterizer.render(look_at((9, 0, 0), (20, 0, 0)), intrinsics, 20, 10)
    rasterizer.load(vertices[:0], faces[:0])
    empty = rasterizer.render(IDENTITY, intrinsics, 20, 10)
    for raster in (away, empty):
        assert raster.face_id.shape == (10, 20)
        assert (raster.face_id == -1).all()
        assert (raster.depth_m == 0).all()


def test_image_sizes_and_meshes_may_change(rasterizer, tiny):
    vertices, faces = tiny
    pose = look_at((2.5, 0.3, 0.8), (0, 0, 0))
    rasterizer.load(vertices, faces)
    first = rasterizer.render(pose, pinhole(40, 30, 30.0), 40, 30)
    rasterizer.render(pose, pinhole(64, 64, 30.0), 64, 64)
    rasterizer.load(vertices[:8], faces[:12])
    rasterizer.render(pose, pinhole(30, 40, 30.0), 30, 40)
    rasterizer.load(vertices, faces)
    again = rasterizer.render(pose, pinhole(40, 30, 30.0), 40, 30)
    np.testing.assert_array_equal(first.face_id, again.face_id)
    np.testing.assert_array_equal(first.depth_m, again.depth_m)


def furnished_room():
    """Slanted boards, thin poles, a finely tessellated ball and low-poly boxes in a room; and an object per face."""
    rng = np.random.default_rng(9)
    parts = [trimesh.creation.box((6, 5, 2.6)).apply_translation((0, 0, 1.3))]
    for x, y in ((-2, -1.5), (-1, 1.4), (1.5, -1), (2, 1.2)):
        slant = trimesh.transformations.rotation_matrix(rng.uniform(0.2, 1.2), rng.normal(size=3))
        board = trimesh.creation.box((0.9, 0.5, 0.015)).apply_transform(slant)
        parts.append(board.apply_translation((x, y, 0.9)))
        pole = trimesh.creation.cylinder(0.008, 1.6, sections=8).apply_translation((x + 0.3, y, 0.8))
        parts.append(pole)
    parts.append(trimesh.creation.icosphere(subdivisions=4, radius=0.45).apply_translation((0, 0, 1.0)))
    parts.append(trimesh.creation.box((1.6, 0.8, 0.74)).subdivide_to_size(0.05).apply_translation((0.4, 1.8, 0.37)))
    mesh = trimesh.util.concatenate(parts)
    face_object = np.repeat(np.arange(len(parts)), [len(part.faces) for part in parts])
    return np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces), face_object


def agreement(egl, embree, faces, face_object, pose, intrinsics, width, height):
    """Shares of pixels, off silhouettes, that agree in object, in depth to 1 mm, in face or a face that touches it."""
    a, b = (one.render(pose, intrinsics, width, height) for one in (egl, embree))
    table = np.append(face_object, -1)
    object_a, object_b = table[a.face_id], table[b.face_id]
    clear = clear_pixels(object_a)
    assert clear.mean() > 0.5
    corners_a, corners_b = faces[a.face_id[clear]], faces[b.face_id[clear]]
    missed = (a.face_id[clear] < 0) & (b.face_id[clear] < 0)
    joined = missed | (corners_a[:, :, None] == corners_b[:, None, :]).any(axis=(1, 2))
    return (
        (object_a == object_b)[clear].mean(),
        (np.abs(a.depth_m - b.depth_m)[clear] <= 1e-3).mean(),
        joined.mean(),
    )


def test_the_two_agree_off_silhouettes(egl, embree):
    vertices, faces, face_object = furnished_room()
    egl.load(vertices, faces)
    embree.load(vertices, faces)
    intrinsics = pinhole(320, 240, 260.0)
    eyes = [(-2.6, -2.2, 1.5), (2.7, -2.0, 1.2), (0.3, 2.3, 2.2), (-2.5, 2.0, 0.4)]
    for eye in eyes:
        shares = agreement(egl, embree, faces, face_object, look_at(eye, (0.1, 0, 0.9)), intrinsics, 320, 240)
        assert min(shares) >= 0.999, shares


@pytest.mark.gpu
def test_a_gpu_agrees_with_embree(embree):
    device = device_for_cuda(0, list_egl_devices())
    if device is None:
        pytest.skip("EGL lists no NVIDIA GPU here")
    gpu = EglRasterizer(device)
    assert "NVIDIA" in gpu.renderer
    vertices, faces, face_object = furnished_room()
    gpu.load(vertices, faces)
    embree.load(vertices, faces)
    pose, intrinsics = look_at((-2.6, -2.2, 1.5), (0.1, 0, 0.9)), pinhole(320, 240, 260.0)
    shares = agreement(gpu, embree, faces, face_object, pose, intrinsics, 320, 240)
    gpu.close()
    assert min(shares) >= 0.999, shares


@pytest.mark.slow
def test_the_two_agree_on_a_real_scan(egl, embree, real_scans):
    folder = real_scans / "scene9000_00"
    mesh = trimesh.load(folder / "scene9000_00_vh_clean_2.ply", process=False)
    vertices, faces = np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces)
    # any labelling of surface patches does for this test: cells of 0.8 m
    cells = np.floor(vertices[faces[:, 0]] / 0.8).astype(int)
    face_object = np.unique(cells, axis=0, return_inverse=True)[1].ravel()
    egl.load(vertices, faces)
    embree.load(vertices, faces)
    intrinsics = np.loadtxt(folder / "intrinsic" / "intrinsic_color.txt")[:3, :3]
    poses = [np.loadtxt(path) for path in sorted((folder / "pose").glob("*.txt"))[::28]]
    shares = [
        agreement(egl, embree, faces, face_object, pose, intrinsics, 540, 360)
        for pose in poses
        if np.isfinite(pose).all()
    ]
    assert len(shares) > 4
    assert np.mean(shares, axis=0).min() >= 0.999, shares


def test_depth_is_the_z_coordinate_of_the_surface(rasterizer, tiny):
    vertices, faces = tiny
    intrinsics, pose = pinhole(96, 72, 70.0), look_at((2.5, 0.3, 0.8), (0, 0, 0))
    rasterizer.load(vertices, faces)
    raster = rasterizer.render(pose, intrinsics, 96, 72)
    rows, columns = np.nonzero(raster.face_id >= 0)
    pixels = np.stack([columns, rows], axis=1).astype(float)
    points = transform_points(pose, unproject(intrinsics, pixels, raster.depth_m[rows, columns].astype(float)))
    a, b, c = np.moveaxis(vertices[faces[raster.face_id[rows, columns]]].astype(float), 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    off_plane = np.abs(np.einsum("ij,ij->i", points - a, normals))
    assert np.quantile(off_plane, 0.99) < 1e-5
    back = project(intrinsics, transform_points(inverse(pose), points))
    np.testing.assert_allclose(back, pixels, atol=1e-6)
