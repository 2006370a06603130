"""A procedural capture in the ARKitScenes layout: the bytes on disk, and what the loader makes of them."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.geometry.boxes import Boxes, box_corners
from factory.geometry.cameras import unproject
from factory.geometry.transforms import rotation_angle, transform_points
from factory.sources.arkitscenes.source import ARKitScenesSource
from factory.sources.depth_files import depth_in_metres
from factory.sources.ply import read_ply
from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.arkitscenes import (
    CLASSES,
    boxed_objects,
    fold_of,
    visit_of,
    world_of_arkitscenes,
    write_arkitscenes,
    write_arkitscenes_tables,
)
from factory.store.storage import Storage

VIDEO = "41000002"
SKIES = ("Up", "Left", "Down", "Right")
CLASS_NAMES = {
    "cabinet", "refrigerator", "shelf", "stove", "bed", "sink", "washer", "toilet", "bathtub", "oven", "dishwasher",
    "fireplace", "stool", "chair", "table", "tv_monitor", "sofa",
}  # fmt: skip


@pytest.fixture(scope="module")
def scene() -> ProceduralScene:
    return build_scene(1, faces=12_000, frame_count=14, width=160, height=120, rooms=2)


@pytest.fixture(scope="module")
def roots(scene: ProceduralScene, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The capture by how the device was held."""
    written = {}
    for sky in SKIES:
        written[sky] = tmp_path_factory.mktemp(sky)
        assert write_arkitscenes(scene, written[sky], VIDEO, sky) == written[sky] / "3dod" / fold_of(VIDEO) / VIDEO
        write_arkitscenes_tables(written[sky], [VIDEO], sky)
    return written


@pytest.fixture(scope="module")
def folder(roots: dict[str, Path]) -> Path:
    return roots["Left"] / "3dod" / fold_of(VIDEO) / VIDEO


def test_names_and_clocks(folder: Path, scene: ProceduralScene) -> None:
    assert {path.name for path in folder.iterdir()} == {
        f"{VIDEO}_3dod_annotation.json", f"{VIDEO}_3dod_mesh.ply", f"{VIDEO}_frames"
    }  # fmt: skip
    frames = folder / f"{VIDEO}_frames"
    lines = (frames / "lowres_wide.traj").read_text().splitlines()
    tracked = sum(camera.tracked for camera in scene.cameras)
    assert len(lines) == tracked < len(scene.cameras)
    assert all(re.fullmatch(r"\d+\.\d{8}( -?\d\S*){6}", line) for line in lines)
    posed = {f"{float(line.split()[0]):.3f}" for line in lines}
    times = {}
    for kind, suffix in (("lowres_wide", "png"), ("lowres_depth", "png"), ("lowres_wide_intrinsics", "pincam")):
        names = [re.fullmatch(rf"{VIDEO}_(\d+\.\d{{3}})\.{suffix}", path.name) for path in (frames / kind).iterdir()]
        assert all(names) and len(names) == 2 * len(scene.cameras)
        times[kind] = {name[1] for name in names if name}
    assert posed < times["lowres_wide"] == times["lowres_depth"]
    apart = times["lowres_wide_intrinsics"] - times["lowres_wide"]
    assert apart and apart <= {f"{float(time) - 0.001:.3f}" for time in times["lowres_wide"]}


def test_images_are_stored_as_the_device_was_held(folder: Path) -> None:
    frames = folder / f"{VIDEO}_frames"
    image = Image.open(next((frames / "lowres_wide").iterdir()))
    depth = Image.open(next((frames / "lowres_depth").iterdir()))
    pincam = next((frames / "lowres_wide_intrinsics").iterdir()).read_text()
    assert (image.mode, image.size) == ("RGB", (120, 160)) and (depth.mode, depth.size) == ("I;16", (120, 160))
    assert re.fullmatch(r"120 160( \d+(\.\d+)?){4}", pincam)


