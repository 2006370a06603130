"""Keyframes against a plain loop; video frames against their definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from factory.visibility.keyframes import select_keyframes, video_frames


def walk(seed: int, count: int, step: float, turn_deg: float) -> np.ndarray:
    """A random walk of camera poses (count, 4, 4)."""
    rng = np.random.default_rng(seed)
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, :3, 3] = np.cumsum(rng.normal(size=(count, 3)) * step, axis=0)
    rotation = Rotation.identity()
    for pose in poses:
        rotation = rotation * Rotation.from_rotvec(rng.normal(size=3) * np.radians(turn_deg))
        pose[:3, :3] = rotation.as_matrix()
    return poses


def naive(poses: np.ndarray, t: float, a_deg: float) -> list[int]:
    kept: list[int] = []
    for i, pose in enumerate(poses):
        near = [k for k in kept if np.linalg.norm(poses[k][:3, 3] - pose[:3, 3]) <= t]
        angles = [Rotation.from_matrix(poses[k][:3, :3].T @ pose[:3, :3]).magnitude() for k in near]
        if all(angle > np.radians(a_deg) for angle in angles):
            kept.append(i)
    return kept


@given(st.integers(0, 2**31), st.floats(0.01, 0.3), st.floats(0.5, 20), st.floats(0.05, 1), st.floats(2, 90))
@settings(max_examples=30, deadline=None)
def test_the_same_frames_as_a_plain_loop(seed, step, turn, t, a):
    poses = walk(seed, 60, step, turn)
    assert select_keyframes(poses, t, a).tolist() == naive(poses, t, a)


def test_a_turn_on_the_spot_keeps_one_frame_per_angle():
    poses = np.tile(np.eye(4), (73, 1, 1))
    poses[:, :3, :3] = Rotation.from_euler("z", np.arange(73)[:, None] * 5, degrees=True).as_matrix()
    kept = select_keyframes(poses, 0.3, 22.0)
    assert kept.tolist() == [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65]  # 70 is 10 degrees from the start


def test_a_visit_to_an_old_place_is_a_duplicate():
    poses = np.tile(np.eye(4), (21, 1, 1))
    poses[:, 0, 3] = np.concatenate([np.arange(11), np.arange(9, -1, -1)]) * 0.5
    assert select_keyframes(poses).tolist() == list(range(11))


def test_most_frames_of_a_slow_scan_go():
    kept = select_keyframes(walk(0, 600, 0.01, 0.7))
    assert kept[0] == 0
    assert len(kept) < 120


def test_no_frames():
    assert select_keyframes(np.zeros((0, 4, 4))).tolist() == []
    assert video_frames(0).tolist() == []


@given(st.integers(1, 10_000), st.integers(2, 64))
@settings(max_examples=100, deadline=None)
def test_video_frames_are_evenly_spaced(count, n):
    indices = video_frames(count, n)
    assert len(indices) == min(count, n)
    assert indices[0] == 0
    assert indices[-1] == count - 1
    assert (np.diff(indices) > 0).all()
    if count > n:
        ideal = np.arange(n) * (count - 1) / (n - 1)
        assert np.abs(indices - ideal).max() <= 0.5


@pytest.mark.parametrize(("count", "n", "expected"), [(5, 3, [0, 2, 4]), (6, 3, [0, 3, 5]), (3, 32, [0, 1, 2])])
def test_video_frames_by_hand(count, n, expected):
    assert video_frames(count, n).tolist() == expected
