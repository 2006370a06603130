"""`transforms.json`: another world, other camera axes."""

import json
from collections import Counter

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from factory.errors import DataError
from factory.sources.scannetpp.nerfstudio import read_transforms

FIELDS = {"fl_x": 500, "fl_y": 510, "cx": 321, "cy": 241, "w": 640, "h": 480, "camera_model": "PINHOLE"}


def as_released(world_from_camera: np.ndarray) -> np.ndarray:
    """The release's conversion, element by element."""
    r, t = world_from_camera[:3, :3], world_from_camera[:3, 3]
    gl = np.stack([r[:, 0], -r[:, 1], -r[:, 2], t], axis=1)
    return np.array([gl[1], gl[0], -gl[2], [0, 0, 0, 1]])


def cameras(entries: list[dict], **fields: object) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    counts: Counter[str] = Counter()
    data = json.dumps({**FIELDS, "frames": entries, **fields}).encode()
    return read_transforms(data, "transforms.json").cameras(counts), dict(counts)


def test_the_world_is_exchanged_and_the_axes_are_flipped() -> None:
    matrices = {}
    for i, turn in enumerate(Rotation.random(5, random_state=4)):
        matrices[f"DSC{i}.JPG"] = np.eye(4)
        matrices[f"DSC{i}.JPG"][:3, :3], matrices[f"DSC{i}.JPG"][:3, 3] = turn.as_matrix(), (1.0 + i, -2.0, 0.5)
    entries = [{"file_path": name, "transform_matrix": as_released(m).tolist()} for name, m in matrices.items()]
    found, counts = cameras(entries[:3], test_frames=entries[3:])
    assert counts == {} and list(found) == list(matrices)
    for name, matrix in matrices.items():
        np.testing.assert_allclose(found[name], matrix, atol=1e-12)
        only_axes = as_released(matrix) @ np.diag([1.0, -1, -1, 1])  # what most loaders do
        assert np.abs(only_axes[:3, 3] - matrix[:3, 3]).max() > 0.9


def test_by_hand() -> None:
    """A camera that looks along the mesh's x, upright: its right is -y, its down -z."""
    world_from_camera = np.array([[0.0, 0, 1, 3], [-1, 0, 0, 4], [0, -1, 0, 5], [0, 0, 0, 1]])
    stored = [[-1.0, 0, 0, 4], [0, 0, -1, 3], [0, -1, 0, -5], [0, 0, 0, 1]]
    found, _ = cameras([{"file_path": "a.JPG", "transform_matrix": stored}])
    np.testing.assert_array_equal(found["a.JPG"], world_from_camera)


def test_the_half_pixel_of_its_lens() -> None:
    data = json.dumps({**FIELDS, "frames": [{"file_path": "images/a.JPG"}]}).encode()
    transforms = read_transforms(data, "transforms.json")
    np.testing.assert_array_equal(transforms.lens.intrinsics, [[500, 0, 320.5], [0, 510, 240.5], [0, 0, 1]])
    assert (transforms.lens.model, transforms.lens.coefficients) == ("OPENCV", (0.0,) * 4)
    fisheye = {**FIELDS, "camera_model": "OPENCV_FISHEYE", "k1": 1, "k2": 2, "k3": 3, "k4": 4}
    lens = read_transforms(json.dumps({**fisheye, "frames": [{"file_path": "a"}]}).encode(), "t").lens
    assert (lens.model, lens.coefficients, lens.size) == ("OPENCV_FISHEYE", (1, 2, 3, 4), (640, 480))


def test_bad_entries_are_counted() -> None:
    good = np.eye(4).tolist()
    found, counts = cameras(
        [
            {"file_path": "folder/a.JPG", "transform_matrix": good, "is_bad": True},
            {"file_path": "b.JPG", "transform_matrix": (2 * np.eye(4)).tolist()},
            {"file_path": "c.JPG", "transform_matrix": [[float("nan")] * 4] * 4},
            {"file_path": "d.JPG", "transform_matrix": [1, 2, 3]},
            {"file_path": "e.JPG"},
            {"transform_matrix": good},
            "no entry",
        ]
    )
    assert list(found) == ["a.JPG"]
    assert counts == {
        "frame: pose not rigid": 1, "frame: pose not finite": 1, "frame: pose file malformed": 2
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"camera_model": "EQUIRECTANGULAR"}, "camera_model"),
        ({"fl_x": None}, "expected numbers fl_x"),
        ({"cx": "middle"}, "expected numbers fl_x"),
        ({"camera_model": "OPENCV"}, "those of OPENCV"),
        ({"fl_x": -1}, "positive"),
        ({"w": 0}, "expected a camera"),
    ],
)
def test_lenses_that_cannot_be(change: dict, words: str) -> None:
    data = json.dumps({**FIELDS, "frames": [{"file_path": "a"}], **change}).encode()
    with pytest.raises(DataError, match=f"transforms.json: .*{words}"):
        _ = read_transforms(data, "transforms.json").lens


@pytest.mark.parametrize("data", [b"", b"[]", b'{"frames": 3}', b'{"frames": []}', b'{"frames": [{"file_pa'])
def test_damaged_files(data: bytes) -> None:
    with pytest.raises(DataError, match=r"transforms.json: .*download"):
        read_transforms(data, "transforms.json")