def test_annotation_and_mesh(folder: Path, scene: ProceduralScene) -> None:
    content = json.loads((folder / f"{VIDEO}_3dod_annotation.json").read_text())
    assert set(content) == {"data", "stats", "comment", "confirm", "skipped"}
    assert set(CLASSES.values()) == CLASS_NAMES
    assert {entry["label"] for entry in content["data"]} <= CLASS_NAMES
    assert len({entry["uid"] for entry in content["data"]}) == len(content["data"]) == len(boxed_objects(scene))
    assert len({entry["objectId"] for entry in content["data"]}) == 1
    for entry in content["data"]:
        aligned, other = (entry["segments"][name] for name in ("obbAligned", "obb"))
        assert [len(aligned[key]) for key in ("centroid", "axesLengths", "normalizedAxes")] == [3, 3, 9]
        assert np.reshape(aligned["normalizedAxes"], (3, 3))[2].tolist() == [0, 0, 1]
        assert np.reshape(other["normalizedAxes"], (3, 3))[2] == pytest.approx([0, 1, 0])  # y up
        np.testing.assert_allclose(other["axesLengths"], np.multiply(aligned["axesLengths"], 100))  # centimetres
        assert other["centroid"][1] == pytest.approx(100 * aligned["centroid"][2])
    data = (folder / f"{VIDEO}_3dod_mesh.ply").read_bytes()
    vertices, faces = read_ply(data, "mesh")
    assert b"property uchar red" in data[:500]
    np.testing.assert_array_equal(faces, scene.mesh.faces)
    world = world_of_arkitscenes(scene)
    expected = transform_points(world, scene.mesh.vertices.astype(np.float64))
    np.testing.assert_allclose(vertices, expected, atol=1e-5)
    assert vertices[:, 2].min() < -0.8  # the origin is in the hand that began


def test_the_loader_finds_cameras_and_objects_where_they_are(roots: dict[str, Path], scene: ProceduralScene) -> None:
    loaded = ARKitScenesSource(Storage(roots["Up"])).load(VIDEO)
    world = world_of_arkitscenes(scene)
    tracked = [camera for camera in scene.cameras if camera.tracked]
    assert len(loaded.frames) == len(tracked)
    assert loaded.rejected == {"frame: no pose": 2 * len(scene.cameras) - len(tracked)}
    assert [frame.index for frame in loaded.frames] == [2 * i for i, c in enumerate(scene.cameras) if c.tracked]
    for frame, camera in zip(loaded.frames, tracked, strict=True):
        expected = world @ camera.world_from_camera
        assert np.linalg.norm(frame.world_from_camera[:3, 3] - expected[:3, 3]) < 1e-3
        assert np.degrees(rotation_angle(frame.world_from_camera[:3, :3].T @ expected[:3, :3])) < 0.01
        np.testing.assert_allclose(frame.intrinsics, scene.intrinsics, atol=1e-3)
    annotation, things = Annotation(scene), boxed_objects(scene)
    assert len(loaded.objects) == len(things) > 5
    for one, thing in zip(loaded.objects, things, strict=True):
        assert one.raw_label == CLASSES[thing.label]
        corners = transform_points(world, box_corners(annotation.box(thing)))
        found = box_corners(Boxes(one.box.center, one.box.extents, one.box.rotation))
        gaps = np.linalg.norm(found[:, None] - corners, axis=-1)
        assert max(gaps.min(axis=0).max(), gaps.min(axis=1).max()) < 1e-6


