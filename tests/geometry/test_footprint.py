"""Floor areas of rooms whose area is known."""

import numpy as np
import pytest
import trimesh

from factory.geometry.footprint import alpha_shape_area, floor_area, polygon_area, surface_points

VOXEL, ALPHA = 0.1, 0.5


def area_of(*meshes: trimesh.Trimesh, turn_deg: float = 0.0, shift: tuple[float, float, float] = (0, 0, 0)) -> float:
    whole = trimesh.util.concatenate(meshes)
    turn = trimesh.transformations.rotation_matrix(np.radians(turn_deg), (0, 0, 1))
    vertices = trimesh.transformations.transform_points(whole.vertices, turn) + shift
    return floor_area(vertices.astype(np.float32), np.asarray(whole.faces, dtype=np.int32), VOXEL, ALPHA)


def room(x0: float, y0: float, x1: float, y1: float, height: float = 2.5) -> trimesh.Trimesh:
    """Floor, walls and ceiling in twelve triangles."""
    return trimesh.creation.box(bounds=[(x0, y0, 0), (x1, y1, height)])


def scanned(mesh: trimesh.Trimesh, edge: float, sigma: float, seed: int = 0) -> trimesh.Trimesh:
    fine = mesh.subdivide_to_size(edge)
    fine.vertices += np.random.default_rng(seed).normal(0, sigma, fine.vertices.shape)
    return fine


def test_two_triangles_are_a_whole_floor() -> None:
    vertices = np.array([(0, 0, 0), (6, 0, 0), (6, 5, 0), (0, 5, 0)], dtype=np.float32)
    area = floor_area(vertices, np.array([(0, 1, 2), (0, 2, 3)]), VOXEL, ALPHA)
    assert area == pytest.approx(30.0, rel=0.03)


@pytest.mark.parametrize("turn_deg", [0, 17, 45, 80])
def test_a_room_of_any_direction(turn_deg: float) -> None:
    assert area_of(room(0, 0, 6, 5), turn_deg=turn_deg) == pytest.approx(30.0, rel=0.015)


def test_shifting_changes_nothing() -> None:
    here, there = area_of(room(0, 0, 6, 5)), area_of(room(0, 0, 6, 5), shift=(1024.0, -512.0, 3.0))
    assert there == pytest.approx(here, rel=1e-6)


@pytest.mark.parametrize("turn_deg", [0, 30])
def test_an_l_is_not_its_hull(turn_deg: float) -> None:
    halves = room(0, 0, 6, 3), room(0, 3, 2, 7)
    assert area_of(*halves, turn_deg=turn_deg) == pytest.approx(26.0, rel=0.015)


def test_rooms_behind_a_wall_count_with_the_wall_between_them() -> None:
    assert area_of(room(0, 0, 4, 5), room(4.12, 0, 8, 5)) == pytest.approx(40.0, rel=0.015)


def test_what_lies_far_apart_is_not_joined() -> None:
    assert area_of(room(0, 0, 4, 5), room(8, 0, 12, 5)) == pytest.approx(40.0, rel=0.015)


def test_a_room_behind_a_door_is_joined_by_the_doorway_alone() -> None:
    passage = room(4, 2, 6, 2.9, height=2.0)
    assert area_of(room(0, 0, 4, 5), room(6, 0, 9, 5), passage) == pytest.approx(20 + 15 + 1.8, rel=0.02)


@pytest.mark.parametrize("seed", [0, 1])
def test_scan_noise_and_furniture_change_little(seed: int) -> None:
    table = trimesh.creation.box(bounds=[(2, 2, 0), (3.2, 2.8, 0.7)])
    noisy = [scanned(one, 0.08, 0.02, seed) for one in (room(0, 0, 6, 5), table)]
    assert area_of(*noisy) == pytest.approx(30.0, rel=0.02)


