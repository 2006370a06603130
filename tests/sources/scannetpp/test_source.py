"""The sources as parts of the factory: scenes, splits, digests of inputs, buckets, pickling."""

import hashlib
import json
import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.scannetpp.release import NEW, OLD, load

SOURCES = ["scannetpp", "scannetpp_dslr"]


def digests(root: Path, source: str, scene_id: str = NEW) -> dict[str, str]:
    storage = Storage(root)
    return open_source(source, storage).input_digests(scene_id, CachedHasher(storage))


@pytest.mark.parametrize("source", SOURCES)
def test_the_mesh_is_the_scenes_world(release: Path, source: str) -> None:
    scene = load(release, NEW, source)
    assert (scene.source, scene.scene_id, scene.axis_aligned) == (source, NEW, False)
    assert np.abs(scene.mesh.vertices.min(axis=0)).max() < 1e-5  # no coordinate is negative
    assert scene.mesh.vertices.dtype == np.float32 and scene.mesh.faces.dtype == np.int32


def test_scenes_are_found(release: Path, scene_copy: Path, tmp_path: Path) -> None:
    assert open_source("scannetpp", Storage(release)).list_scenes() == sorted([NEW, OLD])
    assert open_source("scannetpp", Storage(release / "data")).list_scenes() == sorted([NEW, OLD])
    for name in ("ffffffffff", "data/eeeeeeeeee"):
        (scene_copy.parent / name).mkdir(parents=True)  # broken, but scenes
    for name in ("splits", "0a1b2c3d4", "0A1B2C3D4E", "0a1b2c3d4e5", "xxxxxxxxxx"):
        (scene_copy.parent / name).mkdir()
    (scene_copy.parent / "aaaaaaaaaa").write_text("a file")
    source = open_source("scannetpp", Storage(scene_copy.parent))
    assert source.list_scenes() == sorted([NEW, "ffffffffff", "eeeeeeeeee"])
    assert source.load(NEW).frames[0].image == f"{NEW}/iphone/rgb/frame_000000.jpg"
    assert source.room_of(NEW) == NEW and source.room_of("nothing") == "nothing"
    with pytest.raises(DataError, match="no such folder"):
        open_source("scannetpp", Storage(tmp_path / "nope")).list_scenes()


@pytest.mark.parametrize("scene_id", ["1111111111", "../secret", "", f"{NEW}/../{NEW}", "data"])
def test_scene_that_is_not_there(release: Path, scene_id: str) -> None:
    for name in SOURCES:
        source = open_source(name, Storage(release))
        with pytest.raises(DataError, match="no folder of this name"):
            source.load(scene_id)
        assert set(source.input_digests(scene_id, CachedHasher(Storage(release))).values()) == {"missing", "train"}


@pytest.mark.parametrize("below", [True, False])
def test_split_lists_in_the_root_or_beside_it(release: Path, scene_copy: Path, below: bool) -> None:
    assert [load(release, scene_id).split for scene_id in (NEW, OLD)] == ["train", "val"]
    assert load(release / "data", OLD).split == "val"
    root = scene_copy.parent
    lists = (root if below else root.parent) / "splits"
    lists.mkdir()
    assert load(root).split == "train"
    for name, split in (("nvs_sem_train", "train"), ("nvs_sem_val", "val"), ("nvs_test", "test")):
        (lists / f"{name}.txt").write_bytes(b"1111111111\r\n" + NEW.encode() + b"\r\n")
        assert load(root).split == split  # held out farthest wins
        assert digests(root, "scannetpp")["split"] == split
    for name in ("nvs_sem_train", "nvs_sem_val", "nvs_test"):
        (lists / f"{name}.txt").unlink()
    (lists / "sem_test.txt").write_text(f"{NEW}\n")
    assert load(root).split == "test"


@pytest.mark.parametrize("source", SOURCES)
def test_pickles(release: Path, source: str) -> None:
    first = open_source(source, Storage(release))
    uri = first.load(OLD).frames[1].image
    before = first.read_media(uri)
    data = pickle.dumps(first)
    assert len(data) < 1000
    again = pickle.loads(data)
    assert type(again) is type(first) and again.read_media(uri) == before


@pytest.mark.parametrize("source", SOURCES)
def test_same_files_same_scene(release: Path, source: str) -> None:
    a, b = load(release, NEW, source), load(release, NEW, source)
    assert hashlib.sha256(pickle.dumps(a)).digest() == hashlib.sha256(pickle.dumps(b)).digest()


def test_bucket(release: Path, s3_endpoint: str) -> None:
    local, bucket = Storage(release), Storage(f"{s3_endpoint}/release")
    for rel in local.find():
        if "anon_masks" not in rel:
            bucket.write_atomic(rel, local.read_bytes(rel))
    for name in SOURCES:
        here, there = open_source(name, local), open_source(name, bucket)
        assert there.list_scenes() == here.list_scenes() == sorted([NEW, OLD])
        for scene_id in (NEW, OLD):
            assert there.input_digests(scene_id, CachedHasher(bucket)) == here.input_digests(
                scene_id, CachedHasher(local)
            )
            a, b = here.load(scene_id), there.load(scene_id)
            assert pickle.dumps(a) == pickle.dumps(b)
            for uri in (a.frames[2].image, a.frames[2].depth):
                assert uri is None or there.read_media(uri) == here.read_media(uri)


