"""Floor plans: a rectangle cut into rooms, doors between them, windows and a front door to the outside."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Rng = np.random.Generator
Cell = tuple[float, float, float, float]  # x0, y0, x1, y1 [m]
SideName = Literal["south", "east", "north", "west"]
SIDES: tuple[SideName, ...] = ("south", "east", "north", "west")

WALL = 0.12  # thickness of inner walls [m]
DOOR_HEIGHT = 2.05


@dataclass(frozen=True)
class Opening:
    """A door or window in one side of a room: interval along the side and in height [m].

    `start` and `end` are coordinates on the world axis along the side; `kind` says what fills the hole: a doorway that
    this room shares with `to_room`, a window, or the closed front door.
    """

    kind: Literal["doorway", "window", "entrance"]
    start: float
    end: float
    low: float
    high: float
    to_room: int = -1


@dataclass
class Room:
    """A rectangular room: inner faces of its walls [m, world] and the openings per side."""

    index: int
    kind: str
    x0: float
    y0: float
    x1: float
    y1: float
    height: float
    openings: dict[SideName, list[Opening]] = field(default_factory=lambda: {side: [] for side in SIDES})

    @property
    def area(self) -> float:
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    @property
    def center(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def span(self, side: SideName) -> tuple[float, float]:
        """The interval of a side on the axis along it."""
        return (self.x0, self.x1) if side in ("south", "north") else (self.y0, self.y1)

    def at(self, side: SideName) -> float:
        """The coordinate of a side on the axis across it."""
        return {"south": self.y0, "north": self.y1, "west": self.x0, "east": self.x1}[side]


# The way into the room, per side: yaw [degrees] that turns a model's front (+y) to it.
INWARD_YAW: dict[SideName, float] = {"south": 0.0, "east": 90.0, "north": 180.0, "west": -90.0}
FACING: dict[SideName, SideName] = {"south": "north", "north": "south", "east": "west", "west": "east"}

# room kinds in the order in which a home or an office grows, and their floor areas [m2]
HOME = ("living room", "bedroom", "kitchen", "bathroom", "office", "bedroom")
OFFICE = ("office", "meeting room", "kitchen", "lounge", "bathroom", "office")
AREA = {
    "living room": 19.0, "bedroom": 13.5, "kitchen": 11.5, "bathroom": 7.0, "office": 12.0, "meeting room": 16.0,
    "lounge": 15.0,
}  # fmt: skip
NARROWEST, LONGEST = 1.9, 2.1  # shortest side [m] and largest ratio of the sides of a room
DRAWS = 200


def _split(rng: Rng, cell: Cell, kinds: list[str]) -> list[tuple[str, Cell]]:
    """Cuts a rectangle across its longer side, in the ratio of the areas wanted on both sides of the cut."""
    if len(kinds) == 1:
        return [(kinds[0], cell)]
    x0, y0, x1, y1 = cell
    first, second = kinds[: len(kinds) // 2], kinds[len(kinds) // 2 :]
    share = sum(AREA[k] for k in first) / sum(AREA[k] for k in kinds) + float(rng.uniform(-0.05, 0.05))
    if x1 - x0 >= y1 - y0:
        cut = x0 + share * (x1 - x0)
        parts = (x0, y0, cut, y1), (cut, y0, x1, y1)
    else:
        cut = y0 + share * (y1 - y0)
        parts = (x0, y0, x1, cut), (x0, cut, x1, y1)
    return _split(rng, parts[0], first) + _split(rng, parts[1], second)


def _shared(a: Room, b: Room) -> tuple[SideName, float, float] | None:
    """The side of `a` behind which `b` lies and the interval that both share."""
    for side in SIDES:
        gap = b.at(FACING[side]) - a.at(side) if side in ("north", "east") else a.at(side) - b.at(FACING[side])
        if abs(gap - WALL) > 1e-6:
            continue
        low, high = np.maximum(a.span(side)[0], b.span(side)[0]), np.minimum(a.span(side)[1], b.span(side)[1])
        if high - low > 0:
            return side, float(low), float(high)
    return None


def _connect(rng: Rng, rooms: list[Room]) -> bool:
    """Makes doorways along a spanning tree that starts at the largest room; whether it reaches all rooms."""
    start = max(range(len(rooms)), key=lambda i: rooms[i].area)
    reached, queue = {start}, [start]
    while queue:
        a = rooms[queue.pop(0)]
        for b in rooms:
            shared = _shared(a, b)
            if b.index in reached or shared is None:
                continue
            side, low, high = shared
            width = float(rng.uniform(0.84, 0.92))
            if high - low < width + 0.3:
                continue
            # near one end of the shared wall, so that the rest of it can carry furniture
            offset = float(rng.uniform(0.15, min(0.5, high - low - width - 0.15)))
            left = low + offset if rng.random() < 0.5 else high - offset - width
            a.openings[side].append(Opening("doorway", left, left + width, 0.0, DOOR_HEIGHT, b.index))
            b.openings[FACING[side]].append(Opening("doorway", left, left + width, 0.0, DOOR_HEIGHT, a.index))
            reached.add(b.index)
            queue.append(b.index)
    return len(reached) == len(rooms)


def _windows(rng: Rng, room: Room, outer: dict[SideName, float]) -> None:
    for side in SIDES:
        if abs(room.at(side) - outer[side]) > 1e-6:
            continue
        low, high = room.span(side)
        length = high - low
        if length < 2.0 or rng.random() < 0.2:
            continue
        small = room.kind == "bathroom"
        width = float(min(rng.uniform(0.5, 0.7) if small else rng.uniform(1.0, 1.7), length - 1.2))
        middle = (low + high) / 2 + float(rng.uniform(-0.15, 0.15)) * (length - width)
        sill = 1.4 if small else 1.24 if room.kind == "kitchen" else float(rng.uniform(0.85, 1.0))
        top = 2.0 if small else float(rng.uniform(2.05, 2.2))
        room.openings[side].append(Opening("window", middle - width / 2, middle + width / 2, sill, top))


def _entrance(rng: Rng, rooms: list[Room], outer: dict[SideName, float]) -> None:
    """A closed front door in the largest room that has a free stretch of outer wall."""
    for room in sorted(rooms, key=lambda r: -r.area):
        for side in SIDES:
            low, high = room.span(side)
            if abs(room.at(side) - outer[side]) > 1e-6:
                continue
            for left in (low + 0.2, high - 0.2 - 0.95):
                if all(o.end + 0.1 < left or o.start - 0.1 > left + 0.95 for o in room.openings[side]):
                    room.openings[side].append(Opening("entrance", left, left + 0.95, 0.0, DOOR_HEIGHT))
                    return


def _draw(rng: Rng, kinds: list[str]) -> list[Room] | None:
    """One attempt at a plan; None when a room is too narrow or out of reach."""
    aspect = float(rng.uniform(1.0, 1.5))
    width = float(np.sqrt(sum(AREA[k] for k in kinds) * float(rng.uniform(0.92, 1.15)) * aspect))
    depth = width / aspect
    height = float(rng.uniform(2.45, 2.7))
    order = [kinds[i] for i in rng.permutation(len(kinds))]
    half = WALL / 2
    rooms = [
        Room(i, kind, x0 + half, y0 + half, x1 - half, y1 - half, height)
        for i, (kind, (x0, y0, x1, y1)) in enumerate(_split(rng, (0.0, 0.0, width, depth), order))
    ]
    for room in rooms:
        short, long = sorted((room.x1 - room.x0, room.y1 - room.y0))
        if short < NARROWEST or long > LONGEST * short:
            return None
    if not _connect(rng, rooms):
        return None
    outer: dict[SideName, float] = {"south": half, "north": depth - half, "west": half, "east": width - half}
    for room in rooms:
        _windows(rng, room, outer)
    _entrance(rng, rooms, outer)
    return rooms


def floor_plan(rng: Rng, room_count: int, is_home: bool) -> list[Room]:
    """Rooms with doors and windows; all rooms are reachable from each other."""
    kinds = list((HOME if is_home else OFFICE)[:room_count])
    for _ in range(DRAWS):
        rooms = _draw(rng, kinds)
        if rooms is not None:
            return rooms
    raise RuntimeError(f"no floor plan for {kinds} in {DRAWS} draws")
