"""A room written by hand, in the ScanNet layout: geometry, names, places, sizes of images."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from factory.geometry.cameras import project, scale_intrinsics
from factory.geometry.transforms import inverse, transform_points
from factory.sources.scannet.source import ScanNetSource
from factory.store.storage import Storage
from tests.sources.scannet.tiny_scannet import (
    ALIGNED_FROM_RAW,
    BOXES,
    COLOR_INTRINSICS,
    COLOR_SIZE,
    DEPTH_INTRINSICS,
    DEPTH_SIZE,
    FRAMES,
    SCENE,
    WORLD_FROM_CAMERA,
    TinyScene,
    aligned_box,
    load,
    looking,
    matrix_text,
    write,
    write_tiny_scene,
)


def test_objects_and_mesh_stand_in_the_aligned_world(tmp_path: Path) -> None:
    write_tiny_scene(tmp_path)
    scene = load(tmp_path)
    assert (scene.source, scene.scene_id, scene.split, scene.axis_aligned) == ("scannet", SCENE, "train", True)
    assert scene.rejected == {}
    assert [o.object_id for o in scene.objects] == [box[1] for box in BOXES]
    assert [o.label for o in scene.objects] == ["floor", "wall", "table", "coffee cup", ""]
    assert [o.raw_label for o in scene.objects] == [box[0] for box in BOXES]
    assert [o.is_structural for o in scene.objects] == [True, True, False, False, False]
    for _, object_id, low, high in BOXES:
        found_low, found_high = aligned_box(scene, object_id)
        np.testing.assert_allclose(found_low, low, atol=1e-5)
        np.testing.assert_allclose(found_high, high, atol=1e-5)
    assert scene.mesh.vertices.dtype == np.float32
    # Twelve triangles a box; of the two that nobody annotated, one has a vertex of the wall, which is not enough.
    np.testing.assert_array_equal(scene.mesh.face_object, [*np.repeat([box[1] for box in BOXES], 12), -1, -1])


def test_frames_stand_in_the_aligned_world(tmp_path: Path) -> None:
    write_tiny_scene(tmp_path)
    frames = load(tmp_path).frames
    assert [(f.frame_id, f.index) for f in frames] == [(str(n), n) for n in FRAMES]
    assert frames[2].image == f"{SCENE}/color/10.jpg" and frames[2].depth == f"{SCENE}/depth/10.png"
    for frame in frames:
        assert (frame.width, frame.height) == COLOR_SIZE
        # The files hold six decimals; the rotations are rotations again.
        np.testing.assert_allclose(frame.world_from_camera, WORLD_FROM_CAMERA[frame.index], atol=5e-6)
        rotation = frame.world_from_camera[:3, :3]
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) > 0


def test_intrinsics_are_the_exported_ones(tmp_path: Path) -> None:
    """Not those of the `.txt` (uncalibrated), and `colorToDepthExtrinsics` turns nothing."""
    write_tiny_scene(tmp_path)
    np.testing.assert_allclose(load(tmp_path).frames[0].intrinsics, COLOR_INTRINSICS, atol=1e-6)
    scene = TinyScene()
    del scene.fields["colorToDepthExtrinsics"], scene.fields["fx_color"]
    write(tmp_path / "other", scene)
    without = load(tmp_path / "other")
    for a, b in zip(load(tmp_path).frames, without.frames, strict=True):
        np.testing.assert_array_equal(a.world_from_camera, b.world_from_camera)


def test_without_alignment_the_scene_stays_as_scanned(tmp_path: Path) -> None:
    scene = TinyScene()
    del scene.fields["axisAlignment"]
    folder = write(tmp_path, scene)
    loaded = load(tmp_path)
    assert not loaded.axis_aligned
    np.testing.assert_allclose(loaded.mesh.vertices, scene.vertices, atol=1e-6)
    np.testing.assert_allclose(loaded.frames[0].world_from_camera, scene.raw_from_camera[0], atol=5e-6)
    (folder / f"{SCENE}.txt").unlink()
    again = load(tmp_path)
    np.testing.assert_array_equal(again.mesh.vertices, loaded.mesh.vertices)
    np.testing.assert_allclose(again.frames[0].intrinsics, COLOR_INTRINSICS, atol=1e-6)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "   \r\n"])
def test_line_ends_of_the_meta_file(tmp_path: Path, ending: str) -> None:
    folder = write(tmp_path, TinyScene())
    path = folder / f"{SCENE}.txt"
    lines = [line.strip() for line in path.read_text().splitlines()]
    path.write_bytes("".join(line + ending for line in lines).encode())
    np.testing.assert_allclose(load(tmp_path).frames[0].world_from_camera, WORLD_FROM_CAMERA[0], atol=5e-6)


def test_alignment_key_is_not_taken_apart(tmp_path: Path) -> None:
    """A value that begins with letters of the key survives, and no other key counts as the alignment."""
    scene = TinyScene()
    del scene.fields["axisAlignment"]
    scene.fields["notaxisAlignment"] = "1 2 3"
    scene.fields["sceneType"] = "axis = Alignment"
    write(tmp_path, scene)
    assert not load(tmp_path).axis_aligned


def test_camera_looks_at_what_it_should(tmp_path: Path) -> None:
    """The chain from the files to the pixels, against the same point computed from the layout's definition."""
    write_tiny_scene(tmp_path)
    frame = load(tmp_path).frames[0]
    target = np.array([1.6, 1.4, 0.6])
    above = target + np.array([0, 0, 0.1])
    pixel = project(frame.intrinsics, transform_points(inverse(frame.world_from_camera), target))
    np.testing.assert_allclose(pixel, COLOR_INTRINSICS[:2, 2], atol=1e-3)
    higher = project(frame.intrinsics, transform_points(inverse(frame.world_from_camera), above))
    assert higher[1] < pixel[1]
    assert np.allclose(looking((0, 0, 1), (0, 1, 1))[:3, 1], (0, 0, -1))
    assert not np.allclose(ALIGNED_FROM_RAW, np.eye(4))


