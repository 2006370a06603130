"""Cabinets, shelves, wardrobes and chests."""

import numpy as np

from factory.sources.procedural import palette
from factory.sources.procedural.model import Model, Surface
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.seating import legs
from factory.sources.procedural.solids import Block
from factory.sources.procedural.tables import drawers

Rng = np.random.Generator
HANDLE = (0.3, 0.3, 0.31)


def doors(
    model: Model, x: float, front: float, width: float, low: float, high: float, count: int, color: palette.Color
) -> None:
    """Door fronts side by side, with upright handles, on a face at y = `front`."""
    each = width / count
    for i in range(count):
        center = x + (i - (count - 1) / 2) * each
        model.add(Block((each - 0.012, 0.018, high - low - 0.012)), (center, front + 0.009, (low + high) / 2), color)
        inner = center + (each / 2 - 0.05) * (1 if i % 2 == 0 else -1)
        height = min(0.16, (high - low) / 3)
        model.add(Block((0.014, 0.022, height)), (inner, front + 0.029, (low + high) / 2), HANDLE)


def carcass(
    model: Model, width: float, depth: float, low: float, high: float, shelves: int, color: palette.Color
) -> list[float]:
    """An open box of boards with `shelves` compartments; heights of the boards that things can stand on."""
    board = 0.022
    for side in (-1, 1):
        model.add(Block((board, depth, high - low)), (side * (width - board) / 2, 0, (low + high) / 2), color)
    inner = width - 2 * board
    model.add(Block((inner, 0.012, high - low)), (0, -depth / 2 + 0.006, (low + high) / 2), shade(color, 0.85))
    levels = np.linspace(low, high - board, shelves + 1)
    for z in levels:
        model.add(Block((inner, depth - 0.012, board)), (0, 0.006, float(z) + board / 2), color)
    return [float(z) + board for z in levels]


def bookshelf(rng: Rng) -> Model:
    """An open bookcase of four to five shelves."""
    color, width = pick(rng, palette.WOOD + palette.WHITE), rng.uniform(0.75, 1.0)
    depth, height, shelves = 0.3, rng.uniform(1.6, 1.95), int(rng.integers(4, 6))
    model = Model("bookshelf")
    levels = carcass(model, width, depth, 0.0, height, shelves, color)
    free = (levels[1] - levels[0]) - 0.022
    for z in levels[:-1]:
        model.surfaces.append(Surface((0, 0.01, z), (width - 0.07, depth - 0.04), free))
    model.surfaces.append(Surface((0, 0, height), (width - 0.06, depth - 0.04), 0.5))
    return model


def low_shelf(rng: Rng) -> Model:
    """A low open shelf, with room for things on top."""
    color, width = pick(rng, palette.WOOD + palette.WHITE), rng.uniform(0.9, 1.3)
    height, depth = rng.uniform(0.7, 0.9), 0.34
    model = Model("shelf")
    levels = carcass(model, width, depth, 0.0, height, 2, color)
    free = (levels[1] - levels[0]) - 0.022
    model.surfaces.append(Surface((0, 0, height), (width - 0.06, depth - 0.04)))
    for z in levels[:-1]:
        model.surfaces.append(Surface((0, 0.01, z), (width - 0.07, depth - 0.04), free))
    return model


def cabinet(rng: Rng) -> Model:
    """A sideboard with doors."""
    color, width = pick(rng, palette.WOOD + palette.WHITE), rng.uniform(0.8, 1.3)
    depth, height = rng.uniform(0.38, 0.45), rng.uniform(0.75, 0.95)
    model = Model("cabinet")
    legs(model, width - 0.04, depth - 0.04, 0.1, 0.04, shade(color, 0.75))
    model.add(Block((width, depth, height - 0.1)), (0, 0, 0.1 + (height - 0.1) / 2), color)
    doors(model, 0, depth / 2, width, 0.12, height - 0.02, 2 if width < 1.05 else 3, shade(color, 1.07))
    model.surfaces.append(Surface((0, 0, height), (width - 0.08, depth - 0.08)))
    return model


def dresser(rng: Rng) -> Model:
    """A chest of drawers."""
    color, width = pick(rng, palette.WOOD + palette.WHITE), rng.uniform(0.8, 1.2)
    depth, height = rng.uniform(0.44, 0.5), rng.uniform(0.8, 1.0)
    model = Model("dresser")
    model.add(Block((width, depth, height - 0.03)), (0, 0, (height - 0.03) / 2), color)
    model.add(Block((width + 0.03, depth + 0.02, 0.03), bevel=0.008), (0, 0, height - 0.015), shade(color, 0.9))
    for side in (-1, 1):
        drawers(model, side * width / 4, depth / 2, width / 2, 0.06, height - 0.05, 3, shade(color, 1.07))
    model.surfaces.append(Surface((0, 0, height), (width - 0.06, depth - 0.08)))
    return model


def wardrobe(rng: Rng) -> Model:
    """A tall wardrobe with two or three doors."""
    color, width = pick(rng, palette.WOOD + palette.WHITE), rng.uniform(1.0, 1.5)
    depth, height = 0.58, rng.uniform(1.95, 2.15)
    model = Model("wardrobe")
    model.add(Block((width, depth, height)), (0, 0, height / 2), color)
    doors(model, 0, depth / 2, width, 0.06, height - 0.04, 2 if width < 1.2 else 3, shade(color, 1.08))
    return model


def tv_stand(rng: Rng) -> Model:
    """A low bench for a television: an open shelf between two doors."""
    color, width, height = pick(rng, palette.WOOD + palette.DARK[:1]), rng.uniform(1.3, 1.7), rng.uniform(0.45, 0.55)
    depth, side = 0.4, width * 0.3
    model = Model("tv stand")
    for sign in (-1, 1):
        x = sign * (width - side) / 2
        model.add(Block((side, depth, height - 0.03)), (x, 0, (height - 0.03) / 2), color)
        doors(model, x, depth / 2, side, 0.04, height - 0.05, 1, shade(color, 1.1))
    middle = width - 2 * side
    model.add(Block((middle, depth, 0.05)), (0, 0, 0.025), color)
    model.add(Block((middle, 0.02, height - 0.08)), (0, -depth / 2 + 0.01, height / 2 + 0.01), shade(color, 0.8))
    model.add(Block((width, depth, 0.03)), (0, 0, height - 0.015), color)
    model.surfaces.append(Surface((0, 0, height), (width - 0.06, depth - 0.06)))
    model.surfaces.append(Surface((0, 0.02, 0.05), (middle - 0.06, depth - 0.08), height - 0.09))
    return model


def file_cabinet(rng: Rng) -> Model:
    """A steel cabinet with two to four drawers."""
    count = int(rng.integers(2, 5))
    color, width, depth, height = pick(rng, palette.METAL + palette.DARK[:1]), 0.42, 0.55, 0.33 * count + 0.04
    model = Model("file cabinet")
    model.add(Block((width, depth, height)), (0, 0, height / 2), color)
    drawers(model, 0, depth / 2, width, 0.03, height - 0.01, count, shade(color, 1.1))
    model.surfaces.append(Surface((0, 0, height), (width - 0.05, depth - 0.06)))
    return model
