"""The bytes on disk are those of a scan in the ScanNet v2 layout."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HEADER = (
    r"ply\nformat binary_little_endian 1\.0\ncomment VCGLIB generated\nelement vertex (\d+)\n"
    r"property float x\nproperty float y\nproperty float z\n"
    r"property uchar red\nproperty uchar green\nproperty uchar blue\nproperty uchar alpha\n"
    r"element face (\d+)\nproperty list uchar int vertex_indices\nend_header\n"
)


@pytest.fixture(scope="module")
def scan(procedural_scans: Path) -> Path:
    return procedural_scans / "scene0000_00"


def read_ply(path: Path) -> tuple[np.ndarray, np.ndarray]:
    data = path.read_bytes()
    match = re.match(HEADER.encode(), data)
    assert match is not None
    vertex_count, face_count = int(match[1]), int(match[2])
    assert len(data) == match.end() + 16 * vertex_count + 13 * face_count
    points = np.frombuffer(data, [("xyz", "<f4", 3), ("rgba", "u1", 4)], vertex_count, match.end())
    faces = np.frombuffer(data, [("n", "u1"), ("ids", "<i4", 3)], face_count, match.end() + 16 * vertex_count)
    assert (faces["n"] == 3).all() and (points["rgba"][:, 3] == 255).all()
    assert faces["ids"].min() == 0 and faces["ids"].max() == vertex_count - 1
    return points["xyz"], faces["ids"]


def test_mesh_has_the_header_and_length_of_real_files(scan: Path) -> None:
    vertices, _ = read_ply(scan / "scene0000_00_vh_clean_2.ply")
    assert np.abs(vertices[:, :2].min(axis=0)).max() < 0.02


def test_every_vertex_has_a_segment_named_by_one_of_its_vertices(scan: Path) -> None:
    vertices, _ = read_ply(scan / "scene0000_00_vh_clean_2.ply")
    content = json.loads((scan / "scene0000_00_vh_clean_2.0.010000.segs.json").read_text())
    assert list(content) == ["params", "sceneId", "segIndices"]
    assert all(isinstance(value, str) for value in content["params"].values())
    segments = np.array(content["segIndices"])
    assert len(segments) == len(vertices)
    names = np.unique(segments)
    assert (segments[names] == names).all()
    assert len(names) < names.max()


def test_groups_are_disjoint_and_leave_some_vertices_unlabelled(scan: Path) -> None:
    segments = np.array(json.loads((scan / "scene0000_00_vh_clean_2.0.010000.segs.json").read_text())["segIndices"])
    content = json.loads((scan / "scene0000_00.aggregation.json").read_text())
    assert list(content) == ["sceneId", "appId", "segGroups", "segmentsFile"]
    assert content["segmentsFile"] == "scene0000_00_vh_clean_2.0.010000.segs.json"
    groups = content["segGroups"]
    assert [g["objectId"] for g in groups] == [g["id"] for g in groups] == list(range(len(groups)))
    listed = np.concatenate([g["segments"] for g in groups])
    assert len(np.unique(listed)) == len(listed) and np.isin(listed, segments).all()
    assert 0.05 < 1 - np.isin(segments, listed).mean() < 0.35
    assert np.mean([len(g["segments"]) for g in groups]) > 2


def test_frames_are_numbered_without_zeros_and_some_poses_are_lost(scan: Path) -> None:
    names = {f"{i}" for i in range(40)}
    for folder in ("color", "depth", "pose"):
        assert {path.stem for path in (scan / folder).iterdir()} == names
    poses = [np.loadtxt(scan / "pose" / f"{i}.txt") for i in range(40)]
    lost = [p for p in poses if not np.isfinite(p).all()]
    assert 0 < len(lost) < 6 and all((p == -np.inf).all() for p in lost)
    assert "-inf -inf -inf -inf\n" * 4 in [path.read_text() for path in (scan / "pose").iterdir()]
    for pose in (p for p in poses if np.isfinite(p).all()):
        assert np.allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-5)
    depth = Image.open(scan / "depth" / "0.png")
    assert depth.mode == "I;16" and depth.size == Image.open(scan / "color" / "0.jpg").size == (320, 240)


def test_the_info_file_is_sorted_and_its_alignment_is_a_turn_about_the_vertical(scan: Path) -> None:
    lines = (scan / "scene0000_00.txt").read_text().splitlines()
    info = dict(line.split(" = ", 1) for line in lines)
    assert list(info) == sorted(info)
    assert {
        "axisAlignment",
        "colorWidth",
        "depthHeight",
        "fx_color",
        "my_depth",
        "numDepthFrames",
        "sceneType",
    } <= set(info)
    alignment = np.array(info["axisAlignment"].split(), dtype=float).reshape(4, 4)
    assert np.allclose(alignment[2], (0, 0, 1, alignment[2, 3])) and np.allclose(alignment[:2, 2], 0)
    assert np.abs(alignment[:3, :3] - np.eye(3)).max() > 0.01
    vertices, _ = read_ply(scan / "scene0000_00_vh_clean_2.ply")
    aligned = vertices @ alignment[:3, :3].T + alignment[:3, 3]
    assert abs(aligned[:, 2].min()) < 1e-3


def test_the_label_table_has_seventeen_columns_and_crlf(procedural_scans: Path) -> None:
    data = (procedural_scans / "scannetv2-labels.combined.tsv").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n")
    rows = [line.split("\t") for line in data.decode().split("\r\n")[:-1]]
    assert {len(row) for row in rows} == {17}
    raw = [row[rows[0].index("raw_category")] for row in rows[1:]]
    assert len(set(raw)) == len(raw)
    labels = {
        group["label"]
        for path in procedural_scans.glob("*/*.aggregation.json")
        for group in json.loads(path.read_text())["segGroups"]
    }
    assert labels <= set(raw)
