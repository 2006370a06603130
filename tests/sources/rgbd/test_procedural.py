"""One procedural home written in every layout: the same objects and cameras come back, and depth fits."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.geometry.boxes import Boxes, box_corners
from factory.geometry.cameras import project, scale_intrinsics, unproject
from factory.geometry.transforms import inverse, rotation_angle, transform_points
from factory.sources.depth_files import depth_in_metres
from factory.sources.images import read_image_size
from factory.sources.procedural.scene import ProceduralScene, build_scene
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.rgbd import (
    write_nerfstudio,
    write_rescans,
    write_seven_scenes,
    write_three_rscan,
    write_tum,
)
from factory.sources.rgbd.source import RGBDSource
from factory.store.lake import Lake
from factory.store.storage import Storage
from schemas.scene import Scene
from tests.building import build, config_for

APPLIED = np.array([[0, 1, 0, 0.5], [1, 0, 0, -2.0], [0, 0, -1, 1.25]])
WRITERS: dict[str, Callable[[ProceduralScene, Path, str], Path]] = {
    "nerfstudio": write_nerfstudio,
    "nerfstudio_y": lambda scene, root, name: write_nerfstudio(scene, root, name, up="y", mesh=False),
    "nerfstudio_applied": lambda scene, root, name: write_nerfstudio(
        scene, root, name, up="-x", applied_transform=APPLIED, applied_scale=0.2
    ),
    "tum": write_tum,
    "tum_y": lambda scene, root, name: write_tum(scene, root, name, up="-y", mesh=False),
    "chess": write_seven_scenes,
    "rescan": lambda scene, root, name: write_three_rscan(scene, root, name, mesh=False),
}
IDS = {name: "chess_seq-01" if name == "chess" else name for name in WRITERS}


@pytest.fixture(scope="module")
def home() -> ProceduralScene:
    return build_scene(5, faces=12_000, frame_count=10, width=160, height=120, rooms=2)


@pytest.fixture(scope="module")
def root(home: ProceduralScene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rgbd")
    for name, write in WRITERS.items():
        write(home, folder, name)
    write_rescans(folder, {"rescan": ["tum"]}, {"rescan": "validation"})
    return folder


@pytest.fixture(scope="module")
def scenes(root: Path) -> dict[str, Scene]:
    source = RGBDSource(Storage(root))
    assert source.list_scenes() == sorted(IDS.values())
    return {name: source.load(scene_id) for name, scene_id in IDS.items()}


@pytest.mark.parametrize("name", WRITERS)
def test_cameras_come_back(home: ProceduralScene, scenes: dict[str, Scene], name: str) -> None:
    tracked = [i for i, camera in enumerate(home.cameras) if camera.tracked]
    assert 0 < len(tracked) < len(home.cameras)
    scene = scenes[name]
    order = sorted(frame.index for frame in scene.frames)
    assert [frame.index for frame in scene.frames] == order and len(order) == len(tracked)
    for frame, i in zip(scene.frames, tracked, strict=True):
        off = inverse(home.cameras[i].world_from_camera) @ frame.world_from_camera
        assert np.linalg.norm(off[:3, 3]) < 1e-3
        # quaternions of four decimals turn by up to a hundredth of a degree
        assert np.degrees(rotation_angle(off[:3, :3])) < (0.015 if name.startswith("tum") else 0.001)
        assert (frame.width, frame.height) == (home.width, home.height)
        if name != "chess":
            np.testing.assert_allclose(frame.intrinsics, home.intrinsics, atol=5e-4)


@pytest.mark.parametrize("name", WRITERS)
def test_objects_come_back(home: ProceduralScene, scenes: dict[str, Scene], name: str) -> None:
    annotation = Annotation(home)
    scene = scenes[name]
    assert [o.object_id for o in scene.objects] == [o.object_id for o in annotation.objects]
    for found, thing in zip(scene.objects, annotation.objects, strict=True):
        assert found.raw_label == thing.label
        box = annotation.box(thing)
        corners = box_corners(Boxes(found.box.center, found.box.extents, found.box.rotation))
        distances = np.linalg.norm(corners[:, None] - box_corners(box), axis=-1)
        assert distances.min(axis=1).max() < 1e-5
        assert (found.box.rotation[:, 2] == (0, 0, 1)).all()
    if scene.mesh is None:
        assert all(len(o.vertex_ids) == 0 for o in scene.objects)
    else:
        np.testing.assert_allclose(scene.mesh.vertices, home.mesh.vertices, atol=1e-6)
        surfaces = {o.object_id: o.vertex_ids for o in scene.objects}
        shares = [np.isin(annotation.vertex_ids(t), surfaces[t.object_id]).mean() for t in annotation.objects]
        assert np.median(shares) > 0.75  # the feet of things belong to the floor


def test_the_same_objects_in_all_layouts(scenes: dict[str, Scene]) -> None:
    first = scenes["nerfstudio"]
    for name in ("nerfstudio_applied", "tum", "chess"):
        for a, b in zip(first.objects, scenes[name].objects, strict=True):
            difference = np.setxor1d(a.vertex_ids, b.vertex_ids)
            assert len(difference) <= 0.02 * len(a.vertex_ids) + 2  # at the box's faces, after rounding


@pytest.mark.parametrize("name", WRITERS)
def test_depth_agrees_between_frames(root: Path, scenes: dict[str, Scene], name: str) -> None:
    """Depth of one frame, seen from the next: where the files' poses, axes, units and intrinsics fit together, most
    of it is there; a pose the wrong way round agrees on a third."""
    source = RGBDSource(Storage(root))
    scene = scenes[name]
    agreed: list[np.ndarray] = []
    for a, b in zip(scene.frames[:-1], scene.frames[1:], strict=True):
        near, far = (depth_in_metres(source.read_media(f.depth)[0], f.frame_id) for f in (a, b))
        k = scale_intrinsics(a.intrinsics, near.shape[1] / a.width, near.shape[0] / a.height)
        v, u = np.indices(near.shape)
        seen = near > 0
        points = unproject(k, np.stack([u[seen], v[seen]], -1).astype(float), near[seen])
        there = transform_points(inverse(b.world_from_camera) @ a.world_from_camera, points)
        pixels = np.rint(project(k, there))
        size = (far.shape[1], far.shape[0])
        inside = (there[:, 2] > 0.1) & ((pixels >= 0) & (pixels < size)).all(axis=1)
        columns, rows = pixels[inside].astype(int).T
        there_m, read_m = there[inside, 2], far[rows, columns]
        agreed.append((np.abs(there_m - read_m) < 0.03 * there_m)[there_m < read_m * 1.03])  # and not hidden
    assert np.concatenate(agreed).mean() > 0.85


def test_lost_poses_are_counted_as_the_format_tells_them(scenes: dict[str, Scene]) -> None:
    lost = {
        name: {reason: n for reason, n in scene.rejected.items() if reason.startswith("frame")}
        for name, scene in scenes.items()
    }
    assert lost["nerfstudio"] == {}  # they are not in the file
    assert lost["tum"] == {"frame: no pose": 2}
    assert lost["chess"] == lost["rescan"] == {"frame: pose not finite": 2}


def test_splits_and_rooms(root: Path, scenes: dict[str, Scene]) -> None:
    source = RGBDSource(Storage(root))
    assert source.room_of("tum") == "rescan"
    assert [scenes[name].split for name in ("tum", "rescan", "chess", "nerfstudio")] == [
        "val",
        "val",
        "train",
        "train",
    ]


def test_files_are_those_of_the_formats(root: Path) -> None:
    pose = (root / "chess/seq-01/frame-000000.pose.txt").read_bytes()
    assert pose.count(b"\r\n") == 4 and pose.count(b"\t") == 12
    depth = np.asarray(Image.open(root / "chess/seq-01/frame-000000.depth.png"))
    assert depth.dtype == np.uint16 and (depth != 0).all()
    assert (root / "tum/groundtruth.txt").read_text().splitlines()[2] == "# timestamp tx ty tz qx qy qz qw"
    assert read_image_size(Storage(root), "rescan/sequence/frame-000000.depth.pgm") == (224, 172)
    first = next((root / "nerfstudio/images").iterdir()).read_bytes()
    assert Image.open(io.BytesIO(first)).size == (160, 120)


def test_depth_of_another_camera_shows_what_the_image_shows(
    home: ProceduralScene, root: Path, scenes: dict[str, Scene]
) -> None:
    """3RScan's depth camera, cut to the image, against the depth that was rendered for the image itself."""
    source = RGBDSource(Storage(root))
    ratios = []
    for a, b in zip(scenes["rescan"].frames, scenes["tum"].frames, strict=True):
        cut, own = (depth_in_metres(source.read_media(f.depth)[0], f.frame_id) for f in (a, b))
        assert own.shape == (home.height, home.width) and cut.shape[1] > own.shape[1]
        rows = ((np.arange(own.shape[0]) + 0.5) * cut.shape[0] / own.shape[0]).astype(int)
        columns = ((np.arange(own.shape[1]) + 0.5) * cut.shape[1] / own.shape[1]).astype(int)
        both = cut[rows[:, None], columns]
        seen = (both > 0) & (own > 0)
        assert seen.mean() > 0.9
        ratios.append(np.abs(both / np.where(seen, own, 1) - 1)[seen])
    assert (np.concatenate(ratios) < 0.03).mean() > 0.93


