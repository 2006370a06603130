"""Labels per face: owners of vertices, against counting by hand."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.errors import DataError
from factory.sources.labels import Label
from factory.sources.matterport3d.groups import read_face_segments, read_groups
from factory.sources.matterport3d.objects import scene_objects, vertex_owners

FAN = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]])


def counted(faces: np.ndarray, face_owner: np.ndarray, vertex_count: int) -> list[int]:
    """The plain way."""
    owners = []
    for vertex in range(vertex_count):
        votes = Counter(int(owner) for face, owner in zip(faces, face_owner, strict=True) for v in face if v == vertex)
        most = max(votes.values(), default=0)
        best = sorted(owner for owner, count in votes.items() if count == most)
        owners.append(next((owner for owner in best if owner >= 0), -1))
    return owners


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_vertices_belong_to_what_most_of_their_faces_belong_to(data: st.DataObject) -> None:
    vertex_count = data.draw(st.integers(1, 8))
    corner = st.integers(0, vertex_count - 1)
    faces = np.array(data.draw(st.lists(st.tuples(corner, corner, corner), min_size=1, max_size=20)))
    owner = st.integers(-1, 3)
    face_owner = np.array(data.draw(st.lists(owner, min_size=len(faces), max_size=len(faces))), dtype=np.int32)
    found = vertex_owners(faces, face_owner, vertex_count)
    assert found.dtype == np.int32
    assert found.tolist() == counted(faces, face_owner, vertex_count)


@pytest.mark.parametrize(
    ("face_owner", "hub"), [((7, 7, 7, 2), 7), ((7, 7, 2, 2), 2), ((7, 7, -1, -1), 7), ((7, -1, -1, -1), -1)]
)
def test_a_vertex_that_several_objects_share(face_owner: tuple[int, ...], hub: int) -> None:
    assert vertex_owners(FAN, np.array(face_owner, dtype=np.int32), 7)[[0, 6]].tolist() == [hub, -1]


def named(*ids: int) -> dict[int, tuple[str, Label]]:
    return {object_id: (f"raw {object_id}", Label(f"label {object_id}", object_id == 2)) for object_id in ids}


def test_faces_keep_their_object_and_vertices_have_one() -> None:
    counts: Counter[str] = Counter()
    face_object = np.array([7, 7, 7, 2])
    objects, owners = scene_objects(named(2, 7), FAN, face_object, 7, counts)
    assert [(o.object_id, o.label, o.raw_label, o.is_structural) for o in objects] == [
        (2, "label 2", "raw 2", True),
        (7, "label 7", "raw 7", False),
    ]
    # 4 is shared by a face of each, so that it goes to the lower number; 5 is of object 2 alone
    assert [o.vertex_ids.tolist() for o in objects] == [[4, 5], [0, 1, 2, 3]]
    assert owners.tolist() == [7, 7, 7, 2] and not +counts


def test_numbers_need_not_be_contiguous_and_what_has_no_surface_is_left_out() -> None:
    counts: Counter[str] = Counter()
    face_object = np.array([1_000_000, 1_000_000, 5, -1])
    objects, owners = scene_objects(named(3, 1_000_000), FAN, face_object, 6, counts)
    assert [o.object_id for o in objects] == [1_000_000]
    assert owners.tolist() == [1_000_000, 1_000_000, -1, -1]
    assert +counts == {"object: on the mesh and not in the list of objects": 1, "object: no vertices of its own": 1}


def test_faces_of_an_object_without_vertices_are_nobodys() -> None:
    counts: Counter[str] = Counter()
    faces = np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2]])
    objects, owners = scene_objects(named(4, 5), faces, np.array([4, 4, 5]), 3, counts)
    assert [o.object_id for o in objects] == [4] and owners.tolist() == [4, 4, -1]
    assert +counts == {"object: no vertices of its own": 1}


def groups(*entries: dict, segments: str = "[10, 10, 11, 12]") -> tuple[dict[int, str], list[int], Counter[str]]:
    import json

    counts: Counter[str] = Counter()
    found = read_face_segments(f'{{"segIndices": {segments}}}'.encode(), "x.fsegs.json", 4)
    data = json.dumps({"segGroups": list(entries)}).encode()
    labels, face_object = read_groups(data, "x.semseg.json", found, counts)
    return labels, face_object.tolist(), counts


def test_groups_of_segments_of_faces() -> None:
    labels, face_object, counts = groups(
        {"id": 0, "objectId": 0, "label": "sofa", "segments": [10]},
        {"id": 4, "objectId": 4, "label": "cushion", "segments": [12]},
    )
    assert labels == {0: "sofa", 4: "cushion"} and face_object == [0, 0, -1, 4] and not +counts


def test_a_segment_of_two_groups_is_the_smaller_ones() -> None:
    _, face_object, counts = groups(
        {"objectId": 0, "label": "sofa", "segments": [10, 12]}, {"objectId": 4, "label": "cushion", "segments": [12]}
    )
    assert face_object == [0, 0, -1, 4]
    assert +counts == {"segment: claimed by several objects": 1}


@pytest.mark.parametrize("segments", ["[10, 10, 11]", '["a", "b", "c", "d"]', "[1.5, 2, 3, 4]", "7", "[[1, 2, 3, 4]]"])
def test_segments_that_do_not_fit_the_faces_are_refused(segments: str) -> None:
    with pytest.raises(DataError, match=r"x\.fsegs\.json: expected"):
        groups({"objectId": 0, "segments": [10]}, segments=segments)


def test_groups_of_another_mesh_are_refused() -> None:
    with pytest.raises(DataError, match="another mesh"):
        groups({"objectId": 0, "segments": [901, 902]})
