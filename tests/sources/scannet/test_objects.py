"""Segments, objects, labels and mesh files with the quirks of real ones."""

import json
from pathlib import Path

import numpy as np
import pytest

from factory.sources.faces import face_objects
from tests.sources.scannet.tiny_scannet import (
    BOXES,
    SCENE,
    TinyScene,
    aligned_box,
    load,
    ply_bytes,
    write,
)


def test_ids_of_old_files(tmp_path: Path) -> None:
    """`id` may be text, a number or null; what counts is objectId."""
    scene = TinyScene()
    for group, value in zip(scene.groups, ["4", None, 77, "x", 4], strict=True):
        group["id"] = value
    scene.groups[4]["objectId"] = "9"
    write(tmp_path, scene)
    assert [o.object_id for o in load(tmp_path).objects] == [0, 2, 4, 7, 9]


def test_objects_listed_twice_count_once(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.groups += [{**group, "id": 31 + i, "objectId": 31 + i} for i, group in enumerate(scene.groups)]
    scene.groups[-1]["segments"] = scene.groups[-1]["segments"][::-1]  # in another order, and the same
    write(tmp_path, scene)
    loaded = load(tmp_path)
    assert [o.object_id for o in loaded.objects] == [0, 2, 4, 7, 9]
    assert loaded.rejected == {"object: duplicate of another": 5}


def test_segments_of_two_objects_go_to_the_smaller(tmp_path: Path) -> None:
    scene = TinyScene()
    table, cup = scene.groups[2], scene.groups[3]
    table["segments"] = table["segments"] + cup["segments"]
    write(tmp_path, scene)
    loaded = load(tmp_path)
    sizes = {o.object_id: len(o.vertex_ids) for o in loaded.objects}
    assert sizes[4] == 8 and sizes[7] == 8
    np.testing.assert_allclose(aligned_box(loaded, 4)[1], BOXES[2][3], atol=1e-5)
    assert (loaded.mesh.face_object == 7).sum() == 12
    assert loaded.rejected == {"segment: claimed by several objects": 2}


def test_object_swallowed_by_smaller_ones(tmp_path: Path) -> None:
    scene = TinyScene()
    lower, upper = scene.groups[2]["segments"]
    scene.groups += [
        {"objectId": 20, "segments": [lower], "label": "a"},
        {"objectId": 21, "segments": [upper], "label": "b"},
    ]
    write(tmp_path, scene)
    loaded = load(tmp_path)
    assert 4 not in [o.object_id for o in loaded.objects]
    assert loaded.rejected == {"segment: claimed by several objects": 2, "object: no vertices of its own": 1}


def test_unusable_objects_are_counted(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.groups[2]["segments"].append(123_456_789)  # beyond the mesh
    scene.groups[3]["segments"].append(2)  # a vertex, but no segment
    scene.groups += [
        {"objectId": 30, "segments": [], "label": "empty"},
        {"objectId": 31, "segments": [555], "label": "ghost"},
        {"objectId": 4, "segments": scene.groups[0]["segments"][:1], "label": "same id"},
        {"objectId": None, "segments": [1], "label": "no id"},
        {"objectId": -1, "segments": [1], "label": "negative"},
        {"objectId": 32, "label": "no segments"},
        {"objectId": 33, "segments": ["one"], "label": "words"},
        "no group",
    ]
    write(tmp_path, scene)
    loaded = load(tmp_path)
    assert [o.object_id for o in loaded.objects] == [0, 2, 4, 7, 9]
    assert loaded.rejected == {
        "object: no id of its own": 4,
        "object: no segments": 3,
        "object: no vertices of its own": 1,
        "segment: not in the mesh": 3,
    }


def test_labels_that_are_no_text(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.groups[2]["label"] = None
    del scene.groups[3]["label"]
    write(tmp_path, scene)
    assert [(o.label, o.raw_label) for o in load(tmp_path).objects[2:4]] == [("", ""), ("", "")]


def test_numeric_parameters_and_plain_names_of_other_writers(tmp_path: Path) -> None:
    folder = write(tmp_path, TinyScene())
    path = folder / f"{SCENE}.aggregation.json"
    parsed = json.loads(path.read_text())
    del parsed["segmentsFile"], parsed["appId"]
    path.write_text(json.dumps(parsed))
    assert len(load(tmp_path).objects) == 5


@pytest.mark.parametrize(("alpha", "label"), [(True, False), (False, False), (True, True)])
def test_mesh_properties(tmp_path: Path, alpha: bool, label: bool) -> None:
    scene = TinyScene()
    folder = write(tmp_path, scene)
    expected = load(tmp_path).mesh
    data = ply_bytes(scene.vertices, scene.faces, alpha=alpha, label=label)
    (folder / f"{SCENE}_vh_clean_2.ply").write_bytes(data)
    np.testing.assert_array_equal(load(tmp_path).mesh.vertices, expected.vertices)
    np.testing.assert_array_equal(load(tmp_path).mesh.faces, expected.faces)


def test_faces_belong_to_the_object_of_two_of_their_vertices() -> None:
    faces = np.array([[0, 1, 4], [0, 4, 1], [4, 0, 1], [0, 2, 4], [2, 3, 0], [0, 1, 0], [4, 5, 0]])
    vertex_object = np.array([7, 7, 9, 9, -1, -1])
    np.testing.assert_array_equal(face_objects(faces, vertex_object), [7, 7, 7, -1, 9, 7, -1])
