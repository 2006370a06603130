"""Cameras for tests."""

import numpy as np


def pinhole(width: int, height: int, focal: float) -> np.ndarray:
    """Intrinsics with the principal point in the middle of the image."""
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])


def look_at(eye: tuple[float, float, float], target: tuple[float, float, float]) -> np.ndarray:
    """`world_from_camera` of an upright camera at `eye` that looks at `target`."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = eye
    return pose
