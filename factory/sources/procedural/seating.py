"""Chairs, sofas, stools and benches."""

import numpy as np

from factory.sources.procedural import palette
from factory.sources.procedural.model import Model, Surface, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Block, Tube, cylinder

Rng = np.random.Generator


def legs(model: Model, width: float, depth: float, height: float, thickness: float, color: palette.Color) -> None:
    """Four square legs inside a footprint of width x depth."""
    for x in (-1, 1):
        for y in (-1, 1):
            at = (x * (width - thickness) / 2, y * (depth - thickness) / 2, height / 2)
            model.add(Block((thickness, thickness, height)), at, color)


def chair(rng: Rng) -> Model:
    """A dining chair: four legs, a seat, back posts and slats or a back board."""
    width, depth, seat_z = rng.uniform(0.41, 0.47), rng.uniform(0.40, 0.46), rng.uniform(0.44, 0.47)
    back_z = rng.uniform(0.82, 0.98)
    wood = pick(rng, palette.WOOD)
    seat = pick(rng, palette.FABRIC) if rng.random() < 0.5 else shade(wood, 1.1)
    model = Model("chair")
    legs(model, width, depth, seat_z - 0.04, 0.04, wood)
    model.add(Block((width, depth, 0.045), bevel=0.012), (0, 0, seat_z - 0.0225), seat)
    for x in (-1, 1):
        at = (x * (width - 0.04) / 2, -(depth - 0.04) / 2, (seat_z + back_z) / 2)
        model.add(Block((0.035, 0.035, back_z - seat_z)), at, wood)
    inner, y = width - 0.08, -(depth - 0.04) / 2
    if rng.random() < 0.5:
        for z in np.linspace(seat_z + 0.14, back_z - 0.045, 3):
            model.add(Block((inner, 0.02, 0.07)), (0, y, float(z)), shade(wood, 1.05))
    else:
        height = (back_z - seat_z) * 0.6
        model.add(Block((inner, 0.03, height), bevel=0.01), (0, y, back_z - height / 2 - 0.01), seat)
    return model


def office_chair(rng: Rng) -> Model:
    """A swivel chair: five-star foot on castors, gas spring, seat, back, armrests."""
    fabric = pick(rng, palette.FABRIC)
    dark = pick(rng, palette.DARK)
    seat_z, width = rng.uniform(0.46, 0.52), rng.uniform(0.48, 0.53)
    model = Model("office chair")
    for angle in np.arange(5) * 72.0 + 90.0:
        x, y = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        model.add(Tube(((0.03 * x, 0.03 * y, 0.11), (0.27 * x, 0.27 * y, 0.07)), 0.022, 6), (0, 0, 0), dark)
        model.add(cylinder(0.028, 0.04, slices=8), (0.27 * x, 0.27 * y, 0.0), shade(dark, 0.7))
    model.add(cylinder(0.03, seat_z - 0.15), (0, 0, 0.09), pick(rng, palette.METAL))
    model.add(Block((width, 0.48, 0.08), bevel=0.035), (0, 0.02, seat_z - 0.02), fabric)
    model.add(Block((0.06, 0.03, 0.28)), (0, -0.25, seat_z + 0.14), dark)
    back = Block((width - 0.04, 0.07, 0.52), bevel=0.03)
    model.add(back, (0, -0.235, seat_z + 0.36), fabric, turn_about("x", 6))
    for side in (-1, 1):
        x = side * (width / 2 + 0.02)
        model.add(Block((0.03, 0.04, 0.22)), (x, 0.0, seat_z + 0.08), dark)
        model.add(Block((0.05, 0.26, 0.03), bevel=0.012), (x, 0.02, seat_z + 0.20), dark)
    return model


def _sofa(rng: Rng, label: str, seats: int, seat_width: float) -> Model:
    fabric = pick(rng, palette.FABRIC)
    cushion = shade(fabric, 1.1)
    arm, depth, seat_z, back_z = rng.uniform(0.14, 0.2), rng.uniform(0.84, 0.94), 0.43, rng.uniform(0.78, 0.88)
    inner = seats * seat_width
    width = inner + 2 * arm
    model = Model(label)
    legs(model, width - 0.06, depth - 0.06, 0.08, 0.05, pick(rng, palette.WOOD))
    model.add(Block((width - 0.02, depth - 0.04, 0.2), bevel=0.02), (0, 0, 0.18), fabric)
    model.add(
        Block((width - 0.02, 0.2, back_z - 0.2), bevel=0.05), (0, -(depth - 0.2) / 2, (back_z + 0.2) / 2), fabric
    )
    for side in (-1, 1):
        model.add(Block((arm, depth, 0.5), bevel=0.05), (side * (width - arm) / 2, 0, 0.33), fabric)
    cushion_depth = depth - 0.2
    for i in range(seats):
        x = (i - (seats - 1) / 2) * seat_width
        size = (seat_width - 0.01, cushion_depth, 0.16)
        model.add(Block(size, bevel=0.045), (x, 0.1, seat_z - 0.08), cushion)
        back = Block((seat_width - 0.02, 0.15, 0.4), bevel=0.06)
        model.add(back, (x, -depth / 2 + 0.25, seat_z + 0.18), cushion, turn_about("x", 8))
        seat = Surface((x, 0.2, seat_z), (seat_width - 0.1, cushion_depth - 0.25), 0.6)
        model.surfaces.append(seat)
    return model


def couch(rng: Rng, most_seats: int = 3) -> Model:
    """A sofa of two seats or more."""
    return _sofa(rng, "couch", int(rng.integers(2, most_seats + 1)), rng.uniform(0.62, 0.72))


def armchair(rng: Rng) -> Model:
    """A sofa for one."""
    return _sofa(rng, "armchair", 1, rng.uniform(0.54, 0.62))


def stool(rng: Rng) -> Model:
    """A round bar stool on four splayed legs with a foot ring."""
    wood, height, radius = pick(rng, palette.WOOD), rng.uniform(0.6, 0.72), rng.uniform(0.16, 0.19)
    model = Model("stool", has_front=False)
    for angle in (45, 135, 225, 315):
        x, y = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        bottom, top = (radius * 1.05 * x, radius * 1.05 * y, 0.0), (radius * 0.6 * x, radius * 0.6 * y, height - 0.03)
        model.add(Tube((bottom, top), 0.016, 8), (0, 0, 0.004), wood)
    model.add(cylinder(radius, 0.04, slices=16), (0, 0, height - 0.04), pick(rng, palette.FABRIC))
    return model


def bench(rng: Rng) -> Model:
    """A wooden bench."""
    wood, width = pick(rng, palette.WOOD), rng.uniform(1.0, 1.3)
    model = Model("bench")
    legs(model, width - 0.1, 0.34, 0.42, 0.05, wood)
    model.add(Block((width, 0.38, 0.04), bevel=0.01), (0, 0, 0.44), shade(wood, 1.1))
    model.surfaces.append(Surface((0, 0, 0.46), (width - 0.1, 0.3)))
    return model


def ottoman(rng: Rng) -> Model:
    """A padded cube on short feet."""
    width = rng.uniform(0.45, 0.6)
    model = Model("ottoman", has_front=False)
    legs(model, width - 0.05, width - 0.05, 0.06, 0.04, pick(rng, palette.WOOD))
    model.add(Block((width, width, 0.34), bevel=0.04), (0, 0, 0.23), pick(rng, palette.FABRIC))
    return model
