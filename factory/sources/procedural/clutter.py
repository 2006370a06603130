"""Small things that lie about: books, boxes, bags, shoes, bins."""

import numpy as np

from factory.sources.procedural import palette, pictures
from factory.sources.procedural.model import Model, turn_about
from factory.sources.procedural.palette import pick, shade
from factory.sources.procedural.solids import Array, Block, Lathe, Tube, ball, cylinder, taper

Rng = np.random.Generator


def book(rng: Rng) -> Model:
    """A closed book lying on its back."""
    width, depth, height = rng.uniform(0.14, 0.2), rng.uniform(0.2, 0.27), rng.uniform(0.018, 0.045)
    color = pick(rng, palette.VIVID + palette.FABRIC)
    model = Model("book", has_front=False)
    model.add(Block((width - 0.008, depth - 0.008, height - 0.006)), (-0.002, 0, height / 2), (0.94, 0.92, 0.86))
    model.add(Block((width, depth, 0.003)), (0, 0, 0.0015), color)
    model.add(Block((width, depth, 0.003)), (0, 0, height - 0.0015), color, image=pictures.spines(rng), side="top")
    model.add(Block((0.004, depth, height)), (width / 2 - 0.002, 0, height / 2), color)
    return model


def book_row(rng: Rng, width: float, height: float) -> Model:
    """Upright books in a row, spines to the front."""
    model = Model("books")
    x = -width / 2
    while True:
        thick = float(rng.uniform(0.018, 0.05))
        if x + thick > width / 2:
            break
        high = float(rng.uniform(0.68, 1.0)) * height
        deep = float(rng.uniform(0.13, 0.18))
        color = pick(rng, palette.VIVID + palette.FABRIC + palette.LINEN)
        at = (x + thick / 2, 0.09 - deep / 2, high / 2)
        model.add(Block((thick - 0.001, deep, high)), at, color)
        model.add(Block((thick - 0.004, 0.002, high * 0.1)), (x + thick / 2, 0.0905, high * 0.75), shade(color, 1.6))
        x += thick
    return model


def box(rng: Rng) -> Model:
    """A cardboard box, open or taped shut."""
    width, depth, height = rng.uniform(0.28, 0.5), rng.uniform(0.25, 0.4), rng.uniform(0.2, 0.38)
    card = pick(rng, palette.CARTON)
    model = Model("box")
    if rng.random() < 0.5:
        model.add(Block((width, depth, height)), (0, 0, height / 2), card)
        model.add(Block((0.05, depth + 0.002, 0.002)), (0, 0, height), shade(card, 1.25))
        model.add(Block((0.05, 0.002, height * 0.25)), (0, depth / 2, height * 0.875), shade(card, 1.25))
        model.add(Block((0.1, 0.002, 0.07)), (-width * 0.28, depth / 2, height * 0.3), (0.95, 0.95, 0.93))
        return model
    t = 0.008
    for side in (-1, 1):
        model.add(Block((t, depth, height)), (side * (width - t) / 2, 0, height / 2), card)
        model.add(Block((width - 2 * t, t, height)), (0, side * (depth - t) / 2, height / 2), shade(card, 0.95))
        flap = Block((width * 0.42, depth - 0.01, 0.006))
        turn = turn_about("y", side * 38.0)
        at = np.array((side * (width / 2), 0, height)) + turn @ (side * width * 0.21, 0, 0)
        model.add(flap, (float(at[0]), 0, float(at[2])), shade(card, 1.08), turn)
    model.add(Block((width - 2 * t, depth - 2 * t, t)), (0, 0, t / 2), shade(card, 0.9))
    return model


def backpack(rng: Rng) -> Model:
    """A standing backpack with a front pocket and straps."""
    color = pick(rng, palette.VIVID + palette.DARK)
    model = Model("backpack")
    model.add(Block((0.3, 0.18, 0.42), bevel=0.07, warp=taper(0.82, 0.42)), (0, 0, 0.21), color)
    model.add(Block((0.24, 0.08, 0.2), bevel=0.035), (0, 0.11, 0.13), shade(color, 0.8))
    model.add(Block((0.2, 0.012, 0.012)), (0, 0.145, 0.21), (0.8, 0.8, 0.78))
    for side in (-1, 1):
        x = side * 0.08
        strap = ((x, -0.07, 0.37), (x * 1.1, -0.14, 0.3), (x * 1.2, -0.14, 0.14), (x * 1.1, -0.09, 0.05))
        model.add(Tube(strap, 0.014, 6), (0, 0, 0), shade(color, 0.6))
    model.add(
        Tube(((-0.04, -0.03, 0.41), (-0.02, -0.03, 0.45), (0.02, -0.03, 0.45), (0.04, -0.03, 0.41)), 0.008, 6),
        (0, 0, 0),
        shade(color, 0.6),
    )
    return model