def test_a_hole_in_the_scan_is_closed_up_to_the_alpha() -> None:
    floor = scanned(room(0, 0, 6, 5, height=0.01), 0.1, 0.0)
    middles = floor.triangles_center[:, :2]
    for size, lost in ((0.6, 0.0), (3.0, 9.0)):
        kept = (np.abs(middles - (3, 2.5)) > size / 2).any(axis=1)
        area = area_of(floor.submesh([np.flatnonzero(kept)])[0])
        assert area == pytest.approx(30.0 - lost, rel=0.03)


def test_slivers_take_few_points() -> None:
    vertices = np.array([(0, 0, 0), (10, 0, 0), (5, 1e-4, 0)], dtype=np.float32)
    points = surface_points(vertices, np.array([(0, 1, 2)]), 0.1)
    assert 100 < len(points) < 300
    assert np.diff(np.sort(points[:, 0])).max() < 0.101


@pytest.mark.parametrize("seed", range(3))
def test_points_cover_every_triangle(seed: int) -> None:
    corners = np.random.default_rng(seed).uniform(-2, 2, (3, 3))
    points = surface_points(corners, np.array([(0, 1, 2)]), 0.1)
    weights = np.random.default_rng(seed).dirichlet((1, 1, 1), 400)
    gaps = np.linalg.norm(points[:, None] - weights @ corners, axis=2).min(axis=0)
    assert gaps.max() < 0.1
    # none beside the triangle: each is a convex combination of the corners
    inside = np.linalg.lstsq(
        np.vstack([corners.T, np.ones(3)]), np.vstack([points.T, np.ones(len(points))]), rcond=None
    )
    assert inside[0].min() > -1e-9
    np.testing.assert_allclose(inside[0].T @ corners, points, atol=1e-9)


def test_few_voxels_are_not_averaged() -> None:
    vertices = np.array([(0, 0, 0), (0.5, 0, 0), (0.5, 0.4, 0), (0, 0.4, 0)], dtype=np.float32)
    area = floor_area(vertices, np.array([(0, 1, 2), (0, 2, 3)]), VOXEL, ALPHA)
    assert area == pytest.approx(0.2, rel=1e-5)


def test_corners_that_no_face_uses_do_not_count() -> None:
    vertices = np.array([(0, 0, 0), (6, 0, 0), (6, 5, 0), (0, 5, 0), (8, 2, 0)], dtype=np.float32)
    faces = np.array([(0, 1, 2), (0, 2, 3)])
    assert floor_area(vertices, faces, VOXEL, 5.0) == floor_area(vertices[:4], faces, VOXEL, 5.0)


def test_what_has_no_area() -> None:
    line = np.column_stack([np.linspace(0, 1, 20), np.zeros(20)])
    assert alpha_shape_area(line, ALPHA) == 0.0
    assert alpha_shape_area(line[:2], ALPHA) == 0.0


def test_the_polygon_of_a_source() -> None:
    corners = np.add([(0, 0), (6, 0), (6, 3), (2, 3), (2, 7), (0, 7)], (100.0, -50.0))
    assert polygon_area(corners) == pytest.approx(26.0)
    assert polygon_area(corners[::-1]) == pytest.approx(26.0)


@pytest.mark.parametrize("seed", [1, 3])
def test_procedural_homes_have_the_area_inside_their_outer_walls(seed: int) -> None:
    from factory.sources.procedural.scene import build_scene

    scene = build_scene(seed, faces=40_000, frame_count=2, rooms=3)
    x0, y0, x1, y1 = np.array([(one.x0, one.y0, one.x1, one.y1) for one in scene.rooms]).T
    area = floor_area(scene.mesh.vertices, scene.mesh.faces, VOXEL, ALPHA)
    inside = (x1.max() - x0.min()) * (y1.max() - y0.min())
    assert area == pytest.approx(inside, rel=0.03)
    assert area > ((x1 - x0) * (y1 - y0)).sum()
