"""Questions about the video: the frames spread evenly over the sequence."""

import numpy as np

from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.sampling import Pool

Array = np.ndarray

FRAMES = 32


def video_views(records: SceneRecords) -> Array:
    """(32,) the views of the video in order; (0,) for a scene with fewer frames."""
    views = np.flatnonzero(records.video_index >= 0)
    if len(views) != FRAMES:
        return np.zeros(0, dtype=np.int64)
    ordered: Array = views[np.argsort(records.video_index[views])]
    return ordered


def pool_in_video(
    records: SceneRecords,
    eligible: Array,
    size: int,
    quota: int,
    parameters: Parameters,
    rng: np.random.Generator,
) -> Pool:
    """Sets of `size` different objects in random order, each with a random frame of the video in which it is eligible.

    eligible : (S,) bool, sightings in frames of the video.
    """
    rows = np.flatnonzero(eligible)
    rows = rows[np.argsort(records.sighting_object[rows], kind="stable")]
    things, start = np.unique(records.sighting_object[rows], return_index=True)
    shown = np.diff(np.append(start, len(rows)))
    video = video_views(records)
    count = parameters.pool_per_question * quota if len(things) >= size and len(video) else 0
    chosen = np.argsort(rng.random((count, len(things))), axis=1)[:, :size]
    sightings = rows[start[chosen] + np.floor(rng.random(chosen.shape) * shown[chosen]).astype(np.int64)]
    sightings = sightings[np.sort(np.unique(sightings, axis=0, return_index=True)[1])]
    frames = records.sighting_view[sightings]
    views = np.broadcast_to(video, (len(sightings), len(video)))
    return Pool(views, records.sighting_object[sightings], records.video_index[frames], frames)
