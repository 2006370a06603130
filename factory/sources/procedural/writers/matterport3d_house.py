"""A scene's annotation by faces, as Matterport3D has it, and the files of `house_segmentations` that hold it."""

import json
from functools import cached_property
from pathlib import Path

import numpy as np

from factory.geometry.boxes import Boxes
from factory.sources.procedural.scene import ProceduralObject, ProceduralScene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.matterport3d_labels import named

Array = np.ndarray


class AnnotatedFaces:
    """What was painted, by faces.

    objects : the annotated ones, whose ids are 0, 1, 2, ... as the format has it; boxes : one for each;
    face_object, face_segment : (F,) int32, -1 for no object; a segment belongs to one object at most;
    corners : (F, 3, 3) [m]; normals : (F, 3), as long as twice the face's area.
    """

    def __init__(self, scene: ProceduralScene) -> None:
        annotation = Annotation(scene)
        self.scene = scene
        self.objects: list[ProceduralObject] = annotation.objects
        self.boxes: list[Boxes] = [annotation.box(thing) for thing in self.objects]
        self.face_object = annotation.face_object()
        faces = scene.mesh.faces
        # the segment of the first corner that belongs to what the face belongs to
        fits = annotation.vertex_object()[faces] == self.face_object[:, None]
        corner = np.take_along_axis(faces, fits.argmax(axis=1)[:, None], axis=1)[:, 0]
        self.face_segment: Array = annotation.segments[corner]

    @cached_property
    def corners(self) -> Array:
        corners: Array = self.scene.mesh.vertices[self.scene.mesh.faces].astype(np.float64)
        return corners

    @cached_property
    def normals(self) -> Array:
        a, b, c = np.moveaxis(self.corners, 1, 0)
        return np.cross(b - a, c - a)


def write_annotated_mesh(annotated: AnnotatedFaces, folder: Path, scan_id: str, colors: Array) -> None:
    """`<scan>.ply`, `<scan>.fsegs.json` and `<scan>.semseg.json`; colors : (V, 3) uint8."""
    (folder / f"{scan_id}.ply").write_bytes(_ply(annotated, colors))
    segments = {"params": {}, "sceneId": scan_id, "segIndices": annotated.face_segment.tolist()}
    groups = {"sceneId": scan_id, "appId": "Aggregator.v2", "segGroups": _groups(annotated)}
    for suffix, content in (("fsegs", segments), ("semseg", groups)):
        text = json.dumps(content, separators=(",", ":"))
        (folder / f"{scan_id}.{suffix}.json").write_text(text, newline="\n")


def _ply(annotated: AnnotatedFaces, colors: Array) -> bytes:
    """35 bytes per vertex, 25 per face."""
    mesh = annotated.scene.mesh
    header = [
        "ply", "format binary_little_endian 1.0", f"element vertex {len(mesh.vertices)}",
        *(f"property float {name}" for name in ("x", "y", "z", "nx", "ny", "nz", "tx", "ty")),
        *(f"property uchar {name}" for name in ("red", "green", "blue")),
        f"element face {len(mesh.faces)}", "property list uchar int vertex_indices",
        *(f"property int {name}" for name in ("material_id", "segment_id", "category_id")), "end_header",
    ]  # fmt: skip
    points = np.zeros(len(mesh.vertices), [("xyz", "<f4", 3), ("n", "<f4", 3), ("t", "<f4", 2), ("rgb", "u1", 3)])
    normals = np.zeros((len(mesh.vertices), 3))
    for corner in mesh.faces.T:
        np.add.at(normals, corner, annotated.normals)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    points["xyz"], points["n"], points["rgb"] = mesh.vertices, normals / np.where(lengths > 0, lengths, 1), colors
    category = np.full(len(annotated.objects) + 1, -1)  # the last for no object
    category[:-1] = [named(thing.label).row for thing in annotated.objects]
    labels = [annotated.face_segment, annotated.face_object, category[annotated.face_object]]
    faces = np.zeros(len(mesh.faces), [("count", "u1"), ("ids", "<i4", 3), ("labels", "<i4", 3)])
    faces["count"], faces["ids"], faces["labels"] = 3, mesh.faces, np.stack(labels, axis=1)
    return "\n".join(header).encode() + b"\n" + points.tobytes() + faces.tobytes()


def _groups(annotated: AnnotatedFaces) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = []
    for thing, box in zip(annotated.objects, annotated.boxes, strict=True):
        faces = annotated.face_object == thing.object_id
        points = annotated.corners[faces].reshape(-1, 3)
        normal = annotated.normals[faces].sum(axis=0)
        length = np.linalg.norm(normal)
        groups.append(
            {
                "id": thing.object_id,
                "objectId": thing.object_id,
                "segments": np.unique(annotated.face_segment[faces]).tolist(),
                "label": thing.label,
                "obb": {
                    "centroid": box.center.tolist(),
                    "axesLengths": box.extents.tolist(),
                    "normalizedAxes": box.rotation.T.ravel().tolist(),
                    "min": points.min(axis=0).tolist(),
                    "max": points.max(axis=0).tolist(),
                },
                "dominantNormal": (normal / length if length > 0 else np.array([0.0, 0.0, 1.0])).tolist(),
            }
        )
    return groups
