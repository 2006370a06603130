"""What a building is made of: walls with holes, floors, ceilings, door frames, doors and windows."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from factory.sources.procedural import palette, pictures
from factory.sources.procedural.floorplan import INWARD_YAW, SIDES, WALL, Opening, Room, SideName
from factory.sources.procedural.model import Light, Model, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Array, Block, Tessellation, cylinder

Rng = np.random.Generator
CARPETED = ("meeting room", "office")


def _ticks(breaks: list[float], edge: float) -> Array:
    """Coordinates that hold every break and are about `edge` apart."""
    pieces = [np.array(breaks[:1])]
    for low, high in pairwise(breaks):
        count = max(int(np.ceil((high - low) / edge - 1e-6)), 1)
        pieces.append(low + (high - low) * np.arange(1, count + 1) / count)
    return np.concatenate(pieces)


@dataclass(frozen=True)
class Panel:
    """A plane rectangle from the origin along x and z, seen from +y, with rectangular holes (x0, x1, z0, z1) [m]."""

    width: float
    height: float
    holes: tuple[tuple[float, float, float, float], ...] = ()

    def tessellate(self, edge: float) -> Tessellation:
        xs = _ticks(sorted({0.0, self.width, *(v for h in self.holes for v in h[:2])}), edge)
        zs = _ticks(sorted({0.0, self.height, *(v for h in self.holes for v in h[2:])}), edge)
        ids = np.arange(len(xs) * len(zs)).reshape(len(xs), len(zs))
        x, z = (xs[:-1] + xs[1:]) / 2, (zs[:-1] + zs[1:]) / 2
        keep = np.ones((len(x), len(z)), dtype=bool)
        for x0, x1, z0, z1 in self.holes:
            keep &= ~(((x > x0) & (x < x1))[:, None] & ((z > z0) & (z < z1))[None, :])
        a, b, c, d = (ids[i : i + len(x), j : j + len(z)][keep] for i, j in ((0, 0), (0, 1), (1, 1), (1, 0)))
        triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
        used, faces = np.unique(triangles, return_inverse=True)
        i, k = np.unravel_index(used, ids.shape)
        vertices = np.stack([xs[i], np.zeros(len(i)), zs[k]], axis=1)
        return Tessellation(vertices, faces.reshape(-1, 3), np.full(len(triangles), 3), smooth=False)


def _side_frame(room: Room, side: SideName) -> Array:
    """`world_from_panel` (3, 4) of a side: x along the wall, y into the room."""
    corner = {
        "south": (room.x0, room.y0),
        "east": (room.x1, room.y0),
        "north": (room.x1, room.y1),
        "west": (room.x0, room.y1),
    }[side]
    return np.column_stack([turn_about("z", INWARD_YAW[side]), (*corner, 0.0)])


def shell(rng: Rng, room: Room) -> list[Model]:
    """Floor, ceiling and the four walls of a room, in the world frame."""
    paint = pick(rng, palette.WALL, 0.02)
    tiled = room.kind in ("bathroom", "kitchen")
    width, depth = room.x1 - room.x0, room.y1 - room.y0
    floor, ceiling = (
        Model("floor", has_front=False),
        Model("ceiling", has_front=False, annotated=bool(rng.random() < 0.3)),
    )
    lying = turn_about("x", 90)  # a panel's +y becomes +z, its +z becomes -y
    cover = pictures.tiles if tiled else pictures.carpet if room.kind in CARPETED else pictures.planks
    floor.add(Panel(width, depth), (room.x0, room.y1, 0.0), (1, 1, 1), lying, image=cover(rng, width, depth))
    ceiling.add(Panel(width, depth), (room.x0, room.y0, room.height), (0.94, 0.94, 0.93), turn_about("x", -90))
    models = [floor, ceiling]
    for side in SIDES:
        low, high = room.span(side)
        frame = _side_frame(room, side)
        reverse = side in ("north", "west")
        holes = []
        for o in room.openings[side]:
            start, end = (high - o.end, high - o.start) if reverse else (o.start - low, o.end - low)
            holes.append((start, end, o.low, o.high))
        wall = Model("wall")
        accent = shade(paint, 0.93) if side == "north" else paint
        wall.add(Panel(high - low, room.height, tuple(holes)), (0, 0, 0), accent)
        part = wall.parts[0]
        wall.parts[0] = replace(part, model_from_part=frame)
        models.append(wall)
    return models


def door_frame(opening: Opening, color: palette.Color) -> Model:
    """Jambs and head of an opening: x along the wall, y across it, centred in the wall's thickness."""
    width, height, trim, proud = opening.end - opening.start, opening.high, 0.06, 0.012
    model = Model("doorframe", has_front=False)
    deep = WALL + 2 * proud
    for side in (-1, 1):
        model.add(Block((0.03, deep, height)), (side * (width / 2 - 0.015), 0, height / 2), color)
        for face in (-1, 1):
            at = (side * (width / 2 + trim / 2), face * (WALL / 2 + proud / 2), (height + trim) / 2)
            model.add(Block((trim, proud, height + trim)), at, color)
    model.add(Block((width - 0.06, deep, 0.03)), (0, 0, height - 0.015), color)
    for face in (-1, 1):
        model.add(Block((width, proud, trim)), (0, face * (WALL / 2 + proud / 2), height + trim / 2), color)
    model.add(Block((width - 0.06, WALL, 0.012)), (0, 0, 0.006), shade(color, 0.6))
    return model


