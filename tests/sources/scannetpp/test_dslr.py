"""Photographs: undistorted truly, posed by either file, held out or bad."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from factory.errors import DataError
from factory.sources.procedural.render import SceneRenderer
from factory.sources.procedural.scene import ProceduralScene
from factory.sources.procedural.writers.scannetpp import world_of_scannetpp
from factory.sources.procedural.writers.scannetpp_lens import COEFFICIENTS, fisheye_of
from factory.sources.procedural.writers.scannetpp_streams import EVERY_TEST, photo_names
from factory.sources.scannetpp.dslr import DslrStream
from factory.sources.scannetpp.layout import open_folder
from factory.store.storage import Storage
from schemas.scene import Scene
from tests.sources.scannetpp.release import NEW, OLD, edit_json, edit_lines, load, read_array

DSLR = "scannetpp_dslr"


def load_dslr(scene: Path) -> Scene:
    return load(scene.parent, scene.name, DSLR)


def only_fisheye(scene: Path) -> None:
    shutil.rmtree(scene / "dslr" / "resized_undistorted_images")


@pytest.mark.parametrize("scene_id", [NEW, OLD])
def test_frames_are_the_cameras_in_the_files_world(release: Path, built: ProceduralScene, scene_id: str) -> None:
    scene = load(release, scene_id, DSLR)
    world = world_of_scannetpp(built)
    usable = {
        name.removesuffix(".JPG"): world @ camera.world_from_camera
        for name, camera in zip(photo_names(built), built.cameras, strict=True)
        if camera.tracked and camera.exposure_end is None
    }
    assert [f.frame_id for f in scene.frames] == list(usable)
    assert [f.index for f in scene.frames] == list(range(len(usable)))
    for frame in scene.frames:
        np.testing.assert_allclose(frame.world_from_camera, usable[frame.frame_id], atol=1e-9)
        assert frame.depth is None and (frame.width, frame.height) == (240, 160)
    blurred = sum(c.exposure_end is not None and c.tracked for c in built.cameras)
    lost = sum(not c.tracked for c in built.cameras)
    assert blurred and lost
    assert {k: n for k, n in scene.rejected.items() if k.startswith("frame")} == {
        "frame: marked as bad": blurred,
        "frame: no pose": lost,
    }


def test_a_pixel_is_where_the_lens_put_it(release: Path, built: ProceduralScene) -> None:
    """Through Kannala-Brandt by its definition, with COLMAP's corner at (0, 0), and our centre at (0, 0)."""
    frame = load(release, OLD, DSLR).frames[0]
    stored = fisheye_of(built)
    lens = DslrStream(open_folder(Storage(release), f"data/{OLD}")).lens()
    x, y = lens.source_pixels((240, 160))
    v, u = np.mgrid[:160, :240]
    ray_x = (u - frame.intrinsics[0, 2]) / frame.intrinsics[0, 0]
    ray_y = (v - frame.intrinsics[1, 2]) / frame.intrinsics[1, 1]
    r = np.hypot(ray_x, ray_y)
    angle = np.arctan(r)
    k1, k2, k3, k4 = COEFFICIENTS
    bent = angle * (1 + k1 * angle**2 + k2 * angle**4 + k3 * angle**6 + k4 * angle**8)
    colmap_u = stored.focal_x * bent / r * ray_x + stored.center_x
    colmap_v = stored.focal_y * bent / r * ray_y + stored.center_y
    np.testing.assert_allclose(x, colmap_u - 0.5, atol=0.02)
    np.testing.assert_allclose(y, colmap_v - 0.5, atol=0.02)
    assert np.abs(x - u).max() > 5  # it is bent


