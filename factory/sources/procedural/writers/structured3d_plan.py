"""The plan of a procedural home as Structured3D annotates it: corners, lines and planes, and what they belong to."""

from typing import Any

import numpy as np

from factory.sources.procedural.floorplan import FACING, SIDES, WALL, Opening, Room, SideName

Array = np.ndarray

KINDS = {"meeting room": "office", "lounge": "living room"}  # to the data set's own kinds of rooms
_OPENINGS = {"doorway": "door", "entrance": "door", "window": "window"}
# Places in a cuboid's eight corners (x slowest, then y, then z) of each face, around it.
_FACES = {
    "west": (0, 1, 3, 2), "east": (4, 5, 7, 6), "south": (0, 1, 5, 4), "north": (2, 3, 7, 6),
    "floor": (0, 2, 6, 4), "ceiling": (1, 3, 7, 5),
}  # fmt: skip
_INWARD = {
    "west": (1, 0, 0), "east": (-1, 0, 0), "south": (0, 1, 0), "north": (0, -1, 0), "floor": (0, 0, 1),
    "ceiling": (0, 0, -1),
}  # fmt: skip


def room_id(index: int) -> int:
    """The number of a room in names of folders and in the plan: as in the data set neither small nor in a row."""
    return 485142 + 137 * index


def room_of_point(rooms: list[Room], point: Array) -> int:
    """Index of the room in which a point (2,) [m] lies, or to which it is nearest."""
    low = np.array([(room.x0, room.y0) for room in rooms])
    high = np.array([(room.x1, room.y1) for room in rooms])
    outside = np.maximum(np.maximum(low - point, point - high), 0.0)
    return int(np.argmin(np.linalg.norm(outside, axis=1)))


def house_plan(rooms: list[Room]) -> dict[str, Any]:
    """The content of `annotation_3d.json` [mm]."""
    plan = _Plan()
    semantics: list[dict[str, Any]] = []
    faces_of_room = [plan.add_cuboid((r.x0, r.y0, 0.0), (r.x1, r.y1, r.height), 1) for r in rooms]
    for room, faces in zip(rooms, faces_of_room, strict=True):
        kind = KINDS.get(room.kind, room.kind)
        semantics.append({"ID": room_id(room.index), "type": kind, "planeID": list(faces.values())})
    for room in rooms:
        for side in SIDES:
            for opening in room.openings[side]:
                if opening.kind == "doorway" and opening.to_room < room.index:
                    continue  # the same hole, seen from the other room
                hole = plan.add_cuboid(*_hole(room, side, opening), 1)
                # the wall's plane has the hole's outline too
                plan.lines_of_plane[faces_of_room[room.index][side]] += plan.lines_of_plane[hole[FACING[side]]]
                if opening.kind == "doorway":
                    other = faces_of_room[opening.to_room][FACING[side]]
                    plan.lines_of_plane[other] += plan.lines_of_plane[hole[side]]
                semantics.append(
                    {"ID": len(semantics), "type": _OPENINGS[opening.kind], "planeID": list(hole.values())}
                )
    low = (min(r.x0 for r in rooms) - WALL, min(r.y0 for r in rooms) - WALL, 0.0)
    high = (max(r.x1 for r in rooms) + WALL, max(r.y1 for r in rooms) + WALL, max(r.height for r in rooms))
    hull = plan.add_cuboid(low, high, -1)
    semantics.append({"ID": len(semantics), "type": "outwall", "planeID": [hull[side] for side in SIDES]})
    cuboids = [{"ID": i, "planeID": list(faces.values())} for i, faces in enumerate(faces_of_room)]
    return {**plan.content(), "semantics": semantics, "cuboids": cuboids, "manhattan": cuboids}


def _hole(room: Room, side: SideName, opening: Opening) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Lowest and highest corner of an opening, as deep as the wall."""
    near = room.at(side)
    far = near + (WALL if side in ("north", "east") else -WALL)
    across, along = sorted((near, far)), (opening.start, opening.end)
    x, y = (along, across) if side in ("south", "north") else (across, along)
    return (x[0], y[0], opening.low), (x[1], y[1], opening.high)


class _Plan:
    """Corners, lines and planes so far."""

    def __init__(self) -> None:
        self.corners: list[tuple[float, ...]] = []
        self.lines: list[tuple[int, int]] = []
        self.planes: list[tuple[str, tuple[int, ...], float]] = []
        self.lines_of_plane: list[list[int]] = []

    def add_cuboid(self, low: tuple[float, ...], high: tuple[float, ...], into: int) -> dict[str, int]:
        """The planes by name of a cuboid [m]; normals point into it (1) or out of it (-1)."""
        first = len(self.corners)
        self.corners += [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        line_of: dict[tuple[int, int], int] = {}
        planes = {}
        for name, places in _FACES.items():
            ends = [first + place for place in places]
            own = []
            for one, other in zip(ends, ends[1:] + ends[:1], strict=True):
                pair = (min(one, other), max(one, other))
                if pair not in line_of:
                    line_of[pair] = len(self.lines)
                    self.lines.append(pair)
                own.append(line_of[pair])
            normal = tuple(into * axis for axis in _INWARD[name])
            offset = -float(np.dot(normal, self.corners[ends[0]]))
            planes[name] = len(self.planes)
            self.planes.append((name if name in ("floor", "ceiling") else "wall", normal, offset))
            self.lines_of_plane.append(own)
        return planes

    def content(self) -> dict[str, Any]:
        """Corners, lines, planes and which lie in which."""
        corners = np.array(self.corners) * 1000.0
        ends = np.zeros((len(self.lines), len(corners)), dtype=int)
        ends[np.arange(len(self.lines))[:, None], np.array(self.lines)] = 1
        in_plane = np.zeros((len(self.planes), len(self.lines)), dtype=int)
        for place, lines in enumerate(self.lines_of_plane):
            in_plane[place, lines] = 1
        directions = np.array([corners[b] - corners[a] for a, b in self.lines])
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        return {
            "junctions": [{"ID": i, "coordinate": corner} for i, corner in enumerate(corners.tolist())],
            "lines": [
                {"ID": i, "point": corners[a].tolist(), "direction": directions[i].tolist()}
                for i, (a, _) in enumerate(self.lines)
            ],
            "planes": [
                {"ID": i, "type": kind, "normal": list(normal), "offset": offset * 1000.0}
                for i, (kind, normal, offset) in enumerate(self.planes)
            ],
            "planeLineMatrix": in_plane.tolist(),
            "lineJunctionMatrix": ends.tolist(),
        }
