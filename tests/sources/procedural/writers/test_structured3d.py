"""The bytes on disk are those of a house of Structured3D, and reading them gives the scene back."""

import json
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import open3d as o3d
import pytest
from PIL import Image

from factory.geometry.boxes import Boxes, box_corners, points_in_box
from factory.geometry.cameras import unproject
from factory.geometry.footprint import polygon_area
from factory.geometry.transforms import transform_points
from factory.selfcheck.check import check_scene
from factory.sources.depth_files import depth_in_metres
from factory.sources.frame_images import FrameImages
from factory.sources.labels import NYU40, LabelMap
from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.scannet_labels import RAW
from factory.sources.procedural.writers.structured3d import (
    for_structured3d,
    views_of,
    write_structured3d,
    zip_structured3d,
)
from factory.sources.procedural.writers.structured3d_plan import room_id
from factory.sources.structured3d.rooms import read_rooms
from factory.sources.structured3d.source import Structured3DSource
from factory.store.storage import Storage
from schemas.scene import Scene

SCENE = "scene_00003"


class Home(NamedTuple):
    """made : as it was built; scene : as the format can hold it; loaded : as it was read again."""

    made: ProceduralScene
    scene: ProceduralScene
    root: Path
    folder: Path
    loaded: Scene


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("structured3d")
    made = build_scene(5, faces=14_000, frame_count=14, width=160, height=120, rooms=3)
    folder = write_structured3d(made, root, SCENE)
    return Home(made, for_structured3d(made), root, folder, Structured3DSource(Storage(root)).load(SCENE))


def images_of(home: Home, name: str) -> list[np.ndarray]:
    paths = [
        home.folder / Path(frame.image).relative_to(f"Structured3D/{SCENE}").with_name(name)
        for frame in home.loaded.frames
    ]
    return [np.asarray(Image.open(path)) for path in paths]


def test_the_tree_has_the_data_sets_names(home: Home) -> None:
    assert home.folder == home.root / "Structured3D" / SCENE
    names = "|".join(
        re.escape(n) for n in ("rgb_rawlight.png", "semantic.png", "instance.png", "depth.png", "camera_pose.txt")
    )
    files = sorted(p.relative_to(home.folder).as_posix() for p in home.folder.rglob("*") if p.is_file())
    plain = [name for name in files if "/" not in name]
    assert plain == ["annotation_3d.json", "bbox_3d.json"]
    assert all(re.fullmatch(rf"2D_rendering/\d+/perspective/full/\d+/({names})", f) for f in files if f not in plain)
    assert len(files) == 2 + 5 * len(home.scene.cameras)


def test_what_the_format_cannot_hold_is_replaced(home: Home) -> None:
    intrinsics = home.scene.intrinsics
    assert (intrinsics[0, 2], intrinsics[1, 2]) == ((160 - 1) / 2, (120 - 1) / 2)
    assert (intrinsics[0, 0], intrinsics[1, 1]) == (home.made.intrinsics[0, 0], home.made.intrinsics[1, 1])
    assert home.made.intrinsics[0, 2] != intrinsics[0, 2]
    assert [c.exposure_end for c in home.scene.cameras] == [None] * sum(c.tracked for c in home.made.cameras)
    assert np.array_equal(for_structured3d(home.scene).intrinsics, intrinsics)


def test_cameras_come_back(home: Home) -> None:
    frames = {frame.frame_id: frame for frame in home.loaded.frames}
    views = views_of(home.scene)
    assert len(frames) == len(views) == len(home.scene.cameras)
    for view, camera in zip(views, home.scene.cameras, strict=True):
        frame = frames[view.frame_id]
        offset = np.linalg.inv(camera.world_from_camera) @ frame.world_from_camera
        assert np.linalg.norm(offset[:3, 3]) < 1e-4  # 0.1 mm
        assert np.degrees(np.arccos(np.clip((np.trace(offset[:3, :3]) - 1) / 2, -1, 1))) < 0.001
        np.testing.assert_allclose(frame.intrinsics, home.scene.intrinsics, rtol=1e-5)


