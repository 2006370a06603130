"""Rasterization by ray casting with Embree through Open3D: no GL needed."""

from typing import Any

import numpy as np

from factory.visibility.rasterizer import NEAR_M, Raster

Array = np.ndarray


class EmbreeRasterizer:
    """One ray through each pixel centre. nthreads : cores to use, 0 for all."""

    name = "embree"

    def __init__(self, nthreads: int = 1) -> None:
        import open3d  # slow to import, so only where it is used

        self._o3d = open3d
        self._nthreads = nthreads
        self._scene: Any = None
        self._camera: tuple[Any, Array, Array] | None = None  # what the cached rays belong to

    def load(self, vertices: Array, faces: Array) -> None:
        """Takes a mesh: vertices (V, 3) [m, world], faces (F, 3). Frees the one before."""
        self._scene = None
        # float32 has to resolve less far from the mesh's own middle
        self._center = np.zeros(3)
        if len(faces):
            self._center = (vertices.min(axis=0).astype(np.float64) + vertices.max(axis=0)) / 2
            local = np.ascontiguousarray(np.asarray(vertices, dtype=np.float64) - self._center, dtype=np.float32)
            tensor = self._o3d.core.Tensor.from_numpy
            self._scene = self._o3d.t.geometry.RaycastingScene(nthreads=self._nthreads)
            self._scene.add_triangles(tensor(local), tensor(np.ascontiguousarray(faces, dtype=np.uint32)))

    def render(self, world_from_camera: Array, intrinsics: Array, width: int, height: int) -> Raster:
        """Face id and z-depth per pixel for a camera (4, 4) with the intrinsics (3, 3) of that image size."""
        if self._scene is None:
            return Raster(np.full((height, width), -1, np.int32), np.zeros((height, width), np.float32))
        columns, rows = self._pixel_directions(intrinsics, width, height)
        rotation = np.asarray(world_from_camera[:3, :3], dtype=np.float64)
        origin = world_from_camera[:3, 3] - self._center
        for axis in range(3):
            # directions have z = 1 in the camera, so the hit's t is a z-depth; rays start on the near plane
            along_u = (rotation[axis, 0] * columns).astype(np.float32)
            along_v = (rotation[axis, :] @ rows).astype(np.float32)
            direction = self._rays[..., 3 + axis]
            np.add(along_u, along_v[:, None], out=direction)
            np.multiply(direction, np.float32(NEAR_M), out=self._rays[..., axis])
            self._rays[..., axis] += np.float32(origin[axis])
        hits = self._scene.cast_rays(self._o3d.core.Tensor.from_numpy(self._rays), nthreads=self._nthreads)
        face_id = hits["primitive_ids"].numpy().view(np.int32)  # Embree's invalid id is -1
        depth_m = np.where(face_id >= 0, hits["t_hit"].numpy() + np.float32(NEAR_M), np.float32(0))
        return Raster(face_id, depth_m)

    def close(self) -> None:
        """Frees the mesh."""
        self._scene = None

    def _pixel_directions(self, intrinsics: Array, width: int, height: int) -> tuple[Array, Array]:
        """Ray directions as a sum of a part per column (W,), along x, and a part per row (3, H); cached per camera."""
        key = (width, height, np.asarray(intrinsics, dtype=np.float64).tobytes())
        if self._camera is None or self._camera[0] != key:
            y = (np.arange(height) - intrinsics[1, 2]) / intrinsics[1, 1]
            columns = (np.arange(width) - intrinsics[0, 2]) / intrinsics[0, 0]
            rows = np.stack([-intrinsics[0, 1] / intrinsics[0, 0] * y, y, np.ones(height)])
            self._camera = (key, columns, rows)
            self._rays = np.zeros((height, width, 6), dtype=np.float32)
        return self._camera[1], self._camera[2]
