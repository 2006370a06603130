"""A hand-held walk through the rooms: along free floor, looking at the furniture."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from factory.sources.procedural.floorgrid import BODY, CELL, FloorGrid
from factory.sources.procedural.floorplan import Room
from factory.sources.procedural.placement import Placed

Array = np.ndarray
Rng = np.random.Generator

NOT_LOOKED_AT = ("wall", "floor", "ceiling", "doorframe", "door", "window", "curtain", "ceiling light", "rug")
LONGEST_STEP = 0.35  # beyond this the walk is cut short rather than stretched [m]


@dataclass(frozen=True)
class Camera:
    """One image of the walk.

    world_from_camera : (4, 4) rigid; tracked : False where the pose estimate of a real scan would have been lost;
    exposure_end : (4, 4) where the camera is when the shutter closes, for images blurred by motion, else None.
    """

    world_from_camera: Array
    tracked: bool
    exposure_end: Array | None


def _room_order(plan: list[Room], start: int) -> list[int]:
    """Rooms in the order of a walk through doorways that visits all and comes back."""
    seen, order = {start}, [start]

    def visit(index: int) -> None:
        for openings in plan[index].openings.values():
            for o in openings:
                if o.kind == "doorway" and o.to_room not in seen:
                    seen.add(o.to_room)
                    order.append(o.to_room)
                    visit(o.to_room)
                    order.append(index)

    visit(start)
    return order


def _stops(rng: Rng, grid: FloorGrid, room: int, count: int, start: list[int]) -> list[int]:
    """Cells of a room far from each other, from where one comes and from obstacles."""
    cells = np.flatnonzero(grid.walkable & (grid.room == room))
    chosen: list[int] = []
    for _ in range(count if len(cells) else 0):
        weight = np.minimum(grid.clearance[cells], 0.6) * rng.uniform(0.7, 1, len(cells))
        if start + chosen:
            weight *= np.linalg.norm(grid.centers[cells, None] - grid.centers[start + chosen], axis=-1).min(axis=1)
        chosen.append(int(cells[np.argmax(weight)]))
    return chosen


def _tour(rng: Rng, grid: FloorGrid, plan: list[Room], stops: int, path: list[int]) -> list[int]:
    """Cells of a way through all rooms with so many stops in each, going on from the end of `path`."""
    counts = np.bincount(grid.room[grid.walkable] + 1, minlength=len(plan) + 1)[1:]
    cells = path[-1:]
    visited: set[int] = set()
    for room in _room_order(plan, int(np.argmax(counts))):
        for stop in _stops(rng, grid, room, stops if room not in visited else 0, cells[-1:]):
            cells += grid.way(cells[-1], stop)[1:] if cells else [stop]
        visited.add(room)
    return cells[len(path[-1:]) :]


def _route(rng: Rng, grid: FloorGrid, plan: list[Room], length: float) -> Array:
    """A polyline (n, 2) of about `length` [m] or more through all rooms, by as many stops as that allows."""

    def measure(cells: list[int]) -> float:
        return float(np.linalg.norm(np.diff(grid.centers[cells], axis=0), axis=1).sum())

    path: list[int] = []
    while not path or measure(path) < length:
        tours = [_tour(rng, grid, plan, stops, path) for stops in (1, 2, 4)]
        fitting = [tour for tour in tours if measure(path + tour) <= 1.1 * length]
        path += fitting[-1] if fitting else tours[0]
        if len(path) < 2:
            raise RuntimeError("a floor plan without room to walk")
    return grid.centers[path]


def _resample(points: Array, gap: float) -> Array:
    distance = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.arange(0.0, distance[-1], gap)
    return np.stack([np.interp(at, distance, points[:, k]) for k in (0, 1)], axis=1)


def _smooth(points: Array, grid: FloorGrid) -> Array:
    """Rounds the corners of a polyline where the rounded point stays clear of obstacles."""
    points = points.copy()
    for _ in range(120):
        moved = points.copy()
        moved[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        clear = grid.clearance_at(moved) >= BODY - 0.04
        points[clear] = moved[clear]
    return points


def _wobble(rng: Rng, at: Array, wave_lengths: tuple[float, ...], amplitude: float) -> Array:
    """A smooth random function of the way [m]: a sum of sines of unit variance times `amplitude`."""
    total = np.zeros_like(at)
    for wave in wave_lengths:
        total += np.sin(2 * np.pi * at / (wave * rng.uniform(0.8, 1.25)) + rng.uniform(0, 2 * np.pi))
    wobble: Array = amplitude * total * np.sqrt(2 / len(wave_lengths))
    return wobble


def _gaze(rng: Rng, eyes: Array, things: list[Placed], rooms: Array, gap: float) -> Array:
    """Viewing directions (n, 3): from one group of furniture to the next, with the way ahead in between."""
    seen = [t for t in things if t.model.label not in NOT_LOOKED_AT]
    footprints = [t.footprint() for t in seen]
    targets = np.array([(*f.center, (f.low + f.high) / 2) for f in footprints])
    tops = np.array([f.high for f in footprints])
    room_of = np.array([t.room for t in seen])
    looked = np.zeros(len(seen))
    directions = np.zeros((len(eyes), 3))
    ahead = np.gradient(ndimage.gaussian_filter1d(eyes, 0.5 / gap, axis=0), axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-12
    ahead[:, 2] = -0.22
    start = 0
    while start < len(eyes):
        stop = min(len(eyes), start + int(rng.uniform(0.7, 1.5) / gap) + 1)
        middle = (start + stop - 1) // 2
        offset = targets - eyes[middle]
        distance = np.linalg.norm(offset, axis=1)
        ways = offset / distance[:, None]
        worth = np.exp(-(((distance - 2.4) / 1.1) ** 2)) * (room_of == rooms[middle]) / (1 + looked)
        close = (distance < 0.9) & (tops > eyes[middle, 2] - 0.6)  # would fill the image
        in_view = ways[:, :2] @ ways[:, :2].T > np.cos(np.radians(26)) * 0.95
        score = (
            (in_view @ (worth - 0.8 * close))
            * (1.3 + ways[:, :2] @ ahead[start, :2])
            * rng.uniform(0.6, 1, len(seen))
            * (worth > 0.02)
        )
        choice = int(np.argmax(score))
        if score[choice] > 0 and rng.random() < 0.9:
            looked += worth * in_view[choice]
            group = in_view[choice] * worth * ~close
            directions[start:stop] = group @ targets / group.sum() - eyes[start:stop]
        else:
            directions[start:stop] = ahead[start:stop]
        directions[start:stop] /= np.linalg.norm(directions[start:stop], axis=1, keepdims=True)
        start = stop
    smooth = ndimage.gaussian_filter1d(directions, 0.35 / gap, axis=0, mode="nearest")
    smooth += 0.05 * ahead  # two opposite directions do not cancel
    gaze: Array = smooth / np.linalg.norm(smooth, axis=1, keepdims=True)
    return gaze


def poses_from_angles(eyes: Array, yaw: Array, pitch: Array, roll: Array) -> Array:
    """`world_from_camera` (n, 4, 4) with axes x right, y down, z forward; yaw from world x, pitch up [rad]."""
    forward = np.stack([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)], axis=1)
    level = np.stack([np.sin(yaw), -np.cos(yaw), np.zeros_like(yaw)], axis=1)
    up = np.cross(level, forward)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    right = c * level + s * up
    poses = np.zeros((len(eyes), 4, 4))
    poses[:, :3, 0], poses[:, :3, 1], poses[:, :3, 2] = right, np.cross(forward, right), forward
    poses[:, :3, 3] = eyes
    poses[:, 3, 3] = 1
    return poses


def _runs(rng: Rng, count: int, share: float, longest: int) -> Array:
    """A mask with about `share` of it set, in short runs that spare the first frame."""
    mask = np.zeros(count, dtype=bool)
    while count > 4 and mask.sum() < max(1, round(share * count)):
        start = int(rng.integers(1, count))
        mask[start : start + int(rng.integers(1, longest + 1))] = True
    return mask


def film(rng: Rng, plan: list[Room], things: list[Placed], frame_count: int, step: float) -> list[Camera]:
    """The cameras of a walk with `frame_count` images about `step` [m] apart, farther where needed to see all."""
    grid = FloorGrid(plan, things)
    gap = 0.03
    path = _smooth(_resample(_route(rng, grid, plan, frame_count * step), gap), grid)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    pace = float(np.clip(way[-1] / frame_count, min(step, 0.2), LONGEST_STEP)) if step >= 0.1 else step
    height = np.clip(rng.uniform(1.38, 1.58) + _wobble(rng, way, (3.1, 7.3), 0.05), 1.22, 1.68)
    eyes = np.column_stack([path, height])
    cell = ((path - grid.origin) / CELL).astype(int)
    rooms = grid.room.reshape(grid.shape)[cell[:, 0], cell[:, 1]]
    gaze = _gaze(rng, eyes, things, rooms, gap)
    yaw = np.unwrap(np.arctan2(gaze[:, 1], gaze[:, 0])) + _wobble(rng, way, (0.9, 2.3), np.radians(1.2))
    pitch = np.arcsin(np.clip(gaze[:, 2], -1, 1)) - np.radians(2) + _wobble(rng, way, (0.7, 1.9), np.radians(1.2))
    pitch = np.clip(pitch, np.radians(-32), np.radians(-3))
    roll = _wobble(rng, way, (1.3, 4.1), np.radians(1.5))
    poses = poses_from_angles(eyes, yaw, pitch, roll)
    at = np.minimum((np.arange(frame_count) * pace / way[-1] * (len(way) - 1)).astype(int), len(way) - 1)
    after = np.minimum(at + 1, len(way) - 1)
    lost, blurred = _runs(rng, frame_count, 0.02, 3), _runs(rng, frame_count, 0.04, 4)
    return [
        Camera(poses[i], not is_lost, poses[j] if is_blurred else None)
        for i, j, is_lost, is_blurred in zip(at, after, lost, blurred, strict=True)
    ]
