"""Rooms and the outlines of their floors, from `annotation_3d.json`: planes, their lines, the ends of each line."""

import json
from collections import Counter
from typing import NamedTuple

import numpy as np

from factory.geometry.footprint import polygon_area

Array = np.ndarray

DAMAGED, NO_FLOOR = "room: annotation damaged", "room: no floor"
OPEN, NOT_LEVEL = "room: floor outline not closed", "room: floor not level"
CROSSING = "room: floor outline crosses itself"

_NO_ROOMS = frozenset({"door", "window", "outwall"})  # they have floors too: what lies within the thickness of a wall
_LEVEL_MM = 10.0
_SMALLEST_M2 = 1e-3


class Room(NamedTuple):
    """A room of a house; `floor` (n, 2) are the corners of its outline [m, world], counter-clockwise, no holes."""

    room_id: int
    kind: str
    floor: Array


class _Fault(ValueError):
    """Why a room is left out, as that is counted."""


def read_rooms(data: bytes) -> tuple[list[Room], Counter[str]]:
    """The rooms by id, and how many were left out for which reason."""
    counts: Counter[str] = Counter()
    rooms: list[Room] = []
    try:
        annotation = json.loads(data)
        corners = np.array([junction["coordinate"] for junction in annotation["junctions"]], dtype=np.float64)
        corners = corners.reshape(-1, 3)
        lines_of_plane = np.array(annotation["planeLineMatrix"]) != 0
        ends_of_line = np.array(annotation["lineJunctionMatrix"]) != 0
        floors = {plane["ID"]: place for place, plane in enumerate(annotation["planes"]) if plane["type"] == "floor"}
        named = [(int(entry["ID"]), str(entry["type"]), entry["planeID"]) for entry in annotation["semantics"]]
        for room_id, kind, planes in sorted(named, key=lambda entry: entry[0]):
            if kind in _NO_ROOMS:
                continue
            try:
                outline = _floor(lines_of_plane[[floors[p] for p in planes if p in floors]], ends_of_line, corners)
                rooms.append(Room(room_id, kind, outline))
            except _Fault as fault:
                counts[str(fault)] += 1
    except (ValueError, KeyError, TypeError, IndexError):
        return [], Counter({DAMAGED: 1})
    return rooms, counts


def _floor(lines_of_plane: Array, ends_of_line: Array, corners: Array) -> Array:
    """The outline (n, 2) [m] of the largest floor among planes (p, l); corners (j, 3) [mm]."""
    outlines = [_outline(ends_of_line[lines], corners) for lines in lines_of_plane]
    if not outlines:
        raise _Fault(NO_FLOOR)
    return max(outlines, key=polygon_area)


def _outline(ends: Array, corners: Array) -> Array:
    """The outermost loop of lines, given as (l, j) incidences."""
    if not len(ends) or (ends.sum(axis=1) != 2).any():
        raise _Fault(OPEN)
    neighbours: dict[int, list[int]] = {}
    for first, second in np.argwhere(ends)[:, 1].reshape(-1, 2).tolist():
        neighbours.setdefault(first, []).append(second)
        neighbours.setdefault(second, []).append(first)
    if any(len(others) != 2 for others in neighbours.values()):
        raise _Fault(OPEN)
    if not np.ptp(corners[list(neighbours), 2]) <= _LEVEL_MM:
        raise _Fault(NOT_LEVEL)
    loops = [corners[loop, :2] / 1000.0 for loop in _loops(neighbours)]
    outline = max(loops, key=polygon_area)
    if not polygon_area(outline) >= _SMALLEST_M2 or _crosses_itself(outline):
        raise _Fault(CROSSING)
    x, y = outline.T
    is_clockwise = x @ np.roll(y, -1) < y @ np.roll(x, -1)
    # the first corner stays the first
    counter_clockwise: Array = np.roll(outline[::-1], 1, axis=0) if is_clockwise else outline
    return counter_clockwise


def _loops(neighbours: dict[int, list[int]]) -> list[list[int]]:
    """The closed ways through a graph in which every node has two neighbours; each begins at its lowest node."""
    loops: list[list[int]] = []
    left = sorted(neighbours)
    while left:
        loop, before = [left[0]], left[0]
        here = neighbours[left[0]][0]
        while here != left[0]:
            loop.append(here)
            first, second = neighbours[here]
            before, here = here, (second if first == before else first)
        loops.append(loop)
        left = [node for node in left if node not in loop]
    return loops


def _crosses_itself(outline: Array) -> bool:
    """Whether two sides that do not follow each other meet, or a side goes back over the one before it."""
    start, end = outline, np.roll(outline, -1, axis=0)
    # on which side of each line (row) the ends of the others (column) lie
    starts, ends = (_sides(start, end, points) for points in (start, end))
    apart = starts * ends > 0
    meet = ~apart & ~apart.T
    count = len(outline)
    gap = (np.arange(count)[:, None] - np.arange(count)) % count
    meet &= (gap > 1) & (gap < count - 1)
    rows, columns = np.nonzero(meet)
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        low = np.maximum(np.minimum(start[i], end[i]), np.minimum(start[j], end[j]))
        high = np.minimum(np.maximum(start[i], end[i]), np.maximum(start[j], end[j]))
        if (low <= high).all():  # of lines that are one, only those that overlap
            return True
    ahead = end - start
    turns_back = np.einsum("ij,ij->i", ahead, np.roll(ahead, -1, axis=0)) < 0
    straight = np.abs(_sides(start, end, np.roll(end, -1, axis=0)).diagonal()) == 0
    return bool((turns_back & straight).any())


def _sides(start: Array, end: Array, points: Array) -> Array:
    """(n, m) sign of which side of each line (n) from `start` to `end` each point (m) lies on; 0 within rounding."""
    ahead = end - start
    offset = points[None] - start[:, None]
    cross = ahead[:, None, 0] * offset[..., 1] - ahead[:, None, 1] * offset[..., 0]
    distance = cross / np.maximum(np.linalg.norm(ahead, axis=1), 1e-9)[:, None]
    return np.sign(np.where(np.abs(distance) < 1e-6, 0.0, distance))


def only_floor(rooms: list[Room], left_out: Counter[str]) -> list[float] | None:
    """The outline of a scene that is one room, as x, y, x, y, ... [m]; None for a house, whose rooms have one each."""
    return rooms[0].floor.ravel().tolist() if len(rooms) == 1 and not left_out.total() else None
