"""The camera file: a state machine over lines, cameras as OpenGL has them, images counted from below."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.errors import DataError
from factory.sources.matterport3d.conf import read_conf

HEAD = "dataset matterport\nn_images 36\ndepth_directory undistorted_depth_images\n"
HEAD += "color_directory undistorted_color_images\n\n"
PANO = "0f37bd0737e349de9d536263a4bdd60d"
LEVEL = np.array([[1.0, 0, 0, 3.25], [0, 0, -1, -1.5], [0, 1, 0, 1.6], [0, 0, 0, 1]])  # OpenGL, looks along world +y


def scan(pano: str = PANO, camera: int = 1, yaw: int = 0, matrix: np.ndarray = LEVEL) -> str:
    numbers = " ".join(f"{x:g}" for x in matrix.ravel())
    return f"scan {pano}_d{camera}_{yaw}.png {pano}_i{camera}_{yaw}.jpg {numbers}\n"


def intrinsics(fx: float = 1076.45, cy: float = 509.202) -> str:
    return f"intrinsics_matrix {fx:g} 0 631.116  0 1077.19 {cy:g}  0 0 1\n"


def read(*lines: str):
    return read_conf("".join((HEAD, *lines)).encode(), "x.conf")


def test_axes_are_those_of_opengl() -> None:
    """The file's camera looks along its -z with y up."""
    camera = read(intrinsics(), scan()).images[0].world_from_camera
    np.testing.assert_allclose(camera[:3, 2], (0, 1, 0), atol=1e-12)  # forward
    np.testing.assert_allclose(camera[:3, 1], (0, 0, -1), atol=1e-12)  # down
    np.testing.assert_allclose(camera[:3, 0], (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(camera[:3, 3], (3.25, -1.5, 1.6), atol=1e-12)


def test_principal_point_is_counted_from_the_lower_left_corner() -> None:
    image = read(intrinsics(cy=509.202), scan()).images[0]
    np.testing.assert_allclose(image.intrinsics(1024)[:2, 2], (630.616, 1024 - 509.202 - 0.5))
    np.testing.assert_allclose(image.intrinsics(1024)[[0, 1], [0, 1]], (1076.45, 1077.19))
    # the same point of the lens, seen from the upper edge: not where the file's number would put it
    assert abs(image.intrinsics(1024)[1, 2] - 509.202) > 1


def test_a_pixel_of_the_file_is_the_same_pixel_here() -> None:
    """A point that the file's own projection (v upward from the lower edge) puts somewhere, lands there."""
    image, height = read(intrinsics(), scan()).images[0], 1024
    point_world = np.array([3.6, 1.0, 2.1])
    x, y, z = np.linalg.inv(LEVEL)[:3] @ np.append(point_world, 1)
    u = 631.116 + 1076.45 * x / -z
    v_upward = 509.202 + 1077.19 * y / -z
    camera = np.linalg.inv(image.world_from_camera)[:3] @ np.append(point_world, 1)
    projected = image.intrinsics(height) @ camera
    # corner at (0, 0) in the file, centre of the corner's pixel here
    np.testing.assert_allclose(projected[:2] / projected[2], (u - 0.5, height - v_upward - 0.5), atol=1e-9)


def test_intrinsics_hold_until_the_next_ones() -> None:
    """Three groups of six for each panorama, each with its own."""
    lines, expected = [], {}
    for pano in ("a" * 32, "b" * 32):
        for camera in range(3):
            focal = 1000.0 + 10 * camera + (5 if pano[0] == "b" else 0)
            lines.append("\n" + intrinsics(fx=focal))
            for yaw in range(6):
                lines.append(scan(pano, camera, yaw))
                expected[f"{pano}_{camera}_{yaw}"] = focal
    found = read(*lines)
    assert {image.frame_id: image.file_intrinsics[0, 0] for image in found.images} == expected
    assert len(expected) == 36 and not +found.rejected


def test_camera_comes_before_yaw_in_names() -> None:
    """`_d2_5`: the camera that looks down, at its sixth stop."""
    image = read(intrinsics(), scan(camera=2, yaw=5)).images[0]
    assert (image.camera, image.yaw, image.frame_id) == (2, 5, f"{PANO}_2_5")
    assert (image.depth, image.color) == (f"{PANO}_d2_5.png", f"{PANO}_i2_5.jpg")
    swapped = read(intrinsics(), scan(), scan(camera=5, yaw=2))
    assert len(swapped.images) == 1 and swapped.rejected["frame: line of .conf malformed"] == 1


def test_white_space_and_line_ends_do_not_count() -> None:
    plain = read(intrinsics(), scan())
    loose = read_conf(
        (HEAD + "  " + intrinsics().replace(" ", "   ") + "\t" + scan().replace(" ", " \t "))
        .replace("\n", "\r\n")
        .encode(),
        "x.conf",
    )
    assert loose.images[0].frame_id == plain.images[0].frame_id
    np.testing.assert_array_equal(loose.images[0].file_intrinsics, plain.images[0].file_intrinsics)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (scan(yaw=1).rsplit(" ", 1)[0] + "\n", "frame: line of .conf malformed"),
        (scan(yaw=1).replace("3.25", "one"), "frame: line of .conf malformed"),
        (scan(yaw=1).replace("_i1_1", "_i1_2"), "frame: line of .conf malformed"),
        (scan(yaw=1).replace("_d1_1.png", "_i1_1.jpg"), "frame: line of .conf malformed"),
        (scan(yaw=1).replace(f"{PANO}_d", "../x_d"), "frame: line of .conf malformed"),
        (scan(camera=3, yaw=1), "frame: line of .conf malformed"),
        (scan(yaw=1).replace("3.25", "nan"), "frame: pose not finite"),
        (scan(yaw=1, matrix=LEVEL @ np.diag([1.0, 1, -1, 1])), "frame: pose not rigid"),
        (scan(yaw=1, matrix=LEVEL * 2), "frame: pose not rigid"),
        (scan(yaw=0), "frame: listed twice in .conf"),
    ],
)
def test_a_bad_line_is_left_out_and_counted(line: str, reason: str) -> None:
    found = read(intrinsics(), scan(), line, scan(yaw=2))
    assert [image.yaw for image in found.images] == [0, 2]
    assert found.rejected[reason] == 1
    assert +found.rejected == {reason: 1, "frame: .conf ends before it": 33}


