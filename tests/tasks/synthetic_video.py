"""Random rooms in which things come into view one after the other, and walks with instructions."""

from dataclasses import replace

import numpy as np

from factory.tasks.parameters import DEFAULTS
from factory.tasks.records import SceneRecords
from schemas.scene import NavigationPath
from tests.tasks.synthetic_records import synthetic_records

LATEST = 26  # the last frame into which a thing can come


def synthetic_video(seed: int, objects: int = 30) -> SceneRecords:
    """A room of `synthetic_records` in which every thing is out of sight before a frame of its own.

    Two of three things are always well visible or not at all.
    """
    records = synthetic_records(seed, objects)
    rng = np.random.default_rng((seed, 1))
    enters = rng.permutation(objects) % LATEST
    clear = rng.random(objects) < 2 / 3
    things = records.sighting_object
    place = records.video_index[records.sighting_view]
    boxes = records.boxes.astype(float) / 1000
    small = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) < DEFAULTS.min_box_share
    kept = (place < 0) | ((place >= enters[things]) & ~(small & clear[things]))
    plain = clear[things] & (place >= 0)
    fractions = np.where(plain, np.maximum(records.visible_fractions, 0.35), records.visible_fractions)
    columns = ("sighting_view", "sighting_object", "boxes", "pixel_counts", "points", "centers_camera")
    sightings = {name: getattr(records, name)[kept] for name in columns}
    return replace(records, visible_fractions=fractions[kept], paths=_paths(records), **sightings)


def _paths(records: SceneRecords) -> tuple[NavigationPath, ...]:
    frames = records.frame_ids.tolist()
    walks = {
        "40": ("en-US", "Turn left, walk past the sofa and stop in front of the door.", frames[3:9]),
        "7": ("en-IN", "Go straight and wait on the right side of the table.", frames[20:11:-2]),
        "12": ("hi-IN", "बाएँ मुड़ें।", frames[5:9]),
        "13": ("en", "Go up the stairs.", frames[:2]),
        "14": ("en", " ", frames[:4]),
        "15": ("en", "Stay.", frames[:1]),
        "16": ("en", "Leave the room through the second door.", [*frames[:3], "of another floor"]),
    }
    return tuple(NavigationPath(id=i, language=one, text=text, frame_ids=f) for i, (one, text, f) in walks.items())
