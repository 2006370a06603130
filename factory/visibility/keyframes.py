"""Which frames of a sequence are kept (SPAR, section 7.3)."""

import numpy as np

Array = np.ndarray


def select_keyframes(world_from_camera: Array, max_distance_m: float = 0.3, max_angle_deg: float = 20.0) -> Array:
    """Indices of the frames that are no near-duplicates of an earlier kept one, in order.

    world_from_camera : (N, 4, 4). A frame goes when its camera is within `max_distance_m` of some kept camera and
    turned by at most `max_angle_deg` against that one (angle from the trace of the relative rotation).
    """
    count = len(world_from_camera)
    centers = np.ascontiguousarray(world_from_camera[:, :3, 3])
    rotations = np.ascontiguousarray(world_from_camera[:, :3, :3]).reshape(count, 9)
    kept_centers, kept_rotations = np.zeros_like(centers), np.zeros_like(rotations)
    min_trace = 1.0 + 2.0 * np.cos(np.radians(max_angle_deg))
    kept: list[int] = []
    for index in range(count):
        offset = kept_centers[: len(kept)] - centers[index]
        near = np.flatnonzero(np.einsum("ij,ij->i", offset, offset) <= max_distance_m**2)
        # trace(A^T B) is the sum of the elementwise product
        if near.size and (kept_rotations[near] @ rotations[index] >= min_trace).any():
            continue
        kept_centers[len(kept)], kept_rotations[len(kept)] = centers[index], rotations[index]
        kept.append(index)
    return np.array(kept, dtype=np.int64)


def video_frames(count: int, n: int = 32) -> Array:
    """Indices of `n` frames evenly spaced over `count`, first and last included; all when there are fewer."""
    if count <= n:
        return np.arange(count)
    steps = n - 1
    indices: Array = (2 * np.arange(n) * (count - 1) + steps) // (2 * steps)  # rounded half up
    return indices
