"""Broken scenes: a clear refusal, never another exception."""

from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.rgbd.source import RGBDSource
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage
from tests.sources.rgbd.broken_scenes import FAULTS
from tests.sources.rgbd.tiny_rgbd import CAMERAS, WRITERS


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_refused_with_reason_and_advice(tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    folder = WRITERS[fault.layout](tmp_path / "room")
    storage = Storage(tmp_path)
    assert len(RGBDSource(storage).load("room").frames) == len(CAMERAS)
    before = RGBDSource(storage).input_digests("room", CachedHasher(storage))
    fault.apply(folder)
    source = RGBDSource(storage)
    assert source.list_scenes() == ["room"]
    with pytest.raises(DataError) as caught:
        source.load("room")
    for words in fault.words:
        assert words in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert source.input_digests("room", CachedHasher(storage)) != before


@pytest.mark.parametrize("layout", WRITERS)
def test_any_file_cut_anywhere(tmp_path: Path, layout: str) -> None:
    folder = WRITERS[layout](tmp_path / "room")
    (folder / "scene.json").write_text('{"up": "z", "depth_scale": 1000}')
    storage = Storage(tmp_path)
    refused = 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for part in np.linspace(0, len(whole) - 1, 12).astype(int):
            path.write_bytes(whole[:part])
            source = RGBDSource(storage)
            try:
                frames = source.load("room").frames
            except DataError as error:
                assert "room" in str(error)
                refused += 1
            else:
                assert 0 < len(frames) <= len(CAMERAS)
            assert source.input_digests("room", CachedHasher(storage)) and source.room_of("room")
        path.write_bytes(whole)
    assert refused > 15


@pytest.mark.parametrize("layout", WRITERS)
def test_depth_cut_off_is_refused_when_it_is_read(tmp_path: Path, layout: str) -> None:
    WRITERS[layout](tmp_path / "room")
    source = RGBDSource(Storage(tmp_path))
    uri = source.load("room").frames[1].depth
    path = tmp_path / uri.partition("#")[0]
    path.write_bytes(path.read_bytes()[:80])
    with pytest.raises(DataError, match="room/"):
        source.read_media(uri)
