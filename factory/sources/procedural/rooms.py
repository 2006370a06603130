"""Furnishing: what stands where in each kind of room."""

from collections.abc import Callable

import numpy as np

from factory.sources.procedural import decor, home_rooms, structure, work_rooms
from factory.sources.procedural.floorgrid import BODY, CELL, FloorGrid
from factory.sources.procedural.floorplan import INWARD_YAW, WALL, Opening, Room, SideName
from factory.sources.procedural.model import Model, turn_about
from factory.sources.procedural.palette import shade
from factory.sources.procedural.placement import Arrangement, Placed, rectangle
from factory.tasks.rng import rng_for

ATTEMPTS = 8  # to furnish a room so that one can walk in it
DOORWAY_CLEARANCE = 0.85  # empty floor in front of a door [m]


def _fixed(model: Model, room: Room, x: float = 0.0, y: float = 0.0, yaw: float = 0.0) -> Placed:
    return Placed(model, np.array([x, y, 0.0]), yaw, room.index)


def _doors_and_windows(arrangement: Arrangement) -> None:
    """Frames, leaves and windows of a room; keeps the floor in front of doors free."""
    room, rng = arrangement.room, arrangement.rng
    openings = [(side, o) for side, row in room.openings.items() for o in row]
    for side, o in openings:
        if o.kind == "window":
            x, y = _on_wall(room, side, (o.start + o.end) / 2, 0.0)
            arrangement.keep(_fixed(structure.window(rng, o), room, x, y, INWARD_YAW[side]))
        else:
            corners = [_on_wall(room, side, o.start, 0.0), _on_wall(room, side, o.end, DOORWAY_CLEARANCE)]
            arrangement.keep_free.append(rectangle(*np.min(corners, axis=0), *np.max(corners, axis=0)))
    for side, o in openings:
        # the room with the higher index has the door between two rooms
        if o.kind == "window" or o.to_room > room.index:
            continue
        x, y = _on_wall(room, side, (o.start + o.end) / 2, -WALL / 2)
        frame = structure.door_frame(o, shade((0.9, 0.89, 0.86), 1.0 - 0.06 * rng.random()))
        arrangement.keep(_fixed(frame, room, x, y, INWARD_YAW[side]))
        leaf = structure.door_leaf(rng, o.end - o.start - 0.07, o.high - 0.05)
        if o.kind == "doorway":
            _open_leaf(arrangement, leaf, side, o)
        else:
            hinge = turn_about("z", INWARD_YAW[side]) @ (-(o.end - o.start - 0.07) / 2, 0.0, 0.0)
            arrangement.keep(_fixed(leaf, room, x + hinge[0], y + hinge[1], INWARD_YAW[side]))


def _on_wall(room: Room, side: SideName, along: float, inward: float) -> tuple[float, float]:
    """A point beside a wall: its coordinate along it, and the distance into the room [m]."""
    across = room.at(side) + (inward if side in ("south", "west") else -inward)
    return (along, across) if side in ("south", "north") else (across, along)


def _open_leaf(arrangement: Arrangement, leaf: Model, side: SideName, opening: Opening) -> None:
    """Hangs a leaf that stands open at a right angle, on the side of the nearer corner, where it fits."""
    room = arrangement.room
    low, high = room.span(side)
    at_start = opening.start - low < high - opening.end
    x, y = _on_wall(room, side, opening.start + 0.06 if at_start else opening.end - 0.06, 0.02)
    # the leaf lies along the model's x axis, the way into the room is y
    thing = Placed(leaf, np.array([x, y, 0.01]), INWARD_YAW[side] + 90.0, room.index)
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


MAIN = {
    "living room": "couch", "bedroom": "bed", "kitchen": "sink", "bathroom": "toilet", "office": "desk",
    "meeting room": "table", "lounge": "couch",
}  # fmt: skip


def _passable(arrangement: Arrangement) -> bool:
    """Whether a person can walk between all doors of a room and has some free floor."""
    room = arrangement.room
    # a little wider than on the walk, whose grid has its cells elsewhere
    grid = FloorGrid([room], arrangement.placed, BODY + 0.75 * CELL)
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


def _in_the_way(thing: Placed) -> bool:
    footprint = thing.footprint()
    return footprint.high > 0.05 and footprint.low < 1.9 and thing.model.label not in ("door", "doorframe", "window")


def _cleared(arrangement: Arrangement) -> Arrangement:
    """Leaves out what stands in the way: takes everything off the floor and puts back what lets one walk through."""
    everything = arrangement.placed
    root = list(range(len(everything)))
    for index, thing in enumerate(everything):
        if thing.supporter >= 0:
            root[index] = root[thing.supporter]
    loose = [i for i, t in enumerate(everything) if t.supporter < 0 and _in_the_way(t)]
    loose.sort(key=lambda i: everything[i].model.label != MAIN[arrangement.room.kind])
    gone = set(loose)
    for candidate in loose:
        gone.discard(candidate)
        arrangement.placed = [t for i, t in enumerate(everything) if root[i] not in gone]
        if not _passable(arrangement):
            gone.add(candidate)
    kept = [i for i in range(len(everything)) if root[i] not in gone]
    arrangement.placed = [everything[i] for i in kept]
    place = {old: new for new, old in enumerate(kept)}
    for thing in arrangement.placed:
        thing.supporter = place.get(thing.supporter, -1)
    return arrangement


def _furnished(seed: int, room: Room) -> Arrangement:
    """A room in which one can walk, with its main thing where that is possible."""
    passable: Arrangement | None = None
    for attempt in range(ATTEMPTS):
        arrangement = Arrangement(room, rng_for(seed, "procedural", "room", room.index, attempt))
        _doors_and_windows(arrangement)
        lamp = decor.ceiling_light(arrangement.rng)
        arrangement.keep(Placed(lamp, np.array([*room.center, room.height]), 0.0, room.index))
        FURNISH[room.kind](arrangement)
        if _passable(arrangement):
            if any(thing.model.label == MAIN[room.kind] for thing in arrangement.placed):
                return arrangement
            passable = passable or arrangement
    return passable or _cleared(arrangement)


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
