"""What the tables say of one picture and its objects, looked up by rows under audit."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from factory.audit.web import limits
from factory.audit.web.decoding import depth_of
from factory.audit.web.geometry import difference, gap_margins, iou

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Thing:
    """An object; vectors (3,) [m] in the camera, `low` and `high` by frame: the corners of its box.

    front : unit vector [camera], azimuth [deg], both None unless the object has one front; points : (n, 3) [camera].
    """

    record: dict[str, Any]
    object_id: int
    label: str
    reference: str
    kind: str
    box: Array
    center: Array
    low: dict[str, Array]
    high: dict[str, Array]
    front: Array | None
    azimuth: float | None
    points: Array
    whole: bool

    @classmethod
    def of(cls, record: dict[str, Any], points: Array) -> "Thing":
        """From a row of `web_objects` without its points, and these."""
        low, high = {"camera": np.array(record["aabb_min"])}, {"camera": np.array(record["aabb_max"])}
        if record["gravity_min"] is not None and record["gravity_max"] is not None:
            low["gravity"], high["gravity"] = np.array(record["gravity_min"]), np.array(record["gravity_max"])
        one = record["symmetry"] == 1
        return cls(
            record,
            record["object_id"],
            record["label"],
            record["reference"],
            record["reference_kind"],
            np.array(record["box"]),
            np.array(record["center"]),
            low,
            high,
            np.array(record["front_camera"]) if one and record["front_camera"] is not None else None,
            record["azimuth"] if one else None,
            points,
            not record["truncated"] and not record["occluded_by"],
        )

    def center_in(self, frame: str) -> Array:
        """The centre in the camera, the middle of the box in the gravity frame; NaN where gravity is unknown."""
        if frame == "camera":
            return self.center
        return (self.low["gravity"] + self.high["gravity"]) / 2 if "gravity" in self.low else np.full(3, np.nan)

    def extents(self, frame: str = "gravity") -> Array:
        """Full lengths (3,) [m] of the box."""
        lengths: Array = self.high[frame] - self.low[frame]
        return lengths

    @property
    def sized(self) -> Array:
        """Extents (3,) [m, gravity], NaN unless the object shows whole, and where they are too small to tell."""
        if not self.whole or "gravity" not in self.low:
            return np.full(3, np.nan)
        extents = self.extents()
        return np.where(extents >= limits.SIZE_M, extents, np.nan)

    @cached_property
    def tree(self) -> Any:
        """To search the points."""
        return cKDTree(self.points)


class Scenery:
    """A picture with its objects, by id and in the order of the table."""

    def __init__(self, image: dict[str, Any], things: Sequence[Thing]) -> None:
        self.image = image
        self.list = list(things)
        self.things = {thing.object_id: thing for thing in things}
        self.intrinsics = np.array(image["intrinsics"]).reshape(3, 3)
        flat = image["gravity_from_camera"]
        self.gravity_from_camera = None if flat is None else np.array(flat).reshape(3, 3)
        self._closest: dict[tuple[int, int], float] = {}

    @cached_property
    def depth_m(self) -> Array:
        """The decoded depth map (h, w) [m]."""
        return depth_of(self.image["depth"])

    @cached_property
    def closed(self) -> frozenset[str]:
        """Closed classes of which every detection became an object, and that are no general word for another label."""
        detected = Counter(one["label"] for one in self.image["detections"])
        lifted = Counter(thing.label for thing in self.list)
        labels = set(lifted)
        return frozenset(
            label
            for label in self.image["closed_classes"]
            if detected[label] == lifted[label] and not any(other.endswith(f" {label}") for other in labels)
        )

    def of_label(self, label: str) -> list[Thing]:
        """All instances of a label."""
        return [thing for thing in self.list if thing.label == label]

    def closest(self, first: Thing, second: Thing) -> float:
        """The least distance [m] between points of two objects."""
        few, many = sorted((first, second), key=lambda thing: (len(thing.points), thing.object_id))
        key = (few.object_id, many.object_id)
        if key not in self._closest:
            if not len(few.points) or not len(many.points):
                self._closest[key] = math.inf
            else:
                self._closest[key] = float(many.tree.query(few.points)[0].min())
        return self._closest[key]

    def margins(self, first: Thing, second: Thing, frame: str) -> tuple[Array, Array]:
        """`gap_margins` of the first object as seen from the second, in a frame."""
        low = np.stack([first.low[frame], second.low[frame]])
        high = np.stack([first.high[frame], second.high[frame]])
        return gap_margins((low, high), np.stack([first.center_in(frame), second.center_in(frame)]))

    def exceeds(self, first: Thing, second: Thing, attribute: str) -> float:
        """By how much an attribute of the first object exceeds that of the second, in units of what it must.

        NaN where it is not known of both.
        """
        if attribute in ("depth", "distance"):
            # the eye takes one for the other: both must differ, the same way, and so must the nearest parts
            depth = difference(float(first.center[2]), float(second.center[2]))
            far = difference(float(np.linalg.norm(first.center)), float(np.linalg.norm(second.center)))
            agreed = first.low["camera"][2] >= second.low["camera"][2]
            return min(depth, far) if agreed else min(depth, far, 0.0)
        if attribute == "x":
            return self._sideways(first, second)
        if attribute == "volume":
            ratio = math.log(float(np.prod(first.sized)) / float(np.prod(second.sized)))
            return ratio / math.log(limits.VOLUME_RATIO)
        axis = {"width": 0, "height": 1}[attribute]
        return difference(float(first.sized[axis]), float(second.sized[axis]))

    def _sideways(self, first: Thing, second: Thing) -> float:
        """In space, as the bearing in the picture (as a length at the nearer of both), and by both edges there."""
        _, margin = self.margins(first, second, "camera")
        depths = max(first.center[2], 1e-6), max(second.center[2], 1e-6)
        seen = (first.center[0] / depths[0] - second.center[0] / depths[1]) * min(depths) / limits.GAP_M
        agreed = bool((first.box[[0, 2]] >= second.box[[0, 2]]).all())
        return float(min(margin[0], seen)) if agreed else float(min(margin[0], seen, 0.0))

    def one_thing(self, first: Thing, second: Thing) -> bool:
        """Whether two detections may be of one thing."""
        near = float(np.linalg.norm(first.center - second.center)) < limits.GAP_M
        return near or iou(first.box, second.box) > limits.SAME_IOU


def attribute_of(thing: Thing, attribute: str) -> float:
    """The value that is compared: [m], for a volume [m3]; NaN where unknown."""
    if attribute == "depth":
        return float(thing.center[2])
    if attribute == "distance":
        return float(np.linalg.norm(thing.center))
    if attribute == "x":
        return float(thing.center[0])
    if attribute == "volume":
        return float(np.prod(thing.sized))
    return float(thing.sized[{"width": 0, "height": 1}[attribute]])
