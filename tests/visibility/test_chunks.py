"""Chunks: nothing that a camera sees is left out."""

import numpy as np
import pytest
import trimesh

from factory.geometry.transforms import inverse
from factory.visibility.chunks import CHUNK_FACES, FaceChunks
from tests.visibility.cameras import look_at


@pytest.fixture(scope="module")
def mesh() -> tuple[np.ndarray, np.ndarray]:
    room = trimesh.creation.box((6, 5, 3)).subdivide_to_size(0.12)
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.5).apply_translation((1, 0.5, 0))
    both = trimesh.util.concatenate([room, ball])
    return np.asarray(both.vertices, np.float32), np.asarray(both.faces)


def clip_from_world(pose: np.ndarray) -> np.ndarray:
    clip_from_camera = np.array([[1.6, 0, 0, 0], [0, 2.1, 0, 0], [0, 0, 1, -0.1], [0, 0, 1, 0.0]])
    return clip_from_camera @ inverse(pose)


@pytest.mark.parametrize("eye", [(0.0, 0.0, 0.3), (2.5, 2, 1), (9, 9, 4)])
def test_all_faces_with_a_corner_in_the_view_are_drawn_and_others_saved(mesh, eye):
    vertices, faces = mesh
    chunks = FaceChunks(vertices, faces)
    clip = clip_from_world(look_at(eye, (1, 0.4, 0)))
    drawn = chunks.order[chunks.visible(clip)]
    corners = np.append(vertices, np.ones((len(vertices), 1)), axis=1) @ clip.T
    w = corners[:, 3:]
    inside = (np.abs(corners[:, :2]) <= w).all(axis=1) & (corners[:, 2] >= -w[:, 0])
    seen = np.flatnonzero(inside[faces].any(axis=1))
    assert np.isin(seen, drawn).all()
    assert len(np.unique(drawn)) == len(drawn)
    assert len(seen) > 0
    if eye != (9, 9, 4):
        assert len(drawn) < 0.7 * len(faces)


def test_every_face_has_one_place(mesh):
    chunks = FaceChunks(*mesh)
    np.testing.assert_array_equal(np.sort(chunks.order), np.arange(len(mesh[1])))


def test_chunks_are_compact(mesh):
    vertices, faces = mesh
    order = FaceChunks(vertices, faces).order
    centroids = vertices[faces].mean(axis=1)[order]
    spans = [np.ptp(centroids[i : i + CHUNK_FACES], axis=0).max() for i in range(0, len(order), CHUNK_FACES)]
    assert np.median(spans) < 2.0


def test_no_faces_at_all():
    chunks = FaceChunks(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    assert len(chunks.visible(clip_from_world(np.eye(4)))) == 0


def test_a_triangle_with_all_corners_out_of_view_is_drawn():
    floor = np.array([[-40, -40, 0], [40, -40, 0], [0, 60, 0]], dtype=np.float32)
    chunks = FaceChunks(floor, np.array([[0, 1, 2]]))
    assert len(chunks.visible(clip_from_world(look_at((0, 0, 1.5), (1, 1, 0))))) == 1
