"""Light, computed once per shading vertex: lamps, daylight from windows, and what the surroundings shade."""

from collections.abc import Sequence

import numpy as np
import open3d as o3d

from factory.sources.procedural.meshing import SceneMesh
from factory.sources.procedural.model import Light
from factory.sources.procedural.shading import Shading

Array = np.ndarray

GAMMA = 2.2
AMBIENT = np.array((0.42, 0.43, 0.45))
REACH = 6.5  # of a light [m]
LAMP_RADIUS = 0.3  # within it a light grows no brighter [m]
LIFT = 0.006  # of a ray's origin off its surface [m]
INWARD = (
    0.2  # how far towards the middle of its faces a ray starts, so that no edge lies in the plane of its neighbour
)
CROWDING = (0.12, 0.35, 0.9)  # how near something must be to shade a point from the sky of the room [m]
DIRECTIONS = 18


class _Shadows:
    """Whether straight lines between points are free."""

    def __init__(self, mesh: SceneMesh) -> None:
        self._scene = o3d.t.geometry.RaycastingScene()
        tensor = o3d.core.Tensor.from_numpy
        self._scene.add_triangles(tensor(mesh.vertices), tensor(mesh.faces.astype(np.uint32)))

    def blocked(self, origins: Array, directions: Array, reach: float) -> Array:
        """(n,) bool for rays of `directions` (n, 3), up to `reach` times their length."""
        rays = np.concatenate([origins, directions], axis=1).astype(np.float32)
        hit: Array = self._scene.test_occlusions(o3d.core.Tensor.from_numpy(rays), tnear=0.0, tfar=reach).numpy()
        return hit


def _openness(shadows: _Shadows, origins: Array, normals: Array) -> Array:
    """Share (S,) of the cosine-weighted hemisphere that nothing near covers."""
    helper = np.where(np.abs(normals[:, 2:]) < 0.9, (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    tangent = np.cross(helper, normals)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-12
    other = np.cross(normals, tangent)
    free = np.zeros(len(origins))
    for i in range(DIRECTIONS):
        radius, angle = np.sqrt((i + 0.5) / DIRECTIONS), i * np.pi * (3 - np.sqrt(5))
        x, y, z = radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - radius**2)
        rays = tangent * x + other * y + normals * z
        free += ~shadows.blocked(origins, rays, CROWDING[i % len(CROWDING)])
    return free / DIRECTIONS


def _face_middles(points: Array, shading: Shading) -> Array:
    """For every shading vertex the mean (S, 3) of the centres of its faces."""
    centers = np.repeat(points[shading.faces].mean(axis=1), 3, axis=0)
    corners = shading.faces.ravel()
    sums = [np.bincount(corners, centers[:, k], minlength=len(points)) for k in range(3)]
    middles: Array = np.stack(sums, axis=1) / np.bincount(corners, minlength=len(points))[:, None]
    return middles


def bake(mesh: SceneMesh, lights: Sequence[Light], shading: Shading) -> Array:
    """Light (S, 3) float32 that multiplies sRGB colours; `lights` are in the world."""
    shadows = _Shadows(mesh)
    points = mesh.vertices[shading.vertex].astype(np.float64)
    normals = shading.normal
    origins = points + INWARD * (_face_middles(points, shading) - points) + LIFT * normals
    openness = _openness(shadows, origins, normals)
    total = AMBIENT * (0.25 + 0.75 * openness[:, None]) * (1 + 0.18 * normals[:, 2:])
    for light in lights:
        to_light = np.asarray(light.position) - origins
        distance = np.linalg.norm(to_light, axis=1)
        strength = np.clip((to_light * normals).sum(axis=1) / distance, 0, None) / (distance**2 + LAMP_RADIUS**2)
        if light.facing is not None:
            strength *= np.clip(-(to_light @ np.asarray(light.facing)) / distance, 0, None)
        lit = np.flatnonzero((strength > 1e-3) & (distance < REACH))
        lit = lit[~shadows.blocked(origins[lit], to_light[lit], 0.98)]
        total[lit] += strength[lit, None] * np.asarray(light.power)
    total = 1.25 * (1 - np.exp(-total / 1.05))  # bright spots saturate softly
    total = np.maximum(total, mesh.glow[shading.vertex, None])
    baked: Array = (total ** (1 / GAMMA)).astype(np.float32)
    return baked