def test_a_camera_lies_in_the_room_where_it_stands(home: Home) -> None:
    rooms = {room_id(room.index): room for room in home.scene.rooms}
    inside = 0
    for view, camera in zip(views_of(home.scene), home.scene.cameras, strict=True):
        x, y = camera.world_from_camera[:2, 3]
        room = rooms[view.room]
        inside += room.x0 <= x <= room.x1 and room.y0 <= y <= room.y1
        assert room.x0 - 0.07 <= x <= room.x1 + 0.07 and room.y0 - 0.07 <= y <= room.y1 + 0.07
    assert inside > len(home.scene.cameras) * 0.7
    for room in rooms:
        positions = [view.position for view in views_of(home.scene) if view.room == room]
        assert positions == list(range(len(positions)))
    assert len({view.room for view in views_of(home.scene)}) > 1


def test_boxes_and_labels_come_back(home: Home) -> None:
    annotation = Annotation(home.scene)
    things = {thing.object_id: thing for thing in annotation.objects}
    assert len(home.loaded.objects) > 15
    for thing in home.loaded.objects:
        made = things[thing.object_id]
        expected = box_corners(annotation.box(made))
        found = box_corners(Boxes(thing.box.center, thing.box.extents, thing.box.rotation))
        distance = np.linalg.norm(expected[:, None] - found[None], axis=-1)
        assert distance.min(axis=0).max() < 1e-6 and distance.min(axis=1).max() < 1e-6
        assert thing.raw_label == RAW[made.label] and thing.label == LabelMap().normalise(RAW[made.label]).text
    seen = {int(i) for image in images_of(home, "instance.png") for i in np.unique(image)} - {65535}
    assert seen == {thing.object_id for thing in home.loaded.objects}
    written = {entry["ID"] for entry in json.loads((home.folder / "bbox_3d.json").read_text())}
    assert written == {i for i, thing in things.items() if thing.label not in ("wall", "floor", "ceiling")}
    assert home.loaded.rejected.get("object: in no view", 0) == len(written - seen)


def test_depth_lies_on_the_surfaces_and_ids_in_their_boxes(home: Home) -> None:
    surface = o3d.t.geometry.RaycastingScene()
    surface.add_triangles(home.scene.mesh.vertices, home.scene.mesh.faces.astype(np.uint32))
    source = Structured3DSource(Storage(home.root))
    boxes = {thing.object_id: thing.box for thing in home.loaded.objects}
    rows, columns = np.mgrid[:120, :160]
    checked = 0
    for frame, ids in zip(home.loaded.frames, images_of(home, "instance.png"), strict=True):
        depth = depth_in_metres(source.read_media(frame.depth)[0], frame.depth)
        hit = depth > 0
        assert hit.mean() > 0.5
        local = unproject(frame.intrinsics, np.stack([columns, rows], axis=-1)[hit], depth[hit].astype(np.float64))
        points = transform_points(frame.world_from_camera, local)
        distance = surface.compute_distance(points.astype(np.float32)).numpy()
        assert np.quantile(distance, 0.99) < 0.002
        for object_id in np.unique(ids[hit])[:-1]:
            box = boxes[int(object_id)]
            grown = Boxes(box.center, box.extents + 0.004, box.rotation)
            checked += 1
            assert points_in_box(points[ids[hit] == object_id], grown).mean() > 0.97
    assert checked > 30


def test_images_have_the_formats_bits(home: Home) -> None:
    modes = {
        name: {Image.open(path).mode for path in home.folder.rglob(name)}
        for name in ("rgb_rawlight.png", "semantic.png", "instance.png", "depth.png")
    }
    assert modes == {
        "rgb_rawlight.png": {"RGB", "RGBA"},
        "semantic.png": {"L"},
        "instance.png": {"I;16"},
        "depth.png": {"I;16"},
    }
    classes = {int(i) for image in images_of(home, "semantic.png") for i in np.unique(image)}
    assert {1, 2} < classes <= set(range(41))
    for ids, labels in zip(images_of(home, "instance.png"), images_of(home, "semantic.png"), strict=True):
        structural = np.isin(labels, [NYU40.index(name) + 1 for name in ("wall", "floor", "ceiling")])
        assert (ids[structural] == 65535).all()
        assert (ids != 65535).any()


