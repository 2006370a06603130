"""A house through the loader: the objects, cameras, images and depth that were written."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.geometry.boxes import fit_box
from factory.geometry.cameras import unproject
from factory.geometry.transforms import rotation_angle, transform_points
from factory.sources.matterport3d.source import Matterport3DSource
from factory.sources.procedural.writers.annotation import Annotation
from factory.sources.procedural.writers.matterport3d import pano_ids
from factory.store.storage import Storage
from schemas.scene import Frame, Scene
from tests.sources.matterport3d.conftest import SCAN, WrittenHome

HOUSE = f"{SCAN}/house_segmentations/{SCAN}"


def load(root: Path) -> Scene:
    return Matterport3DSource(Storage(root)).load(SCAN)


@pytest.fixture(scope="module")
def scene(home: WrittenHome) -> Scene:
    return load(home.root)


@pytest.fixture
def copied(home: WrittenHome, tmp_path: Path) -> Path:
    """A root to change."""
    return Path(shutil.copytree(home.root, tmp_path / "scans"))


def by_camera(home: WrittenHome, scene: Scene) -> list[tuple[int, Frame]]:
    """Frames with the place of their camera in the procedural scene."""
    stations = {pano: place for place, pano in enumerate(pano_ids(SCAN, len(home.scene.cameras) // 18))}
    found = []
    for frame in scene.frames:
        pano, camera, yaw = frame.frame_id.split("_")
        found.append((18 * stations[pano] + 6 * int(camera) + int(yaw), frame))
    return found


def depth_m(source: Matterport3DSource, frame: Frame) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(source.read_media(frame.depth)[0]))) / 1000.0


def test_objects_have_the_boxes_and_names_that_were_painted(home: WrittenHome, scene: Scene) -> None:
    annotation = Annotation(home.scene)
    things = {thing.object_id: thing for thing in annotation.objects}
    assert [o.object_id for o in scene.objects] == sorted(things)
    for found in scene.objects:
        thing = things[found.object_id]
        assert (found.label, found.raw_label) == (thing.label, thing.label)
        assert found.is_structural == (thing.label in ("wall", "floor", "ceiling"))
        place = np.full(len(scene.mesh.vertices), -1)
        place[found.vertex_ids] = np.arange(len(found.vertex_ids))
        faces = place[scene.mesh.faces[scene.mesh.face_object == found.object_id]]
        box = fit_box(scene.mesh.vertices[found.vertex_ids], faces[(faces >= 0).all(axis=1)])
        expected = annotation.box(thing)
        for one, other in zip(box, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-3)


def test_objects_of_faces_are_those_of_the_file(home: WrittenHome, scene: Scene) -> None:
    np.testing.assert_array_equal(scene.mesh.face_object, Annotation(home.scene).face_object())
    assert (scene.mesh.face_object == -1).any()
    ids = np.concatenate([o.vertex_ids for o in scene.objects])
    assert len(np.unique(ids)) == len(ids)


def test_cameras_are_those_of_the_stations(home: WrittenHome, scene: Scene) -> None:
    assert len(scene.frames) == len(home.scene.cameras) == 54
    for place, frame in by_camera(home, scene):
        expected = home.scene.cameras[place].world_from_camera
        assert np.abs(frame.world_from_camera[:3, 3] - expected[:3, 3]).max() < 1e-3
        assert np.degrees(rotation_angle(frame.world_from_camera[:3, :3].T @ expected[:3, :3])) < 0.01
        np.testing.assert_allclose(frame.intrinsics, home.scene.intrinsics, atol=2e-3)
        assert (frame.width, frame.height) == (160, 128)


def test_camera_0_looks_up_and_yaws_turn_clockwise(home: WrittenHome, scene: Scene) -> None:
    for frame in scene.frames:
        camera = int(frame.frame_id.split("_")[1])
        assert np.sign(np.round(frame.world_from_camera[2, 2], 3)) == (1, 0, -1)[camera]
        assert frame.world_from_camera[2, 1] < 0  # upright
    level = [frame.world_from_camera[:2, 2] for frame in scene.frames[6:12]]
    headings = np.degrees(np.unwrap([np.arctan2(x, y) for x, y in level]))
    np.testing.assert_allclose(np.diff(headings), 60, atol=0.01)


def test_depth_lies_on_the_mesh(home: WrittenHome, scene: Scene) -> None:
    """The check that catches every slip of convention at once: axes, origin of the image, unit of depth."""
    from open3d.core import Tensor
    from open3d.t.geometry import RaycastingScene

    source = Matterport3DSource(Storage(home.root))
    surface = RaycastingScene(nthreads=1)
    surface.add_triangles(Tensor(scene.mesh.vertices), Tensor(scene.mesh.faces.astype(np.uint32)))

    def far(frame: Frame, intrinsics: np.ndarray, scale: float = 1.0) -> float:
        depth = depth_m(source, frame) * scale
        v, u = np.nonzero(depth)
        points = unproject(intrinsics, np.stack([u, v], axis=1), depth[v, u])
        world = transform_points(frame.world_from_camera, points).astype(np.float32)
        return float(np.mean(surface.compute_distance(Tensor(world)).numpy()))

    for frame in scene.frames[::7]:
        from_below = np.array(frame.intrinsics)
        from_below[1, 2] = frame.height - 1 - from_below[1, 2]
        assert abs(from_below[1, 2] - frame.intrinsics[1, 2]) > 5
        right = far(frame, frame.intrinsics)
        assert right < 0.004  # a coarse picture of a surface with edges
        assert far(frame, from_below) > 3 * right
        assert far(frame, frame.intrinsics, scale=4.0) > 0.3


def test_depth_is_handed_on_in_millimetres(home: WrittenHome, scene: Scene) -> None:
    source, frame = Matterport3DSource(Storage(home.root)), scene.frames[3]
    assert frame.depth.endswith(".png#depth_scale=4000")
    stored = np.asarray(Image.open(home.root / frame.depth.partition("#")[0])).astype(np.float64)
    data, suffix = source.read_media(frame.depth)
    assert suffix == ".png"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), np.rint(stored / 4))


def test_images_are_handed_on_as_they_are(home: WrittenHome, scene: Scene) -> None:
    frame = scene.frames[3]
    pano = frame.frame_id.split("_")[0]
    assert frame.image == f"{SCAN}/undistorted_color_images/{pano}_i0_3.jpg"
    data, suffix = Matterport3DSource(Storage(home.root)).read_media(frame.image)
    assert (data, suffix) == ((home.root / frame.image).read_bytes(), ".jpg")


@pytest.mark.parametrize("uri", ["nothing.jpg", f"{SCAN}/no.zip!/a.jpg", f"{HOUSE}.house", "a.png#depth_scale=4000"])
def test_other_uris_are_refused(home: WrittenHome, uri: str) -> None:
    with pytest.raises(DataError, match=uri.partition("#")[0].replace("!", ".")):
        Matterport3DSource(Storage(home.root)).read_media(uri)


def test_views_are_in_the_order_of_the_camera_file(home: WrittenHome, scene: Scene) -> None:
    """By panorama, and by camera and yaw in it; each is a view of its own, not a frame of a video."""
    conf = home.folder / "undistorted_camera_parameters" / f"{SCAN}.conf"
    listed = [line.split()[2] for line in conf.read_text().splitlines() if line.startswith("scan ")]
    assert [frame.image.rpartition("/")[2] for frame in scene.frames] == listed
    assert [frame.index for frame in scene.frames] == list(range(54))
    assert [frame.frame_id[-3:] for frame in scene.frames[:18]] == [f"{c}_{y}" for c in range(3) for y in range(6)]
    assert scene.capture == "views"


def test_world_and_split(home: WrittenHome, scene: Scene) -> None:
    assert (scene.source, scene.scene_id, scene.split) == ("matterport3d", SCAN, "train")
    assert scene.floor_polygon is None and not scene.axis_aligned and scene.rejected == {}
    np.testing.assert_array_equal(scene.mesh.vertices, home.scene.mesh.vertices)
    assert Matterport3DSource(Storage(home.root)).room_of(SCAN) == SCAN


@pytest.mark.parametrize("place", ["", "scans", "v1/scans"])
def test_places_of_scans_and_tables(home: WrittenHome, tmp_path: Path, place: str) -> None:
    root = tmp_path / "matterport"
    shutil.copytree(home.folder, root / place / SCAN)
    (root / "metadata").mkdir()
    shutil.copy(home.root / "category_mapping.tsv", root / "metadata")
    (root / "tasks" / "benchmark").mkdir(parents=True)
    (root / "tasks" / "benchmark" / "scenes_test.txt").write_text(f"{SCAN}\n")
    (root / "connectivity").mkdir()
    (root / "annotations").mkdir()  # eleven letters, and no scan
    source = Matterport3DSource(Storage(root))
    assert source.list_scenes() == [SCAN]
    assert source.load(SCAN).split == "test"


def test_names_of_the_mapping_are_used(copied: Path) -> None:
    table = copied / "category_mapping.tsv"
    table.write_text(table.read_text().replace("\twall\twall\t", "\twall\tpartition\t"))
    labels = {(o.label, o.is_structural) for o in load(copied).objects if o.raw_label == "wall"}
    assert labels == {("partition", True)}
    table.unlink()
    assert "wall" in {o.label for o in load(copied).objects}


def test_objects_by_groups_where_there_is_no_house_file(copied: Path, scene: Scene) -> None:
    (copied / f"{HOUSE}.house").unlink()
    found = load(copied)
    assert [(o.object_id, o.label, o.is_structural) for o in found.objects] == [
        (o.object_id, o.label, o.is_structural) for o in scene.objects
    ]
    np.testing.assert_array_equal(found.mesh.face_object, scene.mesh.face_object)


def test_face_properties_by_the_names_of_the_documentation(copied: Path, scene: Scene) -> None:
    mesh = copied / f"{HOUSE}.ply"
    data = mesh.read_bytes()
    for name in ("material", "segment", "category"):
        data = data.replace(f"{name}_id".encode(), f"face_{name}".encode(), 1)
    mesh.write_bytes(data)
    np.testing.assert_array_equal(load(copied).mesh.face_object, scene.mesh.face_object)


def test_faces_without_object_or_category(copied: Path, scene: Scene) -> None:
    """-1 is none, in the mesh and in the house."""
    house = copied / f"{HOUSE}.house"
    lines = house.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("O  0 "))
    fields = lines[first].split()
    lines[first] = " ".join([*fields[:2], "-1", "-1", *fields[4:]])
    house.write_text("\n".join(lines) + "\n")
    nameless = load(copied).objects[0]
    assert (nameless.object_id, nameless.label, nameless.raw_label) == (0, "", "")
    assert len(nameless.vertex_ids) == len(scene.objects[0].vertex_ids)


def test_missing_images_and_panoramas(copied: Path, scene: Scene) -> None:
    """Images that were never delivered cost their frames, missing depth nothing; a panorama that the simulator leaves
    out is a panorama still."""
    graph = copied / "connectivity" / f"{SCAN}_connectivity.json"
    viewpoints = json.loads(graph.read_text())
    graph.write_text(json.dumps([one | {"included": False} for one in viewpoints]))
    gone, empty, shallow, hollow = (scene.frames[i] for i in (1, 20, 40, 41))
    (copied / gone.image).unlink()
    (copied / empty.image).write_bytes(b"")
    (copied / shallow.depth.partition("#")[0]).unlink()
    (copied / hollow.depth.partition("#")[0]).write_bytes(b"")
    found = load(copied)
    ids = [frame.frame_id for frame in scene.frames]
    assert [frame.frame_id for frame in found.frames] == [i for i in ids if i not in (gone.frame_id, empty.frame_id)]
    assert found.rejected == {"frame: no colour image": 1, "frame: colour image empty": 1}
    without_depth = [frame.frame_id for frame in found.frames if frame.depth is None]
    assert without_depth == [shallow.frame_id, hollow.frame_id]


def test_zips_give_what_folders_give(packed_home: WrittenHome, home: WrittenHome, scene: Scene) -> None:
    source, unpacked = Matterport3DSource(Storage(packed_home.root)), Matterport3DSource(Storage(home.root))
    found = source.load(SCAN)
    inside = f"{SCAN}/undistorted_color_images.zip!/{SCAN}/undistorted_color_images/"
    for one, other in zip(found.frames, scene.frames, strict=True):
        assert one.image == inside + other.image.rpartition("/")[2]
        assert (one.frame_id, one.index, one.width, one.height) == (
            other.frame_id,
            other.index,
            other.width,
            other.height,
        )
        np.testing.assert_array_equal(one.world_from_camera, other.world_from_camera)
    for one, other in ((found.frames[5], scene.frames[5]), (found.frames[53], scene.frames[53])):
        assert source.read_media(one.image) == unpacked.read_media(other.image)
        assert source.read_media(one.depth) == unpacked.read_media(other.depth)
    np.testing.assert_array_equal(found.mesh.face_object, scene.mesh.face_object)
    assert [o.label for o in found.objects] == [o.label for o in scene.objects]


def test_entries_for_folders_and_other_files_in_zips_do_no_harm(copied: Path, scene: Scene) -> None:
    folder = copied / SCAN / "undistorted_color_images"
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{SCAN}/", b"")
        archive.writestr(f"{SCAN}/{folder.name}/", b"")
        archive.writestr(f"__MACOSX/{SCAN}/{folder.name}/._{scene.frames[0].frame_id}.jpg", b"none")
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{SCAN}/{folder.name}/{path.name}")
    shutil.rmtree(folder)
    found = load(copied)
    assert [frame.frame_id for frame in found.frames] == [frame.frame_id for frame in scene.frames]
    assert ".zip!/" in found.frames[0].image and ".zip" not in found.frames[0].depth


def test_a_folder_comes_before_its_zip(copied: Path, scene: Scene) -> None:
    (copied / SCAN / "undistorted_color_images.zip").write_bytes(b"half a download")
    assert [frame.image for frame in load(copied).frames] == [frame.image for frame in scene.frames]
