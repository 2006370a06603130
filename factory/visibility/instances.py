"""The annotated objects of a scene as arrays: ids, boxes, and the label of every face."""

from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.geometry.boxes import Boxes, box_corners, fit_box, points_in_box
from schemas.scene import Mesh, Scene, SceneObject

Array = np.ndarray


@dataclass(frozen=True)
class Instances:
    """Objects by rising id.

    boxes : (n,) boxes [m, world]; aabb : (n, 2, 3) lowest and highest coordinates [m, world], strays left out.
    """

    objects: list[SceneObject]
    boxes: Boxes
    aabb: Array


def collect_instances(scene: Scene, mesh: Mesh | None) -> Instances:
    """Every object that has vertices or an annotated box, with its box; without a mesh, every one with a box."""
    objects = sorted(
        (o for o in scene.objects if o.box is not None or (mesh is not None and len(o.vertex_ids))),
        key=lambda o: o.object_id,
    )
    found = [_annotated_box(one) for one in objects] if mesh is None else _boxes_on_mesh(scene, mesh, objects)
    boxes, bounds = [box for box, _ in found], [extremes for _, extremes in found]
    count = len(objects)
    return Instances(
        objects,
        Boxes(
            np.array([box.center for box in boxes]).reshape(count, 3),
            np.array([box.extents for box in boxes]).reshape(count, 3),
            np.array([box.rotation for box in boxes]).reshape(count, 3, 3),
        ),
        np.array(bounds).reshape(count, 2, 3),
    )


def face_labels(scene: Scene, mesh: Mesh, instances: Instances) -> Array:
    """Label (F + 1,) int32 of each face: 1 + place of its object among the instances, 0 for none.

    The entry after the last, which the face id -1 finds, is 0.
    """
    ids = np.array([one.object_id for one in instances.objects], dtype=np.int64)
    labels = np.zeros(len(mesh.faces) + 1, dtype=np.int32)
    if len(ids):
        place = np.minimum(np.searchsorted(ids, mesh.face_object), len(ids) - 1)
        labels[:-1] = np.where(ids[place] == mesh.face_object, place + 1, 0)
    nameless = (labels[:-1] == 0) & (mesh.face_object != -1)
    known = np.array([one.object_id for one in scene.objects], dtype=np.int64)
    unknown = np.setdiff1d(mesh.face_object[nameless], known)
    if len(unknown):
        raise DataError(
            f"{scene.source} scene {scene.scene_id}: faces belong to object {unknown[0]}, which is not among its "
            "objects; mesh and annotation do not belong together"
        )
    return labels


def _boxes_on_mesh(scene: Scene, mesh: Mesh, objects: list[SceneObject]) -> list[tuple[Boxes, Array]]:
    """Each object's box and its extremes (2, 3), from its annotation or from its vertices."""
    by_object = np.argsort(mesh.face_object, kind="stable")
    object_of_face = mesh.face_object[by_object]
    found = []
    for one in objects:
        if len(one.vertex_ids) and not 0 <= one.vertex_ids.min() <= one.vertex_ids.max() < len(mesh.vertices):
            raise DataError(
                f"{scene.source} scene {scene.scene_id}: object {one.object_id} names vertices that the mesh of "
                f"{len(mesh.vertices)} vertices does not have; mesh and annotation do not belong together"
            )
        start, end = np.searchsorted(object_of_face, [one.object_id, one.object_id + 1])
        own = mesh.faces[by_object[start:end]]
        found.append(_fitted_box(one, mesh, own) if one.box is None else _annotated_box(one))
    return found


def _annotated_box(one: SceneObject) -> tuple[Boxes, Array]:
    assert one.box is not None
    box = Boxes(one.box.center, one.box.extents, one.box.rotation)
    corners = box_corners(box)
    return box, np.stack([corners.min(axis=0), corners.max(axis=0)])


def _fitted_box(one: SceneObject, mesh: Mesh, faces: Array) -> tuple[Boxes, Array]:
    """faces : the object's own (F, 3)."""
    points = mesh.vertices[one.vertex_ids].astype(np.float64)
    box = fit_box(points, _local_faces(one.vertex_ids, faces))
    inside = points[points_in_box(points, box)]
    return box, np.stack([inside.min(axis=0), inside.max(axis=0)])


def _local_faces(vertex_ids: Array, faces: Array) -> Array:
    """The faces (F, 3) whose corners all are among the vertices, as places in `vertex_ids`."""
    order = np.argsort(vertex_ids, kind="stable")
    rank = np.minimum(np.searchsorted(vertex_ids, faces, sorter=order), len(vertex_ids) - 1)
    place = order[rank]
    own = (vertex_ids[place] == faces).all(axis=1)
    local: Array = place[own]
    return local
