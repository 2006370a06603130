"""One picture with its lifted objects, as arrays: what all web tasks read."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from factory.web.depth_png import decode_depth
from schemas.scene import Split
from schemas.web import ReferenceKind, WebImageRecord, WebObjectRecord

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture (width x height [px]) with n objects; an object's place in the arrays is its row.

    intrinsics : (3, 3) [px]; gravity_from_camera : (3, 3) or None; centers, aabb_min, aabb_max : (n, 3) [m, camera];
    gravity_min, gravity_max : (n, 3) [m, gravity], NaN where unknown; azimuths : (n,) [deg] raw, as seen along the ray
    to the object; fronts : (n, 3) unit vectors [camera], turned by it; both NaN where unknown or where an object
    has not exactly one front; whole : (n,) cut neither by the picture's border nor by an object in front;
    points : per object (m, 3) [m, camera]; boxes : (n, 4) [px, x1 y1 x2 y2];
    occluded_by : per object the rows of those that hide a part of it;
    closed_classes : labels of which every instance that shows is an object here; depth_png : the stored map.
    """

    source: str
    shard_id: str
    image_id: str
    split: Split
    image: str
    width: int
    height: int
    intrinsics: Array
    gravity_from_camera: Array | None
    depth_png: bytes
    closed_classes: frozenset[str]
    object_ids: Array
    labels: tuple[str, ...]
    boxes: Array
    whole: Array
    centers: Array
    aabb_min: Array
    aabb_max: Array
    gravity_min: Array
    gravity_max: Array
    points: tuple[Array, ...]
    azimuths: Array
    fronts: Array
    occluded_by: tuple[tuple[int, ...], ...]
    references: tuple[str, ...]
    reference_kinds: tuple[ReferenceKind, ...]

    @classmethod
    def of(cls, image: WebImageRecord, objects: Sequence[WebObjectRecord]) -> "Picture":
        """From stored rows; `objects` are those of this picture, in the order of the table."""
        unknown = [np.nan] * 3
        row_of = {o.object_id: row for row, o in enumerate(objects)}
        one_front = [o.symmetry == 1 for o in objects]
        return cls(
            source=image.source,
            shard_id=image.shard_id,
            image_id=image.image_id,
            split=image.split,
            image=image.image,
            width=image.width,
            height=image.height,
            intrinsics=np.array(image.intrinsics).reshape(3, 3),
            gravity_from_camera=None
            if image.gravity_from_camera is None
            else np.array(image.gravity_from_camera).reshape(3, 3),
            depth_png=image.depth,
            closed_classes=_closed(image, objects),
            object_ids=np.array([o.object_id for o in objects], dtype=np.int64),
            labels=tuple(o.label for o in objects),
            boxes=_rows([o.box for o in objects], 4),
            whole=np.array([not o.truncated and not o.occluded_by for o in objects], dtype=bool),
            centers=_rows([o.center for o in objects]),
            aabb_min=_rows([o.aabb_min for o in objects]),
            aabb_max=_rows([o.aabb_max for o in objects]),
            gravity_min=_rows([o.gravity_min or unknown for o in objects]),
            gravity_max=_rows([o.gravity_max or unknown for o in objects]),
            points=tuple(np.array(o.points, dtype=np.float32).reshape(-1, 3) for o in objects),
            azimuths=np.array(
                [
                    o.azimuth if one and o.azimuth is not None else np.nan
                    for o, one in zip(objects, one_front, strict=True)
                ]
            ),
            fronts=_rows(
                [o.front_camera or unknown if one else unknown for o, one in zip(objects, one_front, strict=True)]
            ),
            occluded_by=tuple(tuple(sorted(row_of[i] for i in o.occluded_by if i in row_of)) for o in objects),
            references=tuple(o.reference for o in objects),
            reference_kinds=tuple(o.reference_kind for o in objects),
        )

    def __len__(self) -> int:
        return len(self.object_ids)

    @cached_property
    def depth_m(self) -> Array:
        """(h, w) z-depth of the stored map, NaN where unknown, inf for sky."""
        return decode_depth(self.depth_png)

    @cached_property
    def gravity_centers(self) -> Array:
        """(n, 3) middles of the gravity boxes [m, gravity], NaN where unknown."""
        centers: Array = (self.gravity_min + self.gravity_max) / 2
        return centers

    def closest_of(self, pairs: Array) -> Array:
        """(m,) least distances [m] between the cleaned points of pairs (m, 2) of objects; inf where one has none."""
        return np.array([self._closest(*sorted(pair)) for pair in pairs.tolist()], dtype=np.float64)

    def _closest(self, first: int, second: int) -> float:
        if (first, second) not in self._closest_known:
            few, many = sorted((first, second), key=lambda row: len(self.points[row]))
            self._closest_known[first, second] = self._search(self.points[few], self._trees[many])
        return self._closest_known[first, second]

    def _search(self, points: Array, tree: Any) -> float:
        if not len(points):
            return math.inf
        # some points bound the distance, so that the search for the others soon ends
        bound = tree.query(points[:: max(len(points) // 32, 1)])[0].min()
        return float(min(bound, tree.query(points, distance_upper_bound=bound)[0].min()))

    @cached_property
    def _trees(self) -> tuple[Any, ...]:
        return tuple(cKDTree(points, balanced_tree=False) for points in self.points)

    @cached_property
    def _closest_known(self) -> dict[tuple[int, int], float]:
        return {}


def _closed(image: WebImageRecord, objects: Sequence[WebObjectRecord]) -> frozenset[str]:
    """Closed classes of which every detection became an object."""
    missing = Counter(one.label for one in image.detections) - Counter(one.label for one in objects)
    return frozenset(label for label in image.closed_classes if not missing[label])


def _rows(values: Sequence[Sequence[float]], width: int = 3) -> Array:
    return np.array(values, dtype=np.float64).reshape(-1, width)
