"""Objects of data sets that annotate boxes around things, and no surfaces."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from factory.geometry.box_owners import box_owners
from factory.geometry.boxes import Boxes
from factory.sources.labels import Label
from schemas.scene import Box, SceneObject

Array = np.ndarray

NO_SURFACE = "object: no surface in its box, kept"

_TOLERANCE = 1e-2  # axes in text files are rounded


class LabelledBox(NamedTuple):
    """One annotated box. `raw_label` is the annotators' word, `label` ours."""

    object_id: int
    raw_label: str
    label: Label
    box: Box


def box_from_axes(center: Array, lengths: Array, axes: Array) -> Box:
    """The box with the axes in the order and with the signs of `factory.geometry.boxes.fit_box`.

    center : (3,) [m, world]; lengths : (3,) full lengths [m] along the axes; axes : (3, 3) unit vectors in the world,
    one per row, in any order and with any signs. The third axis of the box is the one nearest the vertical, pointing
    up; the first the longer of the others, x positive; right-handed. Nothing is rounded or fitted.
    Raises ValueError for numbers that are negative or not finite, and for axes that are no perpendicular unit vectors.
    """
    center, lengths, axes = (np.asarray(part, dtype=np.float64) for part in (center, lengths, axes))
    if center.shape != (3,) or lengths.shape != (3,) or axes.shape != (3, 3):
        raise ValueError(f"expected 3, 3 and 3x3 numbers, found {center.shape}, {lengths.shape} and {axes.shape}")
    if not all(np.isfinite(part).all() for part in (center, lengths, axes)):
        raise ValueError("numbers that are not finite")
    if lengths.min() < 0:
        raise ValueError(f"negative lengths {lengths.tolist()}")
    if np.abs(axes @ axes.T - np.eye(3)).max() > _TOLERANCE:
        raise ValueError(f"axes that are not perpendicular unit vectors {axes.tolist()}")
    up = int(np.argmax(np.abs(axes[:, 2])))
    first, second = sorted({0, 1, 2} - {up}, key=lambda k: (-lengths[k], k))
    third_axis = axes[up] * np.copysign(1.0, axes[up, 2])
    first_axis = axes[first] * (1.0 if (axes[first, 0], axes[first, 1]) > (0.0, 0.0) else -1.0)
    side = float(np.dot(np.cross(third_axis, first_axis), axes[second]))
    second_axis = axes[second] * np.copysign(1.0, side)
    rotation = np.stack([first_axis, second_axis, third_axis], axis=1) + 0.0  # no negative zeros
    return Box(center=center, extents=lengths[[first, second, up]], rotation=rotation)


def objects_in_boxes(
    labelled: Sequence[LabelledBox], vertices: Array, faces: Array
) -> tuple[list[SceneObject], Array, Counter[str]]:
    """Objects of a mesh that has no labels: the surface inside each box.

    vertices : (V, 3) [m, world]; faces : (F, 3). Returns the objects by id, each with its box and its vertices, the
    object of every face (F,) int32 (-1 for none), and how many boxes hold no surface: those objects keep their box.
    A vertex belongs to one object at most, see `factory.geometry.box_owners`, and a face to that of all its vertices:
    one that leaves the box is not the object's, or things would seem larger than their boxes.
    """
    labelled = sorted(labelled, key=lambda one: one.object_id)
    boxes = Boxes(
        np.array([one.box.center for one in labelled]).reshape(-1, 3),
        np.array([one.box.extents for one in labelled]).reshape(-1, 3),
        np.array([one.box.rotation for one in labelled]).reshape(-1, 3, 3),
    )
    owners = box_owners(vertices, boxes)
    by_owner = np.argsort(owners, kind="stable").astype(np.int32)
    bounds = np.searchsorted(owners[by_owner], np.arange(len(labelled) + 1))
    objects = [_object(one, by_owner[bounds[k] : bounds[k + 1]]) for k, one in enumerate(labelled)]
    ids = np.array([one.object_id for one in labelled] + [-1], dtype=np.int32)
    empty = sum(not len(one.vertex_ids) for one in objects)
    a, b, c = owners[faces].T
    face_object = ids[np.where((a == b) & (a == c), a, -1)]
    return objects, face_object, Counter({NO_SURFACE: empty} if empty else {})


def objects_of_boxes(labelled: Sequence[LabelledBox]) -> list[SceneObject]:
    """Objects of a scene without a mesh, by id."""
    return [_object(one, np.zeros(0, np.int32)) for one in sorted(labelled, key=lambda one: one.object_id)]


def _object(one: LabelledBox, vertex_ids: Array) -> SceneObject:
    return SceneObject(
        object_id=one.object_id,
        label=one.label.text,
        raw_label=one.raw_label,
        is_structural=one.label.is_structural,
        vertex_ids=vertex_ids,
        box=one.box,
    )