@pytest.mark.parametrize(
    "broken",
    ["intrinsics_matrix 0 0 1 0 1 1 0 0 1\n", "intrinsics_matrix 1 2\n", "intrinsics_matrix nan 0 1 0 1 1 0 0 1\n"],
)
def test_damaged_intrinsics_do_not_leave_the_former_ones_in_force(broken: str) -> None:
    found = read(intrinsics(), scan(yaw=0), broken, scan(yaw=1), intrinsics(fx=999), scan(yaw=2))
    assert {image.yaw: image.file_intrinsics[0, 0] for image in found.images} == {0: 1076.45, 2: 999.0}
    assert found.rejected["frame: no intrinsics in .conf"] == 1


def test_images_that_a_cut_off_file_does_not_reach_are_counted() -> None:
    assert read(intrinsics(), scan()).rejected["frame: .conf ends before it"] == 35


@pytest.mark.parametrize("lines", [(), (scan(),), (intrinsics(),), (intrinsics(), "scan\n")])
def test_a_file_without_cameras_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(DataError, match=r"x\.conf: .*download"):
        read(*lines)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_is_refused_or_counted(data: st.DataObject) -> None:
    lines = [intrinsics(), *(scan(yaw=yaw) for yaw in range(6))]
    whole = bytearray("".join((HEAD, *lines)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_conf(bytes(whole[: data.draw(st.integers(0, len(whole)))]), "x.conf")
    except DataError as error:
        assert str(error).startswith("x.conf: ")
        return
    for image in found.images:
        assert np.isfinite(image.intrinsics(1024)).all()
        assert abs(np.linalg.det(image.world_from_camera) - 1) < 1e-6
