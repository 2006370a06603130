"""How far what the depth images show lies from the mesh, and what the cameras see of it."""

from typing import Any, NamedTuple

import numpy as np

from factory.geometry.cameras import unproject
from factory.selfcheck.views import View
from schemas.scene import Mesh

Array = np.ndarray

_CELL_M = 0.5  # of the grid by which faces near some points are found
_OUT_M = 0.5  # cameras may be this far out of the bounds of a mesh with gaps
_NEAR_M = 0.1  # nothing is filmed from nearer
_RAYS = 16  # per image side, about
_MET = 0.2  # share of the readings whose rays must meet the mesh, for them to be compared
_SAME_M, _SAME = 0.05, 0.03  # depths that differ by less than the larger one are the same


class Distances(NamedTuple):
    """Of points to the mesh [m]: median, nine tenths, and the shares beyond 5 and 10 cm."""

    median: float
    p90: float
    beyond_5_cm: float
    beyond_10_cm: float


class Surface:
    """A mesh that can be asked for distances and hits. With `near` (n, 3) [m, world] only the faces about those
    points are taken, which is quicker and right for points that lie on them."""

    def __init__(self, mesh: Mesh, near: Array | None = None) -> None:
        import open3d

        self._tensor = open3d.core.Tensor.from_numpy
        self._low, self._high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        self._middle = (self._low + self._high) / 2
        faces = mesh.faces
        if near is not None:
            faces = faces[_near(mesh.vertices, near)[faces].any(axis=1)]
        self.is_empty = len(faces) == 0
        self._scene: Any = open3d.t.geometry.RaycastingScene(nthreads=1)
        if not self.is_empty:
            self._scene.add_triangles(
                self._tensor(np.ascontiguousarray(mesh.vertices - self._middle, dtype=np.float32)),
                self._tensor(np.ascontiguousarray(faces, dtype=np.uint32)),
            )

    def distances(self, view: View) -> Distances:
        """Of the view's depth readings; infinite without any."""
        _, points = view.readings()
        if self.is_empty or not len(points):
            return Distances(np.inf, np.inf, 1.0, 1.0)
        local = np.ascontiguousarray(points - self._middle, dtype=np.float32)
        found = self._scene.compute_distance(self._tensor(local), nthreads=1).numpy()
        median, p90 = np.percentile(found, (50, 90))
        return Distances(float(median), float(p90), float((found > 0.05).mean()), float((found > 0.1).mean()))

    def share_met(self, view: View) -> float:
        """Share of the view's depth readings that are as deep as the mesh on their rays, of those whose rays meet it;
        NaN where too few do."""
        pixels, _ = view.readings()
        assert view.depth_m is not None
        measured = view.depth_m[pixels[:, 1], pixels[:, 0]]
        depth = self._depth(view, pixels)
        met = np.isfinite(depth)
        if met.sum() < _MET * len(pixels):
            return np.nan
        off = np.abs(depth - measured)[met]
        return float((off <= np.maximum(_SAME_M, _SAME * measured[met])).mean())

    def share_seen(self, view: View) -> float:
        """Share of the view's rays that meet the mesh where a camera can see it; 0 for a camera out of its bounds or
        on its head."""
        origin = view.world_from_camera[:3, 3]
        outside = (origin < self._low - _OUT_M).any() or (origin > self._high + _OUT_M).any()
        if outside or view.world_from_camera[2, 1] > 0:
            return 0.0
        depth = self._depth(view, view.pixels(_RAYS))
        return float((np.isfinite(depth) & (depth > _NEAR_M)).mean())

    def _depth(self, view: View, pixels: Array) -> Array:
        """z-depth (n,) [m] of the mesh in pixels (n, 2), infinite where it is not met."""
        if self.is_empty or not len(pixels):
            return np.full(len(pixels), np.inf, dtype=np.float32)
        directions = unproject(view.intrinsics, pixels, np.ones(len(pixels))) @ view.world_from_camera[:3, :3].T
        origin = view.world_from_camera[:3, 3] - self._middle
        rays = np.hstack([np.broadcast_to(origin, directions.shape), directions]).astype(np.float32)
        depth: Array = self._scene.cast_rays(self._tensor(rays), nthreads=1)["t_hit"].numpy()
        return depth


def _near(vertices: Array, points: Array) -> Array:
    """(V,) bool: vertices in the cells of the points or next to those."""
    low = np.minimum(vertices.min(axis=0), points.min(axis=0)) - 2 * _CELL_M
    points_at = ((points - low) / _CELL_M).astype(np.int64)
    vertices_at = ((vertices - low) / _CELL_M).astype(np.int64)
    shape = np.maximum(points_at.max(axis=0), vertices_at.max(axis=0)) + 2
    if np.prod(shape.astype(np.float64)) > 1e8:  # the points are nowhere near the mesh
        return np.ones(len(vertices), dtype=bool)
    from scipy import ndimage

    taken = np.zeros(shape, dtype=bool)
    taken[tuple(points_at.T)] = True
    marked: Array = ndimage.binary_dilation(taken, np.ones((3, 3, 3)))[tuple(vertices_at.T)]
    return marked
