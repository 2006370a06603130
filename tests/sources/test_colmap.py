"""COLMAP's text models, against its definitions written out by hand."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from factory.errors import DataError
from factory.geometry.cameras import project
from factory.geometry.transforms import inverse, transform_points
from factory.sources.colmap import PosedImage, read_cameras, read_images

HEAD = b"# Camera list with one line of data per camera:\n#   CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n"
NAME = "colmap/cameras.txt"


def images(text: str) -> tuple[dict[str, PosedImage], dict[str, int]]:
    counts: Counter[str] = Counter()
    found = read_images(text.encode(), "colmap/images.txt", counts)
    return {image.name: image for image in found}, {reason: n for reason, n in counts.items() if n}


def rotation(w: float, x: float, y: float, z: float) -> np.ndarray:
    """The matrix of a unit quaternion, by the textbook."""
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


@pytest.mark.parametrize(
    ("line", "focal", "center", "model", "coefficients"),
    [
        ("3 SIMPLE_PINHOLE 640 480 500 320 240", (500, 500), (319.5, 239.5), "OPENCV", (0, 0, 0, 0)),
        ("3 PINHOLE 640 480 500 510 320.25 240", (500, 510), (319.75, 239.5), "OPENCV", (0, 0, 0, 0)),
        ("3 SIMPLE_RADIAL 640 480 500 320 240 -0.1", (500, 500), (319.5, 239.5), "OPENCV", (-0.1, 0, 0, 0)),
        ("3 RADIAL 640 480 500 320 240 -0.1 0.02", (500, 500), (319.5, 239.5), "OPENCV", (-0.1, 0.02, 0, 0)),
        ("3 OPENCV 640 480 500 510 320 240 1e-2 2 3 4", (500, 510), (319.5, 239.5), "OPENCV", (0.01, 2, 3, 4)),
        (
            "3 OPENCV_FISHEYE 640 480 500 510 320 240 .1 .2 .3 .4",
            (500, 510),
            (319.5, 239.5),
            "OPENCV_FISHEYE",
            (0.1, 0.2, 0.3, 0.4),
        ),
    ],
)
def test_models_and_the_half_pixel(
    line: str, focal: tuple, center: tuple, model: str, coefficients: tuple[float, ...]
) -> None:
    lenses = read_cameras(HEAD + line.encode() + b"\n", NAME)
    assert list(lenses) == [3]
    k = lenses[3].intrinsics
    np.testing.assert_array_equal(k, [[focal[0], 0, center[0]], [0, focal[1], center[1]], [0, 0, 1]])
    assert (lenses[3].model, lenses[3].coefficients, lenses[3].size) == (model, coefficients, (640, 480))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1 FOV 640 480 500 500 320 240 0.9", ["FOV", "not known", "OPENCV_FISHEYE", "undistort"]),
        ("1 PINHOLE 640 480 500 500 320", ["parameters of PINHOLE", "download"]),
        ("1 PINHOLE 640 480 500 500 320 240 7", ["parameters of PINHOLE"]),
        ("1 PINHOLE 640 480 500 nan 320 240", ["parameters of PINHOLE"]),
        ("1 PINHOLE 640 480 -500 500 320 240", ["positive"]),
        ("1 PINHOLE 0 480 500 500 320 240", ["parameters of PINHOLE"]),
        ("one PINHOLE 640 480 500 500 320 240", ["parameters of PINHOLE"]),
        ("1", ["parameters of a camera"]),
        ("", ["expected a camera per line"]),
        ("# 1 PINHOLE 640 480 500 500 320 240", ["expected a camera per line"]),
    ],
)
def test_damaged_cameras_are_refused(line: str, words: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        read_cameras(HEAD + line.encode(), NAME)
    assert all(word in str(caught.value) for word in [NAME, *words])


def test_poses_lead_from_the_world_to_the_camera_and_w_comes_first() -> None:
    w, x, y, z = np.array([0.8, 0.1, -0.5, 0.3]) / np.linalg.norm([0.8, 0.1, -0.5, 0.3])
    t = np.array([1.5, -2.0, 0.25])
    found, counts = images(f"1 {w} {x} {y} {z} 1.5 -2.0 0.25 1 a.jpg\n\n")
    assert counts == {}
    matrix = found["a.jpg"].world_from_camera
    camera_from_world = rotation(w, x, y, z)
    np.testing.assert_allclose(matrix[:3, :3], camera_from_world.T, atol=1e-12)
    np.testing.assert_allclose(matrix[:3, 3], -camera_from_world.T @ t, atol=1e-12)
    assert np.abs(matrix[:3, 3] - t).max() > 0.5  # not the translation itself
    point = np.array([0.3, 0.4, 5.0])
    np.testing.assert_allclose(transform_points(inverse(matrix), point), camera_from_world @ point + t, atol=1e-12)


def test_a_point_lands_where_colmap_says() -> None:
    """COLMAP's own projection, u = f X/Z + c, with the corner of the image at (0, 0)."""
    lens = read_cameras(b"1 PINHOLE 640 480 500 510 321 243\n", NAME)[1]
    u, v = project(lens.intrinsics, np.array([0.2, -0.1, 2.0]))
    np.testing.assert_allclose([u + 0.5, v + 0.5], [500 * 0.1 + 321, -510 * 0.05 + 243])