def bag(rng: Rng) -> Model:
    """A shopping bag with two handles."""
    color = pick(rng, palette.VIVID + palette.CARTON)
    model = Model("bag")
    model.add(Block((0.28, 0.13, 0.34), warp=taper(1.12, 0.34)), (0, 0, 0.17), color)
    model.add(Block((0.14, 0.006, 0.1)), (0, 0.07, 0.19), shade(color, 1.4))
    for y in (-0.055, 0.055):
        handle = ((-0.06, y, 0.33), (-0.055, y, 0.43), (0.055, y, 0.43), (0.06, y, 0.33))
        model.add(Tube(handle, 0.006, 6), (0, 0, 0), shade(color, 0.6))
    return model


def shoes(rng: Rng) -> Model:
    """A pair of shoes."""
    color = pick(rng, palette.VIVID + palette.DARK + palette.WOOD[:2])

    def last(p: Array, upper: float) -> Array:
        t = np.clip(p[:, 1] / 0.28 + 0.5, 0, 1)  # heel to toe
        height = np.where(p[:, 2] > 0, 1 + upper * (0.25 - 0.85 * np.clip((t - 0.3) / 0.5, 0, 1)), 1.0)
        width = 0.78 + 0.3 * np.sin(np.pi * np.clip(t, 0, 0.86))
        return np.stack([p[:, 0] * width, p[:, 1], p[:, 2] * height], axis=1)

    def warp(p: Array) -> Array:
        return last(p, 1.0)

    def sole(p: Array) -> Array:
        return last(p, 0.0)

    model = Model("shoes")
    for side in (-1, 1):
        turn = turn_about("z", float(side * rng.uniform(2, 12)))
        x = side * 0.075
        model.add(Block((0.082, 0.27, 0.09), bevel=0.03, warp=warp, least=(2, 6, 2)), (x, 0, 0.062), color, turn)
        model.add(Block((0.09, 0.28, 0.02), warp=sole, least=(1, 7, 1)), (x, 0, 0.01), (0.9, 0.9, 0.88), turn)
        model.add(Block((0.045, 0.05, 0.012)), (x, -0.06, 0.118), shade(color, 0.5), turn)
    return model


def trash_can(rng: Rng) -> Model:
    """A bin with an open top and crumpled paper in it."""
    r, h = rng.uniform(0.12, 0.16), rng.uniform(0.28, 0.38)
    color = pick(rng, palette.DARK + palette.METAL + palette.VIVID[:3])
    model = Model("trash can", has_front=False)
    t = 0.008
    profile = ((0, 0), (r * 0.8, 0), (r, h), (r - t, h), (r * 0.8 - t, 0.012), (0, 0.012))
    model.add(Lathe(profile, slices=18), (0, 0, 0), color)
    for i in range(3):
        x, y = 0.045 * np.cos(2.2 * i), 0.045 * np.sin(2.2 * i)
        model.add(ball(0.05, 5, 7), (float(x), float(y), h * 0.78 + 0.02 * i), (0.92, 0.92, 0.9))
    return model


def suitcase(rng: Rng) -> Model:
    """A standing suitcase on wheels with its handle out."""
    color = pick(rng, palette.VIVID + palette.DARK)
    model = Model("suitcase")
    width, depth, height = 0.4, 0.24, 0.58
    model.add(Block((width, depth, height), bevel=0.05), (0, 0, 0.05 + height / 2), color)
    for x in (-0.12, 0.0, 0.12):
        model.add(
            Block((0.03, depth + 0.012, height - 0.1), bevel=0.012), (x, 0, 0.05 + height / 2), shade(color, 0.85)
        )
    for x in (-0.14, 0.14):
        for y in (-0.08, 0.08):
            model.add(ball(0.027, 5, 8), (x, y, 0.027), (0.1, 0.1, 0.1))
    top = 0.05 + height
    handle = (
        (-0.09, -0.08, top - 0.02),
        (-0.09, -0.08, top + 0.28),
        (0.09, -0.08, top + 0.28),
        (0.09, -0.08, top - 0.02),
    )
    model.add(Tube(handle, 0.009, 6), (0, 0, 0), (0.5, 0.5, 0.52))
    return model


