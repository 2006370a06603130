"""Furnishing: what stands where in each kind of room."""

from collections.abc import Callable

import numpy as np

from factory.sources.procedural import decor, home_rooms, structure, work_rooms
from factory.sources.procedural.floorgrid import BODY, CELL, FloorGrid
from factory.sources.procedural.floorplan import WALL, Room
from factory.sources.procedural.model import Model
from factory.sources.procedural.placement import Arrangement, Placed, rectangle
from factory.tasks.rng import rng_for

ATTEMPTS = 8
DOORWAY_CLEARANCE = 0.85  # empty floor in front of a door [m]


def _fixed(model: Model, room: Room, x: float = 0.0, y: float = 0.0, yaw: float = 0.0) -> Placed:
    return Placed(model, np.array([x, y, 0.0]), yaw, room.index)


def _doors_and_windows(arrangement: Arrangement) -> None:
    """Frames, leaves and windows of a room; keeps the floor in front of doors free."""
    room, rng = arrangement.room, arrangement.rng
    for side, openings in room.openings.items():
        yaw = structure.INWARD_YAW[side]
        along_x = side in ("south", "north")
        sign = 1.0 if side in ("south", "west") else -1.0
        wall = room.at(side)
        for o in openings:
            if o.kind == "window":
                continue
            near, far = sorted((wall, wall + sign * DOORWAY_CLEARANCE))
            box = (o.start, near, o.end, far) if along_x else (near, o.start, far, o.end)
            arrangement.keep_free.append(rectangle(*box))
        for o in openings:
            middle = (o.start + o.end) / 2
            x, y = (middle, wall) if along_x else (wall, middle)
            across = wall - sign * WALL / 2
            if o.kind == "window":
                arrangement.keep(_fixed(structure.window(rng, o), room, x, y, yaw))
                continue
            frame_x, frame_y = (middle, across) if along_x else (across, middle)
            if o.kind == "entrance" or o.to_room < room.index:
                frame = structure.door_frame(o, (0.9, 0.89, 0.86), bool(rng.random() < 0.4))
                arrangement.keep(_fixed(frame, room, frame_x, frame_y, yaw))
            leaf_width = o.end - o.start - 0.07
            leaf = structure.door_leaf(rng, leaf_width, o.high - 0.05)
            if o.kind == "entrance":
                shift = structure.turn_about("z", yaw) @ (-leaf_width / 2, 0.0, 0.0)
                arrangement.keep(_fixed(leaf, room, frame_x + shift[0], frame_y + shift[1], yaw))
            elif o.to_room < room.index:
                _open_leaf(arrangement, leaf, o.start, o.end, along_x, wall, sign)


def _open_leaf(
    arrangement: Arrangement, leaf: Model, start: float, end: float, along_x: bool, wall: float, sign: float
) -> None:
    """Hangs a leaf that stands open at about a right angle on the side of the nearer corner, where it fits."""
    room = arrangement.room
    low, high = (room.x0, room.x1) if along_x else (room.y0, room.y1)
    at_start = start - low < high - end
    hinge = start + 0.06 if at_start else end - 0.06
    x, y = (hinge, wall + sign * 0.02) if along_x else (wall + sign * 0.02, hinge)
    yaw = (90.0 if sign > 0 else -90.0) if along_x else (0.0 if sign > 0 else 180.0)
    thing = Placed(leaf, np.array([x, y, 0.01]), yaw, room.index)
    zones = arrangement.keep_free
    arrangement.keep_free = [zone for zone in zones if not zone.meets(thing.footprint())]
    if len(arrangement.keep_free) == len(zones) - 1 and arrangement.fits(thing):
        arrangement.keep(thing)
    arrangement.keep_free = zones


FURNISH: dict[str, Callable[[Arrangement], None]] = {
    "living room": home_rooms.living,
    "bedroom": home_rooms.bedroom,
    "kitchen": home_rooms.cook,
    "bathroom": home_rooms.wash,
    "office": work_rooms.office,
    "meeting room": work_rooms.meeting,
    "lounge": work_rooms.lounge,
}


def _passable(arrangement: Arrangement) -> bool:
    """Whether a person can walk between all doors of a room and has some free floor."""
    room = arrangement.room
    grid = FloorGrid([room], arrangement.placed)
    free = grid.walkable & (grid.room == room.index)
    if free.sum() * CELL**2 < max(0.6, 0.07 * room.area):
        return False
    cells = grid.centers[free]
    for side, openings in room.openings.items():
        for o in openings:
            if o.kind == "doorway":
                middle, across = (o.start + o.end) / 2, room.at(side)
                point = (middle, across) if side in ("south", "north") else (across, middle)
                if np.linalg.norm(cells - point, axis=1).min() > BODY + 0.2:
                    return False
    return True


def _furnished(seed: int, room: Room) -> Arrangement:
    """A room in which one can walk; the last attempt is empty."""
    for attempt in range(ATTEMPTS):
        arrangement = Arrangement(room, rng_for(seed, "procedural", "room", room.index, attempt))
        _doors_and_windows(arrangement)
        lamp = decor.ceiling_light(arrangement.rng)
        arrangement.keep(Placed(lamp, np.array([*room.center, room.height]), 0.0, room.index))
        if attempt < ATTEMPTS - 1:
            FURNISH[room.kind](arrangement)
        if _passable(arrangement):
            break
    return arrangement


def furnish(seed: int, plan: list[Room]) -> list[Placed]:
    """All things of a home, structure first; `supporter` indexes the returned list."""
    things: list[Placed] = []
    for room in plan:
        rng = rng_for(seed, "procedural", "structure", room.index)
        things += [_fixed(model, room) for model in structure.shell(rng, room)]
    for room in plan:
        placed = _furnished(seed, room).placed
        first = len(things)
        for thing in placed:
            if thing.supporter >= 0:
                thing.supporter += first
        things += placed
    return things


def annotated_first(things: list[Placed]) -> list[Placed]:
    """The same things with the annotated ones in front, so that their indices have no gaps."""
    order = sorted(range(len(things)), key=lambda i: not things[i].model.annotated)
    place = {old: new for new, old in enumerate(order)}
    for thing in things:
        thing.supporter = place.get(thing.supporter, -1)
    return [things[i] for i in order]
