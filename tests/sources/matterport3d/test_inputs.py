"""The source as a part of the factory: digests of its inputs, buckets, pickling."""

import hashlib
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.matterport3d.source import Matterport3DSource
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.matterport3d.conftest import SCAN, WrittenHome

CONTENTS = {
    "mesh": f"house_segmentations/{SCAN}.ply",
    "house": f"house_segmentations/{SCAN}.house",
    "segments": f"house_segmentations/{SCAN}.fsegs.json",
    "groups": f"house_segmentations/{SCAN}.semseg.json",
    "cameras": f"undistorted_camera_parameters/{SCAN}.conf",
}


@pytest.fixture
def packed(packed_home: WrittenHome) -> Path:
    return packed_home.root


def copy(home: WrittenHome, packed: Path, tmp_path: Path, layout: str) -> Path:
    return Path(shutil.copytree(home.root if layout == "folders" else packed, tmp_path / "scans"))


def digests(root: Path, cache: Path | None = None) -> dict[str, str]:
    storage = Storage(root)
    hasher = CachedHasher(storage, cache)
    found = Matterport3DSource(storage).input_digests(SCAN, hasher)
    hasher.save()
    return found


def edit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_registry(home: WrittenHome) -> None:
    source = open_source("matterport3d", Storage(home.root))
    assert (source.name, source.version, source.list_scenes()) == ("matterport3d", 1, [SCAN])


@pytest.mark.parametrize("layout", ["folders", "zips"])
def test_source_pickles(home: WrittenHome, packed: Path, layout: str) -> None:
    source = Matterport3DSource(Storage(home.root if layout == "folders" else packed))
    frame = source.load(SCAN).frames[7]
    again = pickle.loads(pickle.dumps(source))
    assert len(pickle.dumps(source)) < 1000
    assert again.read_media(frame.image) == source.read_media(frame.image)
    assert again.read_media(frame.depth) == source.read_media(frame.depth)


@pytest.mark.parametrize("layout", ["folders", "zips"])
def test_bucket(home: WrittenHome, packed: Path, s3_endpoint: str, layout: str) -> None:
    local = Storage(home.root if layout == "folders" else packed)
    bucket = Storage(f"{s3_endpoint}/{layout}/scans")
    for rel in local.find():
        bucket.write_atomic(rel, local.read_bytes(rel))
    here, there = Matterport3DSource(local), Matterport3DSource(bucket)
    assert there.list_scenes() == [SCAN]
    assert there.input_digests(SCAN, CachedHasher(bucket)) == here.input_digests(SCAN, CachedHasher(local))
    a, b = here.load(SCAN), there.load(SCAN)
    assert [(f.image, f.depth) for f in a.frames] == [(f.image, f.depth) for f in b.frames]
    np.testing.assert_array_equal(a.mesh.face_object, b.mesh.face_object)
    np.testing.assert_array_equal(a.frames[3].world_from_camera, b.frames[3].world_from_camera)
    for uri in (a.frames[2].image, a.frames[2].depth):
        assert there.read_media(uri) == here.read_media(uri)


def test_same_files_same_scene(home: WrittenHome) -> None:
    a, b = (pickle.dumps(Matterport3DSource(Storage(home.root)).load(SCAN)) for _ in range(2))
    assert hashlib.sha256(a).digest() == hashlib.sha256(b).digest()


def test_digests_follow_what_they_name(home: WrittenHome, packed: Path, tmp_path: Path) -> None:
    root, cache = copy(home, packed, tmp_path, "folders"), tmp_path / "digests.sqlite"
    before = digests(root, cache)
    assert digests(root, cache) == before and set(before) == {*CONTENTS, "color", "depth", "labels", "split"}

    def changed() -> set[str]:
        after = digests(root, cache)
        assert after == digests(root)  # with a cache and without
        return {name for name in before if before[name] != after[name]}

    for name, rel in CONTENTS.items():
        path = root / SCAN / rel
        original = path.read_bytes()
        edit(path)
        assert changed() == {name}
        path.unlink()
        assert changed() == {name} and digests(root)[name] == "missing"
        path.write_bytes(original)
        assert changed() == set()
    image = next((root / SCAN / "undistorted_color_images").iterdir())
    edit(image)  # the same size: bulk media count by path and size
    assert changed() == set()
    image.write_bytes(b"longer" * 10_000)
    assert changed() == {"color"}
    next((root / SCAN / "undistorted_depth_images").iterdir()).unlink()
    assert changed() == {"color", "depth"}


def test_digests_of_what_is_in_zips(home: WrittenHome, packed: Path, tmp_path: Path) -> None:
    root = copy(home, packed, tmp_path, "zips")
    before = digests(root)
    assert "missing" not in {before[name] for name in CONTENTS}
    archive = root / SCAN / "house_segmentations.zip"
    archive.write_bytes(archive.read_bytes()[:1000])
    after = digests(root)
    assert {name for name in before if before[name] != after[name]} == {"mesh", "house", "segments", "groups"}
    assert after["mesh"] == "unreadable"


def test_digests_of_labels_and_split(home: WrittenHome, packed: Path, tmp_path: Path) -> None:
    root = copy(home, packed, tmp_path, "zips")
    before = digests(root)
    (root / "scenes_val.txt").write_text(f"{SCAN}\n")
    assert digests(root) == {**before, "split": "val"}
    (tmp_path / "scenes_test.txt").write_text(f"{SCAN}\n")  # beside the root
    assert digests(root)["split"] == "test"
    table = root / "category_mapping.tsv"
    shutil.copy(home.root / "category_mapping.tsv", table)
    assert digests(root)["labels"] not in (before["labels"], "unreadable")
    table.write_text("nothing\n")
    assert digests(root)["labels"] == "unreadable"
    with pytest.raises(DataError, match="raw_category"):
        Matterport3DSource(Storage(root)).load(SCAN)


def test_digests_do_not_depend_on_the_place(home: WrittenHome, packed: Path, tmp_path: Path) -> None:
    assert digests(copy(home, packed, tmp_path, "zips")) == digests(packed)
