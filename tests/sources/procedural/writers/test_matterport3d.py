"""The bytes on disk are those of a Matterport3D house."""

import hashlib
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.stations import filmed_from, in_sight, stations
from factory.sources.procedural.writers.matterport3d import pano_ids, write_matterport3d, write_scene_lists
from factory.sources.procedural.writers.matterport3d_labels import write_category_mapping

SCAN = "2n8kARJN3HM"
STATIONS = 2
HEADER = (
    r"ply\nformat binary_little_endian 1\.0\nelement vertex (\d+)\n"
    + "".join(rf"property float {name}\n" for name in ("x", "y", "z", "nx", "ny", "nz", "tx", "ty"))
    + "".join(rf"property uchar {name}\n" for name in ("red", "green", "blue"))
    + r"element face (\d+)\nproperty list uchar int vertex_indices\n"
    + "".join(rf"property int {name}\n" for name in ("material_id", "segment_id", "category_id"))
    + r"end_header\n"
)


@pytest.fixture(scope="module")
def scene() -> ProceduralScene:
    scene = build_scene(4, faces=12_000, frame_count=30, width=80, height=64, rooms=2)
    return filmed_from(scene, stations(scene)[:STATIONS])


@pytest.fixture(scope="module")
def root(scene: ProceduralScene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("matterport3d")
    write_matterport3d(scene, root, SCAN)
    write_category_mapping(root)
    return root


@pytest.fixture(scope="module")
def faces(root: Path) -> np.ndarray:
    data = (root / SCAN / "house_segmentations" / f"{SCAN}.ply").read_bytes()
    match = re.match(HEADER.encode(), data)
    assert match is not None
    vertex_count, face_count = int(match[1]), int(match[2])
    assert len(data) == match.end() + 35 * vertex_count + 25 * face_count
    vertex = np.frombuffer(data, [("f", "<f4", 8), ("rgb", "u1", 3)], vertex_count, match.end())
    np.testing.assert_allclose(np.linalg.norm(vertex["f"][:, 3:6], axis=1), 1, atol=1e-4)
    dtype = [("count", "u1"), ("ids", "<i4", 3), ("material", "<i4"), ("segment", "<i4"), ("category", "<i4")]
    return np.frombuffer(data, dtype, face_count, match.end() + 35 * vertex_count)


@pytest.fixture(scope="module")
def records(root: Path) -> dict[str, list[list[str]]]:
    """Fields by letter; panoramas have the letter p here."""
    found: dict[str, list[list[str]]] = {}
    lines = (root / SCAN / "house_segmentations" / f"{SCAN}.house").read_text().split("\n")
    assert lines[0] == "ASCII 1.1" and lines[-1] == ""
    for line in lines[1:-1]:
        letter, *fields = line.split()
        found.setdefault("p" if letter == "P" and "V" in found else letter, []).append(fields)
    return found


def test_images_have_names_by_camera_and_yaw(root: Path, scene: ProceduralScene) -> None:
    panos = pano_ids(SCAN, STATIONS)
    assert all(re.fullmatch("[0-9a-f]{32}", pano) for pano in panos)
    for folder, kind, suffix in (("color", "i", "jpg"), ("depth", "d", "png")):
        names = {path.name for path in (root / SCAN / f"undistorted_{folder}_images").iterdir()}
        assert names == {f"{pano}_{kind}{c}_{y}.{suffix}" for pano in panos for c in range(3) for y in range(6)}


def test_depth_has_four_thousand_steps_to_the_metre(root: Path, scene: ProceduralScene) -> None:
    path = root / SCAN / "undistorted_depth_images" / f"{pano_ids(SCAN, 1)[0]}_d1_0.png"
    depth = np.asarray(Image.open(path))
    assert depth.dtype == np.uint16 and depth.shape == (64, 80)
    longest = max(max(room.x1 - room.x0, room.y1 - room.y0) for room in scene.rooms)
    assert 0.5 < np.median(depth[depth > 0]) / 4000 < 2 * longest


def test_cameras_by_groups_of_one_intrinsics(root: Path, scene: ProceduralScene) -> None:
    lines = (root / SCAN / "undistorted_camera_parameters" / f"{SCAN}.conf").read_text().splitlines()
    assert lines[:4] == [
        "dataset matterport",
        f"n_images {18 * STATIONS}",
        "depth_directory undistorted_depth_images",
        "color_directory undistorted_color_images",
    ]
    commands = [line.split(" ")[0] for line in lines[4:]]
    assert commands == ["", "intrinsics_matrix", *["scan"] * 6] * 3 * STATIONS
    scans = [line.split() for line in lines if line.startswith("scan ")]
    assert {len(fields) for fields in scans} == {19}
    panos = [fields[1][:32] for fields in scans]
    assert panos == sorted(panos)
    camera = scene.cameras[18 * pano_ids(SCAN, STATIONS).index(panos[0])].world_from_camera
    written = np.array(scans[0][3:], dtype=float).reshape(4, 4)
    np.testing.assert_allclose(written[:3, 2], -camera[:3, 2], atol=1e-5)  # looks along -z
    np.testing.assert_allclose(written[:3, 1], -camera[:3, 1], atol=1e-5)  # y up
    numbers = next(line for line in lines if line.startswith("intrinsics")).split()[1:]
    cx, cy = float(numbers[2]), float(numbers[5])
    assert cx == pytest.approx(scene.intrinsics[0, 2] + 0.5, abs=1e-3)
    assert cy == pytest.approx(64 - (scene.intrinsics[1, 2] + 0.5), abs=1e-3)


def test_faces_have_segment_object_and_category(faces: np.ndarray, scene: ProceduralScene, root: Path) -> None:
    assert (faces["count"] == 3).all() and faces["ids"].min() >= 0
    annotated = [thing for thing in scene.objects if thing.annotated]
    assert set(faces["segment"].tolist()) == {-1, *(thing.object_id for thing in annotated)}
    owners = {(m, s) for m, s in zip(faces["material"].tolist(), faces["segment"].tolist(), strict=True)}
    assert len(owners) == len({m for m, _ in owners})  # no segment of two objects
    rows = [line.split("\t") for line in (root / "category_mapping.tsv").read_text().splitlines()]
    assert {len(row) for row in rows} == {18}
    index, raw = rows[0].index("index"), rows[0].index("raw_category")
    names = {int(row[index]): row[raw] for row in rows[1:]} | {-1: None}
    labels = {thing.object_id: thing.label for thing in annotated} | {-1: None}
    pairs = set(zip(faces["segment"].tolist(), faces["category"].tolist(), strict=True))
    assert all(names[category] == labels[owner] for owner, category in pairs)


def test_records_are_as_many_as_the_first_says(records: dict[str, list[list[str]]], scene: ProceduralScene) -> None:
    assert list(records) == ["H", "L", "R", "P", "S", "V", "p", "I", "C", "O", "E"]
    counts = dict(zip("IpVSEOCRPL", map(int, records["H"][0][2:12]), strict=True))
    assert counts == {letter: len(records[letter]) for letter in counts}
    assert (counts["p"], counts["I"], counts["R"]) == (STATIONS, 18 * STATIONS, len(scene.rooms))
    lengths = {letter: {len(fields) for fields in listed} for letter, listed in records.items()}
    assert lengths == {
        "H": {28}, "L": {17}, "R": {19}, "P": {14}, "S": {21}, "V": {12}, "p": {12}, "I": {40}, "C": {10}, "O": {23},
        "E": {18},
    }  # fmt: skip
    for letter, listed in records.items():
        at = 1 if letter == "p" else 0
        assert letter == "H" or [int(fields[at]) for fields in listed] == list(range(len(listed)))


def test_boxes_in_records_have_half_sizes(records: dict[str, list[list[str]]], scene: ProceduralScene) -> None:
    things = {thing.object_id: thing for thing in scene.objects if thing.annotated}
    for fields in records["O"]:
        center, first, second, half = np.array(fields[3:15], dtype=float).reshape(4, 3)
        axes = np.stack([first, second, np.cross(first, second)])
        local = np.abs((scene.mesh.vertices[things[int(fields[0])].vertex_ids] - center) @ axes.T)
        label = things[int(fields[0])].label
        if label not in ("wall", "ceiling"):  # those were painted in part
            assert (local <= half + 2e-3).all()
        assert (local.max(axis=0) > 0.9 * half - 1e-3).all() or label in ("wall", "ceiling")


def test_names_of_several_words_have_no_spaces(records: dict[str, list[list[str]]], scene: ProceduralScene) -> None:
    labels = {thing.label for thing in scene.objects if thing.annotated}
    assert {fields[2] for fields in records["C"]} == {label.replace(" ", "#") for label in labels}
    assert any("#" in fields[2] for fields in records["C"])


def test_extrinsics_in_records_undo_the_camera_file(records: dict[str, list[list[str]]], root: Path) -> None:
    lines = (root / SCAN / "undistorted_camera_parameters" / f"{SCAN}.conf").read_text().splitlines()
    poses = {f[1]: np.array(f[3:], float).reshape(4, 4) for f in map(str.split, lines) if f and f[0] == "scan"}
    for fields in records["I"]:
        extrinsics = np.array(fields[5:21], dtype=float).reshape(4, 4)
        file_pose = poses[f"{fields[2]}_d{fields[3]}_{fields[4]}.png"]
        np.testing.assert_allclose(extrinsics @ file_pose, np.eye(4), atol=1e-4)


def test_groups_are_the_segments_of_each_object(root: Path, faces: np.ndarray) -> None:
    stem = root / SCAN / "house_segmentations" / SCAN
    segments = json.loads(stem.with_suffix(".fsegs.json").read_text())["segIndices"]
    np.testing.assert_array_equal(segments, faces["material"])
    groups = json.loads(stem.with_suffix(".semseg.json").read_text())["segGroups"]
    assert [group["objectId"] for group in groups] == [group["id"] for group in groups] == list(range(len(groups)))
    for group in groups:
        np.testing.assert_array_equal(np.isin(segments, group["segments"]), faces["segment"] == group["objectId"])
        axes = np.array(group["obb"]["normalizedAxes"]).reshape(3, 3)
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)