def test_the_official_rule(release: Path) -> None:
    """The focal length of the release's own undistorted images, the principal point in the middle."""
    path = release / "data" / NEW / "dslr" / "nerfstudio" / "transforms_undistorted.json"
    official = json.loads(path.read_text())
    straight, bent = (load(release, scene_id, DSLR).frames[0] for scene_id in (NEW, OLD))
    expected = [[official["fl_x"], 0, 119.5], [0, official["fl_y"], 79.5], [0, 0, 1]]
    np.testing.assert_allclose(straight.intrinsics, expected, atol=1e-9)
    np.testing.assert_allclose(bent.intrinsics, expected, atol=1e-9)
    assert straight.image == f"data/{NEW}/dslr/resized_undistorted_images/{straight.frame_id}.JPG"
    assert bent.image == f"data/{OLD}/dslr/resized_images/{bent.frame_id}.JPG#undistort"


def test_an_undistorted_photograph_is_what_a_pinhole_camera_sees(release: Path, built: ProceduralScene) -> None:
    """Rendered with the frame's own intrinsics and camera; half a pixel to any side fits worse."""
    frames = load(release, OLD, DSLR).frames[::3]
    world_from_file = np.linalg.inv(world_of_scannetpp(built))
    misfit = {}
    for shift in [(0, 0), (0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5)]:
        matrix = frames[0].intrinsics.copy()
        matrix[:2, 2] += shift
        seen = replace(built, intrinsics=matrix, width=240, height=160)
        total = 0.0
        with SceneRenderer(seen) as renderer:
            for frame in frames:
                color, _ = renderer.render(world_from_file @ frame.world_from_camera)
                found = read_array(release, frame.image, DSLR)
                inner = (slice(20, -20), slice(30, -30))
                total += float(np.square(color[inner].astype(float) - found[inner]).mean())
        misfit[shift] = total / len(frames)
    assert misfit[0, 0] ** 0.5 < 9
    assert all(misfit[0, 0] < 0.85 * other for shift, other in misfit.items() if shift != (0, 0))


def test_the_releases_undistorted_photographs_agree(release: Path) -> None:
    """Those of the release lie up to half a pixel off, which its script lets happen."""
    ours, official = (load(release, scene_id, DSLR).frames[1] for scene_id in (OLD, NEW))
    a, b = (read_array(release, frame.image, DSLR)[20:-20, 30:-30].astype(np.float32) for frame in (ours, official))
    shift, response = cv2.phaseCorrelate(a.mean(axis=2), b.mean(axis=2))
    assert np.abs(shift).max() < 0.6 and response > 0.5


def test_without_colmap_the_cameras_are_nerfstudios(scene_copy: Path) -> None:
    only_fisheye(scene_copy)
    before = load_dslr(scene_copy)
    shutil.rmtree(scene_copy / "dslr" / "colmap")
    after = load_dslr(scene_copy)
    assert [f.image for f in after.frames] == [f.image for f in before.frames]
    assert after.rejected == before.rejected
    for a, b in zip(after.frames, before.frames, strict=True):
        np.testing.assert_allclose(a.world_from_camera, b.world_from_camera, atol=1e-9)
        np.testing.assert_allclose(a.intrinsics, b.intrinsics, atol=1e-9)
    uri = after.frames[0].image
    edit_json(scene_copy / "dslr" / "nerfstudio" / "transforms.json", lambda parsed: parsed.update(k1=0.3))
    assert not np.array_equal(load_dslr(scene_copy).frames[0].intrinsics, after.frames[0].intrinsics)
    assert read_array(scene_copy.parent, uri, DSLR).shape == (160, 240, 3)


@pytest.mark.parametrize("prefix", ["dslr/", "video/", "a/b/"])
def test_folders_before_names_do_not_count(scene_copy: Path, prefix: str) -> None:
    before = load_dslr(scene_copy)
    edit_lines(scene_copy / "dslr" / "colmap" / "images.txt", lambda line: line.replace(" DSC", f" {prefix}DSC"))
    after = load_dslr(scene_copy)
    assert [f.frame_id for f in after.frames] == [f.frame_id for f in before.frames]
    np.testing.assert_array_equal(after.frames[2].world_from_camera, before.frames[2].world_from_camera)


