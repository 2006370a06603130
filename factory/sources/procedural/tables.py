"""Tables, desks and night stands."""

import numpy as np

from factory.sources.procedural import palette
from factory.sources.procedural.model import Model, Surface
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.seating import legs
from factory.sources.procedural.solids import Block, cylinder

Rng = np.random.Generator


def _top(model: Model, width: float, depth: float, height: float) -> None:
    model.surfaces.append(Surface((0, 0, height), (width - 0.06, depth - 0.06)))


def table(rng: Rng, width: float, depth: float, height: float = 0.74, label: str = "table") -> Model:
    """A four-legged table with an apron."""
    wood = pick(rng, palette.WOOD)
    model = Model(label, has_front=False)
    legs(model, width - 0.08, depth - 0.08, height - 0.03, 0.06, wood)
    for side in (-1, 1):
        model.add(Block((width - 0.2, 0.02, 0.08)), (0, side * (depth / 2 - 0.07), height - 0.07), wood)
        model.add(Block((0.02, depth - 0.2, 0.08)), (side * (width / 2 - 0.07), 0, height - 0.07), wood)
    model.add(Block((width, depth, 0.03), bevel=0.008), (0, 0, height - 0.015), shade(wood, 1.12))
    _top(model, width, depth, height)
    return model


def round_table(rng: Rng, radius: float, height: float, label: str) -> Model:
    """A round top on one column."""
    wood = pick(rng, palette.WOOD)
    model = Model(label, has_front=False)
    model.add(cylinder(radius * 0.5, 0.03, slices=20), (0, 0, 0), shade(wood, 0.8))
    model.add(cylinder(0.04, height - 0.06), (0, 0, 0.03), shade(wood, 0.8))
    model.add(cylinder(radius, 0.03, slices=24), (0, 0, height - 0.03), wood)
    side = radius * 1.35
    model.surfaces.append(Surface((0, 0, height), (side, side)))
    return model


def dining_table(rng: Rng) -> Model:
    """A table for four to six."""
    return table(rng, rng.uniform(1.3, 1.7), rng.uniform(0.8, 0.92))


def meeting_table(rng: Rng) -> Model:
    """A long table."""
    return table(rng, rng.uniform(1.8, 2.4), rng.uniform(0.95, 1.1))


def coffee_table(rng: Rng) -> Model:
    """A low table, rectangular or round."""
    if rng.random() < 0.3:
        return round_table(rng, rng.uniform(0.38, 0.46), rng.uniform(0.38, 0.45), "coffee table")
    return table(rng, rng.uniform(0.9, 1.15), rng.uniform(0.5, 0.62), rng.uniform(0.38, 0.45), "coffee table")


def end_table(rng: Rng) -> Model:
    """A small side table."""
    if rng.random() < 0.5:
        return round_table(rng, rng.uniform(0.22, 0.27), rng.uniform(0.5, 0.58), "end table")
    return table(rng, 0.45, 0.45, rng.uniform(0.5, 0.58), "end table")


def drawers(
    model: Model, x: float, front: float, width: float, low: float, high: float, count: int, color: palette.Color
) -> None:
    """Drawer fronts with handles on a face at y = `front`."""
    height = (high - low) / count
    for i in range(count):
        z = low + (i + 0.5) * height
        model.add(Block((width - 0.02, 0.016, height - 0.02)), (x, front + 0.008, z), color)
        model.add(Block((min(0.14, width / 3), 0.02, 0.015)), (x, front + 0.026, z + height * 0.15), (0.3, 0.3, 0.31))


def desk(rng: Rng) -> Model:
    """A desk: panel legs or a drawer block under a top."""
    wood, height = pick(rng, palette.WOOD + palette.WHITE[:1]), rng.uniform(0.72, 0.75)
    width, depth = rng.uniform(1.2, 1.6), rng.uniform(0.66, 0.75)
    model = Model("desk")
    model.add(Block((width, depth, 0.03), bevel=0.006), (0, 0, height - 0.015), shade(wood, 1.1))
    under = height - 0.03
    model.add(Block((0.03, depth - 0.06, under)), (-width / 2 + 0.05, 0, under / 2), wood)
    block = 0.4
    model.add(Block((block, depth - 0.08, under)), (width / 2 - 0.05 - block / 2, -0.01, under / 2), wood)
    drawers(model, width / 2 - 0.05 - block / 2, depth / 2 - 0.05, block, 0.06, under, 3, shade(wood, 1.08))
    model.add(Block((width - 0.5, 0.02, 0.35)), (-0.2, -depth / 2 + 0.1, under - 0.175), shade(wood, 0.9))
    _top(model, width, depth, height)
    return model


def nightstand(rng: Rng) -> Model:
    """A small chest with two drawers on feet."""
    wood, width, height = pick(rng, palette.WOOD), rng.uniform(0.42, 0.5), rng.uniform(0.5, 0.58)
    model = Model("nightstand")
    legs(model, width - 0.02, 0.36, 0.1, 0.04, shade(wood, 0.8))
    model.add(Block((width, 0.38, height - 0.1)), (0, 0, 0.1 + (height - 0.1) / 2), wood)
    drawers(model, 0, 0.19, width, 0.12, height - 0.02, 2, shade(wood, 1.1))
    _top(model, width, 0.38, height)
    return model
