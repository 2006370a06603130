"""The tables of one scene, indexed for recomputation."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray
Row = dict[str, Any]


@dataclass(frozen=True)
class Thing:
    """An annotated object: centre (3,), half lengths (3,) and axes (3, 3; columns) of its box [m, world]."""

    object_id: int
    label: str
    is_structural: bool
    center: Array
    half: Array
    axes: Array
    aabb_min: Array
    aabb_max: Array
    frame_ids: tuple[str, ...]


@dataclass(frozen=True)
class Camera:
    """A stored view. `rotation` (3, 3) has the camera axes in the world as columns, `position` (3,) [m, world].

    video_index : its place among the frames of the video, None where it is none of them;
    shown : the nested records of the objects that have pixels, by object id.
    """

    frame_id: str
    image: str
    is_keyframe: bool
    video_index: int | None
    rotation: Array
    position: Array
    intrinsics: Array
    width: int
    height: int
    raster_width: int
    raster_height: int
    shown: dict[int, Row]

    def see(self, points_world: Array) -> Array:
        """Points (..., 3) [m, world] along the camera axes. The axes are unit vectors, so scalar products do it."""
        return np.asarray((points_world - self.position) @ self.rotation)

    @cached_property
    def label_counts(self) -> Counter[str]:
        """How many objects with pixels carry a label."""
        return Counter(str(o["label"]) for o in self.shown.values())

    @property
    def roll_deg(self) -> float:
        """Roll against gravity: the angle, within the image plane, between image up and world up."""
        right_up, down_up = self.rotation[2, 0], self.rotation[2, 1]
        return math.degrees(math.atan2(right_up, -down_up))


class Evidence:
    """One scene's records: the `scenes` row, the `objects` and the `views`, as dictionaries of their columns."""

    def __init__(self, scene: Row, objects: list[Row], views: list[Row]) -> None:
        self.source, self.scene_id, self.split = (scene[k] for k in ("source", "scene_id", "split"))
        self.floor_area: float | None = scene["floor_area"]
        self.paths: list[Row] = scene["paths"]
        self.things = {o["object_id"]: _thing(o) for o in objects}
        self.cameras = {v["frame_id"]: _camera(v) for v in views}
        self._seen: dict[str, dict[int, Array]] = {}
        self._overlap: dict[tuple[int, int], float] = {}
        self._labels = {t.label.lower() for t in self.things.values()}
        self.longer_labels = _longer_labels(self._labels)

    def lookalikes(self, label: str) -> list[str]:
        """Other labels of the scene that a reader may mean by this one: `coffee table` for `table`."""
        own = label.lower()
        forms = {own, own + "s", own + "es"}
        same = (forms | {own.removesuffix("s"), own.removesuffix("es")}) & self._labels - {own}
        return sorted(same.union(*(self.longer_labels.get(form, ()) for form in forms)))

    def seen(self, frame_id: str, object_id: int) -> Array:
        """Centre (3,) of an object along the axes of a camera [m]."""
        known = self._seen.get(frame_id)
        if known is None:
            centers = np.array([t.center for t in self.things.values()])
            known = dict(zip(self.things, self.cameras[frame_id].see(centers), strict=True))
            self._seen[frame_id] = known
        return known[object_id]

    @cached_property
    def video(self) -> list[Camera]:
        """The frames of the video in order: the k-th is what texts call `Frame-k`."""
        frames = [(c.video_index, c.frame_id, c) for c in self.cameras.values() if c.video_index is not None]
        return [camera for _, _, camera in sorted(frames, key=lambda frame: frame[:2])]

    def gap(self, first: int, second: int) -> float:
        """Widest gap [m] between two boxes over all separating directions; negative when they overlap."""
        key = (first, second) if first < second else (second, first)
        if key not in self._overlap:
            self._overlap[key] = box_gap(self.things[key[0]], self.things[key[1]])
        return self._overlap[key]


def box_gap(a: Thing, b: Thing) -> float:
    """Separating axis test on the 3 + 3 face normals and 9 edge products: the largest gap found [m]."""
    normals = np.concatenate([a.axes.T, b.axes.T])
    edges = np.cross(a.axes.T[:, None], b.axes.T[None]).reshape(9, 3)
    length = np.linalg.norm(edges, axis=1)
    usable = length > 1e-9  # parallel edges span no direction
    axes = np.concatenate([normals, edges[usable] / length[usable, None]])
    reach_a = np.abs(axes @ a.axes) @ a.half
    reach_b = np.abs(axes @ b.axes) @ b.half
    return float((np.abs(axes @ (b.center - a.center)) - reach_a - reach_b).max())


def _thing(row: Row) -> Thing:
    return Thing(
        object_id=row["object_id"],
        label=row["label"],
        is_structural=row["is_structural"],
        center=np.array(row["center"], dtype=np.float64),
        half=np.array(row["extents"], dtype=np.float64) / 2.0,
        axes=np.array(row["rotation"], dtype=np.float64).reshape(3, 3),
        aabb_min=np.array(row["aabb_min"], dtype=np.float64),
        aabb_max=np.array(row["aabb_max"], dtype=np.float64),
        frame_ids=tuple(row["frame_ids"]),
    )


def _camera(row: Row) -> Camera:
    matrix = np.array(row["world_from_camera"], dtype=np.float64).reshape(4, 4)
    return Camera(
        frame_id=row["frame_id"],
        image=row["image"],
        is_keyframe=row["is_keyframe"],
        video_index=row["video_index"],
        rotation=matrix[:3, :3],
        position=matrix[:3, 3],
        intrinsics=np.array(row["intrinsics"], dtype=np.float64).reshape(3, 3),
        width=row["width"],
        height=row["height"],
        raster_width=row["raster_width"],
        raster_height=row["raster_height"],
        shown={o["object_id"]: o for o in row["objects"]},
    )


def _longer_labels(labels: set[str]) -> dict[str, list[str]]:
    """For a label, those that end with it as a word: `coffee table` for `table`."""
    longer: dict[str, list[str]] = defaultdict(list)
    for label in sorted(labels):
        words = label.lower().split(" ")
        for start in range(1, len(words)):
            longer[" ".join(words[start:])].append(label.lower())
    return dict(longer)