def test_images_of_the_test_list_may_be_withheld(scene_copy: Path) -> None:
    only_fisheye(scene_copy)
    before = load_dslr(scene_copy)
    held_out = json.loads((scene_copy / "dslr" / "train_test_lists.json").read_text())["test"]
    assert held_out and EVERY_TEST > 1
    used = [f.frame_id for f in before.frames if f"{f.frame_id}.JPG" in held_out]
    assert used  # they are used where they are released
    for name in [*held_out, before.frames[0].frame_id + ".JPG"]:
        (scene_copy / "dslr" / "resized_images" / name).unlink()
    after = load_dslr(scene_copy)
    assert after.rejected["frame: image of the test list, withheld"] == len(held_out)
    assert after.rejected["frame: no colour image"] == 1
    assert [f.frame_id for f in after.frames] == [f.frame_id for f in before.frames[1:] if f.frame_id not in used]


def test_without_optional_files(scene_copy: Path) -> None:
    """No lists, no transforms, no masks: nothing is marked as bad then."""
    only_fisheye(scene_copy)
    before = load_dslr(scene_copy)
    (scene_copy / "dslr" / "train_test_lists.json").unlink()
    for name in ("nerfstudio", "resized_anon_masks"):
        shutil.rmtree(scene_copy / "dslr" / name)
    after = load_dslr(scene_copy)
    assert {f.frame_id for f in before.frames} < {f.frame_id for f in after.frames}
    assert "frame: marked as bad" not in after.rejected


def test_a_fisheye_whose_coefficients_are_zero_is_no_pinhole(scene_copy: Path) -> None:
    only_fisheye(scene_copy)
    path = scene_copy / "dslr" / "colmap" / "cameras.txt"
    edit_lines(path, lambda line: " ".join([*line.split()[:8], "0", "0", "0", "0"]) + "\n")
    assert all(f.image.endswith(".JPG#undistort") for f in load_dslr(scene_copy).frames)


def test_photographs_of_a_pinhole_stay_as_they_are(scene_copy: Path) -> None:
    only_fisheye(scene_copy)
    (scene_copy / "dslr" / "colmap" / "cameras.txt").write_text("1 PINHOLE 240 160 90 91 121 80\n")
    frame = load_dslr(scene_copy).frames[0]
    assert frame.image.endswith(".JPG")
    np.testing.assert_array_equal(frame.intrinsics, [[90, 0, 120.5], [0, 91, 79.5], [0, 0, 1]])
    assert read_array(scene_copy.parent, frame.image, DSLR).shape == (160, 240, 3)


def test_photographs_made_smaller(scene_copy: Path) -> None:
    only_fisheye(scene_copy)
    before = load_dslr(scene_copy).frames[0]
    for path in (scene_copy / "dslr" / "resized_images").iterdir():
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            image.resize((120, 80), Image.Resampling.BOX).save(path, "JPEG", quality=95)
    after = load_dslr(scene_copy).frames[0]
    assert (after.width, after.height) == (120, 80)
    # a pixel covers four: what was at (2i + 0.5, 2j + 0.5) is at (i, j)
    np.testing.assert_allclose(after.intrinsics[:2, 2] * 2 + 0.5, before.intrinsics[:2, 2], atol=1e-9)
    np.testing.assert_allclose(after.intrinsics[0, 0] * 2, before.intrinsics[0, 0], atol=1e-9)
    large = read_array(scene_copy.parent, before.image, DSLR)  # of the small image now
    assert large.shape == (80, 120, 3)


def test_transforms_of_undistorted_images_must_be_straight(scene_copy: Path) -> None:
    path = scene_copy / "dslr" / "nerfstudio" / "transforms_undistorted.json"
    edit_json(path, lambda parsed: parsed.update(camera_model="OPENCV", k1=0.2, k2=0, p1=0, p2=0))
    with pytest.raises(DataError, match=r"transforms_undistorted.json: expected a camera without distortion"):
        load_dslr(scene_copy)
