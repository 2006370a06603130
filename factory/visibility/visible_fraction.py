"""How much of each object a frame shows: its vertices against the depth of the frame."""

import numpy as np

Array = np.ndarray


class VertexVisibility:
    """Counts visible vertices per object and frame, and remembers which ones any frame saw.

    vertices : (V, 3) [m, world]; vertex_ids : per object the indices of its vertices;
    tolerance_m, tolerance_ratio : a vertex is visible when its z-depth is within max(tolerance_m, tolerance_ratio * z)
    of the frame's at the nearest pixel.
    """

    def __init__(self, vertices: Array, vertex_ids: list[Array], tolerance_m: float, tolerance_ratio: float) -> None:
        ids = np.concatenate([np.zeros(0, dtype=np.int64), *vertex_ids])
        self._count = len(vertex_ids)
        self._owner = np.repeat(np.arange(self._count), [len(one) for one in vertex_ids])
        self._points = np.ascontiguousarray(vertices[ids].T, dtype=np.float64)
        self._seen = np.zeros(len(ids), dtype=bool)
        self._tolerance_m, self._tolerance_ratio = tolerance_m, tolerance_ratio

    def see(self, camera_from_world: Array, intrinsics: Array, depth_m: Array) -> Array:
        """Visible vertices per object (n,) in a frame: camera_from_world (4, 4), intrinsics (3, 3) and z-depth (H, W)
        [m, 0 for none]."""
        height, width = depth_m.shape
        # pixel (u, v, 1) z = K [R t] p, one row at a time: sums in a fixed order, the same on every machine
        rows = intrinsics @ camera_from_world[:3]
        z = _affine(rows[2], self._points)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            u = _affine(rows[0], self._points) / z + 0.5
            v = _affine(rows[1], self._points) / z + 0.5
        inside = np.flatnonzero((z > 0) & (u >= 0) & (u < width) & (v >= 0) & (v < height))
        z = z[inside]
        depth = depth_m.ravel()[v[inside].astype(np.int64) * width + u[inside].astype(np.int64)]
        close = np.abs(depth - z) <= np.maximum(self._tolerance_m, self._tolerance_ratio * z)
        visible = inside[close & (depth > 0)]
        self._seen[visible] = True
        return np.bincount(self._owner[visible], minlength=self._count)

    def seen(self) -> Array:
        """Vertices per object (n,) that at least one frame saw so far."""
        return np.bincount(self._owner[self._seen], minlength=self._count)


def _affine(row: Array, points: Array) -> Array:
    value: Array = row[0] * points[0]
    value += row[1] * points[1]
    value += row[2] * points[2]
    value += row[3]
    return value