def test_connectivity_has_a_row_per_station(root: Path, scene: ProceduralScene) -> None:
    viewpoints = json.loads((root / "connectivity" / f"{SCAN}_connectivity.json").read_text())
    assert [one["image_id"] for one in viewpoints] == pano_ids(SCAN, STATIONS)
    clear = in_sight(scene, stations(scene)[:STATIONS])
    for i, one in enumerate(viewpoints):
        assert set(one) == {"image_id", "pose", "included", "visible", "unobstructed", "height"}
        assert one["unobstructed"] == one["visible"] == clear[i].tolist()
        assert one["included"] == any(one["unobstructed"])
        pose = np.array(one["pose"]).reshape(4, 4)
        assert np.linalg.det(pose) == pytest.approx(1) and pose[2, 1] == pytest.approx(-1)
        np.testing.assert_allclose(pose, scene.cameras[18 * i + 6].world_from_camera)
        assert one["height"] == pytest.approx(1.5)


def test_zips_hold_what_the_folders_do_and_are_the_same_each_time(
    root: Path, scene: ProceduralScene, tmp_path: Path
) -> None:
    write_matterport3d(scene, tmp_path, SCAN, packed=True)
    expected = {path.relative_to(root).as_posix() for path in (root / SCAN).rglob("*") if path.is_file()}
    found: dict[str, bytes] = {}
    for archive in (tmp_path / SCAN).iterdir():
        assert archive.suffix == ".zip"
        with zipfile.ZipFile(archive) as opened:
            found |= {name: opened.read(name) for name in opened.namelist()}
            assert {name.split("/")[1] for name in opened.namelist()} == {archive.stem}
            assert {info.date_time[0] for info in opened.infolist()} == {1980}
    assert set(found) == expected
    for name, data in found.items():
        assert hashlib.md5(data).digest() == hashlib.md5((root / name).read_bytes()).digest()


def test_lists_of_scans(tmp_path: Path) -> None:
    scans = [f"scan{i:07d}" for i in range(7)]
    write_scene_lists(tmp_path, scans)
    listed = {split: (tmp_path / f"scenes_{split}.txt").read_text().split() for split in ("train", "val", "test")}
    assert listed["val"] == [scans[1], scans[6]] and listed["test"] == []
    assert sorted(listed["train"] + listed["val"]) == scans


def test_scenes_that_were_not_filmed_from_stations_are_refused(scene: ProceduralScene, tmp_path: Path) -> None:
    for cameras in (scene.cameras[:-1], [], scene.cameras[9:27]):
        with pytest.raises(ValueError, match="filmed_from"):
            write_matterport3d(replace(scene, cameras=cameras), tmp_path, SCAN)
    assert not list(tmp_path.iterdir())
