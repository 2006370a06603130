"""Strays go, parts stay."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.geometry.boxes import fit_box
from factory.geometry.strays import bulk_mask


def sampled(mesh: trimesh.Trimesh, count: int, seed: int = 0) -> np.ndarray:
    return trimesh.sample.sample_surface(mesh, count, seed=seed)[0]


@given(st.integers(0, 10**6), st.floats(0.5, 4), st.floats(0, 6.28), st.integers(1, 25))
@settings(max_examples=40, deadline=None)
def test_a_few_far_points_do_not_move_the_box(seed, distance, direction, count):
    rng = np.random.default_rng(seed)
    clean = sampled(trimesh.creation.box((1.2, 0.6, 0.8)), 3000, seed % 1000)
    away = np.array([np.cos(direction), np.sin(direction), 0.2]) * (0.9 + distance)
    strays = away + rng.normal(size=(count, 3)) * 0.01
    dirty = np.concatenate([clean, strays])
    np.testing.assert_array_equal(bulk_mask(dirty), np.arange(len(dirty)) < len(clean))
    for ours, theirs in zip(fit_box(dirty), fit_box(clean), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def chair(legs_per_leg: int, gap: float) -> np.ndarray:
    seat = sampled(trimesh.creation.box((0.5, 0.5, 0.05)), 4000)
    parts = [seat]
    for x in (-0.22, 0.22):
        for y in (-0.22, 0.22):
            leg = trimesh.creation.cylinder(0.015, 0.2)
            parts.append(np.array((x, y, -0.125 - gap)) + sampled(leg, legs_per_leg))
    return np.concatenate(parts)


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.25])
def test_thin_legs_stay_even_when_the_scan_lost_their_upper_part(gap):
    points = chair(20, gap)
    assert bulk_mask(points).all()


def test_a_chain_of_fragments_stays():
    cable = [np.array([0.45 + 0.25 * i, 0.0, 0.0]) + np.zeros((3, 3)) for i in range(1, 8)]
    points = np.concatenate([sampled(trimesh.creation.box((0.9, 0.9, 0.9)), 3000), *cable])
    assert bulk_mask(points).all()


def test_large_parts_stay_wherever_they_lie():
    left = sampled(trimesh.creation.box((1, 1, 1)), 2000)
    right = np.array((5, 0, 0)) + sampled(trimesh.creation.box((0.2, 0.2, 0.2)), 60)
    assert bulk_mask(np.concatenate([left, right])).all()


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.box((2, 1, 3)),
        trimesh.creation.icosphere(subdivisions=2, radius=4),
        trimesh.creation.cylinder(0.3, 5, sections=64),
        trimesh.creation.box((9, 6, 3)).subdivide().subdivide().subdivide(),
    ],
)
def test_sparse_clean_meshes_lose_nothing(mesh):
    assert bulk_mask(np.asarray(mesh.vertices), np.asarray(mesh.faces)).all()
    assert bulk_mask(np.asarray(mesh.vertices)).all()


def test_triangles_hold_long_legs_of_few_vertices():
    top = trimesh.creation.box((1.4, 0.8, 0.04)).subdivide_to_size(0.05)
    legs = [trimesh.creation.box((0.04, 0.04, 0.7)) for _ in range(4)]
    for leg, (x, y) in zip(legs, [(-0.65, -0.35), (-0.65, 0.35), (0.65, -0.35), (0.65, 0.35)], strict=True):
        leg.apply_translation((x, y, -0.37))
    table = trimesh.util.concatenate([top, *legs])
    vertices, faces = np.asarray(table.vertices), np.asarray(table.faces)
    assert not bulk_mask(vertices).all()
    assert bulk_mask(vertices, faces).all()
    assert fit_box(vertices, faces).extents[2] == pytest.approx(0.74)


def test_single_points_and_pairs():
    assert bulk_mask(np.zeros((1, 3))).tolist() == [True]
    assert bulk_mask(np.array([[0.0, 0, 0], [50, 0, 0]])).tolist() == [True, True]
