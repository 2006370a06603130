"""Objects as arrays: boxes, bounds, labels of faces."""

import numpy as np
import pytest
import trimesh

from factory.errors import DataError
from factory.visibility.instances import collect_instances, face_labels
from schemas.scene import Box, Mesh, Scene, SceneObject
from tests.visibility.small_scene import CRATE, FLOOR, LAMP, make_scene


@pytest.fixture()
def scene() -> Scene:
    return make_scene([FLOOR, CRATE, LAMP], [(2.0, 0.0, 1.0)])


def with_object(scene: Scene, object_id: int, **changes) -> Scene:
    objects = [o.model_copy(update=changes) if o.object_id == object_id else o for o in scene.objects]
    return scene.model_copy(update={"objects": objects})


def test_boxes_come_from_the_vertices_by_rising_id(scene):
    instances = collect_instances(scene, scene.mesh)
    assert [one.object_id for one in instances.objects] == [3, 5, 7]
    np.testing.assert_allclose(instances.boxes.center, [CRATE.center, LAMP.center, FLOOR.center], atol=1e-6)
    np.testing.assert_allclose(instances.boxes.extents, [CRATE.extents, LAMP.extents, FLOOR.extents], atol=1e-6)
    yaw = np.degrees(np.arctan2(instances.boxes.rotation[:, 1, 0], instances.boxes.rotation[:, 0, 0]))
    np.testing.assert_allclose(yaw, [30, 75, 0], atol=1e-4)
    for one, (low, high) in zip(instances.objects, instances.aabb, strict=True):
        points = scene.mesh.vertices[one.vertex_ids]
        np.testing.assert_array_equal(low, points.min(axis=0))
        np.testing.assert_array_equal(high, points.max(axis=0))


def test_an_annotated_box_wins(scene):
    box = Box(center=(1, 2, 3), extents=(4, 2, 1), rotation=[[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    instances = collect_instances(with_object(scene, 5, box=box), scene.mesh)
    np.testing.assert_array_equal(instances.boxes.center[1], (1, 2, 3))
    np.testing.assert_allclose(instances.aabb[1], [(0, 0, 2.5), (2, 4, 3.5)])


def test_a_stray_moves_neither_box_nor_bounds(scene):
    mesh = scene.mesh
    far = Mesh(
        vertices=np.append(mesh.vertices, [[4, 4, 4], [4.05, 4, 4], [4, 4.05, 4]], axis=0),
        faces=np.append(mesh.faces, [[len(mesh.vertices), len(mesh.vertices) + 1, len(mesh.vertices) + 2]], axis=0),
        face_object=np.append(mesh.face_object, 3),
    )
    crate = next(o for o in scene.objects if o.object_id == 3)
    dirty = with_object(scene, 3, vertex_ids=np.append(crate.vertex_ids, len(mesh.vertices) + np.arange(3)))
    clean, stray = collect_instances(scene, mesh), collect_instances(dirty, far)
    np.testing.assert_array_equal(clean.boxes.extents, stray.boxes.extents)
    np.testing.assert_array_equal(clean.aabb, stray.aabb)


def test_legs_of_few_vertices_belong_to_their_finely_cut_top():
    parts = [trimesh.creation.box((1.4, 0.8, 0.04)).subdivide_to_size(0.04).apply_translation((0, 0, 0.72))]
    for x in (-0.6, 0.6):
        leg = trimesh.creation.box((0.04, 0.6, 0.7))
        parts.append(leg.apply_translation((x, 0, 0.35)))
    table = trimesh.util.concatenate(parts)
    mesh = Mesh(vertices=table.vertices, faces=table.faces, face_object=np.full(len(table.faces), 4))
    vertex_ids = np.arange(len(table.vertices))[::-1]  # in no particular order
    one = SceneObject(object_id=4, label="table", raw_label="table", is_structural=False, vertex_ids=vertex_ids)
    scene = make_scene([CRATE], [(2.0, 0.0, 1.0)]).model_copy(update={"mesh": mesh, "objects": [one]})
    instances = collect_instances(scene, mesh)
    np.testing.assert_allclose(instances.aabb[0], [(-0.7, -0.4, 0), (0.7, 0.4, 0.74)], atol=1e-6)


def test_labels_are_places_and_background_is_zero(scene):
    instances = collect_instances(scene, scene.mesh)
    labels = face_labels(scene, scene.mesh, instances)
    assert len(labels) == len(scene.mesh.faces) + 1
    assert labels[-1] == 0
    ids = np.array([3, 5, 7])
    np.testing.assert_array_equal(ids[labels[:-1] - 1], scene.mesh.face_object)
    some = np.where(scene.mesh.face_object == 5, -1, scene.mesh.face_object)
    mesh = scene.mesh.model_copy(update={"face_object": some.astype(np.int32)})
    np.testing.assert_array_equal(face_labels(scene, mesh, instances)[:-1] == 0, some == -1)


def test_faces_of_an_object_without_vertices_show_nothing(scene):
    empty = with_object(scene, 5, vertex_ids=np.zeros(0, dtype=np.int32))
    instances = collect_instances(empty, scene.mesh)
    assert [one.object_id for one in instances.objects] == [3, 7]
    labels = face_labels(empty, scene.mesh, instances)
    assert (labels[:-1][scene.mesh.face_object == 5] == 0).all()


def test_faces_of_an_unknown_object_are_an_error(scene):
    instances = collect_instances(scene, scene.mesh)
    faces = scene.mesh.face_object.copy()
    faces[0] = 99
    with pytest.raises(DataError, match=r"room_0.*object 99"):
        face_labels(scene, scene.mesh.model_copy(update={"face_object": faces}), instances)


def test_vertices_beyond_the_mesh_are_an_error(scene):
    wrong = with_object(scene, 5, vertex_ids=np.array([0, 10**6], dtype=np.int32))
    with pytest.raises(DataError, match="object 5 names vertices"):
        collect_instances(wrong, scene.mesh)