def door_leaf(rng: Rng, width: float, height: float) -> Model:
    """A door leaf with panels and handles: hinge at the origin, the leaf along +x."""
    color = pick(rng, palette.WOOD + palette.WHITE * 2)
    model = Model("door", has_front=True)
    model.add(Block((width, 0.04, height)), (width / 2, 0, height / 2), color)
    for face in (-1, 1):
        for low, high in ((0.15, 0.85), (1.05, height - 0.15)):
            size = (width - 0.3, 0.012, high - low)
            model.add(Block(size, bevel=0.004), (width / 2, face * 0.024, (low + high) / 2), shade(color, 0.9))
        metal = pick(rng, palette.METAL)
        model.add(cylinder(0.025, 0.012), (width - 0.07, face * 0.02, 1.02), metal, turn_about("x", -90 * face))
        model.add(
            cylinder(0.01, 0.05, slices=8), (width - 0.07, face * 0.02, 1.02), metal, turn_about("x", -90 * face)
        )
        model.add(Block((0.11, 0.018, 0.02), bevel=0.006), (width - 0.11, face * 0.065, 1.02), metal)
    return model


def window(rng: Rng, opening: Opening) -> Model:
    """Frame, glass and sill: x along the wall, front (+y) into the room, origin on the wall's inner face."""
    width, height, low = opening.end - opening.start, opening.high - opening.low, opening.low
    color = pick(rng, palette.WHITE)
    model = Model("window")
    bar, deep = 0.06, 0.1
    for side in (-1, 1):
        model.add(Block((bar, deep, height)), (side * (width - bar) / 2, -deep / 2, low + height / 2), color)
    for z in (low + bar / 2, low + height - bar / 2):
        model.add(Block((width - 2 * bar, deep, bar)), (0, -deep / 2, z), color)
    panes = 2 if width > 0.9 else 1
    if panes == 2:
        model.add(Block((bar, 0.06, height - 2 * bar)), (0, -0.07, low + height / 2), color)
    glass = Block((width - 2 * bar, 0.01, height - 2 * bar))
    model.add(glass, (0, -0.07, low + height / 2), (1, 1, 1), image=pictures.outdoors(rng), glow=0.95)
    power = width * height * 0.55
    for x in (-0.3, 0.0, 0.3):
        for z in (0.3, 0.7):
            at = (x * width, -0.03, low + z * height)
            model.lights.append(Light(at, (power * 0.95, power, power * 1.06), (0.0, 1.0, 0.0)))
    model.add(Block((width + 0.1, 0.14, 0.03), bevel=0.008), (0, 0.07, low - 0.015), color)
    return model