@pytest.fixture(scope="module")
def lake(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Questions about the same home with a mesh (nerfstudio) and from depth alone (TUM, 3RScan)."""
    folder = tmp_path_factory.mktemp("lake")
    for name in ("nerfstudio", "tum_y", "rescan"):
        shutil.copytree(root / name, folder / "scans" / name)
    results = build(config_for(folder / "scans", folder / "lake", source="rgbd"))
    assert [(result.status, result.message) for result in results] == [("built", "")] * 6
    assert all(result.counts for result in results)
    return Lake(Storage(folder / "lake"))


@pytest.mark.parametrize("name", ["tum_y", "rescan"])
def test_depth_alone_sees_what_the_mesh_shows(lake: Lake, name: str) -> None:
    def seen(scene_id: str) -> list[dict[int, int]]:
        _, _, views = lake.read_records("rgbd", scene_id)
        return [{o["object_id"]: o["pixel_count"] for o in view["objects"]} for view in views.to_pylist()]

    by_mesh, by_depth = seen("nerfstudio"), seen(name)
    assert len(by_mesh) == len(by_depth) > 4
    large = [(place, one) for place, view in enumerate(by_mesh) for one, count in view.items() if count > 100]
    both = [place_one for place_one in large if place_one[1] in by_depth[place_one[0]]]
    assert len(large) > 30 and len(both) > 0.9 * len(large)
