"""Objects: both encodings of segments, overlapping groups, ids and labels as they come."""

import json
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.geometry.boxes import fit_box
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.scannetpp import annotated_id
from schemas.scene import Scene
from tests.sources.scannetpp.release import NEW, OLD, edit_json, load

CLAIMED, ELSEWHERE = "segment: claimed by several objects", "object: most of it outside its stored box"


def groups_of(scene: Path) -> list[dict]:
    return json.loads((scene / "scans" / "segments_anno.json").read_text())["segGroups"]


def edit_groups(scene: Path, change: object) -> None:
    edit_json(scene / "scans" / "segments_anno.json", change)


def vertex_sets(scene: Scene) -> dict[int, list[int]]:
    return {o.object_id: o.vertex_ids.tolist() for o in scene.objects}


@pytest.fixture(scope="module")
def expected(built: ProceduralScene) -> dict[int, list[int]]:
    annotation = Annotation(built)
    return {annotated_id(o.object_id): annotation.vertex_ids(o).tolist() for o in annotation.objects}


@pytest.mark.parametrize("scene_id", [NEW, OLD])
def test_every_object_has_the_vertices_that_were_painted(
    release: Path, expected: dict[int, list[int]], scene_id: str
) -> None:
    """Segments of an over-segmentation and vertices alike; what lies on a couch is not the couch."""
    segments = json.loads((release / "data" / scene_id / "scans" / "segments.json").read_text())["segIndices"]
    assert (segments == list(range(len(segments)))) == (scene_id == NEW)
    scene = load(release, scene_id)
    assert vertex_sets(scene) == expected
    assert [o.object_id for o in scene.objects] == sorted(expected)
    assert scene.rejected[CLAIMED] > 0 and ELSEWHERE not in scene.rejected
    owner = np.full(len(scene.mesh.vertices), -1)
    for o in scene.objects:
        owner[o.vertex_ids] = o.object_id
    whole = (owner[scene.mesh.faces] == owner[scene.mesh.faces[:, :1]]).all(axis=1)
    np.testing.assert_array_equal(scene.mesh.face_object[whole], owner[scene.mesh.faces[whole, 0]])


@pytest.mark.parametrize("order", [1, -1])
def test_the_smallest_of_several_objects_wins_not_the_last(
    scene_copy: Path, expected: dict[int, list[int]], order: int
) -> None:
    def arrange(parsed: dict) -> None:
        parsed["segGroups"].sort(key=lambda group: order * len(group["segments"]))

    edit_groups(scene_copy, arrange)
    assert vertex_sets(load(scene_copy.parent)) == expected
    labels = {group["objectId"]: group["label"] for group in groups_of(scene_copy)}
    listed = {group["objectId"]: set(group["segments"]) for group in groups_of(scene_copy)}
    couch = next(i for i, label in labels.items() if label == "couch")
    pillow = next(i for i, label in labels.items() if label == "pillow")
    assert listed[pillow] < listed[couch] and not set(expected[couch]) & listed[pillow]


def test_the_smallest_of_three_nested_objects(scene_copy: Path) -> None:
    groups = groups_of(scene_copy)
    shelf = next(group for group in groups if group["label"] == "bookshelf")
    half, quarter = shelf["segments"][::2], shelf["segments"][::4]

    def nest(parsed: dict) -> None:
        parsed["segGroups"][:0] = [
            {"id": 900, "objectId": 900, "label": "board", "segments": quarter},
            {"id": 901, "objectId": 901, "label": "side", "segments": half},
        ]

    before = vertex_sets(load(scene_copy.parent))
    edit_groups(scene_copy, nest)
    after = vertex_sets(load(scene_copy.parent))
    assert after[900] == sorted(quarter) and after[901] == sorted(set(half) - set(quarter))
    assert after[shelf["objectId"]] == sorted(set(before[shelf["objectId"]]) - set(half))


def test_ids_are_arbitrary(scene_copy: Path, expected: dict[int, list[int]]) -> None:
    def spread(parsed: dict) -> None:
        for group in parsed["segGroups"]:
            group["id"] = group["objectId"] = 41 * group["objectId"] ** 2 + 5

    edit_groups(scene_copy, spread)
    assert vertex_sets(load(scene_copy.parent)) == {41 * i**2 + 5: ids for i, ids in expected.items()}


