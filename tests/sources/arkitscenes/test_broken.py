"""Broken captures: a clear refusal, never another exception; a fault in one frame costs that frame only."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.arkitscenes.source import ARKitScenesSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.arkitscenes.broken_captures import FAULTS
from tests.sources.arkitscenes.tiny_capture import POSED, VIDEO, load, write_tiny_capture


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_tiny_capture(tmp_path_factory.mktemp("good"))
    assert len(load(folder.parent).frames) == len(POSED)
    return folder


@pytest.fixture
def capture(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "captures" / VIDEO))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_refused_with_reason_and_advice(capture: Path, name: str) -> None:
    storage = Storage(capture.parent)
    before = ARKitScenesSource(storage).input_digests(VIDEO, CachedHasher(storage))
    FAULTS[name].apply(capture)
    source = ARKitScenesSource(storage)
    assert source.list_scenes() == [VIDEO]
    with pytest.raises(DataError) as caught:
        source.load(VIDEO)
    message = str(caught.value)
    for word in FAULTS[name].expected(VIDEO):
        assert word.format(video=VIDEO) in message
    assert str(capture) not in message
    assert source.input_digests(VIDEO, CachedHasher(storage)) != before


def test_there_are_many_faults() -> None:
    assert len(FAULTS) >= 20


def test_any_file_cut_anywhere(capture: Path) -> None:
    storage = Storage(capture.parent)
    kinds = sorted({path.parent for path in capture.rglob("*") if path.is_file()})
    refused = 0
    for path in [path for folder in kinds for path in sorted(p for p in folder.iterdir() if p.is_file())[:3]]:
        whole = path.read_bytes()
        for part in np.linspace(0, len(whole) - 1, 6).astype(int):
            path.write_bytes(whole[:part])
            try:
                frames = load(capture.parent).frames
            except DataError as error:
                assert VIDEO in str(error)
                refused += 1
            else:
                assert 0 < len(frames) <= len(POSED)
            assert ARKitScenesSource(storage).input_digests(VIDEO, CachedHasher(storage))
        path.write_bytes(whole)
    assert refused >= 10
    assert len(load(capture.parent).frames) == len(POSED)


def test_a_capture_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "41000000").mkdir()
    storage = Storage(tmp_path)
    source = ARKitScenesSource(storage)
    assert source.list_scenes() == ["41000000"]  # broken, not absent
    for video in ("41000000", "41000001", "../41000000", "metadata.csv"):
        with pytest.raises(DataError, match="download"):
            source.load(video)
        digests = source.input_digests(video, CachedHasher(storage))
        assert digests["mesh"] == digests["poses"] == digests["images"] == "missing"
    with pytest.raises(DataError, match="no such folder"):
        ARKitScenesSource(Storage(tmp_path / "nowhere")).list_scenes()


def test_one_bad_image_costs_one_frame(capture: Path) -> None:
    images = capture / f"{VIDEO}_frames" / "lowres_wide"
    sorted(images.iterdir())[0].write_bytes(b"no image")
    scene = load(capture.parent)
    assert [frame.index for frame in scene.frames] == [6, 12, 18]
    assert scene.rejected["frame: colour image unreadable"] == 1


def test_media_that_are_not_there(capture: Path) -> None:
    source = ARKitScenesSource(Storage(capture.parent))
    image = load(capture.parent).frames[0].image
    for uri, words in (
        (f"{image}#rotate=45", "expected an image"),
        (image.replace(".png", ".txt"), "expected an image"),
        (image.replace("lowres_wide", "lowres_tall"), "no such file"),
        (f"{VIDEO}/{VIDEO}_3dod_mesh.png#rotate=90", "no such file"),
    ):
        with pytest.raises(DataError, match=words):
            source.read_media(uri)
    (capture.parent / image).write_bytes(b"no image")
    with pytest.raises(DataError, match="expected an image"):
        source.read_media(f"{image}#rotate=90")
