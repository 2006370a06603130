"""The source as a part of the factory: digests of its inputs, buckets, pickling."""

import hashlib
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.registry import open_source
from factory.sources.scannet.source import ScanNetSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.scannet.tiny_scannet import (
    SCENE,
    TinyScene,
    load,
    write_tiny_scene,
)


def test_registry(tmp_path: Path) -> None:
    write_tiny_scene(tmp_path)
    source = open_source("scannet", Storage(tmp_path))
    assert (source.name, source.version, source.list_scenes()) == ("scannet", 1, [SCENE])
    with pytest.raises(DataError, match=r"no source 'scanet', there are .*scannet.*did you mean scannet"):
        open_source("scanet", Storage(tmp_path))


def test_source_pickles(tmp_path: Path) -> None:
    folder = write_tiny_scene(tmp_path)
    TinyScene().write_stream(folder)
    source = ScanNetSource(Storage(tmp_path))
    uri = f"{SCENE}/{SCENE}.sens#frame=1"
    before = source.read_media(uri)
    again = pickle.loads(pickle.dumps(source))
    assert len(pickle.dumps(source)) < 1000
    assert again.read_media(uri) == before


@pytest.mark.parametrize("layout", ["export", "stream"])
def test_bucket(s3_endpoint: str, tmp_path: Path, layout: str) -> None:
    scene, folder = TinyScene(), tmp_path / SCENE
    scene.write_annotated_mesh(folder)
    {"export": scene.write_export, "stream": scene.write_stream}[layout](folder)
    local, bucket = Storage(tmp_path), Storage(f"{s3_endpoint}/{layout}/scans")
    for rel in local.find():
        bucket.write_atomic(rel, local.read_bytes(rel))
    here, there = ScanNetSource(local), ScanNetSource(bucket)
    assert there.list_scenes() == [SCENE]
    assert there.input_digests(SCENE, CachedHasher(bucket)) == here.input_digests(SCENE, CachedHasher(local))
    a, b = here.load(SCENE), there.load(SCENE)
    assert [f.image for f in a.frames] == [f.image for f in b.frames]
    np.testing.assert_array_equal(a.mesh.vertices, b.mesh.vertices)
    np.testing.assert_array_equal(a.frames[3].world_from_camera, b.frames[3].world_from_camera)
    for uri in (a.frames[2].image, a.frames[2].depth):
        assert there.read_media(uri) == here.read_media(uri)


def test_same_files_same_scene(tmp_path: Path) -> None:
    write_tiny_scene(tmp_path)
    a, b = load(tmp_path), load(tmp_path)
    assert hashlib.sha256(pickle.dumps(a)).digest() == hashlib.sha256(pickle.dumps(b)).digest()


def digests(root: Path, cache: Path | None = None) -> dict[str, str]:
    storage = Storage(root)
    hasher = CachedHasher(storage, cache)
    found = ScanNetSource(storage).input_digests(SCENE, hasher)
    hasher.save()
    return found


@pytest.mark.parametrize("layout", ["export", "flat", "stream"])
def test_digests_follow_what_they_name(tmp_path: Path, layout: str) -> None:
    scene, folder, cache = TinyScene(), tmp_path / "scans" / SCENE, tmp_path / "digests.sqlite"
    scene.write_annotated_mesh(folder)
    {"export": scene.write_export, "flat": scene.write_flat_export, "stream": scene.write_stream}[layout](folder)
    before = digests(tmp_path / "scans", cache)
    assert len(before) <= 12 and digests(tmp_path / "scans", cache) == before

    def changed() -> set[str]:
        after = digests(tmp_path / "scans", cache)
        assert after == digests(tmp_path / "scans")  # with a cache and without
        return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

    def edit(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    edits = {
        "mesh": folder / f"{SCENE}_vh_clean_2.ply",
        "segments": folder / f"{SCENE}_vh_clean_2.0.010000.segs.json",
        "aggregation": folder / f"{SCENE}.aggregation.json",
        "meta": folder / f"{SCENE}.txt",
    }
    if layout == "export":
        edits |= {"poses": folder / "pose/10.txt", "intrinsics": folder / "intrinsic/intrinsic_color.txt"}
    if layout == "flat":
        edits |= {"poses": folder / "frame-000010.pose.txt", "intrinsics": folder / "_info.txt"}
    for name, path in edits.items():
        original = path.read_bytes()
        edit(path)
        assert changed() == {name}
        path.write_bytes(original)
        assert changed() == set()
    if layout == "stream":
        stream = folder / f"{SCENE}.sens"
        original = stream.read_bytes()
        edit_at = bytearray(original)
        edit_at[304 + 15 + 3] ^= 1  # the first pose
        stream.write_bytes(edit_at)
        assert changed() == {"stream"}
        stream.write_bytes(original[:350])
        assert changed() == {"stream"}
        stream.unlink()
        assert changed() == {"stream"}
    if layout == "export":
        image = folder / "color/10.jpg"
        edit(image)  # the same size: bulk media count by path and size
        assert changed() == set()
        image.write_bytes(b"longer" * 10_000)
        assert changed() == {"color"}
        shutil.rmtree(folder / "pose")
        assert changed() == {"color", "poses"}


def test_digests_of_labels_and_split(tmp_path: Path) -> None:
    root = tmp_path / "scans"
    write_tiny_scene(root)
    before = digests(root)
    (tmp_path / "scannetv2_val.txt").write_text(SCENE)
    assert digests(root) == {**before, "split": "val"}
    table = tmp_path / "scannetv2-labels.combined.tsv"
    table.write_text("raw_category\tcategory\tnyu40id\tcount\ntable\tdesk\t7\t3\n")
    mapped = digests(root)
    assert mapped["labels"] != before["labels"]
    table.write_text("count\tnyu40id\tcategory\traw_category\n99\t7\tdesk\ttable\n")
    assert digests(root) == mapped  # says the same
    table.write_text("nothing\n")
    assert digests(root)["labels"] == "unreadable"
    with pytest.raises(DataError, match="raw_category"):
        load(root)


def test_digests_do_not_depend_on_the_place(tmp_path: Path) -> None:
    write_tiny_scene(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "elsewhere" / "copy")
    assert digests(tmp_path / "here") == digests(tmp_path / "elsewhere" / "copy")