def test_id_0_means_unlabelled(scene_copy: Path) -> None:
    first = groups_of(scene_copy)[0]
    edit_groups(scene_copy, lambda parsed: parsed["segGroups"][0].update(objectId=0))
    scene = load(scene_copy.parent)
    assert first["objectId"] not in vertex_sets(scene) and 0 not in vertex_sets(scene)
    assert scene.rejected["object: id 0, which means unlabelled"] == 1


def test_labels_are_the_annotators_words_in_one_spelling(scene_copy: Path) -> None:
    words = [
        "Office  Chair",
        "REMOVE",
        "SPLIT",
        "split",
        "Reflection",
        "object",
        "trash_can",
        "FLOOR",
        "Wall",
        "dry erase board",
    ]
    ids = [group["objectId"] for group in groups_of(scene_copy)[: len(words)]]

    def rename(parsed: dict) -> None:
        for group, word in zip(parsed["segGroups"], words, strict=False):
            group["label"] = word

    edit_groups(scene_copy, rename)
    found = {o.object_id: o for o in load(scene_copy.parent).objects}
    assert [found[i].raw_label for i in ids] == words
    assert [found[i].label for i in ids] == [
        "office chair", "", "", "", "", "", "trash can", "floor", "wall", "dry erase board"
    ]  # fmt: skip
    assert [found[i].is_structural for i in ids] == [word.lower() in ("floor", "wall") for word in words]


def test_the_benchmarks_map_of_labels_is_not_applied(release: Path, scene_copy: Path) -> None:
    folder = scene_copy.parent / "metadata" / "semantic_benchmark"
    folder.mkdir(parents=True)
    rows = ["class,count,semantic_map_to,instance_map_to", "couch,9,sofa,sofa", "pillow,9,None,None", "guitar,2,None,"]
    (folder / "map_benchmark.csv").write_text("\n".join(rows))
    assert [o.label for o in load(scene_copy.parent).objects] == [o.label for o in load(release).objects]


def test_the_id_in_the_files_is_not_the_scenes(release: Path) -> None:
    stored = json.loads((release / "data" / NEW / "scans" / "segments_anno.json").read_text())["sceneId"]
    assert NEW not in stored and load(release).scene_id == NEW


def test_boxes_come_from_vertices_and_stored_ones_are_only_compared(release: Path, scene_copy: Path) -> None:
    """Full lengths, axis after axis; `min` and `max` do not count."""
    scene = load(release)
    stored = {group["objectId"]: group["obb"] for group in groups_of(scene_copy)}
    assert all(o.box is None for o in scene.objects)
    couch = next(o for o in scene.objects if o.label == "couch")
    box, obb = fit_box(scene.mesh.vertices[couch.vertex_ids].astype(np.float64)), stored[couch.object_id]
    np.testing.assert_allclose(sorted(obb["axesLengths"]), sorted(box.extents), atol=1e-3)
    axes = np.array(obb["normalizedAxes"])
    for i in range(3):
        assert np.abs(axes[3 * i : 3 * i + 3] @ box.rotation).max() > 0.9999

    def shift(parsed: dict) -> None:
        for group in parsed["segGroups"]:
            group["obb"]["min"] = group["obb"]["max"] = [77.0] * 3
        target = next(group for group in parsed["segGroups"] if group["label"] == "couch")
        target["obb"]["centroid"][0] += 30.0
        other = next(group for group in parsed["segGroups"] if group["label"] == "pillow")
        other["obb"] = {"centroid": "nowhere"}

    edit_groups(scene_copy, shift)
    again = load(scene_copy.parent)
    assert vertex_sets(again) == vertex_sets(scene)
    assert again.rejected == {**scene.rejected, ELSEWHERE: 1}


def test_files_of_two_releases_do_not_belong_together(scene_copy: Path, release: Path) -> None:
    """The ids of segments are valid numbers of vertices: an object would be a few scattered vertices."""
    target = scene_copy / "scans" / "segments_anno.json"
    new, old = target.read_bytes(), (release / "data" / OLD / "scans" / "segments_anno.json").read_bytes()
    target.write_bytes(old)
    with pytest.raises(DataError, match=r"segments_anno.json: expected objects listed by vertex.*from one release"):
        load(scene_copy.parent)
    target.write_bytes(new)
    (scene_copy / "scans" / "segments.json").write_bytes((release / f"data/{OLD}/scans/segments.json").read_bytes())
    with pytest.raises(DataError, match=r"segments_anno.json: .*not in the mesh.*from one release"):
        load(scene_copy.parent)
