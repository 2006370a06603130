"""Pose traces: another world, another camera, and files that are not trusted."""

import io
import os
from pathlib import Path

import numpy as np
import pytest

from factory.errors import DataError
from factory.sources.procedural.writers.rxr_traces import viewer_from_camera, write_trace
from factory.sources.rxr.traces import read_trace

POSITIONS = np.array([[1.0, 2.0, 1.5], [1.0, 5.0, 1.5], [4.0, 5.0, 2.5]])


def trace_file(**change: np.ndarray) -> io.BytesIO:
    """Two samples: at (1, 2, 3) looking along +x, then along +y and up."""
    east = np.array([[0, 0, -1, 1], [0, 1, 0, 3], [1, 0, 0, -2], [0, 0, 0, 1.0]])
    north_up = np.array([[1, 0, 0, 1], [0, 0.6, -0.8, 3], [0, 0.8, 0.6, -2], [0, 0, 0, 1.0]])
    arrays = {
        "pano": np.array([["aa"], ["bb"]]),
        "time": np.array([[4.0], [4.5]]),
        "extrinsic_matrix": np.stack([east, north_up]).reshape(2, 16),
    }
    file = io.BytesIO()
    np.savez(file, **arrays | change)
    file.seek(0)
    return file


def test_the_viewers_world_has_y_up_and_its_cameras_look_backward() -> None:
    trace = read_trace(trace_file(), "trace")
    np.testing.assert_allclose(trace.positions, [[1, 2, 3], [1, 2, 3]])
    np.testing.assert_allclose(trace.directions, [[1, 0, 0], [0, 0.6, 0.8]], atol=1e-12)
    np.testing.assert_allclose(trace.seconds, [0.5, 0.0])  # the first time is no part of it


def test_matrices_are_row_major() -> None:
    good = np.load(trace_file())["extrinsic_matrix"]
    columns_first = np.swapaxes(good.reshape(2, 4, 4), 1, 2).reshape(2, 16)
    with pytest.raises(DataError, match="no sample with a time and a rigid matrix"):
        read_trace(trace_file(extrinsic_matrix=columns_first), "trace")


@pytest.mark.parametrize("as_objects", [False, True])
def test_a_walk_comes_back(tmp_path: Path, as_objects: bool) -> None:
    write_trace(tmp_path / "trace.npz", POSITIONS, np.radians(90), ["aa", "bb", "cc"], as_objects)
    with (tmp_path / "trace.npz").open("rb") as file:
        trace = read_trace(file, "trace.npz")
    np.testing.assert_allclose(trace.positions[[0, -1]], POSITIONS[[0, -1]], atol=1e-9)
    headings = np.degrees(np.arctan2(trace.directions[:, 0], trace.directions[:, 1]))
    assert headings[0] == pytest.approx(90) and headings[-1] == pytest.approx(90)
    assert headings.min() == pytest.approx(0, abs=1e-6)  # the first hop goes along +y
    np.testing.assert_allclose(np.linalg.norm(trace.directions, axis=1), 1)


class Evil:
    """Unpickling it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    evil = np.array([[Evil(tmp_path / "run")]] * 2, dtype=object)
    assert len(read_trace(trace_file(pano=evil), "trace").seconds) == 2
    for name in ("time", "extrinsic_matrix"):
        with pytest.raises(DataError, match=r"trace: not a pose trace \(.*pickle"):
            read_trace(trace_file(**{name: evil}), "trace")
    assert not (tmp_path / "run").exists()


def test_samples_are_put_in_order_and_broken_ones_dropped() -> None:
    matrices = np.concatenate([np.load(trace_file())["extrinsic_matrix"], np.zeros((1, 16)), np.full((1, 16), np.nan)])
    matrices = np.concatenate([matrices, matrices[:1]])
    trace = read_trace(trace_file(extrinsic_matrix=matrices, time=np.array([9.0, 7, 1, 2, np.nan])), "trace")
    np.testing.assert_allclose(trace.seconds, [2, 0])
    np.testing.assert_allclose(trace.directions, [[0, 0.6, 0.8], [1, 0, 0]], atol=1e-12)


@pytest.mark.parametrize(
    "change",
    [{"time": np.zeros(3)}, {"extrinsic_matrix": np.zeros((2, 12))}, {"time": np.array([["a"], ["b"]])}],
)
def test_arrays_of_other_shapes_are_no_trace(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(DataError, match=r"^trace: .*download it again"):
        read_trace(trace_file(**change), "trace")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and no more", b"\x80\x04K\x01.", trace_file().getvalue()[:-40]])
def test_damaged_files_are_no_trace(data: bytes) -> None:
    with pytest.raises(DataError, match=r"^trace: not a pose trace .*download it again"):
        read_trace(io.BytesIO(data), "trace")


def test_a_single_array_is_no_trace() -> None:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    file.seek(0)
    with pytest.raises(DataError, match="trace: not a pose trace"):
        read_trace(file, "trace")


def test_the_writers_cameras_are_rigid_and_look_where_they_head() -> None:
    matrices = viewer_from_camera(POSITIONS, np.radians([0, 90, 200]))
    rotations = matrices[:, :3, :3]
    np.testing.assert_allclose(rotations @ np.swapaxes(rotations, 1, 2), np.tile(np.eye(3), (3, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(rotations), 1)
    assert (rotations[:, 1, 1] > 0.9).all()  # up stays up