def test_the_camera_is_one_line_of_twelve_numbers(home: Home) -> None:
    for path in home.folder.rglob("camera_pose.txt"):
        text = path.read_text()
        numbers = [float(word) for word in text.split()]
        assert text.endswith(" 1\n") and text.count("\n") == 1 and len(numbers) == 12
        assert abs(numbers[0]) > 100  # millimetres
        assert np.linalg.norm(numbers[3:6]) == pytest.approx(1, abs=1e-5)
        assert np.dot(numbers[3:6], numbers[6:9]) == pytest.approx(0, abs=1e-5)
        assert numbers[9] == pytest.approx(np.arctan(80 / home.scene.intrinsics[0, 0]), abs=1e-5)


def test_the_plan_is_consistent_and_its_rooms_are_those_of_the_home(home: Home) -> None:
    data = (home.folder / "annotation_3d.json").read_bytes()
    plan = json.loads(data)
    corners = np.array([junction["coordinate"] for junction in plan["junctions"]])
    in_plane, ends = np.array(plan["planeLineMatrix"]), np.array(plan["lineJunctionMatrix"])
    assert in_plane.shape == (len(plan["planes"]), len(plan["lines"]))
    assert ends.shape == (len(plan["lines"]), len(corners)) and (ends.sum(axis=1) == 2).all()
    for key in ("junctions", "lines", "planes"):
        assert [entry["ID"] for entry in plan[key]] == list(range(len(plan[key])))
    for plane, lines in zip(plan["planes"], in_plane, strict=True):
        assert plane["type"] in ("floor", "ceiling", "wall")
        own = corners[ends[lines > 0].any(axis=0)]
        np.testing.assert_allclose(own @ plane["normal"] + plane["offset"], 0, atol=1e-6)
    for line, pair in zip(plan["lines"], ends, strict=True):
        np.testing.assert_allclose(np.cross(corners[pair > 0] - line["point"], line["direction"]), 0, atol=1e-6)
    kinds = [entry["type"] for entry in plan["semantics"]]
    assert kinds.count("outwall") == 1 and kinds.count("door") >= len(home.scene.rooms) and "window" in kinds
    rooms, counts = read_rooms(data)
    assert not counts and len(rooms) == len(home.scene.rooms)
    for room, made in zip(rooms, home.scene.rooms, strict=True):
        assert room.room_id == room_id(made.index) and polygon_area(room.floor) == pytest.approx(made.area)
    # normals point into the rooms
    for entry, made in zip(plan["semantics"], home.scene.rooms, strict=False):
        middle = np.array([*made.center, made.height / 2]) * 1000
        for place in entry["planeID"]:
            assert np.dot(middle, plan["planes"][place]["normal"]) + plan["planes"][place]["offset"] > 0


def test_archives_are_those_of_the_delivery_and_the_same_each_time(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for number in (3, 4, 7):
        target = copy / "Structured3D" / f"scene_{number:05d}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(home.folder)
    paths = zip_structured3d(copy, tmp_path / "one", scenes_per_archive=2)
    again = zip_structured3d(copy, tmp_path / "two", scenes_per_archive=2)
    assert [path.name for path in paths] == [
        "Structured3D_bbox.zip",
        "Structured3D_annotation_3d.zip",
        "Structured3D_perspective_full_00.zip",
        "Structured3D_perspective_full_01.zip",
    ]
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    with zipfile.ZipFile(paths[3]) as archive:
        assert {name.split("/")[1] for name in archive.namelist()} == {"scene_00007"}
        assert len(archive.namelist()) == 5 * len(home.scene.cameras)
    source = Structured3DSource(Storage(tmp_path / "one"))
    assert source.list_scenes() == ["scene_00003", "scene_00004", "scene_00007"]
    scene = source.load("scene_00007")
    assert [o.object_id for o in scene.objects] == [o.object_id for o in home.loaded.objects]
    np.testing.assert_array_equal(
        [f.world_from_camera for f in scene.frames], [f.world_from_camera for f in home.loaded.frames]
    )


def test_the_same_scene_gives_the_same_bytes(home: Home, tmp_path: Path) -> None:
    again = write_structured3d(home.made, tmp_path, SCENE)
    files = [path.relative_to(again) for path in sorted(again.rglob("*")) if path.is_file()]
    assert len(files) == 2 + 5 * len(home.scene.cameras)
    for path in files:
        assert (again / path).read_bytes() == (home.folder / path).read_bytes(), path


def test_images_cameras_and_boxes_fit_each_other(home: Home) -> None:
    check = check_scene(home.loaded, FrameImages(Structured3DSource(Storage(home.root))))
    assert check.verdict == "good", check.message
