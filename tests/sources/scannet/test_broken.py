"""Broken scenes: a clear refusal, never another exception; a fault in one frame costs that frame only."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.scannet.source import ScanNetSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.scannet.broken_scenes import FAULTS
from tests.sources.scannet.tiny_scannet import FRAMES, SCENE, TinyScene, write_tiny_scene


@pytest.fixture(scope="module")
def good_scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_tiny_scene(tmp_path_factory.mktemp("good"))
    assert len(ScanNetSource(Storage(folder.parent)).load(SCENE).frames) == len(FRAMES)
    return folder


@pytest.fixture
def scene_folder(good_scene: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good_scene, tmp_path / "scans" / SCENE))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_refused_with_reason_and_advice(scene_folder: Path, name: str) -> None:
    storage = Storage(scene_folder.parent)
    before = ScanNetSource(storage).input_digests(SCENE, CachedHasher(storage))
    FAULTS[name].apply(scene_folder)
    source = ScanNetSource(storage)
    assert source.list_scenes() == [SCENE]
    with pytest.raises(DataError) as caught:
        source.load(SCENE)
    message = str(caught.value)
    for word in FAULTS[name].expected(SCENE):
        assert word in message
    assert str(scene_folder) not in message
    assert source.input_digests(SCENE, CachedHasher(storage)) != before


def test_there_are_many_faults() -> None:
    assert len(FAULTS) >= 20


@pytest.mark.parametrize("layout", ["export", "flat", "stream"])
def test_any_file_cut_anywhere(tmp_path: Path, layout: str) -> None:
    scene, folder = TinyScene(), tmp_path / SCENE
    scene.write_annotated_mesh(folder)
    {"export": scene.write_export, "flat": scene.write_flat_export, "stream": scene.write_stream}[layout](folder)
    storage = Storage(tmp_path)
    refused = 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for part in np.linspace(0, len(whole) - 1, 25).astype(int):
            path.write_bytes(whole[:part])
            try:
                frames = ScanNetSource(storage).load(SCENE).frames
            except DataError as error:
                assert SCENE in str(error)
                refused += 1
            else:
                assert 0 < len(frames) <= len(FRAMES)
            assert ScanNetSource(storage).input_digests(SCENE, CachedHasher(storage))
        path.write_bytes(whole)
    assert refused > 50


@pytest.mark.parametrize(
    ("path", "data", "reason", "frame"),
    [
        ("pose/2.txt", b"-inf " * 16, "frame: pose not finite", "2"),
        ("pose/2.txt", b"1 0 0", "frame: pose file malformed", "2"),
        ("pose/2.txt", b"", "frame: pose file malformed", "2"),
        ("pose/2.txt", b"\x80\xff\x00", "frame: pose file malformed", "2"),
        ("pose/2.txt", b"2 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1", "frame: pose not rigid", "2"),
        ("pose/2.txt", b"1 0 0 0 0 1 0 0 0 0 1 0 0 0 7 1", "frame: pose not rigid", "2"),
        ("pose/2.txt", None, "frame: no pose", "2"),
        ("color/10.jpg", None, "frame: no colour image", "10"),
        ("color/10.jpg", b"", "frame: colour image empty", "10"),
        ("color/0.jpg", b"no image", "frame: colour image unreadable", "0"),
        ("color/25.jpg", b"no image", "frame: colour image unreadable", "25"),
    ],
)
def test_one_bad_frame_is_counted(scene_folder: Path, path: str, data: bytes | None, reason: str, frame: str) -> None:
    if data is None:
        (scene_folder / path).unlink()
    else:
        (scene_folder / path).write_bytes(data)
    scene = ScanNetSource(Storage(scene_folder.parent)).load(SCENE)
    assert scene.rejected == {reason: 1}
    assert [f.frame_id for f in scene.frames] == [str(n) for n in FRAMES if str(n) != frame]


def test_missing_depth_is_no_fault(scene_folder: Path) -> None:
    (scene_folder / "depth" / "10.png").unlink()
    (scene_folder / "depth" / "25.png").write_bytes(b"")
    scene = ScanNetSource(Storage(scene_folder.parent)).load(SCENE)
    assert [f.depth is None for f in scene.frames] == [False, False, True, True]
    assert scene.rejected == {}
    shutil.rmtree(scene_folder / "depth")
    assert all(f.depth is None for f in ScanNetSource(Storage(scene_folder.parent)).load(SCENE).frames)


def test_stray_and_second_files_are_counted(scene_folder: Path) -> None:
    for name in ("thumbnail.jpg", "000002.jpg", "._10.jpg", "notes.md"):
        (scene_folder / "color" / name).write_bytes((scene_folder / "color" / "2.jpg").read_bytes())
    scene = ScanNetSource(Storage(scene_folder.parent)).load(SCENE)
    assert scene.rejected == {"frame: a file without a number": 1, "frame: a second file of the same number": 1}
    assert len(scene.frames) == len(FRAMES)


def test_unreadable_files_are_refused(scene_folder: Path) -> None:
    mesh = scene_folder / f"{SCENE}_vh_clean_2.ply"
    mesh.unlink()
    mesh.mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        ScanNetSource(Storage(scene_folder.parent)).load(SCENE)


@pytest.mark.parametrize("scene_id", ["scene0001_00", "../secret", "", "scene0000_00/../scene0000_00", "notascene"])
def test_scene_that_is_not_there(scene_folder: Path, scene_id: str) -> None:
    source = ScanNetSource(Storage(scene_folder.parent))
    with pytest.raises(DataError, match="no folder of this name"):
        source.load(scene_id)
    assert set(source.input_digests(scene_id, CachedHasher(Storage(scene_folder.parent))).values()) >= {"missing"}


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        ScanNetSource(Storage(tmp_path / "nope")).list_scenes()
