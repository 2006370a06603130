"""The mesh of a house and which object each of its faces belongs to."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from factory.errors import DataError
from factory.sources.labels import Label, LabelMap
from factory.sources.matterport3d.files import HOUSE, REGIONS, ScanFiles
from factory.sources.matterport3d.groups import read_face_segments, read_groups
from factory.sources.matterport3d.house import read_house
from factory.sources.matterport3d.labels import label_of
from factory.sources.ply import read_labelled_ply

# The object of a face, as the files have it and as the data set's documentation calls it.
_FACE_OBJECT = ("segment_id", "face_segment")


@dataclass(frozen=True)
class AnnotatedMesh:
    """name : of the file, for messages; vertices : (V, 3) float32 [m, world]; faces : (F, 3) int32;
    face_object : (F,) int32, -1 for none; named : raw label and label by object id."""

    name: str
    vertices: np.ndarray
    faces: np.ndarray
    face_object: np.ndarray
    named: dict[int, tuple[str, Label]]


def read_annotated_mesh(files: ScanFiles, scan_id: str, labels: LabelMap, counts: Counter[str]) -> AnnotatedMesh:
    """The mesh with the objects of the house file, or those of the groups of segments where it has none."""
    data, name = files.read(HOUSE, f"{scan_id}.ply", _advice(files))
    vertices, faces, properties = read_labelled_ply(data, name, _FACE_OBJECT)
    del data  # hundreds of megabytes
    named = _objects_of_house(files, scan_id, labels)
    if named:
        return AnnotatedMesh(name, vertices, faces, _face_objects(name, properties), named)
    advice = f"objects are in {scan_id}.house (version 1.1), or in .fsegs.json and .semseg.json: download {HOUSE}"
    segments = read_face_segments(*files.read(HOUSE, f"{scan_id}.fsegs.json", advice), len(faces))
    raw_labels, face_object = read_groups(*files.read(HOUSE, f"{scan_id}.semseg.json", advice), segments, counts)
    named = {object_id: (raw, label_of(raw, None, labels)) for object_id, raw in raw_labels.items()}
    return AnnotatedMesh(name, vertices, faces, face_object, named)


def _objects_of_house(files: ScanFiles, scan_id: str, labels: LabelMap) -> dict[int, tuple[str, Label]]:
    name = f"{scan_id}.house"
    if name not in files.listing(HOUSE):
        return {}
    named = {}
    for object_id, category in read_house(*files.read(HOUSE, name, f"download {HOUSE}")).items():
        raw, mpcat40 = (category.raw_label, category.mpcat40) if category else ("", None)
        named[object_id] = raw, label_of(raw, mpcat40, labels)
    return named


def _face_objects(name: str, properties: dict[str, np.ndarray]) -> np.ndarray:
    found = [properties[key] for key in _FACE_OBJECT if key in properties]
    if not found or found[0].dtype.kind not in "iu":
        raise DataError(
            f"{name}: expected the number of an object ({' or '.join(_FACE_OBJECT)}) with every face, found none; "
            f"this is another export of the mesh: take the one in {HOUSE}"
        )
    face_object: np.ndarray = np.maximum(found[0].astype(np.int64), -1).astype(np.int32)
    return face_object


def _advice(files: ScanFiles) -> str:
    if files.listing(HOUSE) or not files.listing(REGIONS):
        return f"download {HOUSE}"
    return (
        f"download {HOUSE}: the {REGIONS} that are there are meshes of single regions, cut apart, and their objects "
        "are numbered anew in each"
    )