@given(st.integers(0, 2**32 - 1), st.sampled_from(["", "1.5 2.5 -1", "1 2 3 4 5 6 7 8 9", "1 2 3 " * 40, None]))
def test_any_observations_and_comments_between(seed: int, observations: str | None) -> None:
    rng = np.random.default_rng(seed)
    quaternions = Rotation.random(4, random_state=rng).as_quat()[:, [3, 0, 1, 2]]
    translations = rng.normal(size=(4, 3))
    lines = ["# Image list", "#   IMAGE_ID, QW", "", "# Number of images: 4"]
    for i, (q, t) in enumerate(zip(quaternions, translations, strict=True)):
        lines.append(" ".join(map(repr, [9 - i, *q.tolist(), *t.tolist(), 1])) + f" folder/frame_{i}.jpg")
        lines += [] if observations is None else [observations]
        lines += ["# a comment"] if i == 2 else []
    found, counts = images("\r\n".join(lines))
    assert counts == {} and list(found) == [f"folder/frame_{i}.jpg" for i in range(4)]
    for image, q, t in zip(found.values(), quaternions, translations, strict=True):
        np.testing.assert_allclose(inverse(image.world_from_camera)[:3, :3], rotation(*q), atol=1e-9)
        np.testing.assert_allclose(inverse(image.world_from_camera)[:3, 3], t, atol=1e-9)


def test_bad_images_are_counted() -> None:
    good = "1 1 0 0 0 0 0 0 1 good.jpg\n\n"
    found, counts = images(
        good
        + "2 2 0 0 0 0 0 0 1 long.jpg\n\n"
        + "3 0 0 0 0 0 0 0 1 zero.jpg\n\n"
        + "4 1 0 0 0 nan 0 0 1 lost.jpg\n\n"
        + "5 1 0 0 0 7 0 0 1 good.jpg\n\n"
        + "6 1 0 0 zero 7 0 0 1 words.jpg\n\n"
        + "7 1 0 0 0 7"
    )
    assert list(found) == ["good.jpg"] and np.array_equal(found["good.jpg"].world_from_camera, np.eye(4))
    assert counts == {
        "frame: pose not rigid": 2,
        "frame: pose not finite": 1,
        "frame: a second pose of the same image": 1,
        "frame: pose file malformed": 2,
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "1 2 0 0 0 0 0 0 1 long.jpg\n\n", "\x00\x01\x02", "1 2 3\n" * 4])
def test_no_usable_image_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"colmap/images.txt: no usable image .*download"):
        images(text)
