"""The source as a part of the factory: scenes, rooms, splits, digests of inputs, meshes, buckets, pickling."""

import hashlib
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import trimesh

from factory.errors import DataError
from factory.sources.registry import open_source
from factory.sources.rgbd.source import RGBDSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.rgbd.tiny_rgbd import BOXES, WRITERS, load, write_boxes, write_flat, write_nerfstudio, write_tum


def digests(root: Path, scene_id: str = "room", cache: Path | None = None) -> dict[str, str]:
    storage = Storage(root)
    hasher = CachedHasher(storage, cache)
    found = RGBDSource(storage).input_digests(scene_id, hasher)
    hasher.save()
    return found


def test_scenes_are_found(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(tmp_path / name)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "transforms.json").write_text("{")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("buy milk")
    (tmp_path / "boxes only").mkdir()
    write_boxes(tmp_path / "nothing")
    write_flat(tmp_path / "chess" / "seq-01")
    write_flat(tmp_path / "chess" / "seq-12")
    write_flat(tmp_path / "a scene with spaces")
    (tmp_path / "train.txt").write_text("flat\n")
    source = open_source("rgbd", Storage(tmp_path))
    assert (source.name, source.version) == ("rgbd", 1)
    assert source.list_scenes() == sorted(["chess_seq-01", "chess_seq-12", "broken", *WRITERS])
    with pytest.raises(DataError, match=r"broken/transforms\.json: expected JSON|broken/boxes\.json: missing"):
        source.load("broken")


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        RGBDSource(Storage(tmp_path / "nope")).list_scenes()


@pytest.mark.parametrize("scene_id", ["other", "../secret", "", "room/../room", "room_seq-07", "."])
def test_scene_that_is_not_there(tmp_path: Path, scene_id: str) -> None:
    write_flat(tmp_path / "room")
    source = RGBDSource(Storage(tmp_path))
    with pytest.raises(DataError, match="no folder of this name"):
        source.load(scene_id)
    assert isinstance(source.room_of(scene_id), str)
    assert source.input_digests(scene_id, CachedHasher(Storage(tmp_path)))["layout"] == "missing"


def test_splits_by_room(tmp_path: Path) -> None:
    for name in ("kitchen", "kitchen-again", "hall", "den"):
        write_flat(tmp_path / name)
    for sequence in ("seq-01", "seq-02"):
        write_flat(tmp_path / "chess" / sequence)
    (tmp_path / "rooms.txt").write_text("kitchen-again kitchen # filmed twice\ndamaged\n")
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits/val.txt").write_text("# held out\nkitchen-again\n")
    (tmp_path / "test.txt").write_text("chess_seq-02\n")
    (tmp_path / "train.txt").write_text("kitchen\nhall\nchess_seq-01\n")
    source = RGBDSource(Storage(tmp_path))
    assert {s: source.load(s).split for s in source.list_scenes()} == {
        "kitchen": "val", "kitchen-again": "val", "hall": "train", "den": "train",
        "chess_seq-01": "test", "chess_seq-02": "test",
    }  # fmt: skip
    assert digests(tmp_path, "kitchen")["split"] == "val"
    assert source.room_of("den") == "den" and source.room_of("chess_seq-02") == "chess"


def test_rescans_are_of_one_room(tmp_path: Path) -> None:
    for name in ("0a", "0b", "0c", "1a"):
        write_flat(tmp_path / name)
    rooms = [
        {"reference": "0a", "type": "validation", "scans": [{"reference": "0b"}, {"reference": "0c"}]},
        {"reference": "1a", "type": "train", "scans": []},
        {"reference": "2a", "type": "test"},
        "damaged",
        {"type": "test"},
        {"reference": "4a", "type": 7, "scans": 7},
    ]
    (tmp_path / "3RScan.json").write_text(json.dumps(rooms))
    source = RGBDSource(Storage(tmp_path))
    assert [source.room_of(s) for s in ("0a", "0b", "0c", "1a", "2a", "3a")] == ["0a", "0a", "0a", "1a", "2a", "3a"]
    assert [source.load(s).split for s in source.list_scenes()] == ["val", "val", "val", "train"]
    (tmp_path / "3RScan.json").write_text("damaged")
    assert RGBDSource(Storage(tmp_path)).room_of("0b") == "0b"


