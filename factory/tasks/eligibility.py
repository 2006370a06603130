"""Which sightings may be asked about."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from factory.tasks.marks import box_share
from factory.tasks.parameters import Parameters
from factory.tasks.records import SceneRecords

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Screening:
    """eligible : (S,) bool; rejects : how many sightings failed, by the first reason that applies."""

    eligible: Array
    rejects: Counter[str]


@lru_cache(maxsize=4)  # all tasks of a scene ask for the same
def screen(records: SceneRecords, parameters: Parameters, *, video: bool = False) -> Screening:
    """Sightings of whole, named, visible objects in keyframes, or in the frames of the video (SPAR, section 7.4)."""
    depth = records.centers_camera[:, 2]
    where = "not in a frame of the video" if video else "not in a keyframe"
    kept = records.video_index >= 0 if video else records.is_keyframe
    failures = {
        where: ~kept[records.sighting_view],
        "part of the building": records.structural[records.sighting_object],
        "without a label": (records.labels == "")[records.sighting_object],
        "too little of it visible": records.visible_fractions < parameters.min_visible_fraction,
        "too few pixels": records.pixel_shares < parameters.min_pixel_share,
        "box too small": box_share(records.boxes) < parameters.min_box_share,
        "too near or too far": (depth < parameters.min_depth_m) | (depth > parameters.max_depth_m),
        "cut off by the image border": (records.boxes.min(axis=1) <= 0) | (records.boxes.max(axis=1) >= 1000),
    }
    eligible = np.ones(len(depth), dtype=bool)
    rejects: Counter[str] = Counter()
    for reason, failed in failures.items():
        count = int((eligible & failed).sum())
        if count:
            rejects[reason] = count
        eligible &= ~failed
    return Screening(eligible, rejects)