def test_padded_names_keep_the_original_numbers(tmp_path: Path) -> None:
    scene = TinyScene()
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_export(tmp_path / SCENE, digits=6)
    frames = load(tmp_path).frames
    assert [f.frame_id for f in frames] == [str(n) for n in FRAMES]
    assert frames[1].image == f"{SCENE}/color/000002.jpg"


def test_padded_images_match_unpadded_poses(tmp_path: Path) -> None:
    folder = write(tmp_path, TinyScene())
    for path in sorted((folder / "color").iterdir()):
        path.rename(path.with_stem(path.stem.zfill(5)))
    assert [f.frame_id for f in load(tmp_path).frames] == [str(n) for n in FRAMES]


@pytest.mark.parametrize("place", ["intrinsics/intrinsic_{}.txt", "intrinsics_{}.txt", "intrinsic_{}.txt"])
def test_intrinsics_in_other_places(tmp_path: Path, place: str) -> None:
    folder = write(tmp_path, TinyScene())
    (folder / "intrinsics").mkdir()
    for kind in ("color", "depth"):
        (folder / "intrinsic" / f"intrinsic_{kind}.txt").rename(folder / place.format(kind))
    shutil.rmtree(folder / "intrinsic")
    np.testing.assert_allclose(load(tmp_path).frames[0].intrinsics, COLOR_INTRINSICS, atol=1e-6)


def test_intrinsics_of_nine_numbers(tmp_path: Path) -> None:
    folder = write(tmp_path, TinyScene())
    (folder / "intrinsic" / "intrinsic_color.txt").write_text(matrix_text(COLOR_INTRINSICS))
    np.testing.assert_allclose(load(tmp_path).frames[0].intrinsics, COLOR_INTRINSICS, atol=1e-6)


def test_png_colour(tmp_path: Path) -> None:
    scene = TinyScene()
    folder = write(tmp_path, scene)
    for path in sorted((folder / "color").iterdir()):
        path.unlink()
        path.with_suffix(".png").write_bytes(scene.color(int(path.stem), kind="PNG"))
    frame = load(tmp_path).frames[1]
    assert (frame.image, frame.width, frame.height) == (f"{SCENE}/color/2.png", *COLOR_SIZE)


