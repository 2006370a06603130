"""Fronts survive the way through files, in the frame of everything else."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.procedural.scene import build_scene
from factory.sources.registry import open_source
from factory.store.hashing import CachedHasher
from factory.store.storage import Storage


def test_fronts_are_those_that_the_scene_was_made_with(procedural_scans: Path) -> None:
    scene = build_scene(1, faces=30_000, frame_count=40, width=320, height=240, rooms=3)
    true = {thing.object_id: thing for thing in scene.objects}
    source = pickle.loads(pickle.dumps(open_source("procedural", Storage(procedural_scans))))
    loaded = source.load("scene0000_00")
    assert loaded.source == "procedural"
    with_front = [one for one in loaded.objects if one.front is not None]
    assert len(with_front) > 10
    for one in loaded.objects:
        front = true[one.object_id].front
        assert one.label and (one.front is None) == (front is None)
        if front is not None:
            np.testing.assert_allclose(one.front, front, atol=1e-5)


def test_the_file_of_fronts_counts_as_input_and_is_missed(procedural_scans: Path, tmp_path: Path) -> None:
    shutil.copytree(procedural_scans / "scene0000_00", tmp_path / "scene0000_00")
    source, path = open_source("procedural", Storage(tmp_path)), tmp_path / "scene0000_00/scene0000_00_fronts.json"

    def digest() -> dict[str, str]:
        return source.input_digests("scene0000_00", CachedHasher(Storage(tmp_path)))

    before = digest()
    path.write_text(json.dumps({"1": "north"}))
    assert {name for name, value in digest().items() if before[name] != value} == {"fronts"}
    with pytest.raises(DataError, match="unit vectors by object id"):
        source.load("scene0000_00")
    path.unlink()
    assert digest()["fronts"] == "missing"
    with pytest.raises(DataError, match="no such file"):
        source.load("scene0000_00")
