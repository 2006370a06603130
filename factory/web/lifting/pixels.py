"""Which pixels of a mask surely show the object, and the points that they see."""

from dataclasses import dataclass

import cv2
import numpy as np

from factory.web.lifting.parameters import LiftParameters

Array = np.ndarray

_SKY_M = np.float32(1e9)
_SQUARE = np.ones((3, 3), dtype=np.uint8)
# Steps of the R2 sequence (1 / g, 1 / g^2 with g^3 = g + 1): pixels by the fraction of their weighted sum are spread
# evenly, so that the first n of them are a regular sample of any region.
_STEP_X, _STEP_Y = 0.7548776662466927, 0.5698402909980532


@dataclass(frozen=True, eq=False)
class DepthView:
    """The depth of a picture and how it is unprojected.

    depth_m : (h, w) z-depth, NaN unknown, inf sky; edge : (h, w) bool, beside a jump of the depth;
    rays_x : (w,), rays_y : (h,), x and y at z-depth 1 of the columns and rows.
    """

    depth_m: Array
    edge: Array
    rays_x: Array
    rays_y: Array

    @classmethod
    def of(cls, depth_m: Array, intrinsics: Array, width: int, height: int, parameters: LiftParameters) -> "DepthView":
        """For a map of a picture of width x height [px] with these intrinsics (3, 3) [px of the picture], no skew."""
        rows, columns = depth_m.shape
        u = (np.arange(columns) + 0.5) * (width / columns) - 0.5
        v = (np.arange(rows) + 0.5) * (height / rows) - 0.5
        return cls(
            depth_m,
            _depth_edges(depth_m, parameters.edge_jump),
            (u - intrinsics[0, 2]) / intrinsics[0, 0],
            (v - intrinsics[1, 2]) / intrinsics[1, 1],
        )

    def points(self, columns: Array, rows: Array, depth_m: Array) -> Array:
        """Points (n, 3) float64 [m, camera] of pixels of the map at z-depths (n,)."""
        z = depth_m.astype(np.float64)
        return np.stack([self.rays_x[columns] * z, self.rays_y[rows] * z, z], axis=1)


def mask_window(mask: Array, margin: int) -> tuple[slice, slice]:
    """Rows and columns of a mask's bounding box, widened by a margin inside the map; the mask is not empty."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(int(rows[0]) - margin, 0), int(rows[-1]) + 1 + margin),
        slice(max(int(columns[0]) - margin, 0), int(columns[-1]) + 1 + margin),
    )


def trusted_depth(mask: Array, window: tuple[slice, slice], view: DepthView, parameters: LiftParameters) -> Array:
    """(h, w) float32 of the window: z-depth [m] of a mask's pixels, NaN elsewhere and where it cannot be told.

    Depth is trusted off the mask's border and off jumps of the depth. The border's own pixels take that of the nearest
    trusted one: they are on the object, but their depth may be what lies behind it. Of a thin thing less is taken for
    its border.
    """
    inside = mask[window].astype(np.uint8)
    border = max(1, round(parameters.erosion_share * max(mask.shape)))
    core, sure = inside, _smooth(inside, window, view, parameters)
    for _ in range(border):
        core = cv2.erode(core, _SQUARE)  # outside the picture counts as inside
        smaller = _smooth(core, window, view, parameters)
        if np.count_nonzero(smaller) < parameters.min_eroded_share * np.count_nonzero(inside):
            break
        sure = smaller
    depth = np.full(inside.shape, np.nan, dtype=np.float32)
    if not sure.any():
        return depth
    distance, nearest = cv2.distanceTransformWithLabels(
        (~sure).astype(np.uint8), cv2.DIST_C, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(nearest.max()) + 1, dtype=np.float32)
    of_label[nearest[sure]] = view.depth_m[window][sure]
    told = inside.astype(bool) & (distance <= border + 1)
    depth[told] = of_label[nearest[told]]
    return depth


def outline(mask: Array, window: tuple[slice, slice], view: DepthView, parameters: LiftParameters) -> Array:
    """(h, w) bool of the window: pixels with trusted depth around a mask, a little off it."""
    near, far = parameters.outline_px
    inside = mask[window].astype(np.uint8)
    ring = cv2.dilate(inside, _SQUARE, iterations=far) > cv2.dilate(inside, _SQUARE, iterations=near)
    around: Array = ring & np.isfinite(view.depth_m[window]) & ~view.edge[window]
    return around


def sample_pixels(pixels: Array, limit: int) -> tuple[Array, Array]:
    """Columns and rows (n,), n <= limit, of set pixels (h, w): evenly spread, and so are the first of them."""
    rows, columns = np.nonzero(pixels)
    place = (columns * _STEP_X + rows * _STEP_Y) % 1.0
    if len(place) > limit:
        chosen = np.argpartition(place, limit)[:limit]
        rows, columns, place = rows[chosen], columns[chosen], place[chosen]
    order = np.argsort(place, kind="stable")
    return columns[order], rows[order]


def _depth_edges(depth_m: Array, jump: float) -> Array:
    """(h, w) bool: depths of the 3 x 3 pixels around differ by more than the jump (relative); sky is far."""
    unknown = np.isnan(depth_m)
    finite = np.minimum(depth_m, _SKY_M)  # beyond its own border OpenCV takes the largest finite number
    farthest = cv2.dilate(np.where(unknown, np.float32(0), finite), _SQUARE)
    nearest = cv2.erode(np.where(unknown, np.float32(np.inf), finite), _SQUARE)
    edges: Array = farthest / np.float32(1.0 + jump) > nearest
    return edges


def _smooth(core: Array, window: tuple[slice, slice], view: DepthView, parameters: LiftParameters) -> Array:
    """Pixels (h, w) bool of a core with finite depth, off jumps of it unless, as in a plant, that is most of them."""
    known = core.astype(bool) & np.isfinite(view.depth_m[window])
    smooth: Array = known & ~view.edge[window]
    return smooth if np.count_nonzero(smooth) >= parameters.min_eroded_share * np.count_nonzero(known) else known
