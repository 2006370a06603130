"""Broken scenes: a clear refusal, never another exception."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.scannetpp.broken_scenes import FAULTS
from tests.sources.scannetpp.release import NEW, OLD


@pytest.fixture
def scene_folder(scene_copy: Path) -> Path:
    shutil.rmtree(scene_copy / "dslr" / "resized_undistorted_images")
    return scene_copy


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_refused_with_reason_and_advice(scene_folder: Path, name: str) -> None:
    storage = Storage(scene_folder.parent)
    fault = FAULTS[name]
    before = open_source(fault.source, storage).input_digests(NEW, CachedHasher(storage))
    fault.apply(scene_folder)
    source = open_source(fault.source, storage)
    assert source.list_scenes() == [NEW]
    with pytest.raises(DataError) as caught:
        source.load(NEW)
    message = str(caught.value)
    for word in fault.words:
        assert word in message
    assert str(scene_folder) not in message
    assert source.input_digests(NEW, CachedHasher(storage)) != before


def test_there_are_many_faults() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("scene_id", [NEW, OLD])
def test_any_file_cut_anywhere(release: Path, tmp_path: Path, scene_id: str) -> None:
    """All but images, of which those that are looked at are counted (below)."""
    scene = Path(shutil.copytree(release / "data" / scene_id, tmp_path / "scenes" / scene_id))
    storage, refused = Storage(scene.parent), 0
    images = (".jpg", ".JPG", ".png")
    for path in sorted(path for path in scene.rglob("*") if path.is_file() and path.suffix not in images):
        whole = path.read_bytes()
        for part in np.linspace(0, max(len(whole) - 1, 0), 4).astype(int):
            path.write_bytes(whole[:part])
            for name in ("scannetpp", "scannetpp_dslr"):
                source = open_source(name, storage)
                try:
                    frames = source.load(scene_id).frames
                except DataError as error:
                    assert scene_id in str(error)
                    refused += 1
                else:
                    assert 0 < len(frames) <= 12
                assert source.input_digests(scene_id, CachedHasher(storage))
        path.write_bytes(whole)
    assert refused > 20


@pytest.mark.parametrize(
    ("rel", "data", "reason"),
    [
        ("iphone/rgb/frame_000010.jpg", None, "frame: no colour image"),
        ("iphone/rgb/frame_000010.jpg", b"", "frame: colour image empty"),
        ("iphone/rgb/frame_000000.jpg", b"no image", "frame: colour image unreadable"),
        ("dslr/resized_images/DSC01483.JPG", None, "frame: no colour image"),
        ("dslr/resized_images/DSC01483.JPG", b"", "frame: colour image empty"),
        ("dslr/resized_images/DSC01482.JPG", b"no image", "frame: colour image unreadable"),
    ],
)
def test_one_bad_frame_is_counted(scene_folder: Path, rel: str, data: bytes | None, reason: str) -> None:
    source = open_source("scannetpp" if rel.startswith("iphone") else "scannetpp_dslr", Storage(scene_folder.parent))
    before = source.load(NEW)
    if data is None:
        (scene_folder / rel).unlink()
    else:
        (scene_folder / rel).write_bytes(data)
    after = source.load(NEW)
    assert after.rejected == {**before.rejected, reason: 1}
    assert [f.frame_id for f in after.frames] == [f.frame_id for f in before.frames if f.frame_id != Path(rel).stem]


def test_damaged_images_are_refused_when_they_are_read(scene_folder: Path) -> None:
    source = open_source("scannetpp_dslr", Storage(scene_folder.parent))
    uri = source.load(NEW).frames[1].image
    (scene_folder.parent / uri.removesuffix("#undistort")).write_bytes(b"\xff\xd8 cut")
    with pytest.raises(DataError, match="expected a colour image"):
        source.read_media(uri)


def test_unreadable_files_are_refused(scene_folder: Path) -> None:
    mesh = scene_folder / "scans" / "mesh_aligned_0.05.ply"
    mesh.unlink()
    mesh.mkdir()
    with pytest.raises(DataError, match=r"mesh_aligned_0\.05\.ply: cannot be read"):
        open_source("scannetpp", Storage(scene_folder.parent)).load(NEW)
