"""What a house depends on."""

import json
import pickle
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from factory.sources.inputs import MISSING
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.structured3d.reading import boxes_with, content_of, digests, source_of
from tests.sources.structured3d.tiny_house import (
    ARCHIVES,
    SCENE,
    TinyHouse,
    deliver,
    pack,
    png,
    view_folder,
)

CHANGES = {
    "bbox_3d.json": "boxes",
    "annotation_3d.json": "rooms",
    "2D_rendering/9001/perspective/full/2/camera_pose.txt": "cameras",
    "2D_rendering/9001/perspective/full/2/depth.png": "depth",
    "2D_rendering/9001/perspective/full/2/instance.png": "instances",
    "2D_rendering/9001/perspective/full/2/semantic.png": "semantics",
    "2D_rendering/9001/perspective/full/2/rgb_rawlight.png": "color",
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("change", ["content", "removal"])
@pytest.mark.parametrize("delivery", ["folders", "archives"])
def test_what_changes_a_house_changes_its_digest_and_no_other(
    tmp_path: Path, name: str, change: str, delivery: str
) -> None:
    roots = [tmp_path / "before", tmp_path / "after"]
    for root in roots:
        path = TinyHouse().write(root) / name
        if root == roots[1]:
            if change == "removal":
                path.unlink()
            elif delivery == "archives":  # of the same length
                path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
            else:
                path.write_bytes(path.read_bytes() + b" ")
        if delivery == "archives":
            pack(root, root, ARCHIVES)
            shutil.rmtree(root / "Structured3D")
    before, after = map(digests, roots)
    assert {key for key in before if before[key] != after[key]} == {CHANGES[name]}
    assert before == digests(roots[0])


def test_what_is_not_used_changes_no_digest(house: Path) -> None:
    before = digests(house)
    (house / f"Structured3D/{SCENE}/2D_rendering/9001/panorama/full/instance.png").write_bytes(b"other")
    (view_folder(house) / "albedo.png").write_bytes(b"more")
    (house / "readme.txt").write_text("downloaded on Monday")
    assert digests(house) == before


def test_digests_of_houses_that_are_missing_or_broken_do_not_raise(house: Path) -> None:
    assert digests(house, "scene_09999")["boxes"] == MISSING
    assert digests(house, "no scene")["depth"] == MISSING
    (house / "cut.zip").write_bytes(b"PK\x03\x04 and no more")
    assert set(digests(house)) == {"archives", "split"}
    assert digests(house / "none")["boxes"] == MISSING


def test_an_archive_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    root = deliver(TinyHouse(), tmp_path)
    source, hasher = source_of(root), CachedHasher(Storage(root))
    before = source.input_digests(SCENE, hasher), source.list_scenes()
    with zipfile.ZipFile(root / "Structured3D_bbox.zip", "w") as archive:
        archive.writestr(f"Structured3D/{SCENE}/bbox_3d.json", json.dumps(boxes_with(0)))
    with zipfile.ZipFile(root / "Structured3D_perspective_full_00.zip", "a") as archive:
        archive.writestr(
            "Structured3D/scene_00200/2D_rendering/1/perspective/full/0/depth.png", png(np.eye(3, dtype=np.uint16))
        )
    assert source.input_digests(SCENE, hasher)["boxes"] != before[0]["boxes"]
    assert source.list_scenes() == [SCENE, "scene_00200"]
    assert [o.object_id for o in source.load(SCENE).objects] == [0]


def test_many_threads_ask_for_digests(tmp_path: Path) -> None:
    for number in range(8):
        TinyHouse().write(tmp_path, f"scene_{number:05d}")
    pack(tmp_path, tmp_path, ARCHIVES)
    source, hasher = source_of(tmp_path), CachedHasher(Storage(tmp_path))
    wanted = source.list_scenes() * 4
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda scene_id: source.input_digests(scene_id, hasher), wanted))
    assert found == [digests(tmp_path, scene_id) for scene_id in wanted]


def test_sources_pickle(tmp_path: Path) -> None:
    source = source_of(deliver(TinyHouse(), tmp_path))
    size = len(pickle.dumps(source))
    scene = source.load(SCENE)
    assert len(pickle.dumps(source)) == size
    assert content_of(pickle.loads(pickle.dumps(source)).load(SCENE)) == content_of(scene)
