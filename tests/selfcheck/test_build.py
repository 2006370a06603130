"""A build puts scenes that do not fit into quarantine, and takes them in when they are mended."""

import shutil
from pathlib import Path

import numpy as np

from factory.store.lake import Lake
from factory.store.storage import Storage
from tests.building import build, config_for
from tests.selfcheck.conftest import SCENE


def test_a_slipped_scene_is_quarantined_until_it_is_mended(scan_root: Path, tmp_path: Path) -> None:
    scans = shutil.copytree(scan_root, tmp_path / "scans")
    poses = scans / SCENE / "pose"
    kept = {path.name: path.read_bytes() for path in poses.iterdir()}
    for path in poses.iterdir():
        matrix = np.loadtxt(path)
        if np.isfinite(matrix).all():
            np.savetxt(path, matrix @ np.diag([1, -1, -1, 1]), fmt="%f")
    config = config_for(scans, tmp_path / "lake", quotas={})
    (result,) = build(config)
    assert (result.status, result.stage, result.error) == ("quarantined", "records", "DataError")
    assert "the camera axes look like OpenGL's" in result.message and "off the mesh" in result.message
    lake = Lake(Storage(tmp_path / "lake"))
    assert lake.partitions("views") == []
    for name, data in kept.items():
        (poses / name).write_bytes(data)
    assert [one.status for one in build(config)] == ["built", "built"]
    assert lake.partitions("quarantine") == []
    assert build(config) == []
