import numpy as np
import pytest

from factory.errors import DataError
from factory.geometry.cameras import scale_intrinsics
from factory.sources.cameras import (
    MALFORMED,
    NOT_FINITE,
    NOT_RIGID,
    Calibration,
    intrinsics_for,
    nearest_rigid,
    parse_intrinsics,
    parse_poses,
)
from tests.sources.scannet.tiny_scannet import looking, matrix_text

NATIVE = np.array([[1170.2, 0.0, 647.8], [0.0, 1170.2, 483.8], [0.0, 0.0, 1.0]])
DEPTH = np.array([[577.6, 0.0, 318.9], [0.0, 578.7, 242.7], [0.0, 0.0, 1.0]])
COLOR = Calibration(NATIVE, (1296, 968))
REGISTERED = Calibration(DEPTH, (640, 480))


def test_which_intrinsics_belong_to_a_size() -> None:
    assert intrinsics_for((1296, 968), COLOR, REGISTERED, "k") is NATIVE
    assert intrinsics_for((640, 480), COLOR, REGISTERED, "k") is DEPTH
    np.testing.assert_array_equal(
        intrinsics_for((648, 484), COLOR, REGISTERED, "k"), scale_intrinsics(NATIVE, 0.5, 0.5)
    )
    # Recorded at the size of the depth: no size is assumed.
    small = Calibration(DEPTH + 0.1, (640, 480))
    assert intrinsics_for((640, 480), small, REGISTERED, "k") is small.intrinsics
    # Somebody resized images and intrinsics; the scene's .txt still tells the recorded size.
    assert intrinsics_for((640, 480), Calibration(DEPTH + 0.1, (1296, 968)), REGISTERED, "k")[0, 0] == 577.7
    # Squares: both axes change, each by its own factor.
    np.testing.assert_array_equal(
        intrinsics_for((512, 512), COLOR, REGISTERED, "k"), scale_intrinsics(NATIVE, 512 / 1296, 512 / 968)
    )


def test_unknown_recorded_size() -> None:
    unknown = Calibration(NATIVE, None)
    assert intrinsics_for((1296, 968), unknown, None, "k") is NATIVE
    assert intrinsics_for((640, 480), unknown, REGISTERED, "k") is DEPTH
    np.testing.assert_allclose(
        intrinsics_for((640, 480), unknown, None, "k"), scale_intrinsics(NATIVE, 640 / 1296, 480 / 968), rtol=0.01
    )


@pytest.mark.parametrize(
    "intrinsics",
    [
        np.array([[1170.0, 0, 647], [0, 1170, 10], [0, 0, 1]]),
        np.array([[30.0, 0, 647], [0, 30, 483], [0, 0, 1]]),
        np.array([[90000.0, 0, 647], [0, 90000, 483], [0, 0, 1]]),
    ],
)
def test_intrinsics_of_something_else(intrinsics: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"k: these intrinsics .* cannot be those of 1296x968"):
        intrinsics_for((1296, 968), Calibration(intrinsics, (1296, 968)), None, "k")


@pytest.mark.parametrize("text", ["", "1 2 3", "a b c d e f g h i", "nan " * 9, "0 " * 16, "-5 0 3 0 5 3 0 0 1"])
def test_no_intrinsics(text: str) -> None:
    with pytest.raises(DataError, match="k: expected"):
        parse_intrinsics(text.encode(), "k")


def test_poses() -> None:
    good = looking((1, 2, 3), (4, 4, 1))
    mirrored = good @ np.diag([1, -1, 1, 1])
    texts = [
        matrix_text(good),
        matrix_text(np.full((4, 4), -np.inf)),
        matrix_text(np.full((4, 4), np.nan)),
        matrix_text(mirrored),
        matrix_text(np.zeros((4, 4))),
        "1 2 3",
        "",
        matrix_text(good).replace("\n", " \r\n"),
    ]
    matrices, faults = parse_poses([text.encode() for text in texts])
    assert faults == ["", NOT_FINITE, NOT_FINITE, NOT_RIGID, NOT_RIGID, MALFORMED, MALFORMED, ""]
    np.testing.assert_allclose(matrices[[0, 7]], [good, good], atol=1e-6)
    assert parse_poses([])[1] == []


def test_nearest_rotation() -> None:
    rng = np.random.Generator(np.random.Philox(3))
    exact = np.stack([looking(rng.uniform(-3, 3, 3), rng.uniform(4, 6, 3)) for _ in range(50)])
    rounded = np.round(exact + rng.normal(0, 1e-4, exact.shape) * [[[1], [1], [1], [0]]], 6)
    found = nearest_rigid(rounded)
    rotations = found[:, :3, :3]
    np.testing.assert_allclose(rotations @ rotations.transpose(0, 2, 1), np.tile(np.eye(3), (50, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0)
    np.testing.assert_array_equal(found[:, :3, 3], rounded[:, :3, 3])
    # No rotation is nearer than the one that was found: not even the one that the numbers came from.
    distance = np.linalg.norm(rotations - rounded[:, :3, :3], axis=(1, 2))
    assert (distance <= np.linalg.norm(exact[:, :3, :3] - rounded[:, :3, :3], axis=(1, 2)) + 1e-12).all()
