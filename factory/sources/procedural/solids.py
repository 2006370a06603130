"""Closed solids that tessellate into near-uniform, welded triangles at any edge length."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Array = np.ndarray
Warp = Callable[[Array], Array]

COARSE = 0.12  # from this edge length on, round things get fewer sides
BEVEL_SHARE = 0.2  # bevels smaller than this share of the edge length are left out
CREASE = np.cos(np.radians(40.0))


@dataclass(frozen=True)
class Tessellation:
    """A welded triangle mesh.

    vertices : (V, 3) float64 [m]; faces : (F, 3) int64, counter-clockwise from outside;
    sides : (F,) int64, which flat or smooth side of the solid a face belongs to;
    smooth : whether normals are shared across sides.
    """

    vertices: Array
    faces: Array
    sides: Array
    smooth: bool


class Solid(Protocol):
    """A shape about its own origin."""

    def tessellate(self, edge: float) -> Tessellation:
        """Triangles with edges of about `edge` [m], or longer where that loses nothing of the shape."""


def _quads(grid: Array) -> Array:
    """Triangles (2n, 3) of a grid of vertex ids (a, b), facing along (first axis) x (second axis)."""
    a, b, c, d = grid[:-1, :-1].ravel(), grid[1:, :-1].ravel(), grid[1:, 1:].ravel(), grid[:-1, 1:].ravel()
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def _ticks(half: float, bevel: float, edge: float, least: int) -> Array:
    """Lattice coordinates from -half to half."""
    inner = half - bevel
    count = max(least, int(np.ceil(2 * inner / edge - 1e-6)), 1)
    ticks = np.linspace(-inner, inner, count + 1)
    if bevel > 0:
        ticks = np.concatenate([[-half, -half + 0.4 * bevel], ticks, [half - 0.4 * bevel, half]])
    return ticks


@dataclass(frozen=True)
class Block:
    """A box of `size`, centred at the origin, with rounded edges of radius `bevel`, then bent by `warp`.

    `least` is the smallest number of divisions per axis, for warps that need them.
    """

    size: tuple[float, float, float]
    bevel: float = 0.0
    warp: Warp | None = None
    least: tuple[int, int, int] = (1, 1, 1)

    def tessellate(self, edge: float) -> Tessellation:
        half = np.asarray(self.size, dtype=np.float64) / 2
        bevel = min(self.bevel, 0.999 * half.min())
        if bevel < BEVEL_SHARE * edge:
            bevel = 0.0
        least = self.least if edge < COARSE else tuple((n + 1) // 2 for n in self.least)
        x, y, z = (_ticks(h, bevel, edge, n) for h, n in zip(half, least, strict=True))
        shape = (len(x), len(y), len(z))
        ids = np.arange(np.prod(shape)).reshape(shape)
        grids = [ids[0].T, ids[-1], ids[:, 0], ids[:, -1].T, ids[:, :, 0].T, ids[:, :, -1]]
        triangles = [_quads(grid) for grid in grids]
        sides = np.repeat(np.arange(6), [len(t) for t in triangles])
        used, faces = np.unique(np.concatenate(triangles), return_inverse=True)
        i, j, k = np.unravel_index(used, shape)
        vertices = np.stack([x[i], y[j], z[k]], axis=1)
        if bevel > 0:
            core = np.clip(vertices, bevel - half, half - bevel)
            offset = vertices - core
            vertices = core + offset * (bevel / np.linalg.norm(offset, axis=1, keepdims=True))
        if self.warp is not None:
            vertices = self.warp(vertices)
        return Tessellation(vertices, faces.reshape(-1, 3), sides, smooth=bevel > 0 or self.warp is not None)


@dataclass(frozen=True)
class Lathe:
    """A `profile` of (radius, z) points turned about the z axis, outside to the right of its direction.

    A profile that starts and ends on the axis gives a closed solid.
    """

    profile: tuple[tuple[float, float], ...]
    slices: int = 12
    warp: Warp | None = None

    def tessellate(self, edge: float) -> Tessellation:
        profile = np.asarray(self.profile, dtype=np.float64)
        steps = np.diff(profile, axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        directions = steps / lengths[:, None]
        creases = np.einsum("ij,ij->i", directions[1:], directions[:-1]) < CREASE
        side_of_step = np.concatenate([[0], np.cumsum(creases)])
        counts = np.maximum(np.ceil(lengths / edge - 1e-6).astype(int), 1)
        rings = [profile[:1]]
        for start, step, n in zip(profile[:-1], steps, counts, strict=True):
            rings.append(start + step * (np.arange(1, n + 1)[:, None] / n))
        points = np.concatenate(rings)
        least = self.slices if edge < COARSE else 8
        slices = max(least, 4 * int(np.ceil(2 * np.pi * points[:, 0].max() / edge / 4)))
        angles = np.arange(slices) * (2 * np.pi / slices)
        vertices = np.stack(
            [
                points[:, 0, None] * np.cos(angles),
                points[:, 0, None] * np.sin(angles),
                np.broadcast_to(points[:, 1, None], (len(points), slices)),
            ],
            axis=-1,
        ).reshape(-1, 3)
        ids = np.arange(len(vertices)).reshape(len(points), slices)
        ids[points[:, 0] < 1e-9] = ids[points[:, 0] < 1e-9, :1]  # a ring on the axis is one vertex
        ids = np.concatenate([ids, ids[:, :1]], axis=1)
        triangles = _quads(ids.T)
        ring_side = np.repeat(side_of_step, counts)
        sides = np.tile(np.tile(ring_side, slices), 2)
        distinct = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
        used, faces = np.unique(triangles[distinct], return_inverse=True)
        vertices = vertices[used]
        if self.warp is not None:
            vertices = self.warp(vertices)
        return Tessellation(vertices, faces.reshape(-1, 3), sides[distinct], smooth=False)


@dataclass(frozen=True)
class Tube:
    """A round bar of `radius` along a polyline of `points`, with flat ends."""

    points: tuple[tuple[float, float, float], ...]
    radius: float
    slices: int = 8

    def tessellate(self, edge: float) -> Tessellation:
        path = np.asarray(self.points, dtype=np.float64)
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
        pieces = [path[:1]]
        for start, end, length in zip(path[:-1], path[1:], lengths, strict=True):
            n = max(int(np.ceil(length / edge - 1e-6)), 1)
            pieces.append(start + (end - start) * (np.arange(1, n + 1)[:, None] / n))
        path = np.concatenate(pieces)
        tangents = np.gradient(path, axis=0)
        tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
        normal = np.cross(tangents[0], np.eye(3)[np.abs(tangents[0]).argmin()])
        slices = self.slices if edge < COARSE else 4
        angles = np.arange(slices) * (2 * np.pi / slices)
        rings = []
        for point, tangent in zip(path, tangents, strict=True):
            normal = normal - tangent * (normal @ tangent)  # carried along without twist
            normal /= np.linalg.norm(normal)
            across = np.cross(tangent, normal)
            rings.append(point + self.radius * (np.cos(angles)[:, None] * normal + np.sin(angles)[:, None] * across))
        vertices = np.concatenate([*rings, path[:1], path[-1:]])
        ids = np.arange(len(path) * slices).reshape(len(path), slices)
        ids = np.concatenate([ids, ids[:, :1]], axis=1)
        body = _quads(ids.T)
        first, last = len(vertices) - 2, len(vertices) - 1
        start_cap = np.stack([np.full(slices, first), ids[0, 1:], ids[0, :-1]], axis=1)
        end_cap = np.stack([np.full(slices, last), ids[-1, :-1], ids[-1, 1:]], axis=1)
        sides = np.repeat([0, 1, 2], [len(body), slices, slices])
        return Tessellation(vertices, np.concatenate([body, start_cap, end_cap]), sides, smooth=False)


def cylinder(radius: float, height: float, top_radius: float | None = None, slices: int = 12) -> Lathe:
    """A cylinder or cone frustum that stands on the origin."""
    top = radius if top_radius is None else top_radius
    return Lathe(((0.0, 0.0), (radius, 0.0), (top, height), (0.0, height)), slices)


def ball(radius: float, rings: int = 8, slices: int = 12) -> Lathe:
    """A sphere about the origin."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    profile = [(radius * float(np.cos(a)), radius * float(np.sin(a))) for a in angles]
    profile[0], profile[-1] = (0.0, -radius), (0.0, radius)
    return Lathe(tuple(profile), slices)


def taper(top: float, height: float) -> Warp:
    """Scales x and y from 1 at the bottom to `top` at the top of a block of that height."""

    def warp(points: Array) -> Array:
        scale = 1 + (top - 1) * (points[:, 2:] / height + 0.5)
        return np.concatenate([points[:, :2] * scale, points[:, 2:]], axis=1)

    return warp