def write_mesh(folder: Path) -> None:
    """A floor of two triangles, and the surfaces of the table and the cup."""
    parts = [trimesh.Trimesh([[0, 0, 0], [4, 0, 0], [4, 3, 0], [0, 3, 0]], [[0, 1, 2], [0, 2, 3]])]
    for box in BOXES:
        part = trimesh.creation.box(box["size"]).subdivide()
        parts.append(part.apply_translation(box["center"]))
    (folder / "mesh.ply").write_bytes(trimesh.util.concatenate(parts).export(file_type="ply"))


def test_with_a_mesh_things_have_a_surface(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "room")
    without = load(folder)
    assert without.mesh is None and all(len(o.vertex_ids) == 0 for o in without.objects)
    write_mesh(folder)
    boxes = [*BOXES, {"id": 9, "label": "ghost", "center": [3.5, 2.5, 2], "size": [0.2, 0.2, 0.2]}]
    write_boxes(folder, boxes)
    scene = load(folder)
    assert scene.rejected == {"object: no surface in its box, kept": 1}
    table, cup, ghost = scene.objects
    assert len(cup.vertex_ids) > 8 and len(table.vertex_ids) > 8 and len(ghost.vertex_ids) == 0
    low, high = (f(scene.mesh.vertices[cup.vertex_ids], axis=0) for f in (np.min, np.max))
    np.testing.assert_allclose((low + high)[:2] / 2, (1.55, 1.35), atol=1e-6)
    assert set(np.unique(scene.mesh.face_object)) == {-1, 3, 7}
    for one, box in zip(scene.objects, boxes, strict=True):
        np.testing.assert_allclose(one.box.center, box["center"])


def test_mesh_is_turned_with_its_world(tmp_path: Path) -> None:
    folder = write_flat(tmp_path / "room")
    write_mesh(folder)
    (folder / "scene.json").write_text('{"up": "y", "metres_per_unit": 0.5}')
    vertices = load(folder).mesh.vertices
    assert vertices.dtype == np.float32
    np.testing.assert_allclose(vertices.min(axis=0), (0, -0.4, 0), atol=1e-6)  # 0.8 m high, 3 m deep in the file
    np.testing.assert_allclose(vertices.max(axis=0), (2, 0, 1.5), atol=1e-6)


@pytest.mark.parametrize("layout", WRITERS)
def test_bucket(s3_endpoint: str, tmp_path: Path, layout: str) -> None:
    write_mesh(WRITERS[layout](tmp_path / "room"))
    (tmp_path / "val.txt").write_text("room\n")
    (tmp_path / "scene.json").write_text('{"up": "-y"}')
    local, bucket = Storage(tmp_path), Storage(f"{s3_endpoint}/scans")
    for rel in local.find():
        bucket.write_atomic(rel, local.read_bytes(rel))
    here, there = RGBDSource(local), RGBDSource(bucket)
    assert there.list_scenes() == here.list_scenes() == ["room"]
    assert there.input_digests("room", CachedHasher(bucket)) == here.input_digests("room", CachedHasher(local))
    a, b = here.load("room"), there.load("room")
    assert a.split == "val"
    assert hashlib.sha256(pickle.dumps(a)).digest() == hashlib.sha256(pickle.dumps(b)).digest()
    for uri in (a.frames[2].image, a.frames[2].depth):
        assert there.read_media(uri) == here.read_media(uri)


def test_source_pickles(tmp_path: Path) -> None:
    write_tum(tmp_path / "room")
    source = RGBDSource(Storage(tmp_path))
    uri = source.load("room").frames[0].depth
    assert len(pickle.dumps(source)) < 1000
    assert pickle.loads(pickle.dumps(source)).read_media(uri) == source.read_media(uri)


@pytest.mark.parametrize("layout", WRITERS)
def test_same_files_same_scene(tmp_path: Path, layout: str) -> None:
    WRITERS[layout](tmp_path / "a" / "room")
    shutil.copytree(tmp_path / "a", tmp_path / "elsewhere" / "b")
    a, b = load(tmp_path / "a/room"), load(tmp_path / "elsewhere/b/room")
    assert hashlib.sha256(pickle.dumps(a)).digest() == hashlib.sha256(pickle.dumps(b)).digest()
    assert digests(tmp_path / "a") == digests(tmp_path / "elsewhere/b")


