"""Whether two views of one question overlap without repeating each other."""

import numpy as np

from factory.geometry.transforms import inverse, rotation_angle
from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords

Array = np.ndarray


def first_from_second(records: SceneRecords, views: Array) -> Array:
    """(n, 4, 4) the second camera in the first, of views (n, 2)."""
    cameras = records.world_from_camera[views]
    transforms: Array = inverse(cameras[:, 0]) @ cameras[:, 1]
    return transforms


def near_duplicates(records: SceneRecords, views: Array, parameters: Parameters) -> Array:
    """(n,) whether the second camera has hardly moved and hardly turned."""
    move = first_from_second(records, views)
    near: Array = np.linalg.norm(move[:, :3, 3], axis=1) < parameters.duplicate_m
    near &= np.degrees(rotation_angle(move[:, :3, :3])) < parameters.duplicate_deg
    return near


def shared_objects(records: SceneRecords, eligible: Array) -> tuple[Array, Array]:
    """(F, F) how many eligible objects two views share, and which share that is of the poorer view's objects."""
    shows = np.zeros((len(records.frame_ids), len(records.object_ids)), dtype=bool)
    shows[records.sighting_view[eligible], records.sighting_object[eligible]] = True
    bits = np.packbits(shows, axis=1)  # counted as bits: a product of matrices would start threads of its own
    shared = np.bitwise_count(bits[:, None] & bits).sum(axis=2, dtype=np.int64)
    counts = np.diagonal(shared)
    share: Array = shared / np.maximum(np.minimum(counts[:, None], counts), 1)
    return shared, share
