"""Floor plans: a rectangle cut into rooms, doors between them, windows and a front door to the outside."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Rng = np.random.Generator
SideName = Literal["south", "east", "north", "west"]
SIDES: tuple[SideName, ...] = ("south", "east", "north", "west")

WALL = 0.12  # thickness of inner walls [m]
DOOR_HEIGHT = 2.05
SMALLEST = 2.3  # shortest side of a room, walls included [m]


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

HOME = ("living room", "bedroom", "kitchen", "bathroom", "office", "bedroom")
OFFICE = ("office", "meeting room", "kitchen", "bathroom", "lounge", "office")


def _split(
    rng: Rng, x0: float, y0: float, x1: float, y1: float, count: int
) -> list[tuple[float, float, float, float]]:
    if count == 1:
        return [(x0, y0, x1, y1)]
    first = count // 2
    share = first / count
    across_x = (x1 - x0) >= (y1 - y0)
    length = x1 - x0 if across_x else y1 - y0
    least = SMALLEST * (1 if count < 4 else 1.2)
    cut = float(np.clip(length * (share + rng.uniform(-0.1, 0.1)), least, length - least))
    if across_x:
        left, right = (x0, y0, x0 + cut, y1), (x0 + cut, y0, x1, y1)
    else:
        left, right = (x0, y0, x1, y0 + cut), (x0, y0 + cut, x1, y1)
    return _split(rng, *left, first) + _split(rng, *right, count - first)


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


def _connect(rng: Rng, rooms: list[Room]) -> None:
    """Doorways along a spanning tree that starts at the largest room."""
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
        sill = 1.4 if small else float(rng.uniform(0.85, 1.0))
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


def floor_plan(rng: Rng, room_count: int, is_home: bool) -> list[Room]:
    """Rooms with doors and windows; all rooms are reachable from each other."""
    mean_area = rng.uniform(12.5, 15.5)
    aspect = rng.uniform(1.15, 1.45)
    width = float(np.sqrt(mean_area * room_count * aspect))
    depth = width / aspect
    height = float(rng.uniform(2.45, 2.7))
    cells = _split(rng, 0.0, 0.0, width, depth, room_count)
    kinds = HOME[:room_count] if is_home else OFFICE[:room_count]
    # the bathroom goes into the smallest cell, the first kind into the largest
    order = sorted(range(room_count), key=lambda i: -(cells[i][2] - cells[i][0]) * (cells[i][3] - cells[i][1]))
    ranked = [kind for kind in kinds if kind != "bathroom"] + [kind for kind in kinds if kind == "bathroom"]
    kind_of = dict(zip(order, ranked, strict=True))
    half = WALL / 2
    rooms = [
        Room(i, kind_of[i], x0 + half, y0 + half, x1 - half, y1 - half, height)
        for i, (x0, y0, x1, y1) in enumerate(cells)
    ]
    outer: dict[SideName, float] = {"south": half, "north": depth - half, "west": half, "east": width - half}
    _connect(rng, rooms)
    for room in rooms:
        _windows(rng, room, outer)
    _entrance(rng, rooms, outer)
    return rooms
