"""Beds and soft things."""

import numpy as np

from factory.sources.procedural import palette
from factory.sources.procedural.model import Model, Surface, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.seating import legs
from factory.sources.procedural.solids import Array, Block, Lathe, Warp, ball

Rng = np.random.Generator


def bed(rng: Rng) -> Model:
    """A single or double bed: headboard at the back, mattress, a blanket over the foot half."""
    width = float(rng.choice([0.95, 1.45, 1.65]))
    length, wood = 2.05, pick(rng, palette.WOOD)
    linen, cover = pick(rng, palette.LINEN), pick(rng, palette.FABRIC + palette.VIVID)
    top = rng.uniform(0.5, 0.58)
    model = Model("bed")
    legs(model, width - 0.04, length - 0.06, 0.2, 0.07, shade(wood, 0.8))
    model.add(Block((width + 0.04, length, 0.12)), (0, 0, 0.26), wood)
    model.add(Block((width + 0.06, 0.06, 0.95), bevel=0.02), (0, -length / 2, 0.5), wood)
    model.add(Block((width, length - 0.08, top - 0.32), bevel=0.05), (0, 0.0, 0.32 + (top - 0.32) / 2), linen)
    cover_length = length * rng.uniform(0.5, 0.66)
    size = (width + 0.05, cover_length, 0.2)
    model.add(Block(size, bevel=0.05), (0, (length - 0.02 - cover_length) / 2, top - 0.085), cover)
    fold = Block((width + 0.052, 0.2, 0.04), bevel=0.018)
    model.add(fold, (0, length / 2 - cover_length - 0.0, top + 0.0), shade(linen, 0.97))
    head = length - 0.1 - cover_length - 0.18
    model.surfaces.append(Surface((0, -length / 2 + 0.06 + head / 2, top), (width - 0.06, head), 0.6))
    model.surfaces.append(
        Surface((0, length / 2 - cover_length / 2 - 0.02, top + 0.015), (width - 0.3, cover_length - 0.35))
    )
    return model


def _pillow_warp(width: float, depth: float, height: float) -> Warp:
    def warp(p: Array) -> Array:
        u, v = np.abs(p[:, 0]) / (width / 2), np.abs(p[:, 1]) / (depth / 2)
        plump = np.sqrt(np.clip((1 - u**3) * (1 - v**3), 0.003, 1))
        pinch = 1 - 0.06 * (1 - np.maximum(u, v)) * np.minimum(u, v)
        return np.stack([p[:, 0] * pinch, p[:, 1] * pinch, p[:, 2] * plump], axis=1)

    return warp


def pillow(rng: Rng) -> Model:
    """A bed pillow lying flat."""
    width, depth, height = rng.uniform(0.5, 0.64), rng.uniform(0.36, 0.42), rng.uniform(0.12, 0.16)
    model = Model("pillow", has_front=False)
    block = Block((width, depth, height), warp=_pillow_warp(width, depth, height), least=(10, 8, 2))
    model.add(block, (0, 0, height / 2), pick(rng, palette.LINEN + palette.FABRIC[1:4]))
    return model


def cushion(rng: Rng) -> Model:
    """A sofa cushion that leans back."""
    side, height = rng.uniform(0.36, 0.42), 0.13
    model = Model("pillow", has_front=False)
    block = Block((side, side, height), warp=_pillow_warp(side, side, height), least=(8, 8, 2))
    turn = turn_about("x", 90 - 22)
    low = side / 2 * np.cos(np.radians(22)) + 0.02
    model.add(block, (0, 0, float(low)), pick(rng, palette.VIVID + palette.LINEN), turn)
    return model


def blanket(rng: Rng) -> Model:
    """A folded blanket."""
    model = Model("blanket", has_front=False)
    color = pick(rng, palette.VIVID + palette.FABRIC)
    for i in range(3):
        size = (0.46 - 0.02 * i, 0.34 - 0.01 * i, 0.04)
        model.add(Block(size, bevel=0.018), (0, 0.004 * i, 0.02 + 0.038 * i), shade(color, 1 - 0.05 * i))
    return model


def laundry_basket(rng: Rng) -> Model:
    """A tall basket with clothes in it."""
    radius, height = rng.uniform(0.18, 0.22), rng.uniform(0.48, 0.58)
    color = pick(rng, palette.WOOD + palette.LINEN)
    model = Model("laundry basket", has_front=False)
    t = 0.012
    profile = (
        (0, 0), (radius * 0.85, 0), (radius, height), (radius - t, height), (radius * 0.85 - t, 0.02), (0, 0.02)
    )  # fmt: skip
    model.add(Lathe(profile, slices=16), (0, 0, 0), color)
    for z in (0.12, 0.25, 0.38):
        r = radius * (0.85 + 0.15 * z / height) + 0.004
        model.add(
            Lathe(((r - 0.01, z), (r, z), (r, z + 0.03), (r - 0.01, z + 0.03), (r - 0.01, z + 0.0001)), 16),
            (0, 0, 0),
            shade(color, 0.8),
        )
    for i in range(3):
        x, y = 0.07 * np.cos(2.1 * i), 0.07 * np.sin(2.1 * i)
        model.add(ball(0.09, 6, 10), (float(x), float(y), height - 0.06), pick(rng, palette.VIVID + palette.LINEN))
    return model


def stuffed_animal(rng: Rng) -> Model:
    """A sitting teddy bear."""
    fur = pick(rng, ((0.60, 0.42, 0.26), (0.78, 0.64, 0.46), (0.48, 0.44, 0.44)))
    model = Model("stuffed animal")
    model.add(ball(0.09), (0, 0, 0.09), fur)
    model.add(ball(0.07), (0, 0.01, 0.21), fur)
    for side in (-1, 1):
        model.add(ball(0.025, 6, 8), (side * 0.055, 0.0, 0.27), shade(fur, 0.85))
        model.add(ball(0.037, 6, 8), (side * 0.065, 0.09, 0.037), shade(fur, 0.9))
        model.add(ball(0.032, 6, 8), (side * 0.09, 0.03, 0.13), fur)
        model.add(ball(0.008, 4, 6), (side * 0.025, 0.075, 0.225), (0.05, 0.05, 0.05))
    model.add(ball(0.03, 6, 8), (0, 0.065, 0.195), shade(fur, 1.3))
    model.add(ball(0.01, 4, 6), (0, 0.094, 0.2), (0.05, 0.05, 0.05))
    return model


def ironing_board(rng: Rng) -> Model:
    """A padded board on crossed legs."""
    model = Model("ironing board", has_front=False)
    height = 0.86

    def warp(p: Array) -> Array:
        tip = np.clip((p[:, 0] - 0.25) / 0.35, 0, 1)
        return np.stack([p[:, 0], p[:, 1] * np.sqrt(1 - 0.92 * tip**2), p[:, 2]], axis=1)

    model.add(Block((1.2, 0.34, 0.03), warp=warp, least=(12, 2, 1)), (0, 0, height), pick(rng, palette.VIVID))
    for side in (-1, 1):
        turn = turn_about("y", side * 48.0)
        model.add(Block((0.025, 0.3, 1.12)), (0, 0, height / 2 - 0.03), (0.75, 0.75, 0.77), turn)
    model.add(Block((0.22, 0.3, 0.02)), (-0.45, 0, height + 0.025), (0.7, 0.7, 0.72))
    return model
