"""The simulator's graph: axes of its poses, headings, paths."""

import json

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.matterport3d.connectivity import Connectivity, read_connectivity
from tests.sources.matterport3d.conftest import SCAN, WrittenHome

# x right, y down, z forward: looks along world +x, 1.5 m over the floor
POSE = np.array([[0, 0, 1.0, 2], [-1, 0, 0, 3], [0, -1, 0, 1.5], [0, 0, 0, 1]])


def viewpoint(pano: str, x: float, clear: list[bool], included: bool = True) -> dict:
    pose = POSE.copy()
    pose[0, 3] = x
    return {
        "image_id": pano,
        "pose": pose.ravel().tolist(),
        "included": included,
        "visible": clear,
        "unobstructed": clear,
        "height": 1.5,
    }


ROW = [
    viewpoint("a", 0.0, [False, True, False, True]),
    viewpoint("b", 2.0, [True, False, True, False]),
    viewpoint("c", 5.0, [False, True, False, True]),
    viewpoint("d", 6.0, [True, False, True, False], included=False),
]


def read(listed: object) -> Connectivity:
    return read_connectivity(json.dumps(listed).encode(), "x_connectivity.json")


@pytest.fixture(scope="module")
def graph(home: WrittenHome) -> Connectivity:
    path = home.root / "connectivity" / f"{SCAN}_connectivity.json"
    return read_connectivity(path.read_bytes(), path.name)


def test_poses_are_row_major_with_z_forward() -> None:
    found = read(ROW)
    np.testing.assert_allclose(found.world_from_camera[1, :3, 2], (1, 0, 0))
    np.testing.assert_allclose(found.positions[1], (2, 3, 1.5))


def test_poses_of_a_house_are_level_and_right_handed(graph: Connectivity, home: WrittenHome) -> None:
    rotations = graph.world_from_camera[:, :3, :3]
    np.testing.assert_allclose(np.linalg.det(rotations), 1, atol=1e-9)
    np.testing.assert_allclose(rotations[:, 2, 1], -1, atol=1e-6)  # y down
    np.testing.assert_allclose(rotations[:, 2, 2], 0, atol=1e-6)  # z forward, level
    np.testing.assert_allclose(graph.height, 1.5)
    stations = np.array([camera.world_from_camera[:3, 3] for camera in home.scene.cameras[::18]])
    np.testing.assert_allclose(graph.positions, stations, atol=1e-9)


def test_every_hop_that_one_can_walk_is_walkable(graph: Connectivity) -> None:
    assert graph.included.sum() >= 2
    for start, end in np.ndindex(graph.unobstructed.shape):
        clear = graph.unobstructed[start, end] and graph.included[start] and graph.included[end]
        assert graph.is_walkable([graph.panos[start], graph.panos[end]]) == clear


def test_what_is_not_included_is_not_walkable() -> None:
    found = read(ROW)
    assert found.is_walkable(["a", "b", "c"])
    assert not found.is_walkable(["a", "c"])  # something between
    assert not found.is_walkable(["c", "d"])  # clear, but the simulator does not use it
    assert not found.is_walkable(["a", "elsewhere"])
    assert not found.is_walkable([])


def _changed(**values: object) -> list[dict]:
    return [ROW[0] | values, *ROW[1:]]


@pytest.mark.parametrize(
    "listed",
    [
        {},
        [],
        ["a"],
        _changed(pose=[1.0] * 15),
        _changed(pose=["x"] * 16),
        _changed(pose=(POSE @ np.diag([1, 1, -1, 1])).ravel().tolist()),
        _changed(visible=[True]),
        _changed(unobstructed=[True] * 5),
        _changed(image_id="b"),
        _changed(image_id=7),
        _changed(height="high"),
        [{key: value for key, value in ROW[0].items() if key != "included"}],
    ],
)
def test_damage_is_refused(listed: object) -> None:
    with pytest.raises(DataError, match=r"^x_connectivity\.json: expected .* take the file"):
        read(listed)


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(DataError, match="x_connectivity"):
        read_connectivity(b"[{", "x_connectivity.json")