EDITS = {
    "scannetpp": {
        "mesh": "scans/mesh_aligned_0.05.ply",
        "segments": "scans/segments.json",
        "annotation": "scans/segments_anno.json",
        "cameras": "iphone/colmap/cameras.txt",
        "poses": "iphone/colmap/images.txt",
        "transforms": "iphone/nerfstudio/transforms.json",
    },
    "scannetpp_dslr": {
        "mesh": "scans/mesh_aligned_0.05.ply",
        "cameras": "dslr/colmap/cameras.txt",
        "poses": "dslr/colmap/images.txt",
        "transforms": "dslr/nerfstudio/transforms.json",
        "transforms_undistorted": "dslr/nerfstudio/transforms_undistorted.json",
        "lists": "dslr/train_test_lists.json",
    },
}
BULK = {
    "scannetpp": {"color": "iphone/rgb/frame_000010.jpg", "depth": "iphone/depth/frame_000010.png"},
    "scannetpp_dslr": {"color": "dslr/resized_undistorted_images/DSC01483.JPG"},
}


@pytest.mark.parametrize("source", SOURCES)
def test_digests_follow_what_they_name(scene_copy: Path, source: str) -> None:
    root = scene_copy.parent
    before = digests(root, source)
    assert len(before) <= 12 and digests(root, source) == before

    def changed() -> set[str]:
        after = digests(root, source)
        assert after.keys() == before.keys()
        return {name for name in before if before[name] != after[name]}

    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    for name, rel in EDITS[source].items():
        path = scene_copy / rel
        original = path.read_bytes()
        flip(path)
        assert changed() == {name}
        path.unlink()
        assert changed() >= {name}
        path.write_bytes(original)
        assert changed() == set()
    for name, rel in BULK[source].items():
        path = scene_copy / rel
        original = path.read_bytes()
        flip(path)  # the same size
        assert changed() == set()
        path.write_bytes(original + b"more")
        assert changed() == {name}
        path.unlink()
        assert changed() == {name}
        path.write_bytes(original)
    other = {"scannetpp": "dslr", "scannetpp_dslr": "iphone"}[source]
    shutil.rmtree(scene_copy / other)
    assert changed() == set()  # the other camera does not count


def test_digests_of_containers_and_tracked_cameras(old_copy: Path) -> None:
    root = old_copy.parent
    before = digests(root, "scannetpp", OLD)
    (old_copy / "iphone" / "pose_intrinsic_imu.json").write_text("{}")
    assert digests(root, "scannetpp", OLD) == before  # is not read where COLMAP's cameras are
    for name, file in (("color", "rgb.mkv"), ("depth", "depth.bin")):
        path = old_copy / "iphone" / file
        path.write_bytes(path.read_bytes() + b"x")
        after = digests(root, "scannetpp", OLD)
        assert {key for key in before if before[key] != after[key]} == {name}
        before = after
    shutil.rmtree(old_copy / "iphone" / "colmap")
    without = digests(root, "scannetpp", OLD)
    assert {key for key in before if before[key] != without[key]} == {"cameras", "poses", "tracked"}
    (old_copy / "iphone" / "pose_intrinsic_imu.json").write_text(" {}")
    assert digests(root, "scannetpp", OLD)["tracked"] != without["tracked"]


def test_digests_do_not_depend_on_the_place(release: Path, scene_copy: Path, tmp_path: Path) -> None:
    shutil.copytree(scene_copy, tmp_path / "elsewhere" / NEW)
    for source in SOURCES:
        assert digests(scene_copy.parent, source) == digests(tmp_path / "elsewhere", source)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        (f"data/{NEW}/iphone/rgb/frame_999999.jpg", "no such file"),
        (f"data/{OLD}/iphone/rgb.mkv#frame=5000", "ends before frame 5000"),
        (f"data/{OLD}/iphone/depth.bin#frame=5000", "no frame 5000 among 120"),
        (f"data/{NEW}/iphone/rgb.mkv#frame=1", "no such file"),
        (f"data/{NEW}/iphone/exif.json", "expected an image"),
        (f"data/{NEW}/scans/segments.json", "expected an image"),
        ("nothing", "expected an image"),
        (f"data/{NEW}/iphone/rgb/frame_000000.jpg#turn", "expected an image"),
    ],
)
def test_media_that_are_not_there(release: Path, uri: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        open_source("scannetpp", Storage(release)).read_media(uri)


def test_changed_containers_are_opened_anew(old_copy: Path) -> None:
    source = open_source("scannetpp", Storage(old_copy.parent))
    uris = (f"{OLD}/iphone/rgb.mkv#frame=90", f"{OLD}/iphone/depth.bin#frame=90")
    for uri in uris:
        source.read_media(uri)
    for name in ("rgb.mkv", "depth.bin"):
        (old_copy / "iphone" / name).write_bytes(b"broken")
    for uri in uris:
        with pytest.raises(DataError, match="download the file again"):
            source.read_media(uri)


def test_listing_and_digesting_load_neither_decoder_nor_renderer(release: Path) -> None:
    import subprocess

    code = (
        "import sys; from factory.sources.registry import open_source; from factory.store.storage import Storage;"
        "from factory.store.hashing import CachedHasher; s = Storage(sys.argv[1]);"
        "source = open_source('scannetpp', s); ids = source.list_scenes();"
        "source.input_digests(ids[0], CachedHasher(s));"
        "print([m for m in ('cv2', 'open3d', 'pyrender') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code, str(release)], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout.replace("'", '"')) == []