def ball_toy(rng: Rng) -> Model:
    """A ball with a coloured belt."""
    r, color = rng.uniform(0.1, 0.14), pick(rng, palette.VIVID)
    model = Model("ball", has_front=False)
    model.add(ball(r, 10, 16), (0, 0, r), color)
    belt = Lathe(((r * 0.98, -0.02), (r * 1.004, -0.02), (r * 1.004, 0.02), (r * 0.98, 0.02), (r * 0.98, -0.0199)), 16)
    model.add(belt, (0, 0, r), (0.95, 0.95, 0.93), turn_about("x", 25))
    return model


def guitar(rng: Rng) -> Model:
    """A guitar on a stand, leaning back."""
    wood = pick(rng, palette.WOOD)

    def waist(p: Array) -> Array:
        t = p[:, 2] / 0.48 + 0.5
        width = np.sqrt(np.clip(np.sin(np.pi * np.clip(t, 0.02, 0.98)), 0, 1)) * (
            1 - 0.28 * np.exp(-(((t - 0.6) / 0.13) ** 2)) - 0.2 * np.clip(t - 0.6, 0, 1)
        )
        return np.stack([p[:, 0] * width, p[:, 1], p[:, 2]], axis=1)

    lean = turn_about("x", 12)
    model = Model("guitar")

    def add(solid: Block, at: tuple[float, float, float], color: palette.Color) -> None:
        moved = lean @ np.asarray(at) + (0, 0.06, 0.08)
        model.add(solid, (float(moved[0]), float(moved[1]), float(moved[2])), color, lean)

    add(Block((0.38, 0.09, 0.48), warp=waist, least=(4, 1, 14)), (0, 0, 0.24), wood)
    add(Block((0.1, 0.012, 0.1), bevel=0.005), (0, 0.045, 0.29), (0.08, 0.06, 0.05))
    add(Block((0.05, 0.03, 0.42)), (0, 0.04, 0.66), shade(wood, 0.55))
    add(Block((0.075, 0.02, 0.14), warp=taper(1.2, 0.14)), (0, 0.03, 0.93), shade(wood, 0.6))
    add(Block((0.12, 0.015, 0.02)), (0, 0.05, 0.13), (0.1, 0.07, 0.05))
    for side in (-1, 1):
        model.add(
            Tube(
                ((side * 0.08, 0.14, 0.1), (side * 0.12, 0.12, 0.008), (side * 0.04, -0.2, 0.008), (0, -0.1, 0.4)),
                0.008,
                6,
            ),
            (0, 0, 0),
            (0.12, 0.12, 0.12),
        )
    return model


def basket(rng: Rng) -> Model:
    """A wicker basket."""
    color = pick(rng, palette.WOOD)
    model = Model("basket", has_front=False)
    r, h = rng.uniform(0.14, 0.18), rng.uniform(0.16, 0.22)
    for i in range(5):
        z, a = h * i / 5, r * (0.85 + 0.03 * i)
        ring = Lathe(
            ((a - 0.02, 0), (a, 0), (a + 0.006, h / 10), (a, h / 5), (a - 0.02, h / 5), (a - 0.02, 0.0001)), 16
        )
        model.add(ring, (0, 0, z), shade(color, 1.1 if i % 2 else 0.9))
    model.add(cylinder(r * 0.84, 0.01, slices=16), (0, 0, 0), shade(color, 0.8))
    model.add(Block((r, r * 0.9, 0.06), bevel=0.025), (0, 0, h * 0.6), pick(rng, palette.LINEN), turn_about("z", 30))
    return model


def papers(rng: Rng) -> Model:
    """A loose stack of sheets: clutter that nobody annotates."""
    model = Model("paper", has_front=False, annotated=False)
    for i in range(3):
        turn = turn_about("z", float(rng.uniform(-12, 12)))
        model.add(Block((0.21, 0.297, 0.003)), (0, 0, 0.0015 + 0.003 * i), (0.96 - 0.02 * i,) * 3, turn)
    return model


def pen_cup(rng: Rng) -> Model:
    """Pens in a cup: clutter that nobody annotates."""
    model = Model("pen holder", has_front=False, annotated=False)
    r, h = 0.038, 0.1
    body = Lathe(((0, 0), (r, 0), (r, h), (r - 0.004, h), (r - 0.004, 0.006), (0, 0.006)), slices=10)
    model.add(body, (0, 0, 0), pick(rng, palette.DARK + palette.VIVID))
    for i in range(4):
        a = 1.6 * i
        x, y = r * 0.5 * np.cos(a), r * 0.5 * np.sin(a)
        pen = ((float(-x * 0.4), float(-y * 0.4), 0.008), (float(x), float(y), 0.15))
        model.add(Tube(pen, 0.0045, 5), (0, 0, 0), pick(rng, palette.VIVID))
    return model
