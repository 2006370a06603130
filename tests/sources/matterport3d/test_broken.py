"""Broken houses: a clear refusal, never another exception; a fault in one image costs that image only."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.matterport3d.source import Matterport3DSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.matterport3d.broken_scenes import FAULTS
from tests.sources.matterport3d.conftest import SCAN, WrittenHome


@pytest.fixture
def root(home: WrittenHome, tmp_path: Path) -> Path:
    """A root with the scan alone, to change."""
    shutil.copytree(home.folder, tmp_path / "scans" / SCAN)
    return tmp_path / "scans"


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_refused_with_reason_and_advice(root: Path, name: str) -> None:
    storage = Storage(root)
    before = Matterport3DSource(storage).input_digests(SCAN, CachedHasher(storage))
    FAULTS[name].apply(root / SCAN)
    source = Matterport3DSource(storage)
    assert source.list_scenes() == [SCAN]
    with pytest.raises(DataError) as caught:
        source.load(SCAN)
    message = str(caught.value)
    for word in FAULTS[name].expected(SCAN):
        assert word in message
    assert str(root) not in message
    assert source.input_digests(SCAN, CachedHasher(storage)) != before


def test_any_file_cut_anywhere(root: Path) -> None:
    storage = Storage(root)
    refused = 0
    images = sorted((root / SCAN / "undistorted_color_images").iterdir())
    paths = [*(root / SCAN / "house_segmentations").iterdir(), *(root / SCAN).glob("*parameters/*"), images[0]]
    for path in paths:
        whole = path.read_bytes()
        for part in np.linspace(0, len(whole) - 1, 9).astype(int):
            path.write_bytes(whole[:part])
            try:
                scene = Matterport3DSource(storage).load(SCAN)
            except DataError as error:
                assert SCAN in str(error)
                refused += 1
            else:
                assert 0 < len(scene.frames) <= 54 and scene.objects
            assert Matterport3DSource(storage).input_digests(SCAN, CachedHasher(storage))
        path.write_bytes(whole)
    assert refused > 15


@pytest.mark.parametrize(
    ("data", "reason"), [(b"no image", "frame: colour image unreadable"), (b"", "frame: colour image empty")]
)
def test_one_bad_image_is_counted(root: Path, data: bytes, reason: str) -> None:
    first = Matterport3DSource(Storage(root)).load(SCAN).frames[0]
    (root / first.image).write_bytes(data)
    scene = Matterport3DSource(Storage(root)).load(SCAN)
    assert len(scene.frames) == 53 and scene.rejected == {reason: 1}


def test_unreadable_files_are_refused(root: Path) -> None:
    mesh = root / SCAN / "house_segmentations" / f"{SCAN}.ply"
    mesh.unlink()
    mesh.symlink_to(mesh.parent)  # a folder of that name
    with pytest.raises(DataError, match="download house_segmentations"):
        Matterport3DSource(Storage(root)).load(SCAN)


@pytest.mark.parametrize("scene_id", ["1LXtFkjw3qL", "../secret", "", f"{SCAN}/../{SCAN}", "notascene"])
def test_scene_that_is_not_there(root: Path, scene_id: str) -> None:
    source = Matterport3DSource(Storage(root))
    with pytest.raises(DataError, match="no folder of this name"):
        source.load(scene_id)
    assert set(source.input_digests(scene_id, CachedHasher(Storage(root))).values()) >= {"missing"}
    assert source.room_of(scene_id) == scene_id


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        Matterport3DSource(Storage(tmp_path / "nope")).list_scenes()