POSES = {
    "nerfstudio": "transforms.json",
    "tum": "groundtruth.txt",
    "flat": "frame-000010.pose.txt",
    "folders": "pose/10.txt",
}
IMAGES = {
    "nerfstudio": ("images/frame_00002.jpg", "depths/frame_00002.png"),
    "tum": ("rgb/1305031102.235304.png", "depth/1305031102.243304.png"),
    "flat": ("frame-000010.color.jpg", "frame-000010.depth.png"),
    "folders": ("color/10.jpg", "depth/10.png"),
}
INTRINSICS_OF = {"tum": "intrinsics.txt", "flat": "intrinsics.txt", "folders": "intrinsic/intrinsic_color.txt"}


@pytest.mark.parametrize("layout", WRITERS)
def test_digests_follow_what_they_name(tmp_path: Path, layout: str) -> None:
    root, cache = tmp_path / "scans", tmp_path / "digests.sqlite"
    folder = WRITERS[layout](root / "room")
    write_mesh(folder)
    (folder / "scene.json").write_text('{"up": "z"}')
    before = digests(root, cache=cache)
    assert len(before) <= 12 and "missing" not in before.values()

    def changed() -> set[str]:
        after = digests(root, cache=cache)
        assert after == digests(root)  # with a cache and without
        return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

    contents = {"poses": POSES[layout], "boxes": "boxes.json", "mesh": "mesh.ply", "settings": "scene.json"}
    if layout in INTRINSICS_OF:
        contents["intrinsics"] = INTRINSICS_OF[layout]
    for name, rel in contents.items():
        original = (folder / rel).read_bytes()
        middle = original.rindex(b"1") if rel.endswith((".txt", "transforms.json")) else len(original) // 2
        (folder / rel).write_bytes(original[:middle] + b"7" + original[middle + 1 :])
        assert changed() == {name}
        (folder / rel).unlink()
        assert name in changed()
        (folder / rel).write_bytes(original)
        assert changed() == set()
    for kind, rel in zip(("color", "depth"), IMAGES[layout], strict=True):
        original = (folder / rel).read_bytes()
        (folder / rel).write_bytes(original[:-1] + b"x")  # the same size: bulk media count by path and size
        assert changed() == set()
        (folder / rel).write_bytes(original + b"longer")
        assert changed() == {kind}
        (folder / rel).unlink()
        assert changed() == {kind}
        (folder / rel).write_bytes(original)
    (folder / "notes.md").write_text("nothing that matters")
    assert changed() == set()
    (root / "scene.json").write_text('{"depth_scale": 500}')
    assert changed() == {"settings"}
    (root / "test.txt").write_text("room\n")
    assert changed() == {"settings", "split"}


def test_digests_of_a_sequence_follow_its_room(tmp_path: Path) -> None:
    write_flat(tmp_path / "chess" / "seq-01")
    (tmp_path / "chess/seq-01/boxes.json").rename(tmp_path / "chess/boxes.json")
    before = digests(tmp_path, "chess_seq-01")
    write_boxes(tmp_path / "chess", BOXES[:1])
    after = digests(tmp_path, "chess_seq-01")
    assert {k for k in before if before[k] != after[k]} == {"boxes"}


@pytest.mark.parametrize(
    "uri",
    [
        "room/missing.jpg", "room", "room/boxes.json", "room/images/frame_00001.jpg#undistort=OPENCV:64x48:1,2,3:0.1",
        "room/depths/frame_00001.png#view=3x4:1,2,x,4", "room/depths/frame_00001.png#view=3x4:1,2,3",
        "room/images/frame_00001.jpg#unknown",
    ],
)  # fmt: skip
def test_media_that_is_none(tmp_path: Path, uri: str) -> None:
    write_nerfstudio(tmp_path / "room")
    with pytest.raises(DataError, match="room"):
        RGBDSource(Storage(tmp_path)).read_media(uri)