def test_scenes_are_found(tmp_path: Path) -> None:
    for scene_id in ("scene0011_01", "scene0002_00"):
        write_tiny_scene(tmp_path, scene_id)
    write_tiny_scene(tmp_path / "scans", "scene0001_00")
    write_tiny_scene(tmp_path / "scans_test", "scene0707_00")
    (tmp_path / "scene0005_00").mkdir()  # broken, but a scene
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "scene0006_00").write_text("a file")
    source = ScanNetSource(Storage(tmp_path))
    assert source.list_scenes() == ["scene0001_00", "scene0002_00", "scene0005_00", "scene0011_01"]
    frame = source.load("scene0001_00").frames[0]
    assert frame.image == "scans/scene0001_00/color/0.jpg"
    assert source.read_media(frame.image)[1] == ".jpg"


def test_split_lists_in_the_root_or_beside_it(tmp_path: Path) -> None:
    root = tmp_path / "scans"
    write_tiny_scene(root)
    assert load(root).split == "train"
    (tmp_path / "scannetv2_val.txt").write_bytes(b"scene0568_00\r\nscene0000_00\r\n")
    assert load(root).split == "val"
    (root / "scannetv2_val.txt").write_text("scene0568_00\n")
    (root / "scannetv2_test.txt").write_text("scene0000_00\n")
    assert load(root).split == "test"


def test_label_map(tmp_path: Path) -> None:
    root = tmp_path / "scans"
    write_tiny_scene(root)
    header = "id\traw_category\tcategory\tcount\tnyu40id\teigen13id"
    rows = ["7\ttable\tdining table\t1\t7\t1", "2\tfloor\tground\t3\t2\t5", "9\tcoffee cup\tcup\t3\t40\t5"]
    (tmp_path / "scannetv2-labels.combined.tsv").write_bytes("\r\n".join([header, *rows, ""]).encode())
    scene = load(root)
    assert [o.label for o in scene.objects] == ["ground", "wall", "dining table", "cup", ""]
    assert [o.is_structural for o in scene.objects] == [True, True, False, False, False]
    assert scene.objects[3].raw_label == "Coffee Cup"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (COLOR_SIZE, COLOR_INTRINSICS),
        (DEPTH_SIZE, DEPTH_INTRINSICS),  # brought to the size of the registered depth
        ((72, 54), scale_intrinsics(COLOR_INTRINSICS, 0.75, 0.75)),
        ((192, 72), scale_intrinsics(COLOR_INTRINSICS, 2.0, 1.0)),
    ],
)
def test_resized_images(tmp_path: Path, size: tuple[int, int], expected: np.ndarray) -> None:
    scene = TinyScene()
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_export(tmp_path / SCENE, color_size=size)
    frame = load(tmp_path).frames[0]
    assert (frame.width, frame.height) == size
    np.testing.assert_allclose(frame.intrinsics, expected, atol=1e-6)


def test_resized_images_whose_intrinsics_were_resized_too(tmp_path: Path) -> None:
    scene = TinyScene()
    folder = tmp_path / SCENE
    scene.write_annotated_mesh(folder)
    scene.write_export(folder, color_size=(144, 108))
    expected = scale_intrinsics(COLOR_INTRINSICS, 1.5, 1.5)
    (folder / "intrinsic" / "intrinsic_color.txt").write_text(matrix_text(expected))
    np.testing.assert_allclose(load(tmp_path).frames[0].intrinsics, expected, atol=1e-6)


def test_resized_images_without_any_recorded_size(tmp_path: Path) -> None:
    """The principal point tells the size that was calibrated, to a percent or two."""
    scene = TinyScene()
    for side in ("colorWidth", "colorHeight"):
        del scene.fields[side]
    scene.write_annotated_mesh(tmp_path / SCENE)
    scene.write_export(tmp_path / SCENE, color_size=(192, 144))
    found = load(tmp_path).frames[0].intrinsics
    expected = scale_intrinsics(COLOR_INTRINSICS, 2.0, 2.0)
    np.testing.assert_allclose(found, expected, rtol=0.03)