def test_the_surface_in_the_boxes_is_what_was_annotated(roots: dict[str, Path], scene: ProceduralScene) -> None:
    loaded = ARKitScenesSource(Storage(roots["Up"])).load(VIDEO)
    annotation, things = Annotation(scene), boxed_objects(scene)
    owner, painted, height = (np.full(len(loaded.mesh.vertices), -1.0) for _ in range(3))
    for one in loaded.objects:
        owner[one.vertex_ids] = one.object_id
    for place, thing in enumerate(things):
        ids, box = annotation.vertex_ids(thing), annotation.box(thing)
        painted[ids] = place
        height[ids] = scene.mesh.vertices[ids, 2] - (box.center[2] - box.extents[2] / 2)
    above_the_foot = (painted >= 0) & (height > 0.031)
    assert (owner == painted)[above_the_foot].mean() > 0.98
    assert (owner[(painted >= 0) & ~above_the_foot] == painted[(painted >= 0) & ~above_the_foot]).mean() < 0.2
    for thing in scene.objects:
        if thing.label in ("floor", "ceiling"):
            assert (owner[thing.vertex_ids] == -1).all()


def test_however_the_device_was_held_the_scene_is_the_same(roots: dict[str, Path]) -> None:
    sources = {sky: ARKitScenesSource(Storage(root)) for sky, root in roots.items()}
    scenes = {sky: source.load(VIDEO) for sky, source in sources.items()}
    for turns, sky in enumerate(SKIES):
        assert scenes[sky].rejected == scenes["Up"].rejected  # the table of sky directions agrees
        for upright, frame in zip(scenes["Up"].frames, scenes[sky].frames, strict=True):
            assert frame.image == upright.image + (f"#rotate={90 * turns}" if turns else "")
            assert (frame.width, frame.height) == (160, 120)
            np.testing.assert_allclose(frame.intrinsics, upright.intrinsics, atol=2e-3)
            np.testing.assert_allclose(frame.world_from_camera, upright.world_from_camera, atol=1e-4)
        for kind in ("image", "depth"):
            a, b = (sources[s].read_media(getattr(scenes[s].frames[4], kind))[0] for s in ("Up", sky))
            np.testing.assert_array_equal(Image.open(io.BytesIO(a)), Image.open(io.BytesIO(b)))


@pytest.mark.parametrize("sky", SKIES)
def test_depth_lies_on_the_mesh(roots: dict[str, Path], sky: str) -> None:
    """What every slip in poses, intrinsics or turning would break."""
    import open3d

    source = ARKitScenesSource(Storage(roots[sky]))
    loaded = source.load(VIDEO)
    caster = open3d.t.geometry.RaycastingScene(nthreads=1)
    tensor = open3d.core.Tensor.from_numpy
    caster.add_triangles(tensor(loaded.mesh.vertices.copy()), tensor(loaded.mesh.faces.astype(np.uint32)))
    for frame in loaded.frames[::4]:
        depth = depth_in_metres(source.read_media(frame.depth)[0], frame.depth)
        v, u = np.nonzero(depth)
        v, u = v[::37], u[::37]
        points = unproject(frame.intrinsics, np.stack([u, v], axis=-1).astype(float), depth[v, u].astype(float))
        world = transform_points(frame.world_from_camera, points).astype(np.float32)
        distances = caster.compute_distance(tensor(world), nthreads=1).numpy()
        assert np.quantile(distances, 0.95) < 0.005


def test_tables(tmp_path: Path) -> None:
    videos = [str(41_000_000 + i) for i in range(12)]
    write_arkitscenes_tables(tmp_path, videos, "Left")
    for name, columns in (
        ("metadata.csv", {"video_id", "visit_id", "fold", "sky_direction"}),
        ("3dod_train_val_splits.csv", {"video_id", "visit_id", "fold"}),
    ):
        rows = list(csv.DictReader((tmp_path / "3dod" / name).read_text().splitlines()))
        assert columns <= set(rows[0]) and [row["video_id"] for row in rows] == videos
        assert {row["fold"] for row in rows} == {"Training", "Validation"}
        assert len({row["visit_id"] for row in rows}) == 6
    source = ARKitScenesSource(Storage(tmp_path))
    assert [source.room_of(video) for video in videos] == [str(visit_of(video)) for video in videos]
