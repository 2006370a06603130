"""Questions about the video: the frames spread evenly over the sequence."""

from functools import lru_cache

import numpy as np

from factory.tasks.marks import box_share
from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords
from factory.tasks.sampling import Pool, different_numbers, first_of_each

Array = np.ndarray

FRAMES = 32


def video_views(records: SceneRecords) -> Array:
    """(32,) the views of the video in order; (0,) for a scene with fewer frames."""
    views = np.flatnonzero(records.video_index >= 0)
    if len(views) != FRAMES:
        return np.zeros(0, dtype=np.int64)
    ordered: Array = views[np.argsort(records.video_index[views])]
    return ordered


@lru_cache(maxsize=4)  # several tasks of a scene ask for the same
def appearances(records: SceneRecords, parameters: Parameters) -> tuple[Array, Array]:
    """(32, N) in which frames of the video each object appears, and (32, N) in which it shows at all.

    It appears where enough of it is visible and large enough to be noticed; a frame that shows less of it, but at
    least a pixel, is neither one in which it appears nor one without it.
    """
    plain = records.visible_fractions >= parameters.min_visible_fraction
    plain &= box_share(records.boxes) >= parameters.min_box_share
    plain &= records.pixel_shares >= parameters.min_pixel_share
    rows = records.sighting_of[video_views(records)]
    shows = rows >= 0
    return shows & np.append(plain, False)[rows], shows


def pool_of_frames(records: SceneRecords, objects: Array, images: Array) -> Pool:
    """Candidates about the video, on objects (n, K), -1 for none, in its frames `images` (n, K).

    None of them where the scene has no whole video.
    """
    video = video_views(records)
    count = len(objects) if len(video) else 0
    images = images[:count]
    views = np.broadcast_to(video if len(video) else -1, (count, FRAMES))
    pool = Pool(views, objects[:count], images, video[images])
    pool.count(f"scene with fewer than {FRAMES} frames of video", int(not len(video)))
    return pool


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
    count = parameters.pool_size(quota) if len(things) >= size and len(video) else 0
    chosen = different_numbers(count, size, len(things), rng)
    sightings = rows[start[chosen] + np.floor(rng.random(chosen.shape) * shown[chosen]).astype(np.int64)]
    sightings = sightings[first_of_each(sightings)]
    images = records.video_index[records.sighting_view[sightings]]
    return pool_of_frames(records, records.sighting_object[sightings], images)
